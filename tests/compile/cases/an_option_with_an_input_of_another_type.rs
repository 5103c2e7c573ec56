//! An option takes the inputs of its own resource only.

use infra_core::Stack;
use infra_tests::{Machine, Net};

fn program(stack: &Stack) {
    Net::new("net").range("10.0.0.0/16").ignore_changes([Machine::SIZE]).add(stack);
}

fn main() {}
