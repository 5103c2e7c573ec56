//! Plans as people read them.

use infra_core::{Stack, output};
use infra_plan::{RenderOptions, render};
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

fn program(range: &'static str, size: i32, script: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range(range).dns(true).tags([("Name", "main"), ("Team", "data")]).add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
        let m = Machine::new("m").part(&part).size(size).script(output!("#!/bin/sh\n{script}\nroute {}\n", net.gateway())).password("hunter2").add(stack);
        Fleet::new("fleet").image("one").leader(&m).add(&stack.scope("blue"));
        stack.export("address", output!("http://{}/", m.address()));
    }
}

fn text<M>(world: &World, program: &impl infra_core::program::Program<M>) -> String {
    render(&world.plan(program, json!({})).unwrap(), &RenderOptions { width: 80, colour: false })
}

#[test]
fn a_first_deployment_reads_like_what_the_program_says() {
    insta::assert_snapshot!(text(&World::new(), &program("10.0.0.0/16", 1, "serve")), @"");
}

#[test]
fn a_change_shows_only_what_changes() {
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", 1, "serve"), json!({})).complete();
    world.cloud.change("toy:net/net", "net", "tags", json!({"Name": "main", "Team": "ops"}));
    insta::assert_snapshot!(text(&world, &program("10.0.0.0/16", 2, "serve --fast")), @"");
}

#[test]
fn a_replacement_says_why_and_what_follows_from_it() {
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", 1, "serve"), json!({})).complete();
    insta::assert_snapshot!(text(&world, &program("10.1.0.0/16", 1, "serve")), @"");
}

#[test]
fn nothing_to_do_is_one_line() {
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", 1, "serve"), json!({})).complete();
    insta::assert_snapshot!(text(&world, &program("10.0.0.0/16", 1, "serve")), @"");
}
