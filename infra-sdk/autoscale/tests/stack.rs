//! The resources that a stack declares, as a fleet: read from its graph, simulated, and looked over.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use infra_autoscale::model::{AdjustmentKind, CreditMode, Metric, Monitoring, Rule, When};
use infra_autoscale::{Boot, Capacity, Event, Load, Simulation, Talk, Unknowns, ZoneLoss, fleet, graph, lint, minutes};
use infra_aws::autoscaling::{
    AdjustmentType, AutoScalingGroup, HealthCheck, ScalingPolicy, ScheduledAction, StepAdjustment, TargetTracking,
};
use infra_aws::cloudwatch::{Comparison, MetricAlarm, Statistic};
use infra_aws::ec2::{CpuCredits, LaunchTemplate, Subnet, Vpc};
use infra_aws::elbv2::{HealthCheck as TargetCheck, TargetGroup};
use infra_core::program::Request;
use infra_core::{Graph, Stack};

/// The talk's fleet as a group with two simple policies, as Elastic Beanstalk makes it.
fn web(increment: i32, threshold: f64, detailed: bool, min: i32) -> impl Fn(&Stack) {
    move |stack: &Stack| {
        let vpc = Vpc::new("main").cidr_block("10.0.0.0/16").add(stack);
        let subnets = ["a", "b"].map(|zone| {
            let range = if zone == "a" { "10.0.1.0/24" } else { "10.0.2.0/24" };
            Subnet::new(zone).vpc(&vpc).cidr_block(range).availability_zone(format!("eu-west-1{zone}")).add(stack)
        });
        let targets = TargetGroup::new("app")
            .vpc(&vpc)
            .port(80)
            .health_check(TargetCheck::http("/").interval(15).unhealthy_threshold(5))
            .deregistration_delay(20)
            .add(stack);
        let template = LaunchTemplate::new("app").image("ami-1").instance_type("t3.micro").monitoring(detailed).add(stack);
        let group = AutoScalingGroup::new("app")
            .launch_template(&template)
            .subnets(&subnets)
            .min_size(min)
            .max_size(40)
            .default_cooldown(360)
            .health_checks([HealthCheck::Elb])
            .health_check_grace_period(300)
            .target_groups([&targets])
            .add(stack);
        for (name, by, comparison, at) in [("up", increment, Comparison::Greater, threshold), ("down", -1, Comparison::Less, 2.0)] {
            let policy =
                ScalingPolicy::new(name).group(&group).adjustment_type(AdjustmentType::ChangeInCapacity).scaling_adjustment(by).add(stack);
            MetricAlarm::new(name)
                .metric(group.cpu_utilization())
                .statistic(Statistic::Average)
                .over(1, 300)
                .comparison(comparison)
                .threshold(at)
                .alarm_actions([&policy])
                .add(stack);
        }
    }
}

fn of(program: impl Fn(&Stack)) -> Graph {
    graph(&program, &Request::default()).unwrap()
}

fn surge(program: impl Fn(&Stack)) -> Simulation {
    fleet(&of(program), "app")
        .unwrap()
        .capacity(Capacity::linear(0.0, 0.75, 1000.0).unwrap())
        .load(Talk::load())
        .boot(Boot::constant(60.0, 120.0))
        .over(Unknowns::of_the_cloud().delays([60]))
}

#[test]
fn a_fleet_is_what_its_resources_say() {
    let simulation = fleet(&of(web(2, 15.0, true, 1)), "app").unwrap();
    let fleet = &simulation.fleet;
    assert_eq!((fleet.bounds.min, fleet.bounds.max, fleet.default_cooldown, fleet.default_warm_up), (1, 40, 360, None));
    assert_eq!(fleet.zones, ["eu-west-1a", "eu-west-1b"]);
    assert_eq!((fleet.monitoring, fleet.instance_type.as_deref()), (Monitoring::Detailed, Some("t3.micro")));
    assert!(fleet.health.balanced && fleet.health.elb);
    assert_eq!((fleet.health.grace, fleet.health.interval, fleet.health.unhealthy, fleet.health.deregistration), (300, 15, 5, 20));
    assert_eq!(fleet.policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>(), ["up", "down"]);
    assert_eq!(
        fleet.alarms.iter().map(|alarm| (alarm.threshold, alarm.period, alarm.on_alarm[0])).collect::<Vec<_>>(),
        [(15.0, 300, 0), (2.0, 300, 1)]
    );
}

