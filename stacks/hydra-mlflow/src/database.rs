//! The database with the runs, and the secrets that open it.

use hydra_components::{Database, Drawn, DrawnSecret};
use infra_sdk::aws::rds::DbInstance;
use infra_sdk::prelude::*;

use crate::access::Groups;
use crate::config::Config;
use crate::network::Network;

/// What the name of the database's administrator begins with.
const PREFIX: &str = "mlflow";

/// What opens the database: the tasks fetch both from their secrets.
pub(crate) struct Credentials {
    pub(crate) username: Drawn,
    pub(crate) password: Drawn,
}

pub(crate) fn credentials(stack: &Stack, config: &Config) -> Credentials {
    let drawn = |name: &str, prefix: &str| {
        let (name, prefix, recovery_days) = (name.to_owned(), prefix.to_owned(), config.secret_recovery_days);
        DrawnSecret { name, prefix, length: 20, secret_name: None, recovery_days, former: None }.add(stack)
    };
    Credentials { username: drawn("username", PREFIX), password: drawn("password", "") }
}

pub(crate) fn database(stack: &Stack, config: &Config, network: &Network, groups: &Groups, credentials: &Credentials) -> DbInstance {
    let database = Database {
        name: "database".to_owned(),
        settings: config.database.settings(),
        subnets: network.inner.clone(),
        security_groups: Output::from_input([&groups.database]),
        former: None,
    };
    database.add(stack, &credentials.username, &credentials.password).instance
}
