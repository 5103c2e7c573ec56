//! The function that makes the tables, and the one call of it.

use std::collections::BTreeMap;

use infra_sdk::aws::lambda::{Function, Invocation, LoggingConfig, VpcConfig};
use infra_sdk::aws::logs::LogGroup;
use infra_sdk::core::LocalFile;
use infra_sdk::prelude::*;

use crate::access::{self, Roles};
use crate::config::Config;
use crate::network::Network;
use crate::storage::Storage;

/// Declares both.
///
/// The function is called when the script is new or another one, or the database is. Its code may change without a call: the
/// script drops the tables, so that it must not run again for anything less. Should a deployment die during the call, so that the
/// next one calls again, the function finds the script's digest in the database and leaves the tables alone.
///
/// # Errors
/// Where what is in the function's folder is not known yet.
pub(crate) fn initialization(
    stack: &Stack,
    config: &Config,
    network: &Network,
    roles: &Roles,
    storage: &Storage,
) -> Result<Invocation, Stop> {
    access::reading(stack, roles, storage);
    let log = LogGroup::new("lambda").retention_in_days(30).add(stack);
    let function = Function::from_zip("initialize-db", code(stack, config)?, "python3.12", "batch_lambda.initialize_db", &roles.function)
        .maybe_name(config.lambda_function_name.clone())
        .description("Makes the tables of Hydra's jobs, once for each content of the script")
        .timeout(config.lambda_function_timeout)
        .vpc(VpcConfig::within(network.subnets.clone(), &network.groups))
        .logging_config(LoggingConfig::new().log_group(output!("{}", log.id())))
        .moved_from("/lambda/initialize_db")
        .add(stack);
    let database = &storage.database.instance;
    let payload: Output<BTreeMap<String, String>> = Output::from_input([
        ("script_bucket", storage.script.bucket()),
        ("script_key", storage.script.key()),
        ("script_sha256", output!("{}", storage.file.sha256)),
        ("database_hostname", database.address()),
        ("database_name", output!("{}", config.db_name)),
        ("username_secret", output!("{}", storage.username.version.secret())),
        ("password_secret", output!("{}", storage.password.version.secret())),
    ]);
    let call = Invocation::new("initialize-db")
        .function(&function)
        .payload(payload.cast())
        .triggers([output!("{}", storage.file.sha256), database.resource_id()])
        .moved_from("/lambda/db_init")
        .add(stack);
    Ok(call)
}

/// The function's archive: its folder, and what the command adds that fetches what it needs.
fn code(stack: &Stack, config: &Config) -> Result<LocalFile, Stop> {
    let archive = Archive::dir(&config.lambda_folder).exclude("__pycache__/").exclude("*.pyc");
    match config.lambda_build.split_first() {
        Some((program, arguments)) => archive.with(Build::new(program).args(arguments).input("requirements.txt")).add(stack),
        None => archive.add(stack),
    }
}
