//! The database with the runs, and the secrets that open it.

use infra_sdk::aws::rds::{DbInstance, DbSubnetGroup, StorageType};
use infra_sdk::aws::secretsmanager::{Secret as SecretObject, SecretVersion};
use infra_sdk::prelude::*;
use infra_sdk::random::RandomPassword;

use crate::access::Groups;
use crate::config::Config;
use crate::network::Network;

/// What opens the database, where the tasks fetch it from.
pub(crate) struct Credentials {
    pub(crate) username: SecretVersion,
    pub(crate) password: SecretVersion,
    name: Output<String>,
    word: Output<String>,
}

/// A random name and a random password, each in a secret. They are drawn once, are sealed in the state, and are in no output.
pub(crate) fn credentials(stack: &Stack, config: &Config) -> Credentials {
    let random = |name: &str| RandomPassword::new(name).length(20_u16).symbols(false).add(stack).value();
    // A name of MySQL begins with a letter, which a random text may not. What has a secret in it is one; to call it one would make
    // the word before it one too, which then is taken out of every message.
    let (name, word) = (output!("mlflow{}", random("username")), random("password"));
    let version = |called: &str, value: &Output<String>| {
        let secret = SecretObject::new(called).recovery_window_in_days(config.secret_recovery_days).add(stack);
        SecretVersion::new(called).secret(&secret).value(value).add(stack)
    };
    Credentials { username: version("username", &name), password: version("password", &word), name, word }
}

pub(crate) fn database(stack: &Stack, config: &Config, network: &Network, groups: &Groups, credentials: &Credentials) -> DbInstance {
    let subnets = DbSubnetGroup::new("database").description("MLflow's database").subnets(network.inner.clone()).add(stack);
    DbInstance::new("database")
        .instance_class(&config.database.class)
        .engine("mysql")
        .engine_version(&config.database.version)
        .database(&config.database.name)
        .username(&credentials.name)
        .password(&credentials.word)
        .allocated_storage(config.database.storage)
        .storage_type(StorageType::Gp3)
        .storage_encrypted(true)
        .subnet_group(&subnets)
        .security_groups([&groups.database])
        .publicly_accessible(false)
        .skip_final_snapshot(config.database.skip_final_snapshot)
        .add(stack)
}
