//! A permission to call a function.

use infra_core::{NoOutputs, Resource, choices};
use serde::{Deserialize, Serialize};

use super::{Function, FunctionName};

choices! {
    /// Who may call a function's URL.
    pub enum UrlAuthType {
        /// Whom IAM allows it.
        AwsIam = "AWS_IAM",
        /// Everybody.
        None = "NONE",
    }
}

/// Lets a service, or another account, call a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Permission, id = PermissionId, outputs = NoOutputs, kind = "aws:lambda/permission", cloud = "AWS::Lambda::Permission",
    unique(function, statement),
    completes(Function),
    iam("lambda:GetPolicy", create("lambda:AddPermission"), delete("lambda:RemovePermission")),
)]
pub struct PermissionInputs {
    /// The function.
    #[input(replace, cloud = "FunctionName")]
    pub function: FunctionName,
    /// What may be done, as in `lambda:InvokeFunction`.
    #[input(replace)]
    pub action: String,
    /// Who may: a service such as `s3.amazonaws.com`, an account, or an ARN.
    #[input(replace)]
    pub principal: String,
    /// On whose behalf, as an ARN in which `*` may stand. Without it any account's bucket or topic may call.
    #[input(replace)]
    pub source_arn: Option<String>,
    /// Whose it must be, by account: for what has no account in its ARN, as a bucket.
    #[input(replace)]
    pub source_account: Option<String>,
    /// The organization whose accounts may, by id.
    #[input(replace, cloud = "PrincipalOrgID")]
    pub principal_organization: Option<String>,
    /// What Alexa must show.
    #[input(replace)]
    pub event_source_token: Option<String>,
    /// Whom the function's URL lets in, for the action `lambda:InvokeFunctionUrl`.
    #[input(replace, cloud = "FunctionUrlAuthType")]
    pub url_auth_type: Option<UrlAuthType>,
    /// Whether it is for calls through the function's URL only.
    #[input(replace)]
    pub invoked_via_function_url: Option<bool>,
    /// Its name in the function's policy, at most 100 characters. Default: made from stack and resource.
    #[input(name = 100, replace, unlike_cloud = "CloudFormation makes one of its own")]
    pub statement: Option<String>,
    /// The version or alias that it is for. Default: the function as a whole.
    #[input(replace, unlike_cloud = "CloudFormation has it at the end of the function's name")]
    pub qualifier: Option<String>,
}

#[cfg(feature = "lambda")]
mod live {
    use aws_sdk_lambda::Client;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::NoOutputs;
    use serde_json::Value as Json;

    use super::{Permission, PermissionId, PermissionInputs, UrlAuthType};
    use crate::lambda::FunctionName;
    use crate::sdk::{failed, name_of, named};

