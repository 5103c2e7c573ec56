//! A job definition's revision as our inputs.

use std::collections::BTreeMap;

use aws_sdk_batch::types as sdk;

use super::parts::{Device, DevicePermission, EfsVolume, LinuxParameters, LogConfiguration, LogDriver, MountPoint, Tmpfs, Ulimit, Volume};
use super::{
    ConsumableResource, ContainerProperties, EvaluateOnExit, JobDefinitionInputs, JobType, NodeRange, Nodes, PlatformCapability,
    RetryAction, RetryStrategy,
};
use crate::batch::tags;
use crate::iam::RoleArn;
use crate::sdk::some_list;

fn owned(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn secrets(from: &[sdk::Secret]) -> BTreeMap<String, String> {
    from.iter().filter_map(|secret| Some((secret.name()?.to_owned(), secret.value_from()?.to_owned()))).collect()
}

/// All that a revision says.
pub(super) fn inputs(from: &sdk::JobDefinition) -> JobDefinitionInputs {
    let list = |from: Option<&sdk::ConsumableResourceProperties>| from.and_then(|all| consumables(all.consumable_resource_list()));
    let range = |range: &sdk::NodeRangeProperty| NodeRange {
        target_nodes: range.target_nodes().unwrap_or_default().to_owned(),
        container: range.container().map(container),
        instance_types: some_list(range.instance_types().iter().cloned()),
        consumable_resources: list(range.consumable_resource_properties()),
    };
    let capability = |of: &sdk::PlatformCapability| PlatformCapability::from_word(of.as_str());
    JobDefinitionInputs {
        job_type: from.r#type().and_then(JobType::from_word).unwrap_or(JobType::Container),
        name: owned(from.job_definition_name()),
        container: from.container_properties().map(container),
        nodes: from.node_properties().map(|nodes| Nodes {
            count: nodes.num_nodes().unwrap_or_default(),
            main: nodes.main_node().unwrap_or_default(),
            ranges: nodes.node_range_properties().iter().map(range).collect(),
        }),
        platform_capabilities: some_list(from.platform_capabilities().iter().filter_map(capability)),
        parameters: from.parameters().map(|all| all.clone().into_iter().collect()),
        propagate_tags: from.propagate_tags(),
        retry_strategy: from.retry_strategy().map(retries),
        scheduling_priority: from.scheduling_priority(),
        timeout: from.timeout().and_then(|timeout| timeout.attempt_duration_seconds()),
        consumable_resources: list(from.consumable_resource_properties()),
        keep_revisions: None,
        tags: Some(tags::from_sdk(from.tags())),
    }
}

fn consumables(from: &[sdk::ConsumableResourceRequirement]) -> Option<Vec<ConsumableResource>> {
    some_list(from.iter().filter_map(|one| {
        Some(ConsumableResource { resource: one.consumable_resource()?.to_owned(), quantity: one.quantity().unwrap_or_default() })
    }))
}

fn retries(from: &sdk::RetryStrategy) -> RetryStrategy {
    let exit = |exit: &sdk::EvaluateOnExit| {
        // Batch takes the word in any case, and keeps it as it was.
        let action = exit.action()?.as_str().to_ascii_lowercase();
        Some(EvaluateOnExit {
            action: RetryAction::from_word(&action)?,
            on_exit_code: owned(exit.on_exit_code()),
            on_reason: owned(exit.on_reason()),
            on_status_reason: owned(exit.on_status_reason()),
        })
    };
    RetryStrategy { attempts: from.attempts(), evaluate_on_exit: some_list(from.evaluate_on_exit().iter().filter_map(exit)) }
}

#[allow(deprecated, reason = "older revisions say it in the old fields")]
fn container(from: &sdk::ContainerProperties) -> ContainerProperties {
    let requirement = |of: &sdk::ResourceType| {
        let one = from.resource_requirements().iter().find(|one| one.r#type() == Some(of));
        one.and_then(|one| one.value())
    };
    let number = |of| requirement(of).and_then(|value| value.parse::<i32>().ok());
    let vcpus = requirement(&sdk::ResourceType::Vcpu).and_then(|value| value.parse().ok());
    let variable = |pair: &sdk::KeyValuePair| Some((pair.name()?.to_owned(), pair.value().unwrap_or_default().to_owned()));
    let mount = |mount: &sdk::MountPoint| MountPoint {
        volume: mount.source_volume().unwrap_or_default().to_owned(),
        container_path: mount.container_path().unwrap_or_default().to_owned(),
        read_only: mount.read_only(),
    };
    let limit = |limit: &sdk::Ulimit| Ulimit {
        name: limit.name().unwrap_or_default().to_owned(),
        soft_limit: limit.soft_limit().unwrap_or_default(),
        hard_limit: limit.hard_limit().unwrap_or_default(),
    };
    ContainerProperties {
        image: from.image().unwrap_or_default().to_owned(),
        vcpus: vcpus.or(from.vcpus().filter(|count| *count > 0).map(f64::from)),
        memory: number(&sdk::ResourceType::Memory).or(from.memory().filter(|size| *size > 0)),
        gpus: number(&sdk::ResourceType::Gpu),
        command: some_list(from.command().iter().cloned()),
        environment: Some(from.environment().iter().filter_map(variable).collect()),
        secrets: Some(secrets(from.secrets())),
        job_role: owned(from.job_role_arn()).map(RoleArn::new),
        execution_role: owned(from.execution_role_arn()).map(RoleArn::new),
        volumes: some_list(from.volumes().iter().map(volume)),
        mount_points: some_list(from.mount_points().iter().map(mount)),
        readonly_root_filesystem: from.readonly_root_filesystem(),
        privileged: from.privileged(),
        ulimits: some_list(from.ulimits().iter().map(limit)),
        user: owned(from.user()),
        linux_parameters: from.linux_parameters().map(linux),
        log_configuration: from.log_configuration().and_then(logs),
        assign_public_ip: from
            .network_configuration()
            .and_then(|network| network.assign_public_ip())
            .map(|word| word.as_str() == "ENABLED"),
        platform_version: owned(from.fargate_platform_configuration().and_then(|platform| platform.platform_version())),
        ephemeral_storage: from.ephemeral_storage().and_then(|storage| storage.size_in_gib()),
        cpu_architecture: owned(from.runtime_platform().and_then(|platform| platform.cpu_architecture())),
        operating_system: owned(from.runtime_platform().and_then(|platform| platform.operating_system_family())),
        repository_credentials: owned(from.repository_credentials().and_then(|credentials| credentials.credentials_parameter())),
        enable_execute_command: from.enable_execute_command(),
    }
}

fn volume(from: &sdk::Volume) -> Volume {
    let efs = |efs: &sdk::EfsVolumeConfiguration| EfsVolume {
        file_system: efs.file_system_id().unwrap_or_default().to_owned(),
        root_directory: owned(efs.root_directory()),
        encrypted: efs.transit_encryption().map(|word| word.as_str() == "ENABLED"),
        port: efs.transit_encryption_port(),
        access_point: owned(efs.authorization_config().and_then(|config| config.access_point_id())),
        iam: efs.authorization_config().and_then(|config| config.iam()).map(|word| word.as_str() == "ENABLED"),
    };
    Volume {
        name: from.name().unwrap_or_default().to_owned(),
        host_path: owned(from.host().and_then(|host| host.source_path())),
        efs: from.efs_volume_configuration().map(efs),
    }
}

fn linux(from: &sdk::LinuxParameters) -> LinuxParameters {
    let device = |device: &sdk::Device| Device {
        host_path: device.host_path().unwrap_or_default().to_owned(),
        container_path: owned(device.container_path()),
        permissions: some_list(device.permissions().iter().filter_map(|permission| DevicePermission::from_word(permission.as_str()))),
    };
    let tmpfs = |tmpfs: &sdk::Tmpfs| Tmpfs {
        container_path: tmpfs.container_path().unwrap_or_default().to_owned(),
        size: tmpfs.size().unwrap_or_default(),
        mount_options: some_list(tmpfs.mount_options().iter().cloned()),
    };
    LinuxParameters {
        devices: some_list(from.devices().iter().map(device)),
        init_process_enabled: from.init_process_enabled(),
        max_swap: from.max_swap(),
        swappiness: from.swappiness(),
        shared_memory_size: from.shared_memory_size(),
        tmpfs: some_list(from.tmpfs().iter().map(tmpfs)),
    }
}

fn logs(from: &sdk::LogConfiguration) -> Option<LogConfiguration> {
    Some(LogConfiguration {
        driver: LogDriver::from_word(from.log_driver()?.as_str())?,
        options: from.options().map(|options| options.clone().into_iter().collect()),
        secret_options: Some(secrets(from.secret_options())),
    })
}

#[cfg(test)]
mod tests {
    use super::super::to_sdk;
    use super::*;

    #[test]
    fn a_container_survives_the_way_to_the_sdk_and_back() {
        let map = |key: &str, value: &str| Some(BTreeMap::from([(key.to_owned(), value.to_owned())]));
        let there = ContainerProperties {
            image: "train:1".into(),
            vcpus: Some(0.25),
            memory: Some(512),
            gpus: Some(1),
            command: Some(vec!["echo".into(), "Ref::what".into()]),
            environment: map("A", "1"),
            secrets: map("PASSWORD", "arn:aws:secretsmanager:us-east-1:1:secret:p"),
            job_role: Some(RoleArn::new("arn:aws:iam::1:role/job")),
            execution_role: Some(RoleArn::new("arn:aws:iam::1:role/run")),
            volumes: Some(vec![
                Volume { name: "data".into(), host_path: Some("/data".into()), efs: None },
                Volume {
                    name: "shared".into(),
                    host_path: None,
                    efs: Some(EfsVolume {
                        file_system: "fs-1".into(),
                        root_directory: Some("/a".into()),
                        encrypted: Some(true),
                        port: Some(2049),
                        access_point: Some("fsap-1".into()),
                        iam: Some(false),
                    }),
                },
            ]),
            mount_points: Some(vec![MountPoint { volume: "data".into(), container_path: "/mnt".into(), read_only: Some(true) }]),
            readonly_root_filesystem: Some(true),
            privileged: Some(false),
            ulimits: Some(vec![Ulimit { name: "nofile".into(), soft_limit: 1, hard_limit: 2 }]),
            user: Some("app".into()),
            linux_parameters: Some(LinuxParameters {
                devices: Some(vec![Device {
                    host_path: "/dev/fuse".into(),
                    container_path: Some("/dev/fuse".into()),
                    permissions: Some(vec![DevicePermission::Read]),
                }]),
                init_process_enabled: Some(true),
                max_swap: Some(3),
                swappiness: Some(4),
                shared_memory_size: Some(5),
                tmpfs: Some(vec![Tmpfs { container_path: "/tmp".into(), size: 6, mount_options: Some(vec!["noexec".into()]) }]),
            }),
            log_configuration: Some(LogConfiguration {
                driver: LogDriver::Awslogs,
                options: map("awslogs-group", "jobs"),
                secret_options: map("splunk-token", "arn:b"),
            }),
            assign_public_ip: Some(true),
            platform_version: Some("1.4.0".into()),
            ephemeral_storage: Some(30),
            cpu_architecture: Some("ARM64".into()),
            operating_system: Some("LINUX".into()),
            repository_credentials: Some("arn:c".into()),
            enable_execute_command: Some(true),
        };
        assert_eq!(container(&to_sdk::container(&there)), there);
    }

    #[test]
    #[allow(deprecated, reason = "that is what it is about")]
    fn what_older_revisions_say_in_the_old_fields_is_told_too() {
        let old = container(&sdk::ContainerProperties::builder().image("a").vcpus(2).memory(128).build());
        assert_eq!((old.vcpus, old.memory), (Some(2.0), Some(128)));
    }
}
