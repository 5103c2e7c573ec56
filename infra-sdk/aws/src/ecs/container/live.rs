//! A container and its parts as the SDK has them.

use std::collections::BTreeMap;

use aws_sdk_ecs::types as sdk;

use super::{
    AppProtocol, ContainerCondition, ContainerDefinition, ContainerDependency, ContainerHealthCheck, Device, DevicePermission,
    EnvironmentFile, EnvironmentFileType, FirelensConfiguration, FirelensType, HostEntry, KernelCapabilities, LinuxParameters, MountPoint,
    PortMapping, RepositoryCredentials, ResourceRequirement, ResourceType, RestartPolicy, SystemControl, Tmpfs, TransportProtocol, Ulimit,
    UlimitName, VersionConsistency, VolumeFrom,
};
use crate::ecs::log_configuration::{secrets_from_sdk, secrets_to_sdk};
use crate::sdk::{Wired, wired, wired_words};

type Built<T> = Result<T, aws_smithy_types::error::operation::BuildError>;

wired_words!(
    AppProtocol => sdk::ApplicationProtocol,
    ContainerCondition => sdk::ContainerCondition,
    DevicePermission => sdk::DeviceCgroupPermission,
    EnvironmentFileType => sdk::EnvironmentFileType,
    FirelensType => sdk::FirelensConfigurationType,
    ResourceType => sdk::ResourceType,
    TransportProtocol => sdk::TransportProtocol,
    UlimitName => sdk::UlimitName,
    VersionConsistency => sdk::VersionConsistency,
);

wired!(PortMapping = sdk::PortMapping, Ok(sdk::PortMapping::builder().build());
    same: container_port, container_port_range, host_port, protocol, name, app_protocol;
);

wired!(ContainerDependency = sdk::ContainerDependency,
    sdk::ContainerDependency::builder().container_name("").condition(sdk::ContainerCondition::Start).build();
    same: condition;
    named: container = container_name;
);

wired!(ContainerHealthCheck = sdk::HealthCheck, sdk::HealthCheck::builder().set_command(Some(Vec::new())).build();
    same: command, interval, timeout, retries, start_period;
);

wired!(HostEntry = sdk::HostEntry, sdk::HostEntry::builder().hostname("").ip_address("").build();
    same: hostname, ip_address;
);

wired!(MountPoint = sdk::MountPoint, Ok(sdk::MountPoint::builder().build());
    same: source_volume, container_path, read_only;
);

wired!(VolumeFrom = sdk::VolumeFrom, Ok(sdk::VolumeFrom::builder().build());
    same: source_container, read_only;
);

wired!(RepositoryCredentials = sdk::RepositoryCredentials, sdk::RepositoryCredentials::builder().credentials_parameter("").build();
    same: credentials_parameter;
);

wired!(RestartPolicy = sdk::ContainerRestartPolicy, sdk::ContainerRestartPolicy::builder().enabled(false).build();
    same: ignored_exit_codes, restart_attempt_period;
    bare: enabled;
);

wired!(EnvironmentFile = sdk::EnvironmentFile, sdk::EnvironmentFile::builder().value("").r#type(sdk::EnvironmentFileType::S3).build();
    named: file = value, kind = r#type;
);

wired!(ResourceRequirement = sdk::ResourceRequirement, sdk::ResourceRequirement::builder().value("").r#type(sdk::ResourceType::Gpu).build();
    same: value;
    named: kind = r#type;
);

wired!(FirelensConfiguration = sdk::FirelensConfiguration,
    sdk::FirelensConfiguration::builder().r#type(sdk::FirelensConfigurationType::Fluentd).build();
    same: options;
    named: kind = r#type;
);

wired!(Device = sdk::Device, sdk::Device::builder().host_path("").build();
    same: host_path, container_path, permissions;
);

wired!(Tmpfs = sdk::Tmpfs, sdk::Tmpfs::builder().container_path("").size(0).build();
    same: container_path, size, mount_options;
);

wired!(KernelCapabilities = sdk::KernelCapabilities, Ok(sdk::KernelCapabilities::builder().build());
    same: add, drop;
);

wired!(LinuxParameters = sdk::LinuxParameters, Ok(sdk::LinuxParameters::builder().build());
    same: capabilities, devices, init_process_enabled, shared_memory_size, tmpfs, max_swap, swappiness;
);

wired!(SystemControl = sdk::SystemControl, Ok(sdk::SystemControl::builder().build());
    same: namespace, value;
);

wired!(Ulimit = sdk::Ulimit, sdk::Ulimit::builder().name(sdk::UlimitName::Nofile).soft_limit(0).hard_limit(0).build();
    same: name, soft_limit, hard_limit;
);

fn pairs_to_sdk(pairs: &BTreeMap<String, String>) -> Vec<sdk::KeyValuePair> {
    pairs.iter().map(|(name, value)| sdk::KeyValuePair::builder().name(name).value(value).build()).collect()
}

fn pairs_from_sdk(pairs: &[sdk::KeyValuePair]) -> BTreeMap<String, String> {
    pairs.iter().filter_map(|pair| Some((pair.name.clone()?, pair.value.clone().unwrap_or_default()))).collect()
}

