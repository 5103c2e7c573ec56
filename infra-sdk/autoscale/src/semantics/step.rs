//! Step scaling: adjustments that grow with the distance from the alarm's threshold.

use crate::model::{AdjustmentKind, Bounds, Step};
use crate::semantics::adjust;

/// The step that holds `distance`, the metric less the threshold. Above the threshold a step's lower end is in it and its upper end
/// is not; below it is the other way round.
pub(crate) fn find(steps: &[Step], distance: f64) -> Option<&Step> {
    steps.iter().find(|step| {
        let lower = step.lower.unwrap_or(f64::NEG_INFINITY);
        let upper = step.upper.unwrap_or(f64::INFINITY);
        // A step without an end on the other side of 0 is one above or below by where its other end is.
        let above = step.lower.map_or_else(|| step.upper.is_some_and(|upper| upper > 0.0), |lower| lower >= 0.0);
        if above { distance >= lower && distance < upper } else { distance > lower && distance <= upper }
    })
}

/// The size that the steps ask for.
///
/// Growing starts from the hosts that are not warming up, and those that are count as added already: so repeated calls in one step
/// add once, and a higher step adds the difference. Shrinking starts from all.
pub(crate) fn target(
    steps: &[Step],
    kind: AdjustmentKind,
    min_magnitude: i64,
    distance: f64,
    (capacity, warming): (u32, u32),
    bounds: Bounds,
) -> Option<u32> {
    let step = find(steps, distance)?;
    let settled = capacity.saturating_sub(warming);
    let by = adjust::change(kind, step.amount, min_magnitude, settled);
    if by > 0 {
        let target = adjust::clip(i64::from(settled) + by, bounds);
        return (target > capacity).then_some(target);
    }
    // Shrinking waits until nothing warms up.
    if warming > 0 {
        return None;
    }
    let target = adjust::clip(i64::from(capacity) + by, bounds);
    (target < capacity).then_some(target)
}

/// Whether the steps join without gap or overlap, with at most one open end on each side.
pub(crate) fn check(steps: &[Step]) -> Result<(), &'static str> {
    if steps.is_empty() {
        return Err("it has no steps");
    }
    let mut sorted: Vec<_> =
        steps.iter().map(|step| (step.lower.unwrap_or(f64::NEG_INFINITY), step.upper.unwrap_or(f64::INFINITY))).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    if sorted.iter().any(|(lower, upper)| lower >= upper) {
        return Err("a step ends before it begins");
    }
    for pair in sorted.windows(2) {
        if pair[0].1 < pair[1].0 {
            return Err("there is a gap between steps");
        }
        if pair[0].1 > pair[1].0 {
            return Err("steps overlap");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(lower: Option<f64>, upper: Option<f64>, amount: i64) -> Step {
        Step { lower, upper, amount }
    }

    fn up() -> [Step; 3] {
        [step(Some(0.0), Some(10.0), 0), step(Some(10.0), Some(20.0), 10), step(Some(20.0), None, 30)]
    }

    fn down() -> [Step; 3] {
        [step(Some(-10.0), Some(0.0), 0), step(Some(-20.0), Some(-10.0), -10), step(None, Some(-20.0), -30)]
    }

    #[test]
    fn awss_worked_example_goes_from_10_to_11_to_14_to_13_to_10() {
        let bounds = Bounds { min: 1, max: 50 };
        let at = |steps: &[Step], metric: f64, capacity| target(steps, AdjustmentKind::Percent, 0, metric - 50.0, (capacity, 0), bounds);
        assert_eq!(at(&up(), 60.0, 10), Some(11));
        // 30 % of 11 is 3.3.
        assert_eq!(at(&up(), 70.0, 11), Some(14));
        assert_eq!(at(&down(), 40.0, 14), Some(13));
        // 30 % of 13 is 3.9.
        assert_eq!(at(&down(), 30.0, 13), Some(10));
        assert_eq!(at(&up(), 55.0, 10), None);
    }

    #[test]
    fn bounds_are_inclusive_towards_the_threshold() {
        assert_eq!(find(&up(), 10.0).map(|step| step.amount), Some(10));
        assert_eq!(find(&up(), 9.999).map(|step| step.amount), Some(0));
        assert_eq!(find(&down(), -10.0).map(|step| step.amount), Some(-10));
        assert_eq!(find(&down(), -20.0).map(|step| step.amount), Some(-30));
        assert_eq!(find(&down(), -9.999).map(|step| step.amount), Some(0));
        assert!(find(&up(), -1.0).is_none());
    }

    #[test]
    fn hosts_that_warm_up_count_as_added() {
        let bounds = Bounds { min: 1, max: 50 };
        let at = |metric: f64, capacity, warming| target(&up(), AdjustmentKind::Percent, 0, metric - 50.0, (capacity, warming), bounds);
        // One of 11 warms up: the same step adds nothing, a higher one adds two to make 13.
        assert_eq!(at(62.0, 11, 1), None);
        assert_eq!(at(70.0, 11, 1), Some(13));
        assert_eq!(target(&down(), AdjustmentKind::Percent, 0, -15.0, (11, 1), bounds), None);
    }

    #[test]
    fn steps_with_gaps_or_overlaps_are_refused() {
        assert!(check(&up()).is_ok() && check(&down()).is_ok());
        assert!(check(&[]).is_err());
        assert!(check(&[step(Some(0.0), Some(5.0), 1), step(Some(6.0), None, 2)]).unwrap_err().contains("gap"));
        assert!(check(&[step(Some(0.0), None, 1), step(Some(6.0), None, 2)]).unwrap_err().contains("overlap"));
        assert!(check(&[step(Some(5.0), Some(5.0), 1)]).is_err());
    }
}
