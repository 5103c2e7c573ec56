//! Benchmarks: the engine against others, against bounds, and against itself.
//!
//! A cloud that does nothing leaves an engine's own time; one that is slow in virtual time shows how steps are scheduled;
//! the simulated one counts calls. What is compared in tests is counts, which do not depend on the machine.

pub mod child;
pub mod nothing;
pub mod operate;
pub mod peer;
pub mod shape;
pub mod slow;
pub mod stacks;
pub mod suite;
pub mod table;