impl Wired<sdk::ContainerDefinition> for ContainerDefinition {
    fn wire(&self) -> Built<sdk::ContainerDefinition> {
        let mut built = sdk::ContainerDefinition::builder()
            .name(&self.name)
            .image(&self.image)
            .set_environment(self.environment.as_ref().map(pairs_to_sdk))
            .set_secrets(secrets_to_sdk(self.secrets.as_ref())?)
            .build();
        built.cpu = self.cpu.unwrap_or_default();
        built.memory = self.memory;
        built.memory_reservation = self.memory_reservation;
        built.essential = self.essential;
        macro_rules! fields {
            ($($field:ident)*) => {$(built.$field = self.$field.wire()?;)*};
        }
        fields! {
            repository_credentials port_mappings restart_policy entry_point command environment_files mount_points volumes_from
            linux_parameters depends_on start_timeout stop_timeout version_consistency hostname user working_directory disable_networking
            privileged readonly_root_filesystem dns_servers dns_search_domains extra_hosts links docker_security_options credential_specs
            interactive pseudo_terminal docker_labels ulimits log_configuration health_check system_controls resource_requirements
            firelens_configuration
        }
        Ok(built)
    }

    fn unwire(sdk: &sdk::ContainerDefinition) -> Option<ContainerDefinition> {
        macro_rules! fields {
            ($($field:ident)*) => {
                ContainerDefinition {
                    name: sdk.name.clone()?,
                    image: sdk.image.clone()?,
                    cpu: Some(sdk.cpu),
                    environment: sdk.environment.as_deref().map(pairs_from_sdk),
                    secrets: secrets_from_sdk(sdk.secrets.as_deref()),
                    $($field: Wired::unwire(&sdk.$field)?),*
                }
            };
        }
        Some(fields! {
            memory memory_reservation essential
            repository_credentials port_mappings restart_policy entry_point command environment_files mount_points volumes_from
            linux_parameters depends_on start_timeout stop_timeout version_consistency hostname user working_directory disable_networking
            privileged readonly_root_filesystem dns_servers dns_search_domains extra_hosts links docker_security_options credential_specs
            interactive pseudo_terminal docker_labels ulimits log_configuration health_check system_controls resource_requirements
            firelens_configuration
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_read_back_as_it_was_written() {
        let all: serde_json::Value = serde_json::from_str(
            r#"{
            "name": "web", "image": "nginx", "repository_credentials": {"credentials_parameter": "arn:s"}, "cpu": 256, "memory": 512,
            "memory_reservation": 256,
            "port_mappings": [{
                "container_port": 80, "container_port_range": null, "host_port": 80, "protocol": "tcp", "name": "http", "app_protocol": "http2"
            }],
            "essential": false,
            "restart_policy": {"enabled": true, "ignored_exit_codes": [0], "restart_attempt_period": 60},
            "entry_point": ["sh"], "command": ["-c", "true"], "environment": {"A": "1", "B": "2"},
            "environment_files": [{"file": "arn:f", "kind": "s3"}], "secrets": {"PASSWORD": "arn:p"},
            "mount_points": [{"source_volume": "v", "container_path": "/v", "read_only": true}],
            "volumes_from": [{"source_container": "other", "read_only": false}],
            "linux_parameters": {
                "capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]},
                "devices": [{"host_path": "/dev/a", "container_path": "/dev/b", "permissions": ["read", "mknod"]}],
                "init_process_enabled": true, "shared_memory_size": 64,
                "tmpfs": [{"container_path": "/t", "size": 5, "mount_options": ["ro"]}], "max_swap": 1, "swappiness": 2
            },
            "depends_on": [{"container": "other", "condition": "HEALTHY"}], "start_timeout": 10, "stop_timeout": 20,
            "version_consistency": "disabled", "hostname": "h", "user": "1000", "working_directory": "/w", "disable_networking": true,
            "privileged": true, "readonly_root_filesystem": true, "dns_servers": ["10.0.0.2"], "dns_search_domains": ["a.b"],
            "extra_hosts": [{"hostname": "h", "ip_address": "10.0.0.1"}], "links": ["other"], "docker_security_options": ["label:a"],
            "credential_specs": ["credentialspec:arn"], "interactive": true, "pseudo_terminal": true, "docker_labels": {"a": "b"},
            "ulimits": [{"name": "nofile", "soft_limit": 1, "hard_limit": 2}],
            "log_configuration": {"log_driver": "awslogs", "options": {"awslogs-group": "g"}, "secret_options": {"token": "arn:t"}},
            "health_check": {"command": ["CMD", "true"], "interval": 5, "timeout": 2, "retries": 1, "start_period": 9},
            "system_controls": [{"namespace": "net.a", "value": "1"}], "resource_requirements": [{"kind": "GPU", "value": "1"}],
            "firelens_configuration": {"kind": "fluentbit", "options": {"a": "b"}}
        }"#,
        )
        .unwrap();
        let want: ContainerDefinition = serde_json::from_value(all.clone()).unwrap();
        let back = ContainerDefinition::unwire(&want.wire().unwrap()).unwrap();
        assert_eq!(serde_json::to_value(back).unwrap(), all);
    }
}