#[test]
fn every_kind_of_policy_is_read() {
    let program = |stack: &Stack| {
        let template = LaunchTemplate::new("app").cpu_credits(CpuCredits::Standard).instance_type("t3.small").add(stack);
        let group = AutoScalingGroup::new("app").launch_template(&template).min_size(1).max_size(4).default_instance_warmup(-1).add(stack);
        let other = AutoScalingGroup::new("other").launch_template(&template).min_size(1).max_size(4).add(stack);
        let step = ScalingPolicy::new("step")
            .group(&group)
            .adjustment_type(AdjustmentType::PercentChangeInCapacity)
            .min_adjustment_magnitude(2)
            .estimated_instance_warmup(90)
            .step_adjustments([StepAdjustment::between(0, 10, 10), StepAdjustment::above(10, 30)])
            .add(stack);
        MetricAlarm::new("busy")
            .metric(group.cpu_utilization())
            .statistic(Statistic::Average)
            .over(3, 60)
            .datapoints_to_alarm(2)
            .above(50)
            .alarm_actions([&step])
            .add(stack);
        ScalingPolicy::new("track").group(&group).target_tracking(TargetTracking::average_cpu(60).disable_scale_in(true)).add(stack);
        ScalingPolicy::new("not-ours").group(&other).target_tracking(TargetTracking::average_cpu(1)).add(stack);
        ScheduledAction::new("morning").group(&group).min_size(3).recurrence("0 9 * * MON-FRI").time_zone("Etc/GMT-1").add(stack);
    };
    let fleet = fleet(&of(program), "app").unwrap().fleet;
    assert_eq!((fleet.credits, fleet.monitoring, fleet.default_warm_up), (Some(CreditMode::Standard), Monitoring::Basic, None));
    let Rule::Step { kind, min_magnitude, steps, warm_up, .. } = &fleet.policies[0].rule else { panic!("{fleet:?}") };
    assert_eq!((*kind, *min_magnitude, steps.len(), *warm_up), (AdjustmentKind::Percent, 2, 2, Some(90)));
    let Rule::Tracking(tracking) = &fleet.policies[1].rule else { panic!("{fleet:?}") };
    assert_eq!((tracking.metric, tracking.target, tracking.disable_scale_in), (Metric::Cpu, 60.0, true));
    assert_eq!((fleet.policies.len(), fleet.alarms[0].datapoints_to_alarm, fleet.alarms[0].evaluation_periods), (2, 2, 3));
    assert_eq!(fleet.schedules[0].min, Some(3));
    assert!(matches!(&fleet.schedules[0].when, When::Cron { offset: 3600, .. }));
}

#[test]
fn what_cannot_be_simulated_names_the_resource_the_field_and_the_line() {
    let program = |stack: &Stack| {
        let template = LaunchTemplate::new("app").add(stack);
        let group = AutoScalingGroup::new("app").launch_template(&template).min_size(1).max_size(4).add(stack);
        let policy =
            ScalingPolicy::new("up").group(&group).adjustment_type(AdjustmentType::ChangeInCapacity).scaling_adjustment(1).add(stack);
        MetricAlarm::new("disk")
            .metric(group.instance_metric("DiskReadOps"))
            .statistic(Statistic::Average)
            .over(1, 60)
            .above(5)
            .alarm_actions([&policy])
            .add(stack);
    };
    let problem = fleet(&of(program), "app").unwrap_err().to_string();
    assert!(problem.starts_with("aws:cloudwatch/alarm:disk: `metric_name` is `DiskReadOps` of `AWS/EC2`"), "{problem}");
    assert!(problem.contains("tests/stack.rs:"), "{problem}");
    assert_eq!(
        fleet(&of(program), "ap").unwrap_err().to_string(),
        "the stack has no auto scaling group, service or environment `ap`; it has `app`"
    );
}

#[test]
fn the_talks_winner_breaks_on_its_own_surge_and_the_message_says_why_and_what_holds() {
    let outcome = surge(web(2, 15.0, false, 1)).run().unwrap();
    let broken = outcome.assert_cpu_below(50.0).unwrap_err();
    let text = broken.to_string();
    assert_eq!((broken.summary.crossed_at, broken.count), (Some(746), (5 * 3, 5 * 3)));
    assert!(text.contains("does not hold: processor load below 50 %, in 15 of 15 scenarios"), "{text}");
    assert!(text.contains("the alarm fires at 10:00, `up` goes from 1 to 3 hosts at 11:00, they serve at 14:00"), "{text}");
    assert!(text.contains("the load crosses 50 % at 12:26"), "{text}");
    assert!(
        text.contains("a threshold of 12 % with detailed monitoring; or a threshold of 3 %") && text.contains("3 hosts at least"),
        "{text}"
    );
    // What is proposed does hold.
    surge(web(2, 12.0, true, 1)).run().unwrap().assert_cpu_below(50.0).unwrap();
    surge(web(2, 15.0, false, 3)).run().unwrap().assert_cpu_below(50.0).unwrap();
}

