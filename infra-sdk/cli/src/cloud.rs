//! The cloud of an environment: connected, and made sure to be the right one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use infra_apply::{Engine, Registry};
use infra_assets::live::Workshop;
use infra_aws::sdk::{Connection, connect};
use infra_core::Kind;

use crate::Providers;
use crate::assets;
use crate::environment::{Account, Environment};
use crate::error::Error;
use crate::local;
use crate::places::Places;
use crate::progress::Names;

/// How long something may be unseen in the local cloud: only for as long as a call of a killed run is under way.
const LOCAL_LAG: Duration = Duration::from_secs(1);

/// A cloud that may be called.
#[derive(Clone)]
pub(crate) struct Cloud {
    /// What it serves.
    pub(crate) registry: Registry,
    /// Of the local cloud, the name of its memory.
    pub(crate) memory: Option<String>,
    /// The stack's folder, in which its hooks run.
    pub(crate) folder: PathBuf,
}

impl Cloud {
    /// Connects to an environment of a project, for a stack in `folder`. The local cloud is started; any other must be the account that
    /// infra.toml names, which is the first thing that is asked.
    pub(crate) async fn connect(
        project: &Path,
        folder: &Path,
        workshop: &Workshop,
        environment: &Environment,
        providers: Providers<'_>,
    ) -> Result<Cloud, Error> {
        let mut connection = Connection { region: Some(environment.region.clone()), ..Connection::default() };
        let mut memory = None;
        match &environment.account {
            None => {
                let endpoint = local::start(project)?;
                connection.local = Some(endpoint.url);
                memory = Some(endpoint.memory);
            }
            Some(account) => connection.profile.clone_from(&account.profile),
        }
        let failed = |source| Error::Connect { environment: environment.name.clone(), source };
        let sdk = connect(&connection).await.map_err(failed)?;
        if let Some(account) = &environment.account {
            let actual = infra_aws::sdk::account(&sdk).await.map_err(|source| Error::WhoAmI {
                environment: environment.name.clone(),
                profile: account.profile.clone(),
                source,
            })?;
            compare(&environment.name, account, actual)?;
        }
        let mut registry = Registry::new();
        registry.folder = folder.to_owned();
        infra_aws::sdk::register(&mut registry, &sdk);
        infra_random_values::register(&mut registry);
        assets::register(&mut registry, &sdk, workshop, connection.local.is_some());
        providers(&mut registry, &sdk);
        let places = Places {
            environment: environment.clone(),
            local: connection.local,
            providers: Arc::clone(providers),
            folder: folder.to_owned(),
            workshop: workshop.clone(),
        };
        registry.connect_with(places.home(), Arc::new(places));
        Ok(Cloud { registry, memory, folder: folder.to_owned() })
    }

    /// The types that this command serves, without a cloud: nothing is asked or read.
    pub(crate) async fn kinds(environment: &Environment, providers: Providers<'_>) -> Result<BTreeSet<Kind>, Error> {
        let nowhere =
            Connection { region: Some(environment.region.clone()), local: Some("http://127.0.0.1:1".into()), ..Connection::default() };
        let failed = |source| Error::Connect { environment: environment.name.clone(), source };
        let sdk = connect(&nowhere).await.map_err(failed)?;
        let mut registry = Registry::new();
        infra_aws::sdk::register(&mut registry, &sdk);
        infra_random_values::register(&mut registry);
        assets::register(&mut registry, &sdk, &assets::workshop(Path::new(""), Path::new("")), true);
        providers(&mut registry, &sdk);
        Ok(registry.schemas().map(|schema| schema.kind.clone()).collect())
    }

    /// An engine over it.
    pub(crate) fn engine(&self, parallel: Option<u16>) -> Engine {
        let mut engine = Engine::new(self.registry.clone());
        if let Some(parallel) = parallel {
            engine.parallel = usize::from(parallel);
        }
        if self.memory.is_some() {
            // The local cloud shows at once what it has.
            engine.patience.seen = LOCAL_LAG;
        }
        engine.folder.clone_from(&self.folder);
        engine
    }

    /// What its types are called.
    pub(crate) fn names(&self) -> Names {
        Names::of(self.registry.schemas())
    }
}

fn compare(environment: &str, expected: &Account, actual: String) -> Result<(), Error> {
    if expected.id == actual {
        return Ok(());
    }
    Err(Error::Account { environment: environment.to_owned(), expected: expected.id.clone(), actual })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_another_account_are_refused_and_both_are_named() {
        let account = Account { id: "111111111111".into(), profile: None, others: Vec::new() };
        assert!(compare("production", &account, "111111111111".into()).is_ok());
        let error = compare("production", &account, "222222222222".into()).unwrap_err().to_string();
        assert_eq!(error, "environment `production` is account 111111111111, and the credentials are those of account 222222222222");
    }
}
