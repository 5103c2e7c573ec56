//! The fleet as an environment of Elastic Beanstalk: deployed on the simulated cloud, and scaling as the stack's own group does.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use beanstalk_fleet::beanstalk_fleet;
use infra_autoscale::{Boot, Capacity, Fleet, Load, Scaled, Simulation, Unknowns, hours, lint, minutes};
use infra_sdk::core::Graph;
use infra_testing::World;
use serde_json::{Value, json};

/// The committed configuration, by Elastic Beanstalk.
fn config(changes: Value) -> Value {
    let file: Value = toml::from_str(include_str!("../infra.toml")).unwrap();
    let mut config = file["config"].clone();
    config["kind"] = json!("beanstalk");
    for (key, value) in changes.as_object().unwrap() {
        config["trigger"][key] = value.clone();
    }
    config
}

fn graph(config: Value) -> Graph {
    World::new().graph(&beanstalk_fleet, config)
}

#[test]
fn it_is_made_left_alone_changed_in_place_and_ended() {
    let mut world = World::new();
    let made = world.deploy(&beanstalk_fleet, config(json!({}))).complete().changes;
    assert!(made.iter().any(|change| change == "create environment app"), "{made:?}");
    assert!(!made.iter().any(|change| ["create group app", "create load-balancer app"].contains(&change.as_str())), "{made:?}");
    assert!(world.deploy(&beanstalk_fleet, config(json!({}))).complete().changes.is_empty());
    let tuned = world.deploy(&beanstalk_fleet, config(json!({"upper": 12.0, "increment": 3}))).complete().changes;
    assert_eq!(tuned, ["update environment app"]);
    let options = world.cloud.object("aws:elasticbeanstalk/environment", "app").unwrap().1.inputs["options"].reveal();
    assert_eq!(options["aws:autoscaling:trigger/UpperThreshold"], "12");
    assert_eq!(options["aws:autoscaling:launchconfiguration/MonitoringInterval"], "1 minute");
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn a_program_of_ones_own_is_a_version_of_the_application() {
    let mut config = config(json!({}));
    config["platform"] = json!({"program": {"bucket": "programs", "key": "app-7.zip", "version": "7"}});
    let mut world = World::new();
    let made = world.deploy(&beanstalk_fleet, config).complete().changes;
    let at = |line: &str| made.iter().position(|change| change == line).unwrap_or_else(|| panic!("{line}: {made:?}"));
    assert!(at("create application-version app") < at("create environment app"));
}

#[test]
fn the_environment_scales_as_the_group_does() {
    let mut group = config(json!({}));
    group["kind"] = json!("group");
    let group = infra_autoscale::find(&graph(group), "app").unwrap();
    let environment = infra_autoscale::find(&graph(config(json!({}))), "app").unwrap();
    assert_eq!((group.of, environment.of), (Scaled::Group, Scaled::Environment));
    let essence = |fleet: &Fleet| {
        let alarms: Vec<_> =
            fleet.alarms.iter().map(|alarm| (alarm.metric, alarm.threshold, alarm.period, alarm.on_alarm.clone())).collect();
        let rules: Vec<_> = fleet.policies.iter().map(|policy| policy.rule.clone()).collect();
        (fleet.bounds, fleet.default_cooldown, fleet.monitoring, fleet.instance_type.clone(), fleet.zones.len(), alarms, rules)
    };
    assert_eq!(essence(&environment.fleet), essence(&group.fleet));
    assert_eq!(lint::stack(&graph(config(json!({})))), []);
}

/// The talk's day and host, as in the tests of the group.
fn surge(config: Value) -> Simulation {
    let day =
        Load::ramp(0.0, 30_000.0, minutes(10)).then(150_000.0, minutes(8)).hold(minutes(30)).then(10_000.0, minutes(20)).hold(hours(22));
    infra_autoscale::fleet(&graph(config), "app")
        .unwrap()
        .capacity(Capacity::linear(0.0, 0.75, 1000.0).unwrap())
        .load(day)
        .boot(Boot::constant(60.0, 120.0))
        .over(Unknowns::of_the_cloud().boots([0.5]))
}

#[test]
fn the_talks_options_fail_under_the_surge_and_the_committed_ones_hold() {
    let talk = json!({"upper": 15.0, "period": 300, "detailed": false});
    let broken = surge(config(talk)).run().unwrap().assert_cpu_below(50.0).unwrap_err();
    assert_eq!(broken.count, (15, 15));
    let outcome = surge(config(json!({}))).run().unwrap();
    outcome.assert_cpu_below(50.0).unwrap_or_else(|broken| panic!("{broken}"));
    outcome.assert_ends_with(1).unwrap_or_else(|broken| panic!("{broken}"));
}
