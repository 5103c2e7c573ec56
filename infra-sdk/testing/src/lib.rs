//! A simulated cloud and helpers to test stacks through the real engine, in milliseconds.
//!
//! [`World`] deploys, plans and destroys a program with the planner and executor that a real deployment uses, on a
//! [`MockCloud`] that invents outputs from the resources' schemas, refuses what a cloud refuses, and fails where it is
//! told to. Time is virtual: waiting costs nothing.
//!
//! A run can be killed anywhere with [`Crash`]: [`World::deploy_until`] leaves the cloud and the state as a dead process
//! leaves them, and the next [`World::deploy`] has to make the best of it.

mod cloud;
mod compare;
mod crash;
mod deployed;
mod dying;
mod fault;
mod handler;
mod invent;
mod told;
mod trace;
mod traffic;
mod vault;
mod world;

pub use cloud::{Call, MockCloud, MockObject, Verb};
pub use crash::Crash;
pub use deployed::Deployed;
pub use fault::Fault;
pub use trace::Trace;
pub use traffic::Traffic;
pub use world::World;
