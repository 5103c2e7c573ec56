//! The database, the secrets that open it, and the script that sets it up.

use hydra_components::{Database, Declared as DeclaredDatabase, Drawn, DrawnSecret};
use infra_sdk::aws::s3::{Bucket, BucketEncryption, BucketName, BucketObject, PublicAccessBlock};
use infra_sdk::core::LocalFile;
use infra_sdk::prelude::*;

use crate::config::Config;
use crate::network::Network;

/// What both secrets begin with.
const PREFIX: &str = "batch";

/// What is kept.
pub(crate) struct Storage {
    pub(crate) username: Drawn,
    pub(crate) password: Drawn,
    pub(crate) database: DeclaredDatabase,
    /// The script in its bucket.
    pub(crate) script: BucketObject,
    /// The script as it is on this machine.
    pub(crate) file: LocalFile,
}

pub(crate) fn storage(stack: &Stack, config: &Config, network: &Network) -> Result<Storage, Stop> {
    let drawn = |name: &str, length: u16, secret_name: &Option<String>, recovery_days: i32| {
        let former = [format!("secrets/rds_{name}"), format!("secrets/admin_{name}"), format!("secrets/secret_{name}")];
        let secret_name = secret_name.clone();
        let drawn =
            DrawnSecret { name: name.to_owned(), prefix: PREFIX.to_owned(), length, secret_name, recovery_days, former: Some(former) };
        drawn.add(stack)
    };
    let username = drawn("username", config.db_username_random_length, &config.db_username_secret_name, config.db_username_recovery_window);
    let password = drawn("password", config.db_password_random_length, &config.db_password_secret_name, config.db_password_recovery_window);
    let database = Database {
        name: "database".to_owned(),
        settings: config.database(),
        subnets: network.subnets.clone(),
        security_groups: network.groups.clone(),
        former: Some(["networking/db_subnet_group".to_owned(), "storage/batch_database".to_owned()]),
    };
    let database = database.add(stack, &username, &password);
    let file = AssetFile::at(&config.schema_setup_script).add(stack)?;
    let script = script(stack, config, &file);
    Ok(Storage { username, password, database, script, file })
}

fn script(stack: &Stack, config: &Config, file: &LocalFile) -> BucketObject {
    let bucket: Output<BucketName> = match &config.schema_setup_script_bucket_name {
        Some(name) => Output::from_input(BucketName::new(name)),
        None => {
            let bucket = Bucket::new("schema-setup").encryption(BucketEncryption::aes256()).public_access_block(PublicAccessBlock::all());
            bucket.add(stack).id()
        }
    };
    BucketObject::new("schema-setup")
        .bucket(bucket)
        .key(&config.schema_setup_script_bucket_key)
        .source(&file.path)
        .source_digest(&file.sha256)
        .content_type("application/sql")
        .moved_from("/storage/table_setup_script")
        .add(stack)
}
