//! Environments of Elastic Beanstalk that a stack declares, as fleets: their options, and AWS's defaults.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use infra_autoscale::model::{Metric, Monitoring, Rule, Statistic};
use infra_autoscale::search::{Lever, Objective, Search, Space};
use infra_autoscale::{Boot, Capacity, Error, Found, Scaled, Simulation, Talk, Unknowns, find, graph, lint};
use infra_aws::elasticbeanstalk::{Application, Environment};
use infra_core::program::Request;
use infra_core::{Graph, Stack};

fn of(options: &[(&str, &str)]) -> Graph {
    let program = |stack: &Stack| {
        let application = Application::new("shop").add(stack);
        let options = options.iter().map(|(option, value)| ((*option).to_owned(), (*value).to_owned()));
        Environment::new("app").application(&application).options(options.collect::<Vec<_>>()).add(stack);
    };
    graph(&program, &Request::default()).unwrap()
}

fn found(options: &[(&str, &str)]) -> Result<Found, Error> {
    find(&of(options), "app")
}

/// The talk's trigger.
const TALK: [(&str, &str); 8] = [
    ("aws:autoscaling:asg/MaxSize", "20"),
    ("aws:autoscaling:launchconfiguration/InstanceType", "t3.micro"),
    ("aws:autoscaling:trigger/MeasureName", "CPUUtilization"),
    ("aws:autoscaling:trigger/Unit", "Percent"),
    ("aws:autoscaling:trigger/UpperThreshold", "15"),
    ("aws:autoscaling:trigger/LowerThreshold", "5"),
    ("aws:autoscaling:trigger/UpperBreachScaleIncrement", "2"),
    ("aws:elasticbeanstalk:environment/LoadBalancerType", "application"),
];

#[test]
fn an_environment_without_options_is_aws_defaults() {
    let found = found(&[]).unwrap();
    let fleet = &found.fleet;
    assert_eq!((found.of, fleet.bounds.min, fleet.bounds.max, fleet.default_cooldown), (Scaled::Environment, 1, 4, 360));
    assert_eq!((fleet.monitoring, fleet.boot, fleet.zones.len()), (Monitoring::Basic, Boot::beanstalk(), 2));
    let alarms: Vec<_> = fleet.alarms.iter().map(|alarm| (alarm.metric, alarm.statistic, alarm.threshold, alarm.period)).collect();
    assert_eq!(alarms, [(Metric::NetworkOut, Statistic::Average, 6e6, 300), (Metric::NetworkOut, Statistic::Average, 2e6, 300)]);
    let amounts: Vec<_> = fleet
        .policies
        .iter()
        .map(|policy| matches!(&policy.rule, Rule::Simple { adjustment, .. } if adjustment.amount.abs() == 1))
        .collect();
    assert_eq!(amounts, [true, true]);
    assert_eq!((fleet.health.elb, fleet.health.interval, fleet.health.unhealthy, fleet.health.deregistration), (false, 15, 5, 20));
    assert_eq!(lint::stack(&of(&[])), []);
}

#[test]
fn options_are_what_they_say() {
    let mut options = TALK.to_vec();
    options.extend([
        ("aws:autoscaling:asg/MinSize", "2"),
        ("aws:autoscaling:asg/Cooldown", "120"),
        ("aws:autoscaling:asg/Custom Availability Zones", "us-west-2a, us-west-2b,us-west-2c"),
        ("aws:autoscaling:launchconfiguration/MonitoringInterval", "1 minute"),
        ("aws:autoscaling:trigger/Period", "1"),
        ("aws:autoscaling:trigger/EvaluationPeriods", "3"),
        ("aws:autoscaling:trigger/Statistic", "Maximum"),
        ("aws:elasticbeanstalk:environment:process:default/HealthCheckInterval", "10"),
    ]);
    let fleet = found(&options).unwrap().fleet;
    assert_eq!((fleet.bounds.min, fleet.bounds.max, fleet.default_cooldown, fleet.monitoring), (2, 20, 120, Monitoring::Detailed));
    assert_eq!((fleet.zones.len(), fleet.instance_type.as_deref(), fleet.health.interval), (3, Some("t3.micro"), 10));
    let alarm = &fleet.alarms[0];
    assert_eq!(
        (alarm.metric, alarm.threshold, alarm.period, alarm.evaluation_periods, alarm.statistic),
        (Metric::Cpu, 15.0, 60, 3, Statistic::Maximum)
    );
    let single = found(&[("aws:elasticbeanstalk:environment/EnvironmentType", "SingleInstance")]).unwrap().fleet;
    assert_eq!((single.bounds.max, single.policies.len(), single.health.balanced), (1, 0, false));
}

