//! A handle of another type does not fit.

use infra_core::Stack;
use infra_tests::{Machine, Part};

fn program(stack: &Stack) {
    let machine = Machine::new("m").add(stack);
    Part::new("part").net(&machine).range("10.0.1.0/24").add(stack);
}

fn main() {}
