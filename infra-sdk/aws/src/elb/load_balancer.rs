//! A classic load balancer.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// A classic load balancer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = ClassicLoadBalancer, id = ClassicLoadBalancerName, outputs = NoOutputs, kind = "aws:elb/load-balancer")]
pub struct ClassicLoadBalancerInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}
