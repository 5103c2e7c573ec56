pub(super) fn fleet(stack: &infra_core::Stack) {
use infra_tests::{Fleet, MachineId};

let fleet = Fleet::new("fleet")
    .image("linux")
    .name("their-fleet")
    .count(0)
    .leader(MachineId::new("machine-3"))
    .import("fleet-5")
    .add(stack);
let _ = fleet;
}

pub(super) fn bare(stack: &infra_core::Stack) {
use infra_tests::{Gate, NetId, Rule};

let bare = Gate::new("bare")
    .nets([] as [NetId; 0])
    .rules([] as [Rule; 0])
    .import("gate-2")
    .add(stack);
let _ = bare;
}

pub(super) fn gate(stack: &infra_core::Stack) {
use infra_tests::{Gate, Latch, NetId, Rule};
use serde_json::json;

// `key` is secret, and is for you to write: text.
let gate = Gate::new("gate")
    .nets([NetId::new("net-1")])
    .rules([
        Rule::new()
            .port(80)
            .from(NetId::new("net-1"))
            .latch(Latch::Hand)
            .hours([1, 2]),
        Rule::new().port(-1),
        Rule::new().port(443).latch(Latch::Spring),
    ])
    .latch(Latch::Hand)
    .r#type("drawbridge")
    .width(5.0)
    .marks([("a b", 1), ("c", -2)])
    .policy(json!({
        "Statement": [{"Action": ["a", "b"], "Effect": "Allow", "n": 1.5}],
        "Text": "\u{7}\"\\",
    }))
    .script("one line")
    .import("gate-4")
    .add(stack);
let _ = gate;
}

pub(super) fn machine(stack: &infra_core::Stack) {
use infra_tests::{Machine, NetId};

let machine = Machine::new("machine")
    .net(NetId::new("net-1"))
    .size(3)
    .script(r##"#!/bin/sh
echo "#" > /tmp/x
"##)
    .import("machine-3")
    .add(stack);
let _ = machine;
}

pub(super) fn net(stack: &infra_core::Stack) {
use infra_tests::Net;

let net = Net::new("net")
    .range("10.0.0.0/16")
    .dns(false)
    .tags([("$x", "\\"), ("team", "core \"a\"")])
    .import("net-1")
    .add(stack);
let _ = net;
}

