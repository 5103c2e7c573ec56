//! An environment of Elastic Beanstalk: its options, and AWS's defaults for those that it does not set.

use std::collections::BTreeMap;
use std::str::FromStr;

use infra_aws::ec2::SubnetId;
use infra_aws::elasticbeanstalk::{Environment, EnvironmentInputs};
use infra_core::{Graph, Node};

use super::read::{Read, read};
use super::{Found, Scaled, surroundings};
use crate::Error;
use crate::model::{Boot, Fleet, Metric, Monitoring, Statistic};
use crate::semantics::Beanstalk;

const ASG: &str = "aws:autoscaling:asg";
const LAUNCH: &str = "aws:autoscaling:launchconfiguration";
const TRIGGER: &str = "aws:autoscaling:trigger";
const PROCESS: &str = "aws:elasticbeanstalk:environment:process:default";

/// The options that an environment sets.
struct Options<'a> {
    of: &'a Read<'a, EnvironmentInputs>,
    set: BTreeMap<String, String>,
}

impl Options<'_> {
    fn text(&self, namespace: &str, option: &str) -> Option<&str> {
        self.set.get(&format!("{namespace}/{option}")).map(String::as_str)
    }

    fn wrong(&self, namespace: &str, option: &str, problem: &str, help: &str) -> Error {
        let value = self.text(namespace, option).map_or_else(|| "not set".to_owned(), |value| format!("`{value}`"));
        self.of.wrong("options", format!("have {namespace}/{option} {value}, {problem}"), help)
    }

    /// A number, or the default.
    fn number<N: FromStr + PartialOrd + Copy>(&self, namespace: &str, option: &str, least: N, default: N) -> Result<N, Error> {
        let Some(text) = self.text(namespace, option) else { return Ok(default) };
        text.trim()
            .parse()
            .ok()
            .filter(|number| *number >= least)
            .ok_or_else(|| self.wrong(namespace, option, "which is none of its numbers", "see AWS's list of general options"))
    }
}

/// The fleet of an environment's node.
pub(super) fn found(graph: &Graph, node: &Node) -> Result<Found, Error> {
    let of = read::<Environment>(graph, node)?;
    let options = Options { set: of.inputs.options.clone().unwrap_or_default(), of: &of };
    let mut fleet = fleet(&options, node.address.name())?;
    fleet.zones = zones(graph, &options)?;
    let source = of.source();
    let alike = |count: usize| vec![source.clone(); count];
    Ok(Found {
        of: Scaled::Environment,
        group: source.clone(),
        target: None,
        template: Some(source.clone()),
        policies: alike(fleet.policies.len()),
        alarms: alike(fleet.alarms.len()),
        fleet,
    })
}

fn fleet(options: &Options<'_>, name: &str) -> Result<Fleet, Error> {
    let instance_type = options.text(LAUNCH, "InstanceType").or_else(|| options.text("aws:ec2:instances", "InstanceTypes"));
    let instance_type = instance_type.and_then(|types| types.split(',').next()).map(|one| one.trim().to_owned());
    let monitoring = match options.text(LAUNCH, "MonitoringInterval").map(str::trim) {
        None | Some("5 minute") => Monitoring::Basic,
        Some("1 minute") => Monitoring::Detailed,
        Some(_) => return Err(options.wrong(LAUNCH, "MonitoringInterval", "which is none", "write `1 minute` or `5 minute`")),
    };
    // One machine without a load balancer, whatever its sizes say.
    if options.text("aws:elasticbeanstalk:environment", "EnvironmentType") == Some("SingleInstance") {
        return Ok(Fleet { monitoring, instance_type, boot: Boot::beanstalk(), ..Fleet::new(name, 1, 1) });
    }
    let usual = Beanstalk::default();
    let measure = measure(options)?;
    let (min, max) = (options.number(ASG, "MinSize", 0, usual.min)?, options.number(ASG, "MaxSize", 0, usual.max)?);
    if min > max {
        return Err(options.wrong(ASG, "MinSize", &format!("above MaxSize, which is {max}"), "raise MaxSize or lower MinSize"));
    }
    let settings = Beanstalk {
        min,
        max,
        cooldown: options.number(ASG, "Cooldown", 0, usual.cooldown)?,
        measure,
        upper: options.number(TRIGGER, "UpperThreshold", f64::MIN, usual.upper)?,
        lower: options.number(TRIGGER, "LowerThreshold", f64::MIN, usual.lower)?,
        upper_increment: options.number(TRIGGER, "UpperBreachScaleIncrement", i64::MIN, usual.upper_increment)?,
        lower_increment: options.number(TRIGGER, "LowerBreachScaleIncrement", i64::MIN, usual.lower_increment)?,
        period: options.number(TRIGGER, "Period", 1, usual.period)?,
        periods: options.number(TRIGGER, "EvaluationPeriods", 1, usual.periods)?,
        monitoring,
    };
    let mut fleet = settings.fleet(name);
    fleet.instance_type = instance_type;
    fleet.one_period = true;
    let statistic = statistic(options)?;
    for alarm in &mut fleet.alarms {
        alarm.statistic = statistic;
    }
    let health = &mut fleet.health;
    health.interval = options.number(PROCESS, "HealthCheckInterval", 1, health.interval)?;
    health.unhealthy = options.number(PROCESS, "UnhealthyThresholdCount", 1, health.unhealthy)?;
    health.deregistration = options.number(PROCESS, "DeregistrationDelay", 0, health.deregistration)?;
    Ok(fleet)
}

