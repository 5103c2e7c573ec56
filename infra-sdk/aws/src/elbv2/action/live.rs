//! Actions as the SDK has them.

use aws_sdk_elasticloadbalancingv2::types as sdk;
use infra_apply::{Class, ProviderError};

use super::{
    Action, AuthenticateCognito, AuthenticateOidc, ClaimFormat, FixedResponse, Forward, JwtClaim, JwtValidation, OnUnauthenticated,
    Redirect, RedirectStatus, TargetGroupStickiness, WeightedTargetGroup,
};
use crate::elbv2::TargetGroupArn;

/// Actions for a call, numbered by their order.
pub(in crate::elbv2) fn to_sdk(actions: &[Action]) -> Result<Vec<sdk::Action>, ProviderError> {
    (1..).zip(actions).map(|(order, action)| one(order, action)).collect()
}

fn one(order: i32, action: &Action) -> Result<sdk::Action, ProviderError> {
    let builder = sdk::Action::builder().order(order);
    Ok(match action {
        Action { forward: Some(forward), .. } => forward_to_sdk(builder.r#type("forward".into()), forward),
        Action { redirect: Some(redirect), .. } => {
            let config = sdk::RedirectActionConfig::builder()
                .status_code(redirect.status_code.as_str().into())
                .set_protocol(redirect.protocol.clone())
                .set_host(redirect.host.clone())
                .set_port(redirect.port.clone())
                .set_path(redirect.path.clone())
                .set_query(redirect.query.clone());
            builder.r#type("redirect".into()).redirect_config(config.build())
        }
        Action { fixed_response: Some(response), .. } => {
            let config = sdk::FixedResponseActionConfig::builder()
                .status_code(response.status_code.to_string())
                .set_content_type(response.content_type.clone())
                .set_message_body(response.message_body.clone());
            builder.r#type("fixed-response".into()).fixed_response_config(config.build())
        }
        Action { authenticate_oidc: Some(oidc), .. } => {
            let config = sdk::AuthenticateOidcActionConfig::builder()
                .issuer(&oidc.issuer)
                .authorization_endpoint(&oidc.authorization_endpoint)
                .token_endpoint(&oidc.token_endpoint)
                .user_info_endpoint(&oidc.user_info_endpoint)
                .client_id(&oidc.client_id)
                .set_client_secret(oidc.client_secret.clone())
                // Without a secret, the one that AWS has stays.
                .set_use_existing_client_secret(oidc.client_secret.is_none().then_some(true))
                .set_session_cookie_name(oidc.session_cookie_name.clone())
                .set_scope(oidc.scope.clone())
                .set_session_timeout(oidc.session_timeout)
                .set_authentication_request_extra_params(oidc.extra_parameters.clone().map(|pairs| pairs.into_iter().collect()))
                .set_on_unauthenticated_request(oidc.on_unauthenticated.map(|word| word.as_str().into()));
            builder.r#type("authenticate-oidc".into()).authenticate_oidc_config(config.build())
        }
        Action { authenticate_cognito: Some(cognito), .. } => {
            let config = sdk::AuthenticateCognitoActionConfig::builder()
                .user_pool_arn(&cognito.user_pool_arn)
                .user_pool_client_id(&cognito.user_pool_client)
                .user_pool_domain(&cognito.user_pool_domain)
                .set_session_cookie_name(cognito.session_cookie_name.clone())
                .set_scope(cognito.scope.clone())
                .set_session_timeout(cognito.session_timeout)
                .set_authentication_request_extra_params(cognito.extra_parameters.clone().map(|pairs| pairs.into_iter().collect()))
                .set_on_unauthenticated_request(cognito.on_unauthenticated.map(|word| word.as_str().into()));
            builder.r#type("authenticate-cognito".into()).authenticate_cognito_config(config.build())
        }
        Action { jwt_validation: Some(jwt), .. } => {
            let claim = |claim: &JwtClaim| {
                sdk::JwtValidationActionAdditionalClaim::builder()
                    .name(&claim.name)
                    .format(claim.format.as_str().into())
                    .set_values(Some(claim.values.clone()))
                    .build()
            };
            let config = sdk::JwtValidationActionConfig::builder()
                .jwks_endpoint(&jwt.jwks_endpoint)
                .issuer(&jwt.issuer)
                .set_additional_claims(jwt.claims.as_ref().map(|claims| claims.iter().map(claim).collect()));
            builder.r#type("jwt-validation".into()).jwt_validation_config(config.build())
        }
        _ => return Err(ProviderError::new(Class::Invalid, "read the actions", format!("action {order} says nothing: set one field"))),
    }
    .build())
}

fn forward_to_sdk(builder: sdk::builders::ActionBuilder, forward: &Forward) -> sdk::builders::ActionBuilder {
    // The short form is all that network and gateway load balancers have always taken.
    if let ([WeightedTargetGroup { target_group, weight: None }], None) = (forward.target_groups.as_slice(), &forward.stickiness) {
        return builder.target_group_arn(target_group.as_str());
    }
    let group = |group: &WeightedTargetGroup| {
        sdk::TargetGroupTuple::builder().target_group_arn(group.target_group.as_str()).set_weight(group.weight).build()
    };
    let stickiness = |stickiness: &TargetGroupStickiness| {
        sdk::TargetGroupStickinessConfig::builder().enabled(stickiness.enabled).set_duration_seconds(stickiness.duration).build()
    };
    let config = sdk::ForwardActionConfig::builder()
        .set_target_groups(Some(forward.target_groups.iter().map(group).collect()))
        .set_target_group_stickiness_config(forward.stickiness.as_ref().map(stickiness));
    builder.forward_config(config.build())
}

/// Actions of an answer, in their order.
pub(in crate::elbv2) fn from_sdk(actions: &[sdk::Action]) -> Vec<Action> {
    let mut actions: Vec<&sdk::Action> = actions.iter().collect();
    actions.sort_by_key(|action| action.order());
    actions.into_iter().map(read).collect()
}

fn read(action: &sdk::Action) -> Action {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Action {
        forward: forward_from_sdk(action),
        redirect: action.redirect_config().and_then(|redirect| {
            Some(Redirect {
                status_code: RedirectStatus::from_word(redirect.status_code()?.as_str())?,
                protocol: owned(redirect.protocol()),
                host: owned(redirect.host()),
                port: owned(redirect.port()),
                path: owned(redirect.path()),
                query: owned(redirect.query()),
            })
        }),
        fixed_response: action.fixed_response_config().map(|response| FixedResponse {
            status_code: response.status_code().and_then(|code| code.parse().ok()).unwrap_or_default(),
            content_type: owned(response.content_type()),
            message_body: owned(response.message_body()),
        }),
        authenticate_oidc: action.authenticate_oidc_config().map(|oidc| AuthenticateOidc {
            issuer: text(oidc.issuer()),
            authorization_endpoint: text(oidc.authorization_endpoint()),
            token_endpoint: text(oidc.token_endpoint()),
            user_info_endpoint: text(oidc.user_info_endpoint()),
            client_id: text(oidc.client_id()),
            client_secret: None,
            session_cookie_name: owned(oidc.session_cookie_name()),
            scope: owned(oidc.scope()),
            session_timeout: oidc.session_timeout(),
            extra_parameters: oidc.authentication_request_extra_params().map(|pairs| pairs.clone().into_iter().collect()),
            on_unauthenticated: oidc.on_unauthenticated_request().and_then(|word| OnUnauthenticated::from_word(word.as_str())),
        }),
        authenticate_cognito: action.authenticate_cognito_config().map(|cognito| AuthenticateCognito {
            user_pool_arn: text(cognito.user_pool_arn()),
            user_pool_client: text(cognito.user_pool_client_id()),
            user_pool_domain: text(cognito.user_pool_domain()),
            session_cookie_name: owned(cognito.session_cookie_name()),
            scope: owned(cognito.scope()),
            session_timeout: cognito.session_timeout(),
            extra_parameters: cognito.authentication_request_extra_params().map(|pairs| pairs.clone().into_iter().collect()),
            on_unauthenticated: cognito.on_unauthenticated_request().and_then(|word| OnUnauthenticated::from_word(word.as_str())),
        }),
        jwt_validation: action.jwt_validation_config().map(|jwt| JwtValidation {
            jwks_endpoint: text(jwt.jwks_endpoint()),
            issuer: text(jwt.issuer()),
            claims: Some(jwt.additional_claims().iter().filter_map(claim_from_sdk).collect()),
        }),
    }
}

fn forward_from_sdk(action: &sdk::Action) -> Option<Forward> {
    let config = action.forward_config();
    let mut target_groups: Vec<_> = config
        .map(|config| config.target_groups())
        .unwrap_or_default()
        .iter()
        .filter_map(|group| {
            Some(WeightedTargetGroup { target_group: TargetGroupArn::new(group.target_group_arn()?), weight: group.weight() })
        })
        .collect();
    if target_groups.is_empty() {
        target_groups.push(WeightedTargetGroup { target_group: TargetGroupArn::new(action.target_group_arn()?), weight: Some(1) });
    }
    let stickiness = config.and_then(|config| config.target_group_stickiness_config()).map(|stickiness| TargetGroupStickiness {
        enabled: stickiness.enabled().unwrap_or_default(),
        duration: stickiness.duration_seconds(),
    });
    Some(Forward { target_groups, stickiness })
}

fn claim_from_sdk(claim: &sdk::JwtValidationActionAdditionalClaim) -> Option<JwtClaim> {
    Some(JwtClaim {
        name: claim.name()?.to_owned(),
        format: ClaimFormat::from_word(claim.format()?.as_str())?,
        values: claim.values().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::differs;

    fn there_and_back(action: Action) {
        let sent = to_sdk(std::slice::from_ref(&action)).unwrap();
        assert_eq!(sent[0].order(), Some(1));
        let mut expected = action;
        if let Some(oidc) = &mut expected.authenticate_oidc {
            oidc.client_secret = None;
        }
        let back = from_sdk(&sent);
        assert!(!differs(&back, &vec![expected.clone()]), "{back:?} is {expected:?}");
    }

    fn oidc(secret: Option<&str>) -> Action {
        let oidc = AuthenticateOidc {
            issuer: "https://idp".into(),
            authorization_endpoint: "https://idp/authorize".into(),
            token_endpoint: "https://idp/token".into(),
            user_info_endpoint: "https://idp/me".into(),
            client_id: "client".into(),
            client_secret: secret.map(str::to_owned),
            session_cookie_name: Some("session".into()),
            scope: Some("openid email".into()),
            session_timeout: Some(60),
            extra_parameters: Some([("prompt".to_owned(), "login".to_owned())].into()),
            on_unauthenticated: Some(OnUnauthenticated::Deny),
        };
        Action { authenticate_oidc: Some(oidc), ..Action::default() }
    }

    #[test]
    fn every_kind_of_action_survives_the_way_to_the_sdk_and_back() {
        let group = |arn: &str, weight| WeightedTargetGroup { target_group: TargetGroupArn::new(arn), weight };
        let stickiness = Some(TargetGroupStickiness { enabled: true, duration: Some(60) });
        let several = Forward { target_groups: vec![group("a", Some(80)), group("b", None)], stickiness };
        there_and_back(Action { forward: Some(several), ..Action::default() });
        there_and_back(Action { forward: Some(Forward { target_groups: vec![group("a", None)], stickiness: None }), ..Action::default() });
        there_and_back(oidc(Some("secret")));
        let cognito = AuthenticateCognito {
            user_pool_arn: "arn".into(),
            user_pool_client: "client".into(),
            user_pool_domain: "domain".into(),
            session_cookie_name: None,
            scope: Some("openid".into()),
            session_timeout: Some(60),
            extra_parameters: Some([("a".to_owned(), "b".to_owned())].into()),
            on_unauthenticated: Some(OnUnauthenticated::Allow),
        };
        there_and_back(Action { authenticate_cognito: Some(cognito), ..Action::default() });
        let claim = JwtClaim { name: "scope".into(), format: ClaimFormat::SpaceSeparatedValues, values: vec!["read".into()] };
        let jwt = JwtValidation { jwks_endpoint: "https://idp/keys".into(), issuer: "https://idp".into(), claims: Some(vec![claim]) };
        there_and_back(Action { jwt_validation: Some(jwt), ..Action::default() });
    }

    #[test]
    fn one_target_group_without_a_weight_is_sent_in_the_short_form() {
        let groups = vec![WeightedTargetGroup { target_group: TargetGroupArn::new("a"), weight: None }];
        let sent = to_sdk(&[Action { forward: Some(Forward { target_groups: groups, stickiness: None }), ..Action::default() }]).unwrap();
        assert_eq!(sent[0].target_group_arn(), Some("a"));
        assert!(sent[0].forward_config().is_none());
    }

    #[test]
    fn a_secret_that_is_not_given_stays_the_one_that_aws_has() {
        let existing = |action: Action| {
            let sent = to_sdk(&[action]).unwrap();
            sent[0].authenticate_oidc_config().and_then(|oidc| oidc.use_existing_client_secret())
        };
        assert_eq!(existing(oidc(None)), Some(true));
        assert_eq!(existing(oidc(Some("new"))), None);
    }

    #[test]
    fn actions_are_read_in_their_order_and_an_empty_one_is_refused() {
        let action = |order, code: &str| {
            let response = sdk::FixedResponseActionConfig::builder().status_code(code).build();
            sdk::Action::builder().r#type("fixed-response".into()).order(order).fixed_response_config(response).build()
        };
        let codes: Vec<_> =
            from_sdk(&[action(2, "404"), action(1, "503")]).into_iter().map(|a| a.fixed_response.unwrap().status_code).collect();
        assert_eq!(codes, [503, 404]);
        assert!(to_sdk(&[Action::default()]).unwrap_err().to_string().contains("set one field"));
    }
}
