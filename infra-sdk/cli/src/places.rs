//! Other regions and accounts than the environment's own: connected, and made sure to be those that they should be.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use infra_apply::{Class, Connector, ProviderError, Registry};
use infra_assets::live::Workshop;
use infra_aws::sdk::{Connection, SdkConfig, connect};
use infra_core::Provider;

use crate::assets;
use crate::environment::{Account, Environment};

/// Leads from an environment to other places.
pub(crate) struct Places {
    /// The environment.
    pub(crate) environment: Environment,
    /// The local cloud's URL, where the environment is that one.
    pub(crate) local: Option<String>,
    /// What else is served there.
    pub(crate) providers: Arc<dyn Fn(&mut Registry, &SdkConfig) + Send + Sync>,
    /// The stack's folder.
    pub(crate) folder: PathBuf,
    /// Where the stack's assets are made.
    pub(crate) workshop: Workshop,
}

impl Places {
    /// The environment's own place, as a provider would say it.
    pub(crate) fn home(&self) -> BTreeMap<String, String> {
        let account = self.environment.account.iter().map(|account| ("account".to_owned(), account.id.clone()));
        account.chain([("region".to_owned(), self.environment.region.clone())]).collect()
    }

    /// How a place is reached.
    fn connection(&self, provider: &Provider) -> Connection {
        let region = provider.place.get("region").unwrap_or(&self.environment.region).clone();
        if self.local.is_some() {
            // The local cloud has one account, and lets everybody in.
            return Connection { region: Some(region), local: self.local.clone(), ..Connection::default() };
        }
        let own = self.environment.account.as_ref().and_then(|account| account.profile.as_ref());
        Connection {
            region: Some(region),
            profile: provider.access.get("profile").or(own).cloned(),
            role: provider.access.get("role").cloned(),
            local: None,
        }
    }
}

#[async_trait]
impl Connector for Places {
    async fn connect(&self, provider: &Provider) -> Result<Registry, ProviderError> {
        if provider.cloud != "aws" {
            return Err(refused(format!("this infra knows no cloud called `{}`", provider.cloud)));
        }
        let account = self.environment.account.as_ref();
        let expected = account.map(|account| allowed(&self.environment.name, account, provider)).transpose()?;
        let sdk = connect(&self.connection(provider)).await?;
        if let Some(expected) = expected {
            let actual = infra_aws::sdk::account(&sdk).await?;
            if actual != expected {
                return Err(refused(format!("{provider} is to be account {expected}, and the credentials are those of account {actual}")));
            }
        }
        let mut registry = Registry::new();
        registry.folder.clone_from(&self.folder);
        infra_aws::sdk::register(&mut registry, &sdk);
        infra_random_values::register(&mut registry);
        assets::register(&mut registry, &sdk, &self.workshop, self.local.is_some());
        (self.providers)(&mut registry, &sdk);
        Ok(registry)
    }
}

/// The account that a place must turn out to be in, which the environment must name.
fn allowed(environment: &str, account: &Account, provider: &Provider) -> Result<String, ProviderError> {
    let expected = provider.place.get("account").unwrap_or(&account.id);
    if *expected == account.id || account.others.contains(expected) {
        return Ok(expected.clone());
    }
    let message = format!(
        "environment `{environment}` does not name account {expected}: add it to the `accounts` of `[env.{environment}]` in infra.toml"
    );
    Err(refused(message))
}

fn refused(message: String) -> ProviderError {
    ProviderError::new(Class::Invalid, "connect", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_aws::Aws;

    fn places(account: Option<Account>, local: Option<&str>) -> Places {
        let environment = Environment {
            name: "prod".into(),
            region: "eu-west-1".into(),
            account,
            config: serde_json::json!({}),
            key: infra_seal::GuardName::Age(Vec::new()),
            key_access: Default::default(),
            policies: Default::default(),
            state: None,
        };
        Places {
            environment,
            local: local.map(str::to_owned),
            providers: Arc::new(|_, _| {}),
            folder: PathBuf::new(),
            workshop: Workshop::new("", ""),
        }
    }

    fn account() -> Account {
        Account { id: "111111111111".into(), profile: Some("prod".into()), others: vec!["222222222222".into()] }
    }

    #[test]
    fn only_an_account_that_the_environment_names_is_gone_to() {
        let of = |aws: Aws| allowed("prod", &account(), &aws.into());
        assert_eq!(of(Aws::region("us-east-1")).unwrap(), "111111111111");
        assert_eq!(of(Aws::region("us-east-1").profile("other")).unwrap(), "111111111111");
        assert_eq!(of(Aws::here().role("arn:aws:iam::222222222222:role/deployer")).unwrap(), "222222222222");
        let error = of(Aws::here().role("arn:aws:iam::333333333333:role/deployer")).unwrap_err().to_string();
        assert!(error.contains("does not name account 333333333333") && error.contains("`[env.prod]`"), "{error}");
    }

    #[tokio::test]
    async fn an_account_that_is_not_named_is_refused_before_anything_is_asked() {
        // The credentials would be asked for on another machine, which this test must not do.
        let provider = Aws::here().account("333333333333").into();
        let Err(error) = places(Some(account()), None).connect(&provider).await else { panic!("it was let in") };
        assert_eq!(error.class, Class::Invalid);
    }

    #[test]
    fn the_way_in_is_the_providers_own_or_the_environments() {
        let places = places(Some(account()), None);
        let way = |aws: Aws| places.connection(&aws.into());
        let plain = way(Aws::region("us-east-1"));
        assert_eq!((plain.region.as_deref(), plain.profile.as_deref(), plain.role), (Some("us-east-1"), Some("prod"), None));
        let role = way(Aws::here().profile("other").role("arn:aws:iam::222222222222:role/deployer"));
        assert_eq!((role.region.as_deref(), role.profile.as_deref()), (Some("eu-west-1"), Some("other")));
        assert!(role.role.is_some() && role.local.is_none());
        assert_eq!(places.home()["account"], "111111111111");
    }

    #[tokio::test]
    async fn in_the_local_cloud_a_place_is_a_region_of_it_and_nothing_else() {
        let places = places(None, Some("http://127.0.0.1:1"));
        let provider: Provider = Aws::region("us-east-1").role("arn:aws:iam::222222222222:role/x").profile("y").into();
        let way = places.connection(&provider);
        assert_eq!((way.local.as_deref(), way.profile, way.role), (Some("http://127.0.0.1:1"), None, None));
        assert!(places.connect(&provider).await.is_ok(), "connecting asks nothing of it");
        assert!(places.connect(&Provider::default()).await.is_err());
    }
}
