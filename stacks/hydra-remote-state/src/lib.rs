//! Where the states of Hydra's other stacks are kept: a bucket, and a table that says who may change one now.
//!
//! Its own state must be elsewhere, and is on this machine. The others then name both in their `infra.toml`:
//! `state = { url = "s3://BUCKET/hydra", lock_table = "TABLE" }`.

use infra_sdk::aws::dynamodb::{AttributeType, BillingMode, Table};
use infra_sdk::aws::s3::{Bucket, BucketEncryption, ObjectOwnership, PublicAccessBlock, Versioning};
use infra_sdk::prelude::*;
use serde::Deserialize;

/// The stack's configuration, from its `infra.toml`.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// The bucket's name, which no other bucket of any account may have.
    pub remote_state_bucket_name: String,
    /// The table's name.
    pub remote_locks_dynamodb_name: String,
    /// How many times a second locks can be read.
    pub remote_locks_read_capacity: i64,
    /// How many times a second locks can be taken and given back.
    pub remote_locks_write_capacity: i64,
    /// Whether the bucket and all states in it go with the stack. Otherwise a bucket with states in it stays, and is not deleted.
    #[serde(default)]
    pub destroy_states: bool,
    /// Whether bucket and table exist already, made by something else that will not touch them any more: then they become this
    /// stack's, with all that is in them, and what differs is made as it is here. It may stay when that is done.
    #[serde(default)]
    pub take_over: bool,
}

/// The whole system.
pub fn hydra_remote_state(stack: &Stack, config: Config) {
    let bucket = Bucket::new("terraform_remote_state")
        .name(&config.remote_state_bucket_name)
        // Nobody but its owner, which was said with a list when lists still counted.
        .object_ownership(ObjectOwnership::BucketOwnerEnforced)
        .public_access_block(PublicAccessBlock::all())
        .versioning(Versioning::Enabled)
        .encryption(BucketEncryption::aes256())
        .force_destroy(config.destroy_states);
    let locks = Table::new("terraform_state_locks")
        .name(&config.remote_locks_dynamodb_name)
        .billing_mode(BillingMode::Provisioned)
        .read_capacity(config.remote_locks_read_capacity)
        .write_capacity(config.remote_locks_write_capacity)
        .attributes([("LockID", AttributeType::String)])
        .hash_key("LockID");
    let (bucket, locks) = if config.take_over {
        (bucket.import_and_update(config.remote_state_bucket_name), locks.import_and_update(config.remote_locks_dynamodb_name))
    } else {
        (bucket, locks)
    };
    let locks = locks.add(stack);
    // The bucket goes first: one that stays, with states in it, keeps what locks them.
    let bucket = bucket.depends_on(&locks).add(stack);
    stack.export("state", output!("s3://{}", bucket.name()));
    stack.export("lock_table", locks.name());
}
