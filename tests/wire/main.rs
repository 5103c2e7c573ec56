//! Whole stacks over the wire, on a local cloud that somebody else wrote.

mod airaware;
mod census;
mod station;
