//! Services, which keep tasks running: on Fargate, and on instances of one's own.

mod balance;
mod connect;
mod deployment;
mod fargate;
#[cfg(feature = "ecs")]
mod live;
mod on_instances;
mod placement;

pub use balance::{AdvancedConfiguration, GatewayAccess, GatewayConnector, LoadBalancer, ServiceRegistry, VpcLattice};
pub use connect::{ClientAlias, ServiceConnect, ServiceConnectAccessLogs, ServiceConnectService, ServiceConnectTimeout, ServiceConnectTls};
pub use deployment::{
    CanaryConfiguration, CircuitBreaker, DeploymentAlarms, DeploymentConfiguration, DeploymentController, DeploymentStrategy,
    LifecycleHook, LifecycleStage, LinearConfiguration, ServiceMetric, ThresholdType,
};
pub use fargate::{FargateService, FargateServiceArn, FargateServiceInputs, FargateServiceOutputs};
pub use on_instances::{EcsService, EcsServiceArn, EcsServiceInputs, EcsServiceOutputs};
pub use placement::{
    LaunchType, ManagedEbsVolume, PlacementConstraint, PlacementConstraintType, PlacementStrategy, PlacementStrategyType, PropagateTags,
    SchedulingStrategy, ServiceVolume, ZoneRebalancing,
};
