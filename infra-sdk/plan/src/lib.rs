//! Graph, state and observations to a plan, as a pure function.

mod diff;

pub use diff::{Change, differences};
