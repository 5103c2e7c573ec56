//! Hydra's Batch: compute environments and job queues, and a MySQL database of jobs, whose tables a function makes once.
//!
//! One file a component. What the original left to chance is an edge here: environments and the function wait for what their
//! roles may do and go before it, queues refer to their environments, and the script that drops and makes the tables runs when
//! it is first deployed and when it changes, and never because somebody looks.

mod access;
mod config;
mod jobs;
mod network;
mod setup;
mod storage;

pub use config::{ComputeEnvironment, Config, Queue, ResourceType};

use infra_sdk::prelude::*;

/// The whole system.
///
/// # Errors
/// Where a queue names an environment that there is not, a length is none that RDS takes, or of subnets and security groups only
/// the ones are given; and where the default VPC, or what is in the function's folder, is not known yet: the engine looks, and
/// runs this again.
pub fn hydra_batch(stack: &Stack, config: Config) -> Result<(), Stop> {
    let config = config.checked()?;
    let network = network::network(stack, &config)?;
    let roles = access::roles(stack, &config);
    let queues = jobs::queues(stack, &config, &network, &roles)?;
    let storage = storage::storage(stack, &config, &network)?;
    let call = setup::initialization(stack, &config, &network, &roles, &storage)?;

    stack.export("compute_environment_service_role_arn", roles.service.arn());
    stack.export("compute_environment_instance_profile_arn", roles.profile.arn());
    stack.export("lambda_service_role_arn", roles.function.arn());
    // Of both secrets the names; the original also gives the values.
    stack.export("username_secret", storage.username.secret_name.clone());
    stack.export("password_secret", storage.password.secret_name.clone());
    stack.export("db_subnet_group", storage.database.subnets.id());
    stack.export("db_host", storage.database.instance.address());
    stack.export("schema_setup_script_bucket_name", storage.script.bucket());
    stack.export("schema_setup_script_bucket_key", storage.script.key());
    stack.export("lambda_invocation_response", call.result());
    for (name, queue) in queues {
        stack.export(format!("job_queue_{}", name.replace('-', "_")), queue.id());
    }
    Ok(())
}
