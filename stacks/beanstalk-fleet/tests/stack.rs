//! The stack through the real planner and executor, on a simulated cloud.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use beanstalk_fleet::beanstalk_fleet;
use infra_plan::{RenderOptions, render};
use infra_testing::World;
use serde_json::{Value, json};

/// The committed configuration.
fn config() -> Value {
    let file: Value = toml::from_str(include_str!("../infra.toml")).unwrap();
    file["config"].clone()
}

#[test]
fn a_second_deploy_does_nothing_and_a_destruction_leaves_nothing() {
    let mut world = World::new();
    world.deploy(&beanstalk_fleet, config()).complete();
    let again = world.deploy(&beanstalk_fleet, config()).complete();
    assert!(again.changes.is_empty(), "{:?}", again.changes);
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn what_tuning_changes_is_changed_in_place() {
    let mut world = World::new();
    let mut talk = config();
    talk["trigger"] = json!({
        "min": 1, "max": 20, "cooldown": 360, "upper": 15.0, "lower": 5.0, "increment": 2, "decrement": 1, "period": 300, "detailed": false,
    });
    world.deploy(&beanstalk_fleet, talk.clone()).complete();
    let mut tuned = talk;
    tuned["trigger"]["upper"] = json!(12.0);
    tuned["trigger"]["increment"] = json!(3);
    tuned["trigger"]["detailed"] = json!(true);
    let plan = world.plan(&beanstalk_fleet, tuned.clone()).unwrap();
    insta::assert_snapshot!(render(&plan, &RenderOptions { width: 100, colour: false }), @r#"
  ~ LaunchTemplate app  launch-template-13
      monitoring  false → true

  ~ AutoScalingGroup app  group-15
      launch_template.version
        - "launch-template-13.latest_version"
        + "${app.latest_version}" (known after apply)

  ~ ScalingPolicy scale-up  policy-16
      scaling_adjustment  2 → 3

  ~ MetricAlarm scale-up  alarm-18
      threshold  15.0 → 12.0

Plan: 4 to change, 15 unchanged
"#);
    let deployed = world.deploy(&beanstalk_fleet, tuned).complete();
    assert!(deployed.changes.iter().all(|change| change.starts_with("update ")), "{:?}", deployed.changes);
}