/// What is measured. An alarm whose unit is not the metric's never has data.
fn measure(options: &Options<'_>) -> Result<Metric, Error> {
    let name = options.text(TRIGGER, "MeasureName").unwrap_or("NetworkOut");
    let (metric, unit) = match name {
        "CPUUtilization" => (Metric::Cpu, "Percent"),
        "NetworkIn" => (Metric::NetworkIn, "Bytes"),
        "NetworkOut" => (Metric::NetworkOut, "Bytes"),
        "RequestCount" => (Metric::Requests, "Count"),
        "TargetResponseTime" | "Latency" => (Metric::Latency, "Seconds"),
        "HealthyHostCount" => (Metric::HealthyHosts, "Count"),
        _ => {
            let help = "processor load, network bytes, requests, answer times and healthy hosts are simulated";
            return Err(options.wrong(TRIGGER, "MeasureName", "which the model does not know", help));
        }
    };
    if options.text(TRIGGER, "Unit").unwrap_or("Bytes") != unit {
        let problem = format!("and {name} is in {unit}: the trigger never has data, so that nothing scales (the default is Bytes)");
        return Err(options.wrong(TRIGGER, "Unit", &problem, &format!("set it to {unit}")));
    }
    Ok(metric)
}

fn statistic(options: &Options<'_>) -> Result<Statistic, Error> {
    match options.text(TRIGGER, "Statistic") {
        None | Some("Average") => Ok(Statistic::Average),
        Some("Minimum") => Ok(Statistic::Minimum),
        Some("Maximum") => Ok(Statistic::Maximum),
        Some("Sum") => Ok(Statistic::Sum),
        Some(_) => Err(options.wrong(TRIGGER, "Statistic", "which is none", "write Average, Minimum, Maximum or Sum")),
    }
}

/// The zones that are chosen by name, else those of the subnets, else as many as `Availability Zones` says.
fn zones(graph: &Graph, options: &Options<'_>) -> Result<Vec<String>, Error> {
    let list = |text: Option<&str>| -> Vec<String> {
        text.into_iter().flat_map(|text| text.split(',')).map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
    };
    let named = list(options.text(ASG, "Custom Availability Zones"));
    if !named.is_empty() {
        return Ok(surroundings::settled(named));
    }
    let subnets: Vec<SubnetId> = list(options.text("aws:ec2:vpc", "Subnets")).into_iter().map(SubnetId::new).collect();
    if !subnets.is_empty() {
        return Ok(surroundings::settled(surroundings::zones(graph, &subnets)?));
    }
    let count = match options.text(ASG, "Availability Zones").map(str::trim) {
        None | Some("Any" | "Any 2") => 2,
        Some("Any 1") => 1,
        Some("Any 3") => 3,
        Some(_) => {
            return Err(options.wrong(ASG, "Availability Zones", "which is none of its words", "write `Any`, `Any 1`, `Any 2` or `Any 3`"));
        }
    };
    Ok(["a", "b", "c"].iter().take(count).map(|zone| (*zone).to_owned()).collect())
}
