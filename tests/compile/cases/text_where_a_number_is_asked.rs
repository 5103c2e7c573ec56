//! A text does not fit where a number is asked.

use infra_core::Stack;
use infra_tests::Machine;

fn program(stack: &Stack) {
    Machine::new("m").size("big").add(stack);
}

fn main() {}
