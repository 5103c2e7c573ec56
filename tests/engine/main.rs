//! Scenarios of the engine on a simulated cloud, each a sentence.

mod basics;
mod crash;
mod dataflow;
mod drift;
mod failure;
mod random;
mod recovery;
mod rendering;
mod replacement;
mod secrets;
mod surgery;
