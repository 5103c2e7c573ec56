//! A service on instances of one's own, or on capacity providers.

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::{
    DeploymentConfiguration, DeploymentController, GatewayConnector, LaunchType, LoadBalancer, PlacementConstraint, PlacementStrategy,
    PropagateTags, SchedulingStrategy, ServiceConnect, ServiceMetric, ServiceRegistry, ServiceVolume, VpcLattice, ZoneRebalancing,
};
use crate::applicationautoscaling::ScalableResourceId;
use crate::ec2::{SecurityGroupId, SubnetId};
use crate::ecs::{CapacityProviderStrategyItem, ClusterName, TaskDefinitionArn};
use crate::iam::RoleArn;
/// Keeps tasks running on the instances of a cluster, on machines outside of AWS, or on capacity providers.
///
/// It is ready when its deployment is complete. One that AWS gives up is told as a failure with AWS's reason; another task
/// definition then goes on from there, and the service is not replaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = EcsService, id = EcsServiceArn, outputs = EcsServiceOutputs, kind = "aws:ecs/service", cloud = "AWS::ECS::Service",
    iam(
        "ecs:DescribeServices",
        create("ecs:CreateService", "ecs:TagResource", "iam:PassRole"),
        update("ecs:UpdateService", "ecs:TagResource", "ecs:UntagResource"),
        delete("ecs:DeleteService"),
    ),
    without(
        "ForceNewDeployment/EnableForceNewDeployment" = "another text is what forces one",
        "DeploymentConfiguration/EarlySuccessCriteria" = "newer than the regions that have it",
        "DeploymentConfiguration/LifecycleHooks/HookDetails" = "any document, which AWS returns in another form",
        "DeploymentConfiguration/LifecycleHooks/TargetType" = "hooks are functions here",
        "DeploymentConfiguration/LifecycleHooks/TimeoutConfiguration" = "for hooks that pause, which are none here",
        "ServiceConnectConfiguration/ContainerConfigurations" = "newer than the regions that have it",
        "ServiceConnectConfiguration/AccessLogConfiguration/IncludeQueryParameters" = "off, since queries hold secrets",
        "ServiceConnectConfiguration/Services/ClientAliases/TestTrafficRules" = "for tests of deployments, which load balancers have here",
        "VpcLatticeConfigurations/AdvancedConfiguration" = "for blue and green deployments, which load balancers have here",
    ),
)]
pub struct EcsServiceInputs {
    /// The cluster.
    #[input(replace, unlike_cloud = "AWS would take the cluster called `default`")]
    pub cluster: ClusterName,
    /// What its tasks are made of. Another revision is rolled out task by task.
    #[input(unlike_cloud = "optional only for controllers other than ECS")]
    pub task_definition: TaskDefinitionArn,
    /// Its name, at most 255 characters, the same only once in a cluster. Default: made from stack and resource.
    #[input(name = 255, replace, cloud = "ServiceName")]
    pub name: Option<String>,
    /// How many tasks there are to be. Leave it out where auto scaling decides: a new service begins with one then, and nobody
    /// changes it afterwards but auto scaling.
    pub desired_count: Option<i32>,
    /// What its tasks run on. Default: EC2 instances, or what the cluster's default strategy says. Not with
    /// `capacity_provider_strategy`.
    #[input(replace)]
    pub launch_type: Option<LaunchType>,
    /// How many tasks there are: as many as are desired, the default, or one on each instance.
    #[input(replace)]
    pub scheduling_strategy: Option<SchedulingStrategy>,
    /// Where its tasks must be placed.
    #[input(set)]
    pub placement_constraints: Option<Vec<PlacementConstraint>>,
    /// Where its tasks are best placed, the first one first.
    pub placement_strategies: Option<Vec<PlacementStrategy>>,
    /// The role that registers tasks with a load balancer, where their network mode is not `awsvpc`.
    #[input(replace)]
    pub role: Option<RoleArn>,
    /// The subnets of its tasks, with the network mode `awsvpc`.
    #[input(set, cloud = "NetworkConfiguration/AwsvpcConfiguration/Subnets")]
    pub subnets: Option<Vec<SubnetId>>,
    /// What its tasks may reach and be reached by, with the network mode `awsvpc`. Default: the VPC's own group.
    #[input(set, cloud = "NetworkConfiguration/AwsvpcConfiguration/SecurityGroups")]
    pub security_groups: Option<Vec<SecurityGroupId>>,
    /// Whether its tasks have public addresses, on Fargate. Default: false.
    #[input(cloud = "NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp", unlike_cloud = "two words are a switch here")]
    pub assign_public_ip: Option<bool>,
    /// The version of Fargate, where its tasks run there. Default: `LATEST`.
    pub platform_version: Option<String>,
    /// What leads to its tasks.
    pub load_balancers: Option<Vec<LoadBalancer>>,
    /// Seconds in which a new task's failed health checks do not count. Default: 0.
    #[input(cloud = "HealthCheckGracePeriodSeconds")]
    pub health_check_grace_period: Option<i32>,
    /// How tasks are replaced.
    #[input(cloud = "DeploymentConfiguration")]
    pub deployment: Option<DeploymentConfiguration>,
    /// Who replaces them. Default: ECS.
    #[input(cloud = "DeploymentController/Type")]
    pub deployment_controller: Option<DeploymentController>,
    /// Whether commands may be run inside its containers. Default: false. Tasks that run already are not touched.
    pub enable_execute_command: Option<bool>,
    /// Whether tasks are tagged with their cluster and service. Default: false.
    #[input(cloud = "EnableECSManagedTags")]
    pub enable_ecs_managed_tags: Option<bool>,
    /// Whose tags its tasks get. Default: nobody's.
    pub propagate_tags: Option<PropagateTags>,
    /// Shares of its tasks on capacity providers, in place of a launch type.
    #[input(set)]
    pub capacity_provider_strategy: Option<Vec<CapacityProviderStrategyItem>>,
    /// Services of Cloud Map that know its tasks.
    pub service_registries: Option<Vec<ServiceRegistry>>,
    /// How it finds other services by name, and is found.
    #[input(cloud = "ServiceConnectConfiguration", write_only)]
    pub service_connect: Option<ServiceConnect>,
    /// Volumes that the task definition leaves to the service.
    #[input(cloud = "VolumeConfigurations", write_only)]
    pub volumes: Option<Vec<ServiceVolume>>,
    /// Target groups of VPC Lattice that lead to its tasks.
    #[input(cloud = "VpcLatticeConfigurations")]
    pub vpc_lattice: Option<Vec<VpcLattice>>,
    /// Whether tasks are moved until each zone has as many as the others. Default: enabled, where it can be.
    #[input(cloud = "AvailabilityZoneRebalancing")]
    pub zone_rebalancing: Option<ZoneRebalancing>,
    /// Any text: another one replaces all tasks by new ones of the same revision.
    #[input(cloud = "ForceNewDeployment/ForceNewDeploymentNonce", write_only)]
    pub redeploy: Option<String>,
    /// How closely it is measured. Default: every 60 seconds.
    #[input(cloud = "Monitoring/MetricConfigurations", write_only)]
    pub monitoring: Option<Vec<ServiceMetric>>,
    /// Its ports that are reached through a gateway.
    #[input(write_only)]
    pub gateway_connectors: Option<Vec<GatewayConnector>>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`EcsService`]; its id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = EcsService)]
pub struct EcsServiceOutputs {
    /// Its name.
    #[output(stable)]
    pub service_name: String,
    /// What auto scaling calls it: `service/CLUSTER/NAME`.
    #[output(stable, reference)]
    pub scalable: ScalableResourceId,
}
