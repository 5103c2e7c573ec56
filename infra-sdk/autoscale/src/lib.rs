//! What auto scaling will do, before it is deployed: AWS's semantics, capacity models, loads, unknowns and search.
//!
//! It takes the same typed resources that a stack deploys, what a host can do, and a load, and says what the fleet's size, processor
//! load, answer times and costs will be, minute by minute and over all that nobody knows beforehand:
//!
//! ```
//! use infra_autoscale::{Boot, Capacity, Load, Unknowns, minutes};
//! use infra_aws::autoscaling::{AutoScalingGroup, ScalingPolicy, TargetTracking};
//! use infra_aws::ec2::LaunchTemplate;
//! use infra_core::{Stack, program::Request};
//!
//! fn web(stack: &Stack) {
//!     let template = LaunchTemplate::new("web").image("ami-1").instance_type("m7g.large").monitoring(true).add(stack);
//!     let group = AutoScalingGroup::new("web").launch_template(&template).min_size(3).max_size(12).add(stack);
//!     ScalingPolicy::new("cpu").group(&group).target_tracking(TargetTracking::average_cpu(40)).add(stack);
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let graph = infra_autoscale::graph(&web, &Request::default())?;
//! let outcome = infra_autoscale::fleet(&graph, "web")?
//!     .capacity(Capacity::linear(1.0, 0.75, 1000.0)?)
//!     .load(Load::steady(60_000.0, minutes(10)).then(180_000.0, minutes(40)).hold(minutes(20)))
//!     .boot(Boot::ec2())
//!     .over(Unknowns::of_the_cloud())
//!     .run()?;
//! outcome.assert_cpu_below(80.0)?;
//! # Ok(())
//! # }
//! ```
//!
//! Start with [`Simulation`] and [`Outcome`]; [`model`] is what a fleet is to them, and [`Knobs`] is what AWS does not document. The
//! mechanisms are one file each in `semantics`. Nothing here reads a clock, and every run is a function of its arguments: the same
//! bits for any number of threads.

mod capacity;
mod cause;
mod engine;
mod error;
pub mod fit;
pub mod given;
mod graph;
mod knobs;
pub mod lint;
mod load;
pub mod model;
mod outcome;
pub mod pull;
pub mod report;
mod rng;
pub mod search;
mod semantics;
mod simulation;
mod unknowns;
mod words;

/// The tutorial, so that its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/foresight.md")]
mod tutorial {}

pub use capacity::{Burst, Capacity, LatencyCurve, Line, Stored};
pub use cause::Broken;
pub use engine::{Fluid, FluidSummary, Happening, Lag, Levers, Row, Summary, Talk, TalkSummary, Timeline};
pub use error::Error;
pub use graph::{Found, Scaled, Source, find, fleet, fleet_of, fleets, graph};
pub use knobs::{FormulaCapacity, Knobs, ScaleIn};
pub use load::{Family, Kind, Load, hours, minutes};
pub use model::{Boot, Event, Fleet, Spread, ZoneLoss};
pub use outcome::Outcome;
pub use search::{Objective, Search, Tuning};
pub use semantics::{AlarmState, Beanstalk, Datapoint, evaluate};
pub use simulation::{Limits, Prepared, Semantics, Simulation};
pub use unknowns::{Scenario, Unknowns};
