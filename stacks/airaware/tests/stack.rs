//! AirAware through the real planner and executor, on a simulated cloud.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use airaware::airaware;
use infra_plan::{Action, Plan, RenderOptions, render};
use infra_sdk::aws::ec2::AvailabilityZones;
use infra_testing::World;
use serde_json::{Value, json};

/// A configuration like the committed one, with changes on top.
fn config(changes: Value) -> Value {
    let mut config = json!({
        "workers": 6,
        "range": "10.0.0.0/16",
        "bucket": "epa-data",
        "public_key": "ssh-ed25519 AAAA admin",
        "images": {"spark": "ami-spark", "postgres": "ami-postgres", "flask": "ami-flask", "ubuntu": "ami-ubuntu"},
        "flask": {"instance_type": "t2.micro", "min": 1, "max": 5, "grow_at": 5.0, "shrink_at": 1.0, "cooldown": 5},
    });
    for (key, value) in changes.as_object().unwrap() {
        config[key] = value.clone();
    }
    config
}

fn world() -> World {
    World::new().answering(&AvailabilityZones::default(), &vec!["us-west-2a".into(), "us-west-2b".into(), "us-west-2c".into()])
}

fn deployed(changes: Value) -> World {
    let mut world = world();
    world.deploy(&airaware, config(changes)).complete();
    world
}

fn original() -> Value {
    json!({"placement": "public", "firewall": "open", "launch": "configuration", "access": {"keys": {"id": "AKIA123", "secret": "hunter2"}}})
}

fn text(plan: &Plan) -> String {
    render(plan, &RenderOptions { width: 100, colour: false })
}

/// The user data of a machine, or of what a fleet's machines are made from.
fn user_data(world: &World, kind: &str, name: &str) -> String {
    let (_, object) = world.cloud.object(kind, name).unwrap_or_else(|| panic!("there is no {name}"));
    object.inputs["user_data"].as_str().unwrap().to_owned()
}

#[test]
fn the_whole_system_is_planned() {
    insta::assert_snapshot!("the_whole_system", text(&world().plan(&airaware, config(json!({}))).unwrap()));
}

#[test]
fn a_second_deploy_does_nothing_and_a_destruction_leaves_nothing() {
    for changes in [json!({}), original()] {
        let mut world = deployed(changes.clone());
        let again = world.deploy(&airaware, config(changes)).complete();
        assert!(again.changes.is_empty(), "{:?}", again.changes);
        world.destroy().complete();
        assert!(world.cloud.objects().is_empty());
    }
}

#[test]
fn each_fleet_reads_the_database_of_its_own_zone() {
    let world = deployed(json!({}));
    for (zone, other) in [("1", "2"), ("2", "1")] {
        let data = user_data(&world, "aws:ec2/launch-template", &format!("flask-{zone}"));
        let database = |zone: &str| world.cloud.object("aws:ec2/instance", &format!("postgres-{zone}")).unwrap();
        let address = |zone: &str| database(zone).1.outputs["private_dns_name"].as_str().unwrap().to_owned();
        assert!(data.contains(&address(zone)) && !data.contains(&address(other)), "{data}");
        let (_, fleet) = world.cloud.object("aws:autoscaling/group", &format!("flask-autoscaling-{zone}")).unwrap();
        assert_eq!(fleet.inputs["subnets"], infra_sdk::core::Value::List(vec![database(zone).1.inputs["subnet"].clone()]));
    }
}

#[test]
fn workers_register_with_the_master_and_the_controller_knows_both_databases() {
    let world = deployed(json!({}));
    let dns = |name: &str| {
        let (_, machine) = world.cloud.object("aws:ec2/instance", name).unwrap();
        machine.outputs["private_dns_name"].as_str().unwrap().to_owned()
    };
    for number in 0..6 {
        let data = user_data(&world, "aws:ec2/instance", &format!("spark-worker-{number}"));
        assert!(data.contains(&format!("spark://{}:7077", dns("spark-master"))), "{data}");
    }
    let controller = user_data(&world, "aws:ec2/instance", "spark-controller");
    assert!(controller.contains(&dns("postgres-1")) && controller.contains(&dns("postgres-2")), "{controller}");
}

#[test]
fn seven_workers_instead_of_six_is_one_machine_more() {
    let mut world = deployed(json!({}));
    assert_eq!(world.deploy(&airaware, config(json!({"workers": 7}))).complete().changes, ["create instance spark-worker-6"]);
    assert_eq!(world.deploy(&airaware, config(json!({"workers": 6}))).complete().changes, ["delete instance spark-worker-6"]);
}

