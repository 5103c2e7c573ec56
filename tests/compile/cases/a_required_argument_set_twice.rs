//! A required argument is set once.

use infra_core::Stack;
use infra_tests::Net;

fn program(stack: &Stack) {
    Net::new("net").range("10.0.0.0/16").range("10.1.0.0/16").add(stack);
}

fn main() {}