#[test]
fn options_that_make_no_sense_are_named() {
    let problem = |options: &[(&str, &str)]| found(options).unwrap_err().to_string();
    let unit = problem(&[("aws:autoscaling:trigger/MeasureName", "CPUUtilization")]);
    assert!(unit.contains("aws:autoscaling:trigger/Unit not set, and CPUUtilization is in Percent: the trigger never has data"), "{unit}");
    let sizes = problem(&[("aws:autoscaling:asg/MinSize", "6")]);
    assert!(sizes.contains("MinSize `6`, above MaxSize, which is 4"), "{sizes}");
    for (option, value) in [
        ("aws:autoscaling:asg/Cooldown", "soon"),
        ("aws:autoscaling:launchconfiguration/MonitoringInterval", "2 minute"),
        ("aws:autoscaling:trigger/MeasureName", "DiskReadOps"),
        ("aws:autoscaling:trigger/Statistic", "Median"),
        ("aws:autoscaling:asg/Availability Zones", "Any 9"),
    ] {
        let said = problem(&[(option, value)]);
        assert!(said.contains(&format!("`options` have {option} `{value}`")) && said.contains("tests/environments.rs"), "{said}");
    }
}

#[test]
fn lints_of_an_environment_name_its_options() {
    let mut options = TALK.to_vec();
    options.push(("aws:autoscaling:trigger/Period", "1"));
    let findings = lint::stack(&of(&options));
    assert!(!findings.is_empty() && findings.iter().all(|finding| finding.field.as_deref() == Some("options")), "{findings:?}");
    assert!(findings[0].help.as_deref().unwrap().contains("MonitoringInterval"), "{findings:?}");
}

#[test]
fn a_search_says_which_options_to_set() {
    let graph = of(&TALK);
    let found = find(&graph, "app").unwrap();
    let simulation = Simulation::of(found.fleet.clone())
        .capacity(Capacity::linear(0.0, 0.75, 1000.0).unwrap())
        .load(Talk::load())
        .boot(Boot::constant(60.0, 120.0))
        .over(Unknowns::of_the_cloud().boots([0.5]));
    simulation.run().unwrap().assert_cpu_below(50.0).unwrap_err();
    let space = Space::empty()
        .with(Lever::MinSize, [1.0, 2.0])
        .with(Lever::Threshold, (9..=20).map(f64::from))
        .with(Lever::Period, [60.0, 300.0])
        .with(Lever::Detailed, [0.0, 1.0]);
    let tuning = Search::of(simulation, Objective::cpu_below(50.0)).space(space).run().unwrap();
    assert!(tuning.chosen.holds, "{}", tuning.chosen);
    let tuned = tuning.fleet();
    // Both alarms of a trigger have its period.
    assert_eq!(tuned.alarms[0].period, tuned.alarms[1].period);
    let rust = tuning.rust(&found);
    let detailed = "(\"aws:autoscaling:launchconfiguration/MonitoringInterval\", \"1 minute\")";
    assert_eq!(rust.contains(detailed), tuned.monitoring == Monitoring::Detailed, "{rust}");
    let threshold = tuned.alarms[0].threshold;
    assert_eq!(rust.contains(&format!("(\"aws:autoscaling:trigger/UpperThreshold\", \"{threshold}\")")), threshold != 15.0, "{rust}");
    assert!(rust.starts_with("// aws:elasticbeanstalk/environment:app, declared at "), "{rust}");
}