#[test]
fn closing_a_port_is_a_change_to_one_rule() {
    let world = deployed(json!({"admin_range": "192.0.2.0/24"}));
    let plan = world.plan(&airaware, config(json!({}))).unwrap();
    let changed: Vec<_> = plan.steps.iter().filter(|step| step.action.is_change()).collect();
    assert_eq!(changed.len(), 1, "{}", text(&plan));
    let Action::Update { changes, .. } = &changed[0].action else { panic!("{}", text(&plan)) };
    assert_eq!(changed[0].address.name(), "prometheus");
    assert!(changes.iter().all(|change| change.change.path == "ingress[]" && change.change.new.is_none()), "{}", text(&plan));
}

#[test]
fn a_threshold_is_one_change_to_one_alarm_in_each_zone() {
    let world = deployed(json!({}));
    let mut changed = config(json!({}));
    changed["flask"]["grow_at"] = json!(40.0);
    insta::assert_snapshot!(text(&world.plan(&airaware, changed).unwrap()), @r#"
  ~ MetricAlarm flask-1-cpu-up  alarm-50
      threshold  5.0 → 40.0

  ~ MetricAlarm flask-2-cpu-up  alarm-52
      threshold  5.0 → 40.0

Plan: 2 to change, 51 unchanged
"#);
}

#[test]
fn another_range_replaces_what_is_in_it_in_order_and_nothing_else() {
    let mut world = deployed(json!({}));
    let moved = config(json!({"range": "10.1.0.0/16"}));
    let plan = world.plan(&airaware, moved.clone()).unwrap();
    let replaced = |name: &str| {
        plan.steps.iter().any(|step| step.address.name() == name && matches!(step.action, Action::Create { replaces: Some(_), .. }))
    };
    for name in ["main", "main-public-1", "main-private-2", "postgres-1", "postgres-2", "spark-master", "spark-worker-3"] {
        assert!(replaced(name), "{name} is replaced\n{}", text(&plan));
    }
    assert!(!plan.steps.iter().any(|step| step.address.name() == "admin"), "the key pair is left alone");
    let deployed = world.deploy(&airaware, moved.clone()).complete();
    let at = |change: &str| deployed.changes.iter().position(|made| made == change).unwrap_or_else(|| panic!("no {change}"));
    assert!(at("create vpc main") < at("create subnet main-private-1"));
    assert!(at("create subnet main-private-1") < at("create instance postgres-1"));
    assert!(at("delete instance postgres-1") < at("delete subnet main-private-1"));
    assert!(at("delete subnet main-private-1") < at("delete vpc main"));
    assert!(!world.plan(&airaware, moved).unwrap().has_changes());
}

#[test]
fn the_originals_behaviour_is_a_choice_and_its_keys_are_nowhere_in_clear() {
    let world = deployed(original());
    assert!(world.cloud.object("aws:ec2/nat-gateway", "nat").is_none());
    assert!(world.cloud.object("aws:iam/role", "spark").is_none());
    assert!(world.cloud.object("aws:autoscaling/launch-configuration", "flask-launchconfig-1").is_some());
    assert!(user_data(&world, "aws:ec2/instance", "spark-master").contains("AWS_SECRET_ACCESS_KEY=hunter2"));
    let plan = text(&world.plan(&airaware, config(json!({}))).unwrap());
    let state = serde_json::to_string(&world.state).unwrap();
    assert!(!plan.contains("hunter2") && !state.contains("hunter2"));
}

#[test]
fn a_mistake_in_the_configuration_names_the_key() {
    use infra_sdk::core::program::{Program, Request, Response};
    let problem = |config: Value| match airaware.run(&Request { stack: "airaware".into(), config, ..Request::default() }) {
        Response::Failed(problems) => problems.iter().map(ToString::to_string).collect::<String>(),
        other => panic!("{other:?}"),
    };
    assert!(problem(config(json!({"workers": "many"}))).contains("`config.workers`: invalid type: string \"many\""));
    assert!(problem(config(json!({"worker": 7}))).contains("`config.worker`: the stack has no such setting"));
    let mut incomplete = config(json!({}));
    incomplete.as_object_mut().unwrap().remove("images");
    assert!(problem(incomplete).contains("missing field `images`"));
}
