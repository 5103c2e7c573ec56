//! What auto scaling will do, before it is deployed: AWS's semantics, capacity models, loads, unknowns and search.

mod capacity;
mod cause;
mod engine;
mod error;
mod fit;
mod knobs;
mod load;
pub mod model;
mod outcome;
mod rng;
mod semantics;
mod simulation;
mod unknowns;

pub use capacity::{Burst, Capacity, LatencyCurve, Line};
pub use cause::Broken;
pub use engine::{Fluid, FluidSummary, Happening, Lag, Levers, Row, Summary, Talk, TalkSummary, Timeline};
pub use error::Error;
pub use knobs::{FormulaCapacity, Knobs, ScaleIn};
pub use load::{Family, Kind, Load, hours, minutes};
pub use model::{Boot, Event, Fleet, Spread, ZoneLoss};
pub use outcome::Outcome;
pub use semantics::{AlarmState, Beanstalk, Datapoint, evaluate};
pub use simulation::{Limits, Prepared, Simulation};
pub use unknowns::{Scenario, Unknowns};