#[test]
fn other_assertions_hold_or_break_too() {
    let outcome = surge(web(2, 12.0, true, 1)).run().unwrap();
    outcome.assert_hosts_at_most(40).unwrap();
    assert!(outcome.assert_hosts_at_most(3).unwrap_err().to_string().contains("at most 3 hosts"));
    outcome.assert_lost_at_most(0.0).unwrap();
    assert!(outcome.assert_cost_at_most(0.5).is_err());
    assert!(outcome.assert_ends_with(1).is_err());
    let (least, most) = outcome.range(|summary| summary.host_hours);
    assert!(least > 0.0 && least <= most && outcome.worst(|summary| summary.host_hours).1.host_hours == most);
}

#[test]
fn a_lost_zone_is_survived_with_hosts_to_spare_only() {
    let lose = |min| {
        surge(web(1, 60.0, true, min))
            .load(Load::steady(60_000.0, minutes(60)))
            .event(Event::ZoneDown { at: minutes(10), zone: 0, how: ZoneLoss::Hard })
            .over(Unknowns::none())
    };
    // Six hosts at 7.5 % each become three at 15 %, and requests to the lost ones are lost for the 75 seconds of five checks.
    let summary = lose(6).run().unwrap().runs[0].1;
    assert!((summary.peak_cpu - 15.0).abs() < 1e-9, "{summary:?}");
    assert!((summary.lost - 60_000.0 * 1.25 / 2.0).abs() < 1e-6, "{summary:?}");
    assert_eq!(summary.last_hosts, 6);
    assert!(lose(2).run().unwrap().assert_cpu_below(50.0).is_ok());
    assert!(lose(1).run().unwrap().assert_lost_at_most(0.02).is_err());
}

#[test]
fn lints_name_what_is_wrong_without_a_run() {
    let program = |stack: &Stack| {
        let template = LaunchTemplate::new("app").instance_type("t3.micro").cpu_credits(CpuCredits::Standard).add(stack);
        let targets = TargetGroup::new("app").port(80).add(stack);
        let group = AutoScalingGroup::new("app").launch_template(&template).min_size(1).max_size(4).target_groups([&targets]).add(stack);
        let simple = |name: &str, by: i32| {
            ScalingPolicy::new(name).group(&group).adjustment_type(AdjustmentType::ChangeInCapacity).scaling_adjustment(by).add(stack)
        };
        let (up, down) = (simple("up", 1), simple("down", -1));
        MetricAlarm::new("busy")
            .metric(group.cpu_utilization())
            .statistic(Statistic::Average)
            .over(1, 60)
            .above(50)
            .alarm_actions([&up])
            .add(stack);
        MetricAlarm::new("idle")
            .metric(group.cpu_utilization())
            .statistic(Statistic::Average)
            .over(1, 300)
            .below(30)
            .alarm_actions([&down])
            .add(stack);
        ScalingPolicy::new("track").group(&group).target_tracking(TargetTracking::average_cpu(60)).add(stack);
        AutoScalingGroup::new("checked")
            .launch_template(&template)
            .min_size(2)
            .max_size(2)
            .target_groups([&targets])
            .health_checks([HealthCheck::Elb])
            .add(stack);
    };
    let findings = lint::stack(&of(program));
    let fields: Vec<_> = findings
        .iter()
        .map(|finding| format!("{} {}", finding.resource.as_ref().unwrap().name(), finding.field.as_deref().unwrap()))
        .collect();
    assert_eq!(
        fields,
        [
            "busy period",
            "track target_tracking",
            "idle threshold",
            "app default_instance_warmup",
            "down scaling_adjustment",
            "app health_checks",
            "app cpu_credits",
            "checked health_check_grace_period",
        ]
    );
    assert!(findings[2].problem.contains("2 hosts at that load become 1 at 60.0, above 50"), "{}", findings[2].problem);
    assert_eq!(findings[2].help.as_deref(), Some("use at most 25.0"));
    assert!(findings.iter().all(|finding| finding.declared.is_some() && finding.help.is_some()));
    // The talk's fleet, with checks that count and a lower threshold far below, has nothing to say against it.
    assert_eq!(lint::stack(&of(web(2, 15.0, true, 1))), []);
}

#[test]
fn lints_of_a_simulation_know_the_load() {
    let mut simulation = surge(web(2, 30.0, false, 1)).event(Event::ZoneDown { at: 0, zone: 0, how: ZoneLoss::Network });
    simulation.fleet.bounds.max = 2;
    simulation.fleet.zones.truncate(1);
    let findings = lint::simulation(&simulation, 50.0).unwrap();
    let fields: Vec<_> = findings.iter().map(|finding| finding.field.as_deref().unwrap()).collect();
    assert_eq!(fields, ["max_size", "monitoring", "subnets"]);
    assert_eq!(findings[0].help.as_deref(), Some("use at least 3"));
    assert_eq!(lint::simulation(&surge(web(2, 15.0, false, 1)), 50.0).unwrap(), []);
}
