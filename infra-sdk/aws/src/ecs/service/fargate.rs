//! A service on Fargate.

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::{
    DeploymentConfiguration, DeploymentController, GatewayConnector, LoadBalancer, PropagateTags, ServiceConnect, ServiceMetric,
    ServiceRegistry, ServiceVolume, VpcLattice, ZoneRebalancing,
};
use crate::applicationautoscaling::ScalableResourceId;
use crate::ec2::{SecurityGroupId, SubnetId};
use crate::ecs::{CapacityProviderStrategyItem, ClusterName, TaskDefinitionArn};

/// Keeps tasks running on Fargate, in subnets, without instances to look after.
///
/// It is ready when its deployment is complete. One that AWS gives up is told as a failure with AWS's reason; another task
/// definition then goes on from there, and the service is not replaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = FargateService, id = FargateServiceArn, outputs = FargateServiceOutputs, kind = "aws:ecs/fargate-service",
    cloud = "AWS::ECS::Service",
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
        LaunchType = "it is Fargate",
        PlacementConstraints = "Fargate has no instances",
        PlacementStrategies = "Fargate has no instances",
        Role = "for load balancers of instances",
        SchedulingStrategy = "Fargate has no instances to have one of each on",
    ),
)]
pub struct FargateServiceInputs {
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
    /// The subnets of its tasks.
    #[input(set, cloud = "NetworkConfiguration/AwsvpcConfiguration/Subnets", unlike_cloud = "Fargate requires it")]
    pub subnets: Vec<SubnetId>,
    /// What its tasks may reach and be reached by. Default: the VPC's own group.
    #[input(set, cloud = "NetworkConfiguration/AwsvpcConfiguration/SecurityGroups")]
    pub security_groups: Option<Vec<SecurityGroupId>>,
    /// Whether its tasks have public addresses, without which they reach nothing outside but through a NAT gateway or endpoints.
    /// Default: false.
    #[input(cloud = "NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp", unlike_cloud = "two words are a switch here")]
    pub assign_public_ip: Option<bool>,
    /// The version of Fargate. Default: `LATEST`.
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

/// What AWS says of a [`FargateService`]; its id is its ARN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = FargateService)]
pub struct FargateServiceOutputs {
    /// Its name.
    #[output(stable)]
    pub service_name: String,
    /// What auto scaling calls it: `service/CLUSTER/NAME`.
    #[output(stable, reference)]
    pub scalable: ScalableResourceId,
}
