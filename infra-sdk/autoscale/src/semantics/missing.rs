//! The state of an alarm from its datapoints, where some may be missing.
//!
//! CloudWatch fetches more points than it looks at, takes the real ones first, and fills only what they fall short of.

use crate::model::MissingData;

/// The state of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum AlarmState {
    Ok,
    Alarm,
    InsufficientData,
}

/// A period's value, seen from the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Datapoint {
    Missing,
    Within,
    Breaching,
}

/// The state that follows from `points`, the newest first, of which `n` count and `m` must breach; `now` is the state so far.
///
/// An alarm that has too few points, all of them breaching and the oldest at least `m` periods old, goes into alarm even so: AWS
/// calls this avoiding premature transitions.
pub fn evaluate(points: impl Iterator<Item = Datapoint>, n: usize, m: usize, missing: MissingData, now: AlarmState) -> AlarmState {
    let (mut real, mut breaching, mut oldest) = (0, 0, 0);
    for (age, point) in points.enumerate() {
        match point {
            Datapoint::Missing => continue,
            Datapoint::Within => {}
            Datapoint::Breaching => {
                breaching += 1;
                oldest = age + 1;
            }
        }
        real += 1;
        if real == n {
            break;
        }
    }
    let filled = n - real;
    if breaching >= m {
        return AlarmState::Alarm;
    }
    if filled == 0 {
        return AlarmState::Ok;
    }
    match missing {
        MissingData::Breaching if breaching + filled >= m => AlarmState::Alarm,
        MissingData::Breaching | MissingData::NotBreaching => AlarmState::Ok,
        // A point within the threshold settles it.
        MissingData::Missing | MissingData::Ignore if real > breaching => AlarmState::Ok,
        MissingData::Ignore => now,
        MissingData::Missing if breaching > 0 && oldest >= m => AlarmState::Alarm,
        MissingData::Missing => AlarmState::InsufficientData,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points as AWS's tables write them, the oldest first.
    fn state(points: &str, m: usize, missing: MissingData) -> Option<AlarmState> {
        let points: Vec<_> = points
            .split(' ')
            .rev()
            .map(|point| match point {
                "0" => Datapoint::Within,
                "X" => Datapoint::Breaching,
                _ => Datapoint::Missing,
            })
            .collect();
        // Whatever the state was, it is kept where the table says so.
        let each = [AlarmState::Ok, AlarmState::Alarm, AlarmState::InsufficientData];
        let results = each.map(|now| evaluate(points.iter().copied(), 3, m, missing, now));
        if results == each {
            return None;
        }
        assert!(results.iter().all(|result| *result == results[0]), "{points:?} {results:?}");
        Some(results[0])
    }

    fn row(points: &str, m: usize, expected: [Option<AlarmState>; 4]) {
        let modes = [MissingData::Missing, MissingData::Ignore, MissingData::Breaching, MissingData::NotBreaching];
        assert_eq!(modes.map(|missing| state(points, m, missing)), expected, "`{points}`, {m} of 3");
    }

    const OK: Option<AlarmState> = Some(AlarmState::Ok);
    const ALARM: Option<AlarmState> = Some(AlarmState::Alarm);
    const TOO_FEW: Option<AlarmState> = Some(AlarmState::InsufficientData);
    const KEPT: Option<AlarmState> = None;

    #[test]
    fn awss_first_table_three_of_three() {
        row("0 - X - X", 3, [OK, OK, OK, OK]);
        row("0 - - - -", 3, [OK, OK, OK, OK]);
        row("- - - - -", 3, [TOO_FEW, KEPT, ALARM, OK]);
        row("0 X X - X", 3, [ALARM, ALARM, ALARM, ALARM]);
        row("- - X - -", 3, [ALARM, KEPT, ALARM, OK]);
    }

    #[test]
    fn awss_second_table_two_of_three() {
        row("0 - X - X", 2, [ALARM, ALARM, ALARM, ALARM]);
        row("0 0 X 0 X", 2, [ALARM, ALARM, ALARM, ALARM]);
        row("0 - X - -", 2, [OK, OK, ALARM, OK]);
        row("- - - - 0", 2, [OK, OK, ALARM, OK]);
        row("- - - X -", 2, [ALARM, KEPT, ALARM, OK]);
    }

    #[test]
    fn where_all_must_breach_a_newest_point_within_settles_it() {
        let points = [Datapoint::Missing, Datapoint::Within, Datapoint::Breaching];
        for older in 0..3_usize.pow(4) {
            let older = (0..4).map(|place| points[older / 3_usize.pow(place) % 3]);
            for (n, missing) in (1..=4).flat_map(|n| {
                [MissingData::Missing, MissingData::Ignore, MissingData::Breaching, MissingData::NotBreaching].map(|missing| (n, missing))
            }) {
                let all = [Datapoint::Within].into_iter().chain(older.clone());
                assert_eq!(evaluate(all, n, n, missing, AlarmState::Alarm), AlarmState::Ok, "{n} {missing:?}");
            }
        }
    }

    #[test]
    fn the_rows_that_only_the_older_tables_have() {
        row("- - - - X", 3, [TOO_FEW, KEPT, ALARM, OK]);
        row("X - - - -", 3, [ALARM, KEPT, ALARM, OK]);
        row("- - - - X", 2, [TOO_FEW, KEPT, ALARM, OK]);
    }
}
