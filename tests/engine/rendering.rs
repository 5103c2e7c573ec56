//! Plans as people read them.

use infra_core::{Stack, output};
use infra_plan::{RenderOptions, render};
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net, Part, Vault};
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
      tags.Team  "ops" → "data"  # changed outside of infra

  ~ Machine m  machine-3
      size    1 → 2
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
      range  "10.0.0.0/16" → "10.1.0.0/16"  # cannot change in place

  ± Part part
      replaced: net changes, since net is replaced (starts with net.range)
      net  "net-1" → (known after apply: net.id)  # cannot change in place

  ± Machine m
      replaced: part changes, since part is replaced (starts with net.range)
      part    "part-2" → (known after apply: part.id)  # cannot change in place
      script
          serve
        - route net-1.gateway
        + route ${net.gateway}

  ± Fleet blue/fleet
      replaced: leader changes, since m is replaced (starts with net.range)
      leader  "machine-3" → (known after apply: m.id)  # cannot change in place

  outputs
    ~ address
        - "http://machine-3.address/"
        + "http://${m.address}/" (known after apply)

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

fn grown(subject: &'static str, statements: serde_json::Value, color: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let blue = stack.scope("blue");
        let policy = json!({"Version": "2012-10-17", "Statement": statements});
        let vault = Vault::new("vault").password("hunter2").label(subject).policy(policy).add(&blue);
        let net = Net::new("net").range("10.0.0.0/16").tags([("Color", color)]).add(&blue.scope("inner"));
        Machine::new("guard").size(1).script(color).add(&blue);
        Machine::new("other").net(&net).script(format!("one line, {color}")).add(stack);
        stack.export("vault", output!("https://vaults.example.com/a/rather/long/path/to/{}?label={subject}", vault.id()));
    }
}

/// A change with long texts, a document and scopes.
fn change() -> infra_plan::Plan {
    let read = json!({"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::logs/*"});
    let both = json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::logs/*"});
    let list = json!({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::logs"});
    let before = grown("The vault in which all of the keys of the first team are kept", json!([read]), "blue");
    let after = grown("The vault in which all of the keys of the second team are kept", json!([both, list]), "green");
    let mut world = World::new();
    world.deploy(&before, json!({})).complete();
    world.plan(&after, json!({})).unwrap()
}

#[test]
fn eighty_columns_are_enough() {
    let narrow = render(&change(), &RenderOptions { width: 80, colour: false });
    assert!(narrow.lines().all(|line| line.chars().count() <= 80), "{narrow}");
    insta::assert_snapshot!(narrow, @r#"
  blue/
    ~ Vault vault  vault-2
        label
          - "The vault in which all of the keys of the first team are kept"
          + "The vault in which all of the keys of the second team are kept"
        policy
            {
          -   "Action": ["s3:GetObject"],
          +   "Action": ["s3:GetObject", "s3:PutObject"],
              "Effect": "Allow",
            …
              },
          +   {
          +     "Action": "s3:ListBucket",
          +     "Effect": "Allow",
          +     "Resource": "arn:aws:s3:::logs"
          +   }
            ],

    ~ Machine guard  machine-3
        script  "blue" → "green"

  ~ Net blue/inner/net  net-1
      tags.Color  "blue" → "green"

  ~ Machine other  machine-4
      script  "one line, blue" → "one line, green"

  outputs
    ~ vault
        - …label=The vault in which all of the keys of the first team are kept"
        + …label=The vault in which all of the keys of the second team are kept"

Plan: 4 to change
"#);
}

#[test]
fn two_hundred_columns_are_used() {
    insta::assert_snapshot!(render(&change(), &RenderOptions { width: 200, colour: false }), @r#"
  blue/
    ~ Vault vault  vault-2
        label   "The vault in which all of the keys of the first team are kept" → "The vault in which all of the keys of the second team are kept"
        policy
            {
          -   "Action": ["s3:GetObject"],
          +   "Action": ["s3:GetObject", "s3:PutObject"],
              "Effect": "Allow",
            …
              },
          +   {
          +     "Action": "s3:ListBucket",
          +     "Effect": "Allow",
          +     "Resource": "arn:aws:s3:::logs"
          +   }
            ],

    ~ Machine guard  machine-3
        script  "blue" → "green"

  ~ Net blue/inner/net  net-1
      tags.Color  "blue" → "green"

  ~ Machine other  machine-4
      script  "one line, blue" → "one line, green"

  outputs
    ~ vault
        - "https://vaults.example.com/a/rather/long/path/to/vault-2?label=The vault in which all of the keys of the first team are kept"
        + "https://vaults.example.com/a/rather/long/path/to/vault-2?label=The vault in which all of the keys of the second team are kept"

Plan: 4 to change
"#);
}

#[test]
fn colours_change_no_column() {
    let strip = |text: String| {
        let mut plain = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = after.split_once('m').unwrap().1;
        }
        plain + rest
    };
    for width in [80, 200] {
        let coloured = render(&change(), &RenderOptions { width, colour: true });
        assert!(coloured.contains("\u{1b}[32m"), "{coloured}");
        assert_eq!(strip(coloured), render(&change(), &RenderOptions { width, colour: false }));
    }
}
