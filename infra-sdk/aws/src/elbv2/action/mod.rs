//! What a listener or a rule does with a request.

use std::collections::BTreeMap;

use infra_core::{Block, Input, Set, choices};
use serde::{Deserialize, Serialize};

use super::{Protocol, TargetGroupArn};

choices! {
    /// Whether clients may keep in mind where they were sent.
    pub enum RedirectStatus {
        /// They may.
        Permanent = "HTTP_301",
        /// They must ask again.
        Temporary = "HTTP_302",
    }
}

choices! {
    /// What happens to who is not logged in.
    pub enum OnUnauthenticated {
        /// They get the status 401.
        Deny = "deny",
        /// They pass.
        Allow = "allow",
        /// They are sent to log in.
        Authenticate = "authenticate",
    }
}

choices! {
    /// How a claim's value is written.
    pub enum ClaimFormat {
        /// One text.
        SingleString = "single-string",
        /// A list of texts.
        StringArray = "string-array",
        /// Words with spaces between.
        SpaceSeparatedValues = "space-separated-values",
    }
}

/// What a listener or a rule does with a request: exactly one of its fields is set. Where there are several actions,
/// the list says their order; all but the last authenticate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct Action {
    /// Sends it to targets.
    #[input(cloud = "ForwardConfig")]
    pub forward: Option<Forward>,
    /// Sends the client elsewhere.
    #[input(cloud = "RedirectConfig")]
    pub redirect: Option<Redirect>,
    /// Answers it.
    #[input(cloud = "FixedResponseConfig")]
    pub fixed_response: Option<FixedResponse>,
    /// Lets users of an identity provider that speaks OpenID Connect pass. HTTPS.
    #[input(cloud = "AuthenticateOidcConfig")]
    pub authenticate_oidc: Option<AuthenticateOidc>,
    /// Lets users of an Amazon Cognito user pool pass. HTTPS.
    #[input(cloud = "AuthenticateCognitoConfig")]
    pub authenticate_cognito: Option<AuthenticateCognito>,
    /// Lets requests with a valid JSON web token pass. HTTPS.
    #[input(cloud = "JwtValidationConfig")]
    pub jwt_validation: Option<JwtValidation>,
}

/// Sends requests to one target group, or to several by weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Forward {
    /// The target groups.
    #[input(set, unlike_cloud = "the API refuses to forward to none")]
    pub target_groups: Vec<WeightedTargetGroup>,
    /// Whether a client stays with its target group. Default: it does not.
    #[input(cloud = "TargetGroupStickinessConfig")]
    pub stickiness: Option<TargetGroupStickiness>,
}

/// A target group with its share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct WeightedTargetGroup {
    /// The target group.
    #[input(cloud = "TargetGroupArn")]
    pub target_group: TargetGroupArn,
    /// Its weight among the others, from 0 to 999. Default: 1.
    #[input(filled)]
    pub weight: Option<i32>,
}

/// Whether a client stays with its target group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct TargetGroupStickiness {
    /// Whether it does.
    pub enabled: bool,
    /// For how many seconds, from 1 to 604800.
    #[input(cloud = "DurationSeconds")]
    pub duration: Option<i32>,
}

/// Where a client is sent. What is left out stays as in the request; `#{host}`, `#{path}`, `#{port}`, `#{protocol}` and
/// `#{query}` stand for what the request has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Redirect {
    /// Whether it may keep that in mind.
    pub status_code: RedirectStatus,
    /// HTTP or HTTPS.
    pub protocol: Option<String>,
    /// The host.
    pub host: Option<String>,
    /// The port, from 1 to 65535.
    pub port: Option<String>,
    /// The path, with the `/` it begins with.
    pub path: Option<String>,
    /// The query, without the `?`.
    pub query: Option<String>,
}

/// An answer of the load balancer's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct FixedResponse {
    /// The status: 2xx, 4xx or 5xx.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub status_code: i32,
    /// What the body is: text/plain, text/css, text/html, application/javascript or application/json.
    pub content_type: Option<String>,
    /// The body, at most 1024 characters.
    pub message_body: Option<String>,
}

