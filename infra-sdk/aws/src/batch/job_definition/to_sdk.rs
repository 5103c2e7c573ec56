//! A job definition's inputs as the SDK has them.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_batch::types as sdk;

use super::parts::{EfsVolume, LinuxParameters, LogConfiguration, Volume};
use super::{ConsumableResource, ContainerProperties, NodeRange, Nodes, RetryStrategy};

pub(super) fn pairs(map: &BTreeMap<String, String>) -> HashMap<String, String> {
    map.clone().into_iter().collect()
}

fn switch<T: for<'a> From<&'a str>>(on: bool) -> T {
    T::from(if on { "ENABLED" } else { "DISABLED" })
}

fn secrets(from: &BTreeMap<String, String>) -> Vec<sdk::Secret> {
    from.iter().map(|(name, arn)| sdk::Secret::builder().name(name).value_from(arn).build()).collect()
}

/// What the container needs, as Batch lists it.
fn requirements(from: &ContainerProperties) -> Option<Vec<sdk::ResourceRequirement>> {
    let vcpus = from.vcpus.map(|vcpus| (sdk::ResourceType::Vcpu, vcpus.to_string()));
    let memory = from.memory.map(|memory| (sdk::ResourceType::Memory, memory.to_string()));
    let gpus = from.gpus.filter(|gpus| *gpus > 0).map(|gpus| (sdk::ResourceType::Gpu, gpus.to_string()));
    let all = [vcpus, memory, gpus].into_iter().flatten();
    let all: Vec<_> = all.map(|(of, value)| sdk::ResourceRequirement::builder().r#type(of).value(value).build()).collect();
    (!all.is_empty()).then_some(all)
}

pub(super) fn container(from: &ContainerProperties) -> sdk::ContainerProperties {
    let variable = |(name, value): (&String, &String)| sdk::KeyValuePair::builder().name(name).value(value).build();
    let platform = (from.cpu_architecture.is_some() || from.operating_system.is_some()).then(|| {
        sdk::RuntimePlatform::builder()
            .set_cpu_architecture(from.cpu_architecture.clone())
            .set_operating_system_family(from.operating_system.clone())
            .build()
    });
    let mounts = from.mount_points.as_ref().map(|mounts| {
        let mount = |mount: &super::MountPoint| {
            sdk::MountPoint::builder()
                .source_volume(&mount.volume)
                .container_path(&mount.container_path)
                .set_read_only(mount.read_only)
                .build()
        };
        mounts.iter().map(mount).collect()
    });
    let limits = from.ulimits.as_ref().map(|limits| {
        let limit = |limit: &super::Ulimit| {
            sdk::Ulimit::builder().name(&limit.name).soft_limit(limit.soft_limit).hard_limit(limit.hard_limit).build()
        };
        limits.iter().map(limit).collect()
    });
    sdk::ContainerProperties::builder()
        .image(&from.image)
        .set_resource_requirements(requirements(from))
        .set_command(from.command.clone())
        .set_environment(from.environment.as_ref().map(|variables| variables.iter().map(variable).collect()))
        .set_secrets(from.secrets.as_ref().map(secrets))
        .set_job_role_arn(from.job_role.as_ref().map(|role| role.as_str().to_owned()))
        .set_execution_role_arn(from.execution_role.as_ref().map(|role| role.as_str().to_owned()))
        .set_volumes(from.volumes.as_ref().map(|volumes| volumes.iter().map(volume).collect()))
        .set_mount_points(mounts)
        .set_readonly_root_filesystem(from.readonly_root_filesystem)
        .set_privileged(from.privileged)
        .set_ulimits(limits)
        .set_user(from.user.clone())
        .set_linux_parameters(from.linux_parameters.as_ref().map(linux))
        .set_log_configuration(from.log_configuration.as_ref().map(logs))
        .set_network_configuration(
            from.assign_public_ip.map(|on| sdk::NetworkConfiguration::builder().assign_public_ip(switch(on)).build()),
        )
        .set_fargate_platform_configuration(
            from.platform_version.as_ref().map(|version| sdk::FargatePlatformConfiguration::builder().platform_version(version).build()),
        )
        .set_ephemeral_storage(from.ephemeral_storage.map(|size| sdk::EphemeralStorage::builder().size_in_gib(size).build()))
        .set_runtime_platform(platform)
        .set_repository_credentials(
            from.repository_credentials.as_ref().map(|arn| sdk::RepositoryCredentials::builder().credentials_parameter(arn).build()),
        )
        .set_enable_execute_command(from.enable_execute_command)
        .build()
}

fn volume(from: &Volume) -> sdk::Volume {
    sdk::Volume::builder()
        .name(&from.name)
        .set_host(from.host_path.as_ref().map(|path| sdk::Host::builder().source_path(path).build()))
        .set_efs_volume_configuration(from.efs.as_ref().map(efs))
        .build()
}

fn efs(from: &EfsVolume) -> sdk::EfsVolumeConfiguration {
    let authorization = (from.access_point.is_some() || from.iam.is_some()).then(|| {
        sdk::EfsAuthorizationConfig::builder().set_access_point_id(from.access_point.clone()).set_iam(from.iam.map(switch)).build()
    });
    sdk::EfsVolumeConfiguration::builder()
        .file_system_id(&from.file_system)
        .set_root_directory(from.root_directory.clone())
        .set_transit_encryption(from.encrypted.map(switch))
        .set_transit_encryption_port(from.port)
        .set_authorization_config(authorization)
        .build()
}

fn linux(from: &LinuxParameters) -> sdk::LinuxParameters {
    let device = |device: &super::Device| {
        let permissions = device.permissions.as_ref();
        sdk::Device::builder()
            .host_path(&device.host_path)
            .set_container_path(device.container_path.clone())
            .set_permissions(permissions.map(|all| all.iter().map(|permission| permission.as_str().into()).collect()))
            .build()
    };
    let tmpfs = |tmpfs: &super::Tmpfs| {
        sdk::Tmpfs::builder().container_path(&tmpfs.container_path).size(tmpfs.size).set_mount_options(tmpfs.mount_options.clone()).build()
    };
    sdk::LinuxParameters::builder()
        .set_devices(from.devices.as_ref().map(|devices| devices.iter().map(device).collect()))
        .set_init_process_enabled(from.init_process_enabled)
        .set_max_swap(from.max_swap)
        .set_swappiness(from.swappiness)
        .set_shared_memory_size(from.shared_memory_size)
        .set_tmpfs(from.tmpfs.as_ref().map(|all| all.iter().map(tmpfs).collect()))
        .build()
}

fn logs(from: &LogConfiguration) -> sdk::LogConfiguration {
    sdk::LogConfiguration::builder()
        .log_driver(from.driver.as_str().into())
        .set_options(from.options.as_ref().map(pairs))
        .set_secret_options(from.secret_options.as_ref().map(secrets))
        .build()
}

pub(super) fn consumables(from: &[ConsumableResource]) -> sdk::ConsumableResourceProperties {
    let one = |from: &ConsumableResource| {
        sdk::ConsumableResourceRequirement::builder().consumable_resource(&from.resource).quantity(from.quantity).build()
    };
    sdk::ConsumableResourceProperties::builder().set_consumable_resource_list(Some(from.iter().map(one).collect())).build()
}

pub(super) fn nodes(from: &Nodes) -> sdk::NodeProperties {
    let range = |range: &NodeRange| {
        sdk::NodeRangeProperty::builder()
            .target_nodes(&range.target_nodes)
            .set_container(range.container.as_ref().map(container))
            .set_instance_types(range.instance_types.clone())
            .set_consumable_resource_properties(range.consumable_resources.as_deref().map(consumables))
            .build()
    };
    sdk::NodeProperties::builder()
        .num_nodes(from.count)
        .main_node(from.main)
        .set_node_range_properties(Some(from.ranges.iter().map(range).collect()))
        .build()
}

pub(super) fn retries(from: &RetryStrategy) -> sdk::RetryStrategy {
    let exit = |from: &super::EvaluateOnExit| {
        sdk::EvaluateOnExit::builder()
            .action(from.action.as_str().into())
            .set_on_exit_code(from.on_exit_code.clone())
            .set_on_reason(from.on_reason.clone())
            .set_on_status_reason(from.on_status_reason.clone())
            .build()
    };
    sdk::RetryStrategy::builder()
        .set_attempts(from.attempts)
        .set_evaluate_on_exit(from.evaluate_on_exit.as_ref().map(|all| all.iter().map(exit).collect()))
        .build()
}