    /// What an id says: `FUNCTION|STATEMENT`, and `|QUALIFIER` where there is one.
    struct Key<'a> {
        function: &'a str,
        statement: &'a str,
        qualifier: Option<&'a str>,
    }

    impl<'a> Key<'a> {
        fn parse(id: &'a str) -> Option<Key<'a>> {
            let mut parts = id.splitn(3, '|');
            Some(Key { function: parts.next()?, statement: parts.next()?, qualifier: parts.next() })
        }
    }

    fn id(want: &PermissionInputs, statement: &str) -> PermissionId {
        let qualifier = want.qualifier.as_ref().map(|qualifier| format!("|{qualifier}")).unwrap_or_default();
        PermissionId::new(format!("{}|{statement}{qualifier}", want.function))
    }

    impl Lifecycle for Permission {
        type Client = Client;
        const SERVICE: &'static str = "lambda";
        // A permission is a part of its function's one policy, which is told by itself.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[PermissionId]) -> Result<Vec<Observed<Permission>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                let Some(key) = Key::parse(id.as_str()) else { continue };
                let Some(statement) = statement(client, &key).await? else { continue };
                let inputs = inputs(&key, &statement);
                observed.push(Observed { id: id.clone(), inputs, outputs: NoOutputs {}, condition: Condition::Ready });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &PermissionInputs, new: Creation<'_>) -> Result<PermissionId, ProviderError> {
            let name = named(want.statement.as_ref(), "AddPermission")?;
            let call = client
                .add_permission()
                .function_name(want.function.as_str())
                .statement_id(name)
                .action(&want.action)
                .principal(&want.principal)
                .set_source_arn(want.source_arn.clone())
                .set_source_account(want.source_account.clone())
                .set_principal_org_id(want.principal_organization.clone())
                .set_event_source_token(want.event_source_token.clone())
                .set_function_url_auth_type(want.url_auth_type.map(|kind| kind.as_str().into()))
                .set_invoked_via_function_url(want.invoked_via_function_url)
                .set_qualifier(want.qualifier.clone());
            match call.send().await.map_err(failed("AddPermission")) {
                Ok(_) => Ok(id(want, name)),
                Err(error) if error.is_code("ResourceConflictException") && error.message.contains("already exists") => {
                    let exists = error.class_if(Class::Exists, |_| true);
                    Self::find(client, want, new).await?.ok_or(exists)
                }
                // The function is being changed by somebody else.
                Err(error) => Err(error.class_if(Class::NotYet, |error| error.is_code("ResourceConflictException"))),
            }
        }

        async fn update(_: &Client, _: &PermissionId, _: &PermissionInputs, _: &PermissionInputs) -> Result<(), ProviderError> {
            // There is nothing that can be changed in place.
            Ok(())
        }

        async fn delete(client: &Client, id: &PermissionId) -> Result<(), ProviderError> {
            let Some(key) = Key::parse(id.as_str()) else { return Ok(()) };
            let call = client.remove_permission().function_name(key.function).statement_id(key.statement);
            let removed = call.set_qualifier(key.qualifier.map(str::to_owned)).send().await.map_err(failed("RemovePermission"));
            let removed = removed.map_err(|error| error.class_if(Class::NotYet, |error| error.is_code("ResourceConflictException")));
            gone_is_success(removed.map(drop))
        }

        async fn find(client: &Client, want: &PermissionInputs, _: Creation<'_>) -> Result<Option<PermissionId>, ProviderError> {
            // A statement has no tags, so it is its own by its name and what it says.
            let id = id(want, named(want.statement.as_ref(), "GetPolicy")?);
            let Some(key) = Key::parse(id.as_str()) else { return Ok(None) };
            let found = statement(client, &key).await?.map(|statement| inputs(&key, &statement));
            let same = |found: &PermissionInputs| found.action == want.action && found.source_arn == want.source_arn;
            Ok(found.filter(same).map(|_| id.clone()))
        }
    }

    async fn statement(client: &Client, key: &Key<'_>) -> Result<Option<Json>, ProviderError> {
        let call = client.get_policy().function_name(key.function).set_qualifier(key.qualifier.map(str::to_owned));
        let policy = match call.send().await.map_err(failed("GetPolicy")) {
            Err(error) if error.class == Class::NotFound => return Ok(None),
            answer => answer?.policy.unwrap_or_default(),
        };
        let policy: Json = serde_json::from_str(&policy).unwrap_or_default();
        let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
        Ok(statements.into_iter().find(|statement| statement["Sid"] == key.statement))
    }

    /// What a statement of the policy says. A service is told as an object, an account as the ARN of its root.
    fn inputs(key: &Key<'_>, statement: &Json) -> PermissionInputs {
        let text = |value: &Json| value.as_str().map(str::to_owned);
        let condition = |operator: &str, name: &str| {
            let fields = statement["Condition"][operator].as_object()?;
            fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| text(value))
        };
        let principal = &statement["Principal"];
        let principal = text(principal).or_else(|| text(&principal["Service"])).or_else(|| text(&principal["AWS"])).unwrap_or_default();
        let principal = match principal.strip_suffix(":root").and_then(|arn| arn.rsplit(':').next()) {
            Some(account) => account.to_owned(),
            None => principal,
        };
        PermissionInputs {
            function: FunctionName::new(name_of(key.function)),
            action: text(&statement["Action"]).unwrap_or_default(),
            principal,
            source_arn: condition("ArnLike", "AWS:SourceArn"),
            source_account: condition("StringEquals", "AWS:SourceAccount"),
            principal_organization: condition("StringEquals", "aws:PrincipalOrgID"),
            event_source_token: condition("StringEquals", "lambda:EventSourceToken"),
            url_auth_type: condition("StringEquals", "lambda:FunctionUrlAuthType").and_then(|word| UrlAuthType::from_word(&word)),
            invoked_via_function_url: condition("Bool", "lambda:InvokedViaFunctionUrl").map(|word| word == "true"),
            statement: Some(key.statement.to_owned()),
            qualifier: key.qualifier.map(str::to_owned),
        }
    }

    #[cfg(test)]
    mod tests {
        use serde_json::json;

        use super::*;

        #[test]
        fn a_statement_is_told_as_it_was_asked_for() {
            let key = Key::parse("f|s").unwrap();
            let of = |principal: Json| {
                let condition = json!({
                    "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"},
                    "StringEquals": {"AWS:SourceAccount": "123456789012", "lambda:FunctionUrlAuthType": "NONE"},
                    "Bool": {"lambda:InvokedViaFunctionUrl": "true"}
                });
                inputs(&key, &json!({"Sid": "s", "Action": "lambda:InvokeFunction", "Principal": principal, "Condition": condition}))
            };
            let service = of(json!({"Service": "s3.amazonaws.com"}));
            assert_eq!(service.principal, "s3.amazonaws.com");
            assert_eq!(service.source_arn.as_deref(), Some("arn:aws:s3:::b"));
            assert_eq!((service.url_auth_type, service.invoked_via_function_url), (Some(UrlAuthType::None), Some(true)));
            assert_eq!(service.source_account.as_deref(), Some("123456789012"));
            assert_eq!(of(json!({"AWS": "arn:aws:iam::123456789012:root"})).principal, "123456789012");
            assert_eq!(of(json!("*")).principal, "*");
        }
    }
}