/// Lets users of an identity provider that speaks OpenID Connect pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct AuthenticateOidc {
    /// The provider, as a whole URL.
    pub issuer: String,
    /// Where users log in, as a whole URL.
    pub authorization_endpoint: String,
    /// Where tokens come from, as a whole URL.
    pub token_endpoint: String,
    /// Where claims come from, as a whole URL.
    pub user_info_endpoint: String,
    /// The client's id at the provider.
    pub client_id: String,
    /// The client's secret at the provider. AWS asks for it and never tells it back.
    #[input(secret, write_only)]
    pub client_secret: Option<String>,
    /// The session's cookie. Default: AWSELBAuthSessionCookie.
    pub session_cookie_name: Option<String>,
    /// The claims that are asked for. Default: openid.
    pub scope: Option<String>,
    /// How many seconds a session lasts at most. Default: 604800.
    #[input(unlike_cloud = "in listeners, though not in rules, CloudFormation writes the number as text")]
    pub session_timeout: Option<i64>,
    /// More parameters of the query to the authorization endpoint, at most ten.
    #[input(cloud = "AuthenticationRequestExtraParams")]
    pub extra_parameters: Option<BTreeMap<String, String>>,
    /// What happens to who is not logged in. Default: authenticate.
    #[input(cloud = "OnUnauthenticatedRequest")]
    pub on_unauthenticated: Option<OnUnauthenticated>,
}

/// Lets users of an Amazon Cognito user pool pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct AuthenticateCognito {
    /// The ARN of the user pool.
    pub user_pool_arn: String,
    /// The id of the user pool's client.
    #[input(cloud = "UserPoolClientId")]
    pub user_pool_client: String,
    /// The prefix of the user pool's domain, or the whole domain.
    pub user_pool_domain: String,
    /// The session's cookie. Default: AWSELBAuthSessionCookie.
    pub session_cookie_name: Option<String>,
    /// The claims that are asked for. Default: openid.
    pub scope: Option<String>,
    /// How many seconds a session lasts at most. Default: 604800.
    #[input(unlike_cloud = "in listeners, though not in rules, CloudFormation writes the number as text")]
    pub session_timeout: Option<i64>,
    /// More parameters of the query to the authorization endpoint, at most ten.
    #[input(cloud = "AuthenticationRequestExtraParams")]
    pub extra_parameters: Option<BTreeMap<String, String>>,
    /// What happens to who is not logged in. Default: authenticate.
    #[input(cloud = "OnUnauthenticatedRequest")]
    pub on_unauthenticated: Option<OnUnauthenticated>,
}

/// Lets requests with a valid JSON web token pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct JwtValidation {
    /// Where the keys are, as a whole URL.
    pub jwks_endpoint: String,
    /// Who must have issued the token.
    pub issuer: String,
    /// What else the token must claim, at most ten.
    #[input(set, cloud = "AdditionalClaims")]
    pub claims: Option<Vec<JwtClaim>>,
}

/// What a JSON web token must claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct JwtClaim {
    /// The claim; not exp, iss, nbf or iat, which are checked anyway.
    pub name: String,
    /// How its value is written.
    pub format: ClaimFormat,
    /// The values it may have, at most ten.
    #[input(set)]
    pub values: Vec<String>,
}

impl Action {
    /// Sends requests to a target group.
    pub fn forward_to(target_group: impl Input<TargetGroupArn>) -> ActionBuilder {
        Action::new().forward(Forward::new().target_groups([WeightedTargetGroup::new().target_group(target_group)]))
    }

    /// Sends requests to target groups by weight, each from 0 to 999.
    pub fn forward_by_weight<G: Input<TargetGroupArn>>(groups: impl IntoIterator<Item = (G, i32)>) -> ActionBuilder {
        let weighted = groups.into_iter().map(|(group, weight)| WeightedTargetGroup::new().target_group(group).weight(weight));
        Action::new().forward(Forward::new().target_groups(weighted.collect::<Vec<_>>()))
    }

    /// Sends clients to the same place over HTTPS, for good.
    pub fn redirect_to_https() -> ActionBuilder {
        Action::new().redirect(Redirect::permanent().protocol(Protocol::Https.as_str()).port("443"))
    }

    /// Answers with a status and plain text.
    pub fn respond(status_code: impl Input<i32>, text: impl Input<String>) -> ActionBuilder {
        Action::new().fixed_response(FixedResponse::new().status_code(status_code).content_type("text/plain").message_body(text))
    }
}

impl Redirect {
    /// One that clients may keep in mind.
    pub fn permanent() -> RedirectBuilder<Set> {
        Redirect::new().status_code(RedirectStatus::Permanent)
    }

    /// One that clients must ask for again.
    pub fn temporary() -> RedirectBuilder<Set> {
        Redirect::new().status_code(RedirectStatus::Temporary)
    }
}

#[cfg(feature = "elbv2")]
mod live;
#[cfg(feature = "elbv2")]
pub(super) use live::{from_sdk, to_sdk};
