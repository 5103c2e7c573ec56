//! Where a service's tasks are reached.

use infra_core::{Block, Input, Set};
use serde::{Deserialize, Serialize};

use crate::elbv2::TargetGroupArn;

/// What a load balancer needs besides, to move traffic between two target groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct AdvancedConfiguration {
    /// The other target group.
    #[input(cloud = "AlternateTargetGroupArn")]
    pub alternate_target_group: TargetGroupArn,
    /// The rule, by ARN, or for a network load balancer the listener, whose traffic is moved.
    pub production_listener_rule: Option<String>,
    /// The rule or listener of test traffic.
    pub test_listener_rule: Option<String>,
    /// The role that may move it, by ARN.
    #[input(cloud = "RoleArn")]
    pub role: Option<String>,
}

/// A load balancer that leads to a service's tasks. The listener must lead to the target group before the service is made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct LoadBalancer {
    /// The target group; not for a classic load balancer.
    #[input(cloud = "TargetGroupArn")]
    pub target_group: Option<TargetGroupArn>,
    /// The name of a classic load balancer.
    #[input(cloud = "LoadBalancerName")]
    pub classic: Option<String>,
    /// The container that is led to.
    #[input(cloud = "ContainerName")]
    pub container: Option<String>,
    /// Its port.
    pub container_port: Option<i32>,
    /// What moving traffic between two target groups takes.
    #[input(cloud = "AdvancedConfiguration")]
    pub advanced: Option<AdvancedConfiguration>,
}

impl LoadBalancer {
    /// To a port of a container, through a target group.
    pub fn to(container: impl Input<String>, port: impl Input<i32>, target_group: impl Input<TargetGroupArn>) -> LoadBalancerBuilder {
        LoadBalancer::new().container(container).container_port(port).target_group(target_group)
    }
}

/// A service of Cloud Map that knows the tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct ServiceRegistry {
    /// It, by ARN.
    #[input(cloud = "RegistryArn")]
    pub registry: Option<String>,
    /// The port, of SRV records.
    pub port: Option<i32>,
    /// The container, of SRV records.
    #[input(cloud = "ContainerName")]
    pub container: Option<String>,
    /// Its port, of SRV records.
    pub container_port: Option<i32>,
}

/// A target group of VPC Lattice that leads to the tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct VpcLattice {
    /// It, by ARN.
    #[input(cloud = "TargetGroupArn")]
    pub target_group: String,
    /// The port, by its name in the task definition.
    #[input(cloud = "PortName")]
    pub port: String,
    /// The role that may register tasks, by ARN.
    #[input(cloud = "RoleArn")]
    pub role: String,
}

impl VpcLattice {
    /// To a named port.
    pub fn to(port: impl Input<String>, target_group: impl Input<String>, role: impl Input<String>) -> VpcLatticeBuilder<Set, Set, Set> {
        VpcLattice::new().target_group(target_group).port(port).role(role)
    }
}

#[cfg(feature = "ecs")]
mod live {
    use aws_sdk_ecs::types as sdk;

    use super::{AdvancedConfiguration, LoadBalancer, ServiceRegistry, VpcLattice};
    use crate::elbv2::TargetGroupArn;
    use crate::sdk::{wired, wired_texts};

    wired_texts!(TargetGroupArn);

    wired!(AdvancedConfiguration = sdk::AdvancedConfiguration, Ok(sdk::AdvancedConfiguration::builder().build());
        same: production_listener_rule, test_listener_rule;
        named: role = role_arn;
        given: alternate_target_group = alternate_target_group_arn;
    );

    wired!(LoadBalancer = sdk::LoadBalancer, Ok(sdk::LoadBalancer::builder().build());
        same: container_port;
        named: target_group = target_group_arn, classic = load_balancer_name, container = container_name, advanced = advanced_configuration;
    );

    wired!(ServiceRegistry = sdk::ServiceRegistry, Ok(sdk::ServiceRegistry::builder().build());
        same: port, container_port;
        named: registry = registry_arn, container = container_name;
    );

    wired!(VpcLattice = sdk::VpcLatticeConfiguration,
        sdk::VpcLatticeConfiguration::builder().role_arn("").target_group_arn("").port_name("").build();
        named: target_group = target_group_arn, port = port_name, role = role_arn;
    );
}
