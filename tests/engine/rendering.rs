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
        let m = Machine::new("m")
            .part(&part)
            .size(size)
            .script(output!("#!/bin/sh\n{script}\nroute {}\n", net.gateway()))
            .password("hunter2")
            .add(stack);
        Fleet::new("fleet").image("one").leader(&m).add(&stack.scope("blue"));
        stack.export("address", output!("http://{}/", m.address()));
    }
}

fn text<M>(world: &World, program: &impl infra_core::program::Program<M>) -> String {
    render(&world.plan(program, json!({})).unwrap(), &RenderOptions { width: 80, colour: false })
}

#[test]
fn a_first_deployment_reads_like_what_the_program_says() {
    insta::assert_snapshot!(text(&World::new(), &program("10.0.0.0/16", 1, "serve")), @r#"
  + Net net
      dns        true
      range      "10.0.0.0/16"
      tags.Name  "main"
      tags.Team  "data"

  + Part part
      net    (known after apply: net.id)
      range  "10.0.1.0/24"

  + Machine m
      part      (known after apply: part.id)
      password  (secret)
      script
          #!/bin/sh
          serve
          route ${net.gateway}
      size      1

  + Fleet blue/fleet
      image   "one"
      leader  (known after apply: m.id)
      name    "test-blue-fleet-krndpt"

  outputs
    + address  "http://${m.address}/" (known after apply)

Plan: 4 to create
"#);
}

#[test]
fn a_change_shows_only_what_changes() {
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", 1, "serve"), json!({})).complete();
    world.cloud.change("toy:net/net", "net", "tags", json!({"Name": "main", "Team": "ops"}));
    insta::assert_snapshot!(text(&world, &program("10.0.0.0/16", 2, "serve --fast")), @r#"
  ~ Net net  net-1
      tags.Team  "ops" -> "data"  # changed outside of infra

  ~ Machine m  machine-3
      size    1 -> 2
      script
          #!/bin/sh
        - serve
        + serve --fast
          route net-1.gateway

Plan: 2 to change, 2 unchanged
"#);
}

#[test]
fn a_replacement_says_why_and_what_follows_from_it() {
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", 1, "serve"), json!({})).complete();
    insta::assert_snapshot!(text(&world, &program("10.1.0.0/16", 1, "serve")), @r#"
  ± Net net  replaced: range changes
      range  "10.0.0.0/16" -> "10.1.0.0/16"  # cannot change in place

  ± Part part  replaced: net changes, since net is replaced
      net  "net-1" -> (known after apply: net.id)  # cannot change in place

  ± Machine m  replaced: part changes, since part is replaced
      part    "part-2" -> (known after apply: part.id)  # cannot change in place
      script
          serve
        - route net-1.gateway
        + route ${net.gateway}

  ± Fleet blue/fleet  replaced: leader changes, since m is replaced
      leader  "machine-3" -> (known after apply: m.id)  # cannot change in place

  outputs
    ~ address  "http://machine-3.address/" -> "http://${m.address}/" (known after apply)

Plan: 4 to replace
"#);
}

#[test]
fn nothing_to_do_is_one_line() {
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", 1, "serve"), json!({})).complete();
    insta::assert_snapshot!(text(&world, &program("10.0.0.0/16", 1, "serve")), @r#"
Nothing to do: all 4 resources are as the program says.
"#);
}

#[test]
fn what_goes_is_a_line_each() {
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", 1, "serve"), json!({})).complete();
    insta::assert_snapshot!(text(&world, &|_: &Stack| {}), @r#"
  - Fleet blue/fleet  fleet-4, no longer declared
  - Machine m  machine-3, no longer declared
  - Part part  part-2, no longer declared
  - Net net  net-1, no longer declared

  outputs
    - address  "http://machine-3.address/"

Plan: 4 to delete
"#);
}
