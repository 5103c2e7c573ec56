//! The two engines: `full`, with every mechanism, and `fluid`, for searches.
//!
//! A fleet is compiled once; each run has its own parameters and a workspace that is used again, so that the inner loop allocates
//! nothing and a run depends on nothing but its parameters.

mod act;
mod alarms;
mod cohort;
mod compiled;
mod fluid;
mod full;
mod record;
mod sample;
mod segment;
mod size;
mod talk;
mod zones;

pub(crate) use compiled::{Compiled, Parameters};
pub use fluid::{Fluid, FluidSummary, Lag, Levers};
pub(crate) use full::{Workspace, run};
pub use record::{Happening, Row, Summary, Timeline};
pub use talk::{Talk, TalkSummary};
