//! Which capacity tasks are placed on.

use infra_core::{Block, Input, Set};
use serde::{Deserialize, Serialize};

/// A share of a service's tasks on one capacity provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct CapacityProviderStrategyItem {
    /// The provider: `FARGATE`, `FARGATE_SPOT`, or one that the cluster has.
    #[input(unlike_cloud = "an item that names no provider is none")]
    pub capacity_provider: String,
    /// How many tasks run on it before the weights count. Only one item may say it. Default: 0.
    #[input(filled)]
    pub base: Option<i32>,
    /// Its share of the tasks, from 0 to 1000. Default: 0.
    #[input(filled)]
    pub weight: Option<i32>,
}

impl CapacityProviderStrategyItem {
    /// Tasks on spare Fargate capacity, which may be taken away with two minutes' notice.
    pub fn fargate_spot(weight: impl Input<i32>) -> CapacityProviderStrategyItemBuilder<Set> {
        CapacityProviderStrategyItem::new().capacity_provider("FARGATE_SPOT").weight(weight)
    }

    /// Tasks on Fargate.
    pub fn fargate(weight: impl Input<i32>) -> CapacityProviderStrategyItemBuilder<Set> {
        CapacityProviderStrategyItem::new().capacity_provider("FARGATE").weight(weight)
    }
}

#[cfg(feature = "ecs")]
crate::sdk::wired!(CapacityProviderStrategyItem = aws_sdk_ecs::types::CapacityProviderStrategyItem,
    aws_sdk_ecs::types::CapacityProviderStrategyItem::builder().capacity_provider("").build();
    same: capacity_provider;
    bare: base, weight;
);
