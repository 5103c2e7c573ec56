//! From minutes to a period's value: the last minutes at each evaluation, or those between full periods of the clock.

use crate::model::{Statistic, Window};

/// The value of a period from its minutes; `None` where none of them has one.
pub(crate) fn combine(statistic: Statistic, minutes: impl Iterator<Item = f64>) -> Option<f64> {
    // A minute without data is written as no number.
    let values = minutes.filter(|value| !value.is_nan());
    match statistic {
        Statistic::Average | Statistic::Sum => {
            let (count, sum) = values.fold((0_u32, 0.0_f64), |(count, sum), value| (count + 1, sum + value));
            (count > 0).then(|| if statistic == Statistic::Sum { sum } else { sum / f64::from(count) })
        }
        Statistic::Minimum => values.reduce(f64::min),
        Statistic::Maximum => values.reduce(f64::max),
    }
}

/// Whether a period of so many minutes ends with the minute that ends at `minute`, counted on the clock.
pub(crate) fn ends(window: Window, minutes: i64, minute: i64) -> bool {
    match window {
        Window::Sliding => true,
        Window::WallClock => minute.rem_euclid(minutes) == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_five_minute_alarm_looks_at_minutes_one_to_five_then_two_to_six() {
        let minutes = [10.0, 20.0, 30.0, 40.0, 50.0, 90.0];
        let at = |end: usize| combine(Statistic::Average, minutes[end - 5..end].iter().copied()).unwrap();
        assert_eq!((at(5), at(6)), (30.0, 46.0));
        assert!(ends(Window::Sliding, 5, 5) && ends(Window::Sliding, 5, 6));
    }

    #[test]
    fn by_the_clock_only_full_periods_end() {
        let ends: Vec<_> = (1..=12).filter(|minute| ends(Window::WallClock, 5, *minute)).collect();
        assert_eq!(ends, [5, 10]);
        assert!(super::ends(Window::WallClock, 5, -5));
    }

    #[test]
    fn minutes_without_data_do_not_count() {
        let minutes = [f64::NAN, 4.0, f64::NAN, 8.0];
        let each = [Statistic::Average, Statistic::Sum, Statistic::Minimum, Statistic::Maximum];
        assert_eq!(each.map(|statistic| combine(statistic, minutes.into_iter())), [6.0, 12.0, 4.0, 8.0].map(Some));
        assert_eq!(combine(Statistic::Sum, [f64::NAN].into_iter()), None);
    }
}
