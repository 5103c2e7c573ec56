//! Containers in clusters: what a task is made of, and the services that keep tasks running.

mod cluster;
mod container;
mod log_configuration;
mod secret;
mod service;
mod strategy;
#[cfg(feature = "ecs")]
mod tags;
mod task_definition;
mod volume;

pub use cluster::{
    Cluster, ClusterArn, ClusterInputs, ClusterName, ClusterOutputs, ContainerInsights, ExecuteCommand, ExecuteCommandLogging,
    ExecuteCommandLogs, ManagedStorage,
};
pub use container::{
    AppProtocol, ContainerCondition, ContainerDefinition, ContainerDefinitionBuilder, ContainerDependency, ContainerHealthCheck, Device,
    DevicePermission, EnvironmentFile, EnvironmentFileType, FirelensConfiguration, FirelensType, HostEntry, KernelCapabilities,
    LinuxParameters, MountPoint, PortMapping, RepositoryCredentials, ResourceRequirement, ResourceType, RestartPolicy, SystemControl,
    Tmpfs, TransportProtocol, Ulimit, UlimitName, VersionConsistency, VolumeFrom,
};
pub use log_configuration::{LogConfiguration, LogDriver};
pub use secret::SecretSource;
pub use service::{
    AdvancedConfiguration, CanaryConfiguration, CircuitBreaker, ClientAlias, DeploymentAlarms, DeploymentConfiguration,
    DeploymentController, DeploymentStrategy, EcsService, EcsServiceArn, EcsServiceInputs, EcsServiceOutputs, FargateService,
    FargateServiceArn, FargateServiceInputs, FargateServiceOutputs, GatewayAccess, GatewayConnector, LaunchType, LifecycleHook,
    LifecycleStage, LinearConfiguration, LoadBalancer, ManagedEbsVolume, PlacementConstraint, PlacementConstraintType, PlacementStrategy,
    PlacementStrategyType, PropagateTags, SchedulingStrategy, ServiceConnect, ServiceConnectAccessLogs, ServiceConnectService,
    ServiceConnectTimeout, ServiceConnectTls, ServiceMetric, ServiceRegistry, ServiceVolume, ThresholdType, VpcLattice, ZoneRebalancing,
};
pub use strategy::CapacityProviderStrategyItem;
pub use task_definition::{
    Compatibility, CpuArchitecture, IpcMode, NetworkMode, OperatingSystemFamily, PidMode, ProxyConfiguration, RuntimePlatform,
    TaskDefinition, TaskDefinitionArn, TaskDefinitionInputs, TaskDefinitionOutputs, TaskPlacementConstraint, TaskPlacementConstraintType,
};
pub use volume::{
    DockerVolume, DockerVolumeScope, EfsAuthorization, EfsIam, EfsVolume, FsxAuthorization, FsxWindowsVolume, S3FilesVolume,
    TransitEncryption, Volume,
};

crate::resources!("ecs", aws_sdk_ecs::Client: Cluster, EcsService, FargateService, TaskDefinition);
