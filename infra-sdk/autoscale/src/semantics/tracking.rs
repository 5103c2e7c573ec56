//! Target tracking: the alarms that AWS makes for it, and the size that the target asks for.

use crate::Knobs;
use crate::knobs::ScaleIn;
use crate::model::{Alarm, Comparison, Metric, MissingData, Platform, Statistic, Tracking, Window};

/// The alarms that AWS makes: the high one, and the low one unless the policy never shrinks the fleet.
pub(crate) fn alarms(policy: &str, index: usize, tracking: &Tracking, platform: Platform, knobs: &Knobs) -> Vec<Alarm> {
    let low = match platform {
        Platform::Ec2 => knobs.tracking_low_ec2,
        Platform::Ecs => knobs.tracking_low_ecs,
    };
    let alarm = |end: &str, comparison, threshold, periods| Alarm {
        name: format!("TargetTracking-{policy}-{end}"),
        metric: tracking.metric,
        statistic: if tracking.metric == Metric::RequestsPerHost { Statistic::Sum } else { Statistic::Average },
        period: 60,
        evaluation_periods: periods,
        datapoints_to_alarm: periods,
        comparison,
        threshold,
        missing: MissingData::Missing,
        window: Window::Sliding,
        warm_up: 0,
        on_alarm: vec![index],
        on_ok: Vec::new(),
        on_insufficient: Vec::new(),
    };
    let mut alarms = vec![alarm("AlarmHigh", Comparison::Greater, tracking.target, knobs.tracking_high_periods)];
    if !tracking.disable_scale_in {
        alarms.push(alarm("AlarmLow", Comparison::Less, low * tracking.target, knobs.tracking_low_periods));
    }
    alarms
}

/// The size that keeps `metric`, measured on `capacity` hosts, at the target: rounded up, in both directions.
///
/// AWS states the rounding, not the formula; Kubernetes documents the same one.
pub(crate) fn size(capacity: u32, metric: f64, target: f64) -> u32 {
    let exact = f64::from(capacity) * metric / target;
    // What is a whole number but for the last bits of a float is that number.
    (exact - 1e-9).ceil().clamp(0.0, f64::from(u32::MAX)) as u32
}

/// The size to shrink to from `capacity`, of which the target would allow `wanted`.
pub(crate) fn shrunk(capacity: u32, wanted: u32, how: ScaleIn) -> u32 {
    match how {
        ScaleIn::Proportional => wanted,
        ScaleIn::OneByOne => wanted.max(capacity.saturating_sub(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_rounded_up_and_what_is_removed_down() {
        // 1.5 more become 2; 1.5 fewer become 1.
        assert_eq!(size(10, 57.5, 50.0), 12);
        assert_eq!(size(10, 42.5, 50.0), 9);
        assert_eq!(size(10, 50.0, 50.0), 10);
        assert_eq!(size(3, 0.0, 50.0), 0);
        assert_eq!(size(3, 20.0, 60.0), 1);
    }

    #[test]
    fn the_alarms_are_those_that_aws_makes() {
        let knobs = Knobs::default();
        let made = alarms("cpu", 0, &Tracking::cpu(50.0), Platform::Ec2, &knobs);
        assert_eq!((made[0].threshold, made[0].evaluation_periods, made[0].period), (50.0, 3, 60));
        assert_eq!((made[1].threshold, made[1].evaluation_periods), (35.0, 15));
        let ecs = alarms("cpu", 0, &Tracking::cpu(75.0), Platform::Ecs, &knobs);
        assert_eq!(ecs[1].threshold, 67.5);
        let only_up = Tracking { disable_scale_in: true, ..Tracking::cpu(50.0) };
        assert_eq!(alarms("cpu", 0, &only_up, Platform::Ec2, &knobs).len(), 1);
    }

    #[test]
    fn shrinking_one_by_one_never_takes_more() {
        assert_eq!(shrunk(10, 4, ScaleIn::OneByOne), 9);
        assert_eq!(shrunk(10, 4, ScaleIn::Proportional), 4);
        assert_eq!(shrunk(0, 0, ScaleIn::OneByOne), 0);
    }
}
