//! A simulated cloud and helpers to test stacks through the real engine, in milliseconds.
//!
//! [`World`] deploys, plans and destroys a program with the planner and executor that a real deployment uses, on a
//! [`MockCloud`] that invents outputs from the resources' schemas, refuses what a cloud refuses, and fails where it is
//! told to. Time is virtual: waiting costs nothing.

mod cloud;
mod fault;
mod handler;
mod invent;
mod world;

pub use cloud::{Call, MockCloud, MockObject, Verb};
pub use fault::Fault;
pub use world::{Deployed, World};
