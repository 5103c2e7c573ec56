//! Where jobs run, and where they wait for it.

use std::collections::BTreeMap;

use infra_sdk::aws::batch::{BatchComputeEnvironment, ComputeEnvironmentType, ComputeResources, JobQueue};
use infra_sdk::prelude::*;

use crate::access::Roles;
use crate::config::{ComputeEnvironment, Config, ResourceType};
use crate::network::Network;

/// The queues, by name.
///
/// # Errors
/// Where one names an environment that there is not.
pub(crate) fn queues(stack: &Stack, config: &Config, network: &Network, roles: &Roles) -> Result<Vec<(String, JobQueue)>, Stop> {
    let made = config.compute_environments.iter().map(|one| (one.name.as_str(), environment(stack, config, network, roles, one)));
    let environments: BTreeMap<&str, BatchComputeEnvironment> = made.collect();
    let queue = |queue: &crate::Queue| {
        let named = queue.compute_environment.as_str();
        let Some(environment) = environments.get(named) else {
            let there: Vec<&str> = environments.keys().copied().collect();
            let problem = format!("job queue {} is for compute environment {named}, and there is {}", queue.name, there.join(", "));
            return Err(Stop::failed(problem));
        };
        let made = JobQueue::new(&queue.name)
            .name(&queue.name)
            .priority(config.job_queue_priority)
            .state(config.job_queue_state)
            .compute_environments([environment])
            .moved_from(format!("/batch/{}", queue.name))
            .add(stack);
        Ok((queue.name.clone(), made))
    };
    config.job_queues.iter().map(queue).collect()
}

fn environment(stack: &Stack, config: &Config, network: &Network, roles: &Roles, of: &ComputeEnvironment) -> BatchComputeEnvironment {
    let environment = BatchComputeEnvironment::new(&of.name)
        .environment_type(config.compute_environment_type)
        .service_role(&roles.service)
        .moved_from(format!("/batch/{}", of.name));
    // Of one that Batch does not manage it takes no machines.
    if config.compute_environment_type == ComputeEnvironmentType::Unmanaged {
        return environment.add(stack);
    }
    let (most, subnets, types) = (config.compute_environment_max_vcpus, network.subnets.clone(), [of.instance_type.as_str()]);
    let machines = match config.compute_environment_resource_type {
        ResourceType::Ec2 => ComputeResources::ec2(most, subnets, types, &roles.profile),
        ResourceType::Spot => ComputeResources::spot(most, subnets, types, &roles.profile),
    };
    let machines = machines.min_vcpus(config.compute_environment_min_vcpus).security_groups(&network.groups);
    environment.compute_resources(machines).add(stack)
}
