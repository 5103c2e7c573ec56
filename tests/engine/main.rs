//! Scenarios of the engine on a simulated cloud, each a sentence.

mod basics;
mod dataflow;
mod drift;
mod failure;
mod random;
mod rendering;
mod replacement;
