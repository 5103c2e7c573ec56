//! Run with: cargo xtask deploy hello
//!
//! One resource and one output: a network of your own, and its id.

use infra_sdk::aws::ec2::Vpc;
use infra_sdk::prelude::*;

fn hello(stack: &Stack) {
    let vpc = Vpc::new("main").cidr_block("10.0.0.0/16").add(stack);
    stack.export("vpc_id", vpc.id());
}

fn main() -> ExitCode {
    infra_sdk::main(hello)
}
