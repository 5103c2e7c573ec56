//! A required argument that is missing is named.

use infra_core::Stack;
use infra_tests::{Net, Part};

fn program(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").add(stack);
    Part::new("part").net(&net).add(stack);
}

fn main() {}
