//! How many requests a stack's life takes over the wire, and that it does not become more.

use std::path::Path;

use infra_aws::ec2::Instance;
use infra_core::Stack;
use infra_core::program::Program;
use serde_json::{Value as Json, json};

use crate::calls::Counts;
use crate::settings::config;
use crate::station::{Station, text};
use crate::{airaware, hydra_remote_state, layout};

/// How many requests at most each deed may take.
#[derive(Clone, Copy, Debug)]
struct Most {
    deploy: u64,
    empty_plan: u64,
    refresh: u64,
    destroy: u64,
}

fn sum(counts: &Counts) -> u64 {
    counts.values().sum()
}

/// Deploys a stack, plans it again, refreshes and destroys it: prints what each deed asked for, and holds it to its bound.
/// What a program asks before it declares anything counts with what it is asked for.
fn life<M>(name: &'static str, program: &impl Program<M>, config: &Json, most: Most) {
    life_at(Station::new(name), name, program, config, most);
}

/// The same at a station that has what the stack takes from files.
fn life_at<M>(station: Station, name: &str, program: &impl Program<M>, config: &Json, most: Most) {
    station.deploy_once(&station.graph(program, config));
    let objects = station.objects();
    let deploy = station.calls.take();
    let plan = station.plan(&station.graph(program, config));
    assert!(!plan.has_changes(), "{}", text(&plan));
    let empty_plan = station.calls.take();
    assert_eq!(station.refresh(), 0, "nothing has changed");
    let refresh = station.calls.take();
    station.destroy(name);
    let destroy = station.calls.take();
    let deeds = [
        ("deploy", deploy, most.deploy),
        ("empty plan", empty_plan, most.empty_plan),
        ("refresh", refresh, most.refresh),
        ("destroy", destroy, most.destroy),
    ];
    println!("| stack | objects | deed | requests | an object | by operation |\n|---|---:|---|---:|---:|---|");
    for (deed, counts, _) in &deeds {
        let mut operations: Vec<(&String, &u64)> = counts.iter().collect();
        operations.sort_by_key(|(operation, count)| (std::cmp::Reverse(**count), *operation));
        let operations: Vec<String> = operations.into_iter().map(|(operation, count)| format!("{count} {operation}")).collect();
        let (requests, each) = (sum(counts), sum(counts) as f64 / objects as f64);
        println!("| {name} | {objects} | {deed} | {requests} | {each:.2} | {} |", operations.join(", "));
    }
    for (deed, counts, most) in &deeds {
        assert!((1..=*most).contains(&sum(counts)), "{name}: {deed} took {} requests, {most} at most: {counts:?}", sum(counts));
    }
}

#[test]
fn airaware_takes_few_requests() {
    // How often what is being made or ended is looked at depends on how fast the local cloud is.
    let most = Most { deploy: 250, empty_plan: 43, refresh: 42, destroy: 195 };
    life("airaware", &::airaware::airaware, &airaware::config(json!({})), most);
}

#[test]
fn hydras_remote_state_takes_few_requests() {
    let most = Most { deploy: 48, empty_plan: 24, refresh: 24, destroy: 32 };
    life("hydra-remote-state", &::hydra_remote_state::hydra_remote_state, &hydra_remote_state::config(5, true), most);
}

#[test]
fn hydras_batch_takes_few_requests() {
    let most = Most { deploy: 90, empty_plan: 46, refresh: 44, destroy: 125 };
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stacks/hydra-batch");
    let station = Station::with_files("hydra-batch", &files);
    // As it is committed, in the default VPC, but that nothing is fetched from the network.
    let config = config("hydra-batch", &json!({ "lambda_build": [] }));
    life_at(station, "hydra-batch", &::hydra_batch::hydra_batch, &config, most);
}

#[test]
fn hydras_mlflow_takes_few_requests() {
    let most = Most { deploy: 115, empty_plan: 58, refresh: 56, destroy: 135 };
    let station = Station::new("hydra-mlflow");
    layout::write(&station.folder().join("image"), b"one");
    let config = config("hydra-mlflow", &json!({ "image": { "layout": "image" } }));
    life_at(station, "hydra-mlflow", &::hydra_mlflow::hydra_mlflow, &config, most);
}

/// Sets how many machines there are in place of 200: the local cloud takes minutes for a thousand.
const MACHINES: &str = "INFRA_TEST_MACHINES";

#[test]
fn an_empty_refresh_of_many_machines_takes_at_most_one_request_for_twenty() {
    let count: usize = std::env::var(MACHINES).map_or(200, |number| number.parse().unwrap());
    let machines = move |stack: &Stack| {
        for number in 0..count {
            let machine = Instance::new(format!("machine-{number}")).image("ami-1e749f67").instance_type("t2.micro");
            machine.user_data(format!("#!/bin/sh\necho {number}\n")).add(stack);
        }
    };
    let each = count as u64;
    // A launch and the seven requests that see all of it, with some patience; what ends is seen ending and ended.
    let most = Most { deploy: each * 9, empty_plan: each / 20, refresh: each / 20, destroy: each * 5 };
    life("machines", &machines, &json!({}), most);
}
