//! The metrics to ask CloudWatch for, and its answers as the CSV that a host is fitted from. No call is made here.

use std::collections::BTreeMap;

/// A series to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The column of the CSV.
    pub column: &'static str,
    /// The metric's namespace.
    pub namespace: &'static str,
    /// The metric's name.
    pub metric: &'static str,
    /// The metric's dimension, and its value.
    pub dimension: (&'static str, String),
    /// The statistic.
    pub statistic: &'static str,
}

/// Where requests come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Balancer {
    /// An application load balancer, by the end of its ARN: `app/web/0123456789abcdef`.
    Application(String),
    /// A classic one, by its name.
    Classic(String),
}

impl Balancer {
    /// Of the ARN of an application load balancer.
    pub fn of_arn(arn: &str) -> Option<Balancer> {
        arn.split_once(":loadbalancer/").map(|(_, end)| Balancer::Application(end.to_owned()))
    }
}

/// What says how a group's hosts did: processor load, hosts, and the requests and answers of its load balancer.
pub fn series(group: &str, balancer: Option<&Balancer>) -> Vec<Series> {
    let of_group = |column, namespace, metric| Series {
        column,
        namespace,
        metric,
        dimension: ("AutoScalingGroupName", group.to_owned()),
        statistic: "Average",
    };
    let mut series = vec![of_group("cpu", "AWS/EC2", "CPUUtilization"), of_group("hosts", "AWS/AutoScaling", "GroupInServiceInstances")];
    if let Some(balancer) = balancer {
        let (namespace, dimension, latency) = match balancer {
            Balancer::Application(name) => ("AWS/ApplicationELB", ("LoadBalancer", name.clone()), "TargetResponseTime"),
            Balancer::Classic(name) => ("AWS/ELB", ("LoadBalancerName", name.clone()), "Latency"),
        };
        series.push(Series { column: "rpm", namespace, metric: "RequestCount", dimension: dimension.clone(), statistic: "Sum" });
        series.push(Series { column: "p95", namespace, metric: latency, dimension, statistic: "p95" });
    }
    series
}

/// Seconds of a period that CloudWatch still has so long after: a minute for 15 days, five for 63, an hour for 455.
pub fn period(seconds_ago: i64) -> i32 {
    match seconds_ago {
        ..=1_296_000 => 60,
        ..=5_443_200 => 300,
        _ => 3600,
    }
}

/// The answers: by epoch second, by column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pulled {
    rows: BTreeMap<i64, BTreeMap<&'static str, f64>>,
}

impl Pulled {
    /// Adds a datapoint of a series; sums over `period` seconds become sums over a minute.
    pub fn add(&mut self, series: &Series, at: i64, value: f64, period: i32) {
        let value = if series.statistic == "Sum" { value * 60.0 / f64::from(period.max(1)) } else { value };
        self.rows.entry(at).or_default().insert(series.column, value);
    }

    /// Rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A CSV with a row a datapoint; what was not answered is empty.
    pub fn csv(&self, series: &[Series]) -> String {
        let mut text = format!("timestamp,{}\n", series.iter().map(|series| series.column).collect::<Vec<_>>().join(","));
        for (at, row) in &self.rows {
            let cells = series.iter().map(|series| row.get(series.column).map_or_else(String::new, f64::to_string));
            text.push_str(&format!("{at},{}\n", cells.collect::<Vec<_>>().join(",")));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Capacity;

    #[test]
    fn what_is_pulled_can_be_fitted() {
        let balancer =
            Balancer::of_arn("arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef").unwrap();
        assert_eq!(balancer, Balancer::Application("app/web/0123456789abcdef".into()));
        let series = series("web-1", Some(&balancer));
        let mut pulled = Pulled::default();
        for minute in 0..60 {
            let rpm = f64::from(minute) * 1000.0;
            for (series, value) in series.iter().zip([1.0 + rpm * 0.75 / 1000.0, 1.0, rpm * 5.0, 0.02]) {
                pulled.add(series, i64::from(minute) * 300, value, 300);
            }
        }
        // The fit looks for its own lag.
        let csv = pulled.csv(&series);
        assert!(csv.starts_with("timestamp,cpu,hosts,rpm,p95\n0,1,1,0,0.02\n300,1.75,1,1000,0.02\n"), "{csv}");
        let fit = Capacity::fit_text(&csv).unwrap();
        assert!((fit.capacity.line.at(40_000.0) - 31.0).abs() < 0.1, "{:?}", fit.capacity.line);
    }

    #[test]
    fn older_datapoints_are_coarser() {
        assert_eq!([3600, 20 * 86_400, 100 * 86_400].map(period), [60, 300, 3600]);
    }

    #[test]
    fn a_group_without_a_load_balancer_has_no_requests() {
        assert_eq!(series("web", None).len(), 2);
        assert_eq!(series("web", Some(&Balancer::Classic("old".into())))[3].metric, "Latency");
    }
}
