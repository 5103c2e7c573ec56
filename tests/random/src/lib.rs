//! Random stories of a stack: programs that become other programs, while calls fail, replies are lost and runs die.
//!
//! A story is data, made from a seed. Checking one says what does not hold; a story that fails is made smaller for as long
//! as it still fails, and printed as Rust source.

mod check;
mod declare;
mod hand;
mod line;
mod out;
mod place;
mod same;
mod seeds;
mod silent;
mod source;
mod spec;
mod stage;
mod story;
mod travel;
mod trouble;
mod unmet;
mod within;
mod written;

pub use check::check;
pub use seeds::{Failure, check_seed};
pub use source::source;
pub use story::{Chapter, Drift, Operation, Story, story};
