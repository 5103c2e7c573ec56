//! Where a service's tasks are reached.

use infra_core::{Block, Input, Set, choices};
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

choices! {
    /// Who may reach a port through a gateway.
    pub enum GatewayAccess {
        /// Everybody.
        Public = "PUBLIC",
        /// Whoever is in the network.
        Private = "PRIVATE",
    }
}

/// A port that is reached through a gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct GatewayConnector {
    /// It, by its name in the task definition.
    #[input(cloud = "PortName")]
    pub port: String,
    /// Who may reach it.
    #[input(set, cloud = "Filters/AccessTypes")]
    pub access: Option<Vec<GatewayAccess>>,
    /// The path that is asked for to know that a task is well. Default: `/`.
    #[input(cloud = "HealthCheck/HealthCheckPath")]
    pub health_check_path: Option<String>,
    /// Seconds from one check to the next.
    #[input(cloud = "HealthCheck/HealthCheckIntervalSeconds")]
    pub health_check_interval: Option<i32>,
}

#[cfg(feature = "ecs")]
mod live {
    use aws_sdk_ecs::types as sdk;

    use super::{AdvancedConfiguration, GatewayAccess, GatewayConnector, LoadBalancer, ServiceRegistry, VpcLattice};
    use crate::elbv2::TargetGroupArn;
    use crate::sdk::{Wired, wired, wired_texts, wired_words};

    type Built<T> = Result<T, aws_smithy_types::error::operation::BuildError>;

    wired_texts!(TargetGroupArn);
    wired_words!(GatewayAccess => sdk::AccessType);

    impl Wired<sdk::GatewayConnector> for GatewayConnector {
        fn wire(&self) -> Built<sdk::GatewayConnector> {
            let filters = self.access.wire()?.map(|access| sdk::GatewayConnectorFilters::builder().set_access_types(Some(access)).build());
            let checked = self.health_check_path.is_some() || self.health_check_interval.is_some();
            let check = sdk::GatewayConnectorHealthCheck::builder()
                .set_health_check_path(self.health_check_path.clone())
                .set_health_check_interval_seconds(self.health_check_interval)
                .build();
            let built = sdk::GatewayConnector::builder().port_name(&self.port).set_filters(filters);
            built.set_health_check(checked.then_some(check)).build()
        }

        fn unwire(sdk: &sdk::GatewayConnector) -> Option<GatewayConnector> {
            let check = sdk.health_check.as_ref();
            Some(GatewayConnector {
                port: sdk.port_name.clone(),
                access: sdk.filters.as_ref().and_then(|filters| Wired::unwire(&filters.access_types)).flatten(),
                health_check_path: check.and_then(|check| check.health_check_path.clone()),
                health_check_interval: check.and_then(|check| check.health_check_interval_seconds),
            })
        }
    }

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
