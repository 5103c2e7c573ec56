//! How often hosts report: every minute, or every five at a phase of their own.

use crate::model::{Metric, Monitoring};

/// Seconds between two datapoints of a metric.
pub(crate) fn spacing(monitoring: Monitoring, metric: Metric) -> i64 {
    match monitoring {
        Monitoring::Basic if metric.is_from_hosts() => 300,
        _ => 60,
    }
}

/// Whether a datapoint comes at `minute`, counted from the phase of the hosts' reports.
pub(crate) fn is_due(spacing: i64, minute: i64) -> bool {
    (minute * 60).rem_euclid(spacing) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_monitoring_gives_a_datapoint_in_five_minutes_but_only_of_hosts() {
        let due = |monitoring, metric| (0..10).filter(|minute| is_due(spacing(monitoring, metric), *minute)).count();
        assert_eq!(due(Monitoring::Basic, Metric::Cpu), 2);
        assert_eq!(due(Monitoring::Basic, Metric::RequestsPerHost), 10);
        assert_eq!(due(Monitoring::Detailed, Metric::Cpu), 10);
    }
}
