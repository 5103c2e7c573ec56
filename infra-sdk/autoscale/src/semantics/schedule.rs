//! Sizes by the clock, and forecasts, which are sizes by the clock that only ever grow a fleet.

use jiff::ToSpan;
use jiff::civil::DateTime;

use super::cron::Cron;
use crate::Error;
use crate::model::{Bounds, Schedule, When};

/// The seconds within a run of `length` seconds, begun at `start` UTC, at which a schedule is due.
pub(crate) fn times(schedule: &Schedule, start: Option<DateTime>, length: i64) -> Result<Vec<i64>, Error> {
    let what = || format!("schedule `{}`", schedule.name);
    let begun = || {
        start.ok_or_else(|| {
            Error::setting(what(), "it is by the clock and the run has no time of day", "say when it begins with `.starting_at(…)`")
        })
    };
    let wrong = |problem: String| Error::setting(what(), problem, "write it as in `0 9 * * 1-5`");
    match &schedule.when {
        When::Seconds(at) => Ok([*at].into_iter().filter(|at| (0..length).contains(at)).collect()),
        When::Once(at) => {
            let seconds = seconds_between(begun()?, *at);
            Ok([seconds].into_iter().filter(|at| (0..length).contains(at)).collect())
        }
        When::Cron { expression, offset, from, until } => {
            let (start, cron) = (begun()?, Cron::parse(expression).map_err(wrong)?);
            let first = (60 - i64::from(start.second())) % 60;
            let at = |seconds: i64| start.checked_add(seconds.seconds()).ok();
            Ok((first..length)
                .step_by(60)
                .filter(|seconds| {
                    let utc = at(*seconds);
                    let within = utc.is_some_and(|utc| from.is_none_or(|from| utc >= from) && until.is_none_or(|until| utc <= until));
                    within && at(seconds + offset).is_some_and(|local| cron.is_due(local))
                })
                .collect())
        }
    }
}

fn seconds_between(from: DateTime, to: DateTime) -> i64 {
    from.duration_until(to).as_secs()
}

/// The bounds and the size that a schedule leaves, of those before it.
pub(crate) fn applied(schedule: &Schedule, bounds: Bounds, desired: u32) -> (Bounds, u32) {
    let min = schedule.min.unwrap_or(bounds.min);
    let max = schedule.max.unwrap_or(bounds.max).max(min);
    let desired = schedule.desired.unwrap_or(desired);
    (Bounds { min, max }, desired.clamp(min, max))
}

/// The size that a forecast leaves: it raises and never lowers.
pub(crate) fn forecast(hours: &[u32], hour: usize, bounds: Bounds, desired: u32) -> u32 {
    hours.get(hour).map_or(desired, |least| desired.max(*least)).clamp(bounds.min, bounds.max.max(bounds.min))
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    fn schedule(when: When) -> Schedule {
        Schedule { name: "s".into(), when, min: None, max: None, desired: Some(4) }
    }

    #[test]
    fn a_recurring_action_is_due_on_its_own_clock() {
        let start = Some(datetime(2026, 11, 20, 7, 30, 20, 0));
        let cron = |offset| When::Cron { expression: "0 9 * * *".into(), offset, from: None, until: None };
        assert_eq!(times(&schedule(cron(0)), start, 86_400).unwrap(), [5380]);
        // An hour ahead of UTC it is nine o'clock an hour earlier.
        assert_eq!(times(&schedule(cron(3600)), start, 86_400).unwrap(), [1780]);
        assert!(times(&schedule(cron(0)), None, 86_400).unwrap_err().to_string().contains("starting_at"));
    }

    #[test]
    fn what_is_outside_of_the_run_does_not_happen() {
        let start = Some(datetime(2026, 11, 20, 8, 0, 0, 0));
        let once = |hour| When::Once(datetime(2026, 11, 20, hour, 0, 0, 0));
        assert_eq!(times(&schedule(once(9)), start, 7200).unwrap(), [3600]);
        assert!(times(&schedule(once(7)), start, 7200).unwrap().is_empty());
        let ended = When::Cron { expression: "* * * * *".into(), offset: 0, from: None, until: Some(datetime(2026, 11, 20, 8, 2, 0, 0)) };
        assert_eq!(times(&schedule(ended), start, 7200).unwrap(), [0, 60, 120]);
    }

    #[test]
    fn a_forecast_raises_and_never_lowers() {
        let bounds = Bounds { min: 1, max: 6 };
        assert_eq!(forecast(&[2, 9], 0, bounds, 4), 4);
        assert_eq!(forecast(&[2, 9], 1, bounds, 4), 6);
        assert_eq!(forecast(&[2, 9], 2, bounds, 4), 4);
    }

    #[test]
    fn a_schedule_moves_the_bounds_and_the_size_within_them() {
        let mut action = schedule(When::Seconds(0));
        action.min = Some(3);
        action.desired = None;
        assert_eq!(applied(&action, Bounds { min: 1, max: 2 }, 1), (Bounds { min: 3, max: 3 }, 3));
    }
}
