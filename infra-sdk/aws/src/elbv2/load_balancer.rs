//! A load balancer.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// A load balancer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = LoadBalancer, id = LoadBalancerArn, outputs = NoOutputs, kind = "aws:elbv2/load-balancer")]
pub struct LoadBalancerInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}
