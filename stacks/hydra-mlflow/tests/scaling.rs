//! How many tasks there are, as Application Auto Scaling counts them: from the service that the stack declares.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use hydra_mlflow::hydra_mlflow;
use infra_autoscale::model::{Metric, Platform, Rule};
use infra_autoscale::{Capacity, Load, Simulation, Unknowns, hours, lint, minutes};
use infra_sdk::core::Graph;
use infra_sdk::prelude::Image;
use infra_testing::World;
use serde_json::{Value, json};

fn graph(tasks: Value) -> Graph {
    let config = json!({
        "region": "us-east-1", "vpc": "vpc-1", "subnets": ["subnet-1", "subnet-2"], "cidr_blocks": ["10.0.0.0/8"], "tasks": tasks,
    });
    World::new().answering(&Image::dockerfile("image"), &"sha256:1111".to_owned()).graph(&hydra_mlflow, config)
}

/// A task that is busy to one percent for each 100 requests a minute, with a third of its memory in use.
fn service(tasks: Value, load: Load) -> Simulation {
    infra_autoscale::fleet(&graph(tasks), "mlflow")
        .unwrap()
        .capacity(Capacity::linear(0.0, 1.0, 100.0).unwrap().with_memory(33.0))
        .load(load)
        .over(Unknowns::of_the_cloud())
}

#[test]
fn the_service_is_a_fleet_of_2_to_16_tasks_at_80_percent() {
    let fleet = service(json!({}), Load::steady(1.0, 60)).fleet;
    assert_eq!((fleet.platform, fleet.bounds.min, fleet.bounds.max, fleet.zones.len()), (Platform::Ecs, 2, 16, 2));
    let tracked: Vec<_> = fleet
        .policies
        .iter()
        .map(|policy| match &policy.rule {
            Rule::Tracking(tracking) => (tracking.metric, tracking.target, tracking.in_cooldown, tracking.out_cooldown),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(tracked, [(Metric::Cpu, 80.0, Some(0), Some(0)), (Metric::Memory, 80.0, Some(0), Some(0))]);
    assert_eq!(lint::stack(&graph(json!({}))), []);
}

#[test]
fn a_slow_rise_is_followed_in_every_scenario_and_the_night_has_two_tasks_again() {
    let load = Load::from(10_000.0).hold(minutes(30)).then(60_000.0, hours(4)).hold(hours(1)).then(5000.0, hours(1)).hold(hours(2));
    let outcome = service(json!({}), load).run().unwrap();
    outcome.assert_cpu_below(100.0).unwrap_or_else(|broken| panic!("{broken}"));
    outcome.assert_lost_at_most(0.0).unwrap_or_else(|broken| panic!("{broken}"));
    outcome.assert_ends_with(2).unwrap_or_else(|broken| panic!("{broken}"));
    let (least, most) = outcome.range(|run| f64::from(run.most_hosts));
    assert!((8.0..=10.0).contains(&least) && (8.0..=10.0).contains(&most), "{least} {most}");
}

#[test]
fn a_surge_of_five_minutes_is_over_before_the_third_task_serves_unless_there_are_enough_before() {
    let surge = || Load::from(10_000.0).hold(minutes(30)).then(60_000.0, minutes(5)).hold(minutes(30));
    let broken = service(json!({}), surge()).run().unwrap().assert_cpu_below(100.0).unwrap_err();
    assert_eq!(broken.count.0, broken.count.1, "{broken}");
    assert!(broken.to_string().contains("`cpu` goes from 2 to"), "{broken}");
    service(json!({"min": 7}), surge()).run().unwrap().assert_cpu_below(100.0).unwrap_or_else(|broken| panic!("{broken}"));
}
