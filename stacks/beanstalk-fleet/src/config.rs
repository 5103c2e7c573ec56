//! What may differ from one environment to the next.

use serde::Deserialize;

/// The stack's configuration, from its `infra.toml`.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// Who makes the fleet.
    #[serde(default)]
    pub kind: Kind,
    /// The image that the servers start from; Elastic Beanstalk chooses its own.
    pub image: String,
    /// Their type.
    pub instance_type: String,
    /// The zones, each with a subnet of its own.
    pub zones: Vec<String>,
    /// The network's range of addresses, a /16.
    pub range: String,
    /// What makes the fleet grow and shrink.
    pub trigger: Trigger,
    /// What Elastic Beanstalk runs.
    #[serde(default)]
    pub platform: Platform,
}

/// Who makes the fleet.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The stack itself: a group, a load balancer, two alarms, two policies.
    #[default]
    Group,
    /// Elastic Beanstalk, by the options of an environment.
    Beanstalk,
}

/// What Elastic Beanstalk runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Platform {
    /// The name of the solution stack, as `aws elasticbeanstalk list-available-solution-stacks` has it.
    pub solution_stack: String,
    /// The program, as a zip in a bucket; AWS's sample application where there is none.
    pub program: Option<Program>,
}

impl Default for Platform {
    fn default() -> Platform {
        Platform { solution_stack: "64bit Amazon Linux 2023 v4.6.0 running Python 3.13".to_owned(), program: None }
    }
}

/// A program as a zip in a bucket.
#[derive(Clone, Debug, Deserialize)]
pub struct Program {
    /// The bucket.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// What the version is called.
    pub version: String,
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
