//! An alarm, where it calls a policy of the fleet.

use infra_aws::cloudwatch as aws;
use infra_aws::cloudwatch::{AlarmActionArn, MetricAlarmInputs, namespace};

use super::read::Read;
use crate::Error;
use crate::model::{Alarm, Comparison, Metric, MissingData, Statistic, Window};

/// The metric of a name, where the model knows it.
pub(super) fn metric(namespace: &str, name: &str) -> Option<Metric> {
    Some(match (namespace, name) {
        (namespace::EC2, "CPUUtilization") | ("AWS/ECS", "CPUUtilization") => Metric::Cpu,
        ("AWS/ECS", "MemoryUtilization") => Metric::Memory,
        (namespace::EC2, "NetworkIn") => Metric::NetworkIn,
        (namespace::EC2, "NetworkOut") => Metric::NetworkOut,
        (namespace::APPLICATION_ELB, "RequestCountPerTarget") => Metric::RequestsPerHost,
        (namespace::APPLICATION_ELB | namespace::ELB, "RequestCount") => Metric::Requests,
        (namespace::APPLICATION_ELB, "TargetResponseTime") | (namespace::ELB, "Latency") => Metric::Latency,
        (namespace::APPLICATION_ELB | namespace::ELB | namespace::NETWORK_ELB, "HealthyHostCount") => Metric::HealthyHosts,
        _ => return None,
    })
}

/// The alarm, if it acts and calls one of the policies, which are given by the texts that stand for their ids.
pub(super) fn alarm(found: &Read<'_, MetricAlarmInputs>, policies: &[String]) -> Result<Option<Alarm>, Error> {
    let of = &found.inputs;
    let called = |actions: &Option<Vec<AlarmActionArn>>| -> Vec<usize> {
        let index = |action: &AlarmActionArn| policies.iter().position(|policy| policy == action.as_str());
        actions.iter().flatten().filter_map(index).collect()
    };
    let (on_alarm, on_ok, on_insufficient) = (called(&of.alarm_actions), called(&of.ok_actions), called(&of.insufficient_data_actions));
    let acts = of.actions_enabled.unwrap_or(true) && !(on_alarm.is_empty() && on_ok.is_empty() && on_insufficient.is_empty());
    if !acts {
        return Ok(None);
    }
    let missing = |field: &str| found.wrong(field, "is missing", "AWS requires it of an alarm on a metric");
    let positive = |field: &str, value: i32| {
        usize::try_from(value)
            .ok()
            .filter(|value| *value > 0)
            .ok_or_else(|| found.wrong(field, format!("is {value}"), "it must be 1 or more"))
    };
    let (Some(namespace), Some(name)) = (of.namespace.as_deref(), of.metric_name.as_deref()) else {
        return Err(found.wrong("metrics", "is an expression or a query", "only alarms on one metric are simulated"));
    };
    let metric = metric(namespace, name).ok_or_else(|| {
        let help = "processor load, network bytes, requests, answer times and healthy hosts are simulated";
        found.wrong("metric_name", format!("is `{name}` of `{namespace}`, which the model does not know"), help)
    })?;
    let statistic = match (of.statistic, &of.extended_statistic) {
        (Some(aws::Statistic::Average), _) => Statistic::Average,
        (Some(aws::Statistic::Minimum), _) => Statistic::Minimum,
        (Some(aws::Statistic::Maximum), _) => Statistic::Maximum,
        (Some(aws::Statistic::Sum), _) => Statistic::Sum,
        // The model's answers are one percentile, whichever is asked for.
        (None, Some(_)) if metric == Metric::Latency => Statistic::Maximum,
        (Some(aws::Statistic::SampleCount), _) | (None, Some(_)) => {
            return Err(found.wrong("statistic", "is one that is not simulated", "use the average, the least, the greatest or the sum"));
        }
        (None, None) => return Err(missing("statistic")),
    };
    let comparison = match of.comparison.ok_or_else(|| missing("comparison"))? {
        aws::Comparison::Greater => Comparison::Greater,
        aws::Comparison::GreaterOrEqual => Comparison::GreaterOrEqual,
        aws::Comparison::Less => Comparison::Less,
        aws::Comparison::LessOrEqual => Comparison::LessOrEqual,
        _ => return Err(found.wrong("comparison", "is with a band of what is normal", "alarms that scale need a threshold")),
    };
    let period = of.period.ok_or_else(|| missing("period"))?;
    if period < 60 || period % 60 != 0 {
        return Err(found.wrong(
            "period",
            format!("is {period} seconds"),
            "periods below a minute are not simulated; use a multiple of 60",
        ));
    }
    let periods = positive("evaluation_periods", of.evaluation_periods.ok_or_else(|| missing("evaluation_periods"))?)?;
    Ok(Some(Alarm {
        name: found.node.address.name().to_owned(),
        metric,
        statistic,
        period: i64::from(period),
        evaluation_periods: periods,
        datapoints_to_alarm: of.datapoints_to_alarm.map_or(Ok(periods), |points| positive("datapoints_to_alarm", points))?,
        comparison,
        threshold: of.threshold.ok_or_else(|| missing("threshold"))?,
        missing: match of.treat_missing_data {
            None | Some(aws::MissingData::Missing) => MissingData::Missing,
            Some(aws::MissingData::Ignore) => MissingData::Ignore,
            Some(aws::MissingData::Breaching) => MissingData::Breaching,
            Some(aws::MissingData::NotBreaching) => MissingData::NotBreaching,
        },
        window: match of.evaluation_window.as_ref().map(|window| window.kind) {
            None | Some(aws::WindowKind::Sliding) => Window::Sliding,
            Some(aws::WindowKind::WallClock) => Window::WallClock,
        },
        warm_up: of.warm_up.as_ref().map_or(0, |warm_up| i64::from(warm_up.minutes) * 60),
        on_alarm,
        on_ok,
        on_insufficient,
    }))
}
