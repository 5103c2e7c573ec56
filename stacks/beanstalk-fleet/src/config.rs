//! What may differ from one environment to the next.

use serde::Deserialize;

/// The stack's configuration, from its `infra.toml`.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// The image that the servers start from.
    pub image: String,
    /// Their type.
    pub instance_type: String,
    /// The zones, each with a subnet of its own.
    pub zones: Vec<String>,
    /// The network's range of addresses, a /16.
    pub range: String,
    /// What makes the fleet grow and shrink.
    pub trigger: Trigger,
}

/// An environment's settings under `aws:autoscaling:trigger` and `aws:autoscaling:asg`, by other names.
#[derive(Clone, Debug, Deserialize)]
pub struct Trigger {
    /// The fewest servers (`MinSize`).
    pub min: i32,
    /// The most (`MaxSize`).
    pub max: i32,
    /// Seconds from one change to the next (`Cooldown`).
    pub cooldown: i32,
    /// Percent of processor load above which it grows (`UpperThreshold`).
    pub upper: f64,
    /// Percent below which it shrinks (`LowerThreshold`).
    pub lower: f64,
    /// Servers by which it grows (`UpperBreachScaleIncrement`).
    pub increment: i32,
    /// Servers by which it shrinks (`LowerBreachScaleIncrement`, without its sign).
    pub decrement: i32,
    /// Seconds over which the load is averaged (`Period`).
    pub period: i32,
    /// Whether servers report each minute (`MonitoringInterval`).
    pub detailed: bool,
}
