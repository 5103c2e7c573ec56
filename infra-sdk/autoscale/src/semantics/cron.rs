//! Cron expressions: of five fields, as scheduled actions of groups have them, and of six, as those of services have them.

use jiff::civil::DateTime;

/// When something recurs, minute by minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cron {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    either_day: bool,
}

impl Cron {
    /// From `minute hour day-of-month month day-of-week`, or with a year behind, as in AWS's own form. In that one Sunday is 1, and
    /// years that are named are refused: an action's own start and end say the same.
    pub(crate) fn parse(text: &str) -> Result<Cron, String> {
        const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
        let fields: Vec<_> = text.split_whitespace().collect();
        let (minute, hour, day, month, weekday, own_form) = match fields[..] {
            [minute, hour, day, month, weekday] => (minute, hour, day, month, weekday, false),
            [minute, hour, day, month, weekday, "*"] => (minute, hour, day, month, weekday, true),
            [.., year] if fields.len() == 6 => {
                return Err(format!("the year `{year}` is not `*`; say with the action's start and end from when to when it runs"));
            }
            _ => return Err(format!("`{text}` has {} fields and a cron expression has five, as in `0 9 * * 1-5`", fields.len())),
        };
        let weekdays = if own_form { field(weekday, 1, 7, &DAYS, 1)? >> 1 } else { field(weekday, 0, 7, &DAYS, 0)? };
        let months = field(month, 1, 12, &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1)?;
        let any = |field: &str| matches!(field, "*" | "?");
        Ok(Cron {
            minutes: field(minute, 0, 59, &[], 0)?,
            hours: field(hour, 0, 23, &[], 0)?,
            days: field(day, 1, 31, &[], 0)?,
            months,
            // Sunday is 0 and 7.
            weekdays: (weekdays | (weekdays >> 7)) & 0x7f,
            // Where both days are named, either will do.
            either_day: !any(day) && !any(weekday),
        })
    }

    /// Whether the minute of a civil time is one of its.
    pub(crate) fn is_due(&self, at: DateTime) -> bool {
        let has = |set: u64, value: i8| set & (1 << value) != 0;
        let (day, weekday) = (has(self.days, at.day()), has(self.weekdays, at.date().weekday().to_sunday_zero_offset()));
        let on = if self.either_day { day || weekday } else { day && weekday };
        on && has(self.minutes, at.minute()) && has(self.hours, at.hour()) && has(self.months, at.month())
    }
}

/// The set of values of a field: `*`, numbers, names, ranges, steps and lists of them.
fn field(text: &str, low: u32, high: u32, names: &[&str], first: u32) -> Result<u64, String> {
    let number = |text: &str| -> Result<u32, String> {
        let named = names.iter().position(|name| name.eq_ignore_ascii_case(text)).map(|index| index as u32 + first);
        let value = named.map_or_else(|| text.parse::<u32>().map_err(|_| format!("`{text}` is no number")), Ok)?;
        if (low..=high).contains(&value) { Ok(value) } else { Err(format!("{value} is not from {low} to {high}")) }
    };
    let mut set = 0;
    for part in text.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let every = step.map_or(Ok(1), |step| step.parse::<usize>().map_err(|_| format!("`{step}` is no step")))?;
        if every == 0 {
            return Err("a step of 0 never comes".into());
        }
        let (from, to) = match range {
            "*" | "?" => (low, high),
            _ => match range.split_once('-') {
                Some((from, to)) => (number(from)?, number(to)?),
                None => (number(range)?, if step.is_some() { high } else { number(range)? }),
            },
        };
        if from > to {
            return Err(format!("`{range}` ends before it begins"));
        }
        set |= (from..=to).step_by(every).fold(0_u64, |set, value| set | (1 << value));
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    #[test]
    fn an_expression_is_due_at_its_minutes_only() {
        let cron = Cron::parse("0,30 9-17/4 * * MON-FRI").unwrap();
        // 20 November 2026 is a Friday.
        assert!(cron.is_due(datetime(2026, 11, 20, 9, 30, 0, 0)));
        assert!(cron.is_due(datetime(2026, 11, 20, 17, 0, 0, 0)));
        assert!(!cron.is_due(datetime(2026, 11, 20, 10, 0, 0, 0)));
        assert!(!cron.is_due(datetime(2026, 11, 21, 9, 0, 0, 0)));
    }

    #[test]
    fn sunday_has_two_numbers_and_two_named_days_mean_either() {
        let sunday = datetime(2026, 11, 22, 0, 0, 0, 0);
        assert!(Cron::parse("0 0 * * 7").unwrap().is_due(sunday) && Cron::parse("0 0 * * 0").unwrap().is_due(sunday));
        let either = Cron::parse("0 0 1 * 0").unwrap();
        assert!(either.is_due(sunday) && either.is_due(datetime(2026, 12, 1, 0, 0, 0, 0)));
    }

    #[test]
    fn in_awss_own_form_sunday_is_1_and_no_day_is_a_question_mark() {
        let (sunday, friday) = (datetime(2026, 11, 22, 8, 0, 0, 0), datetime(2026, 11, 20, 8, 0, 0, 0));
        assert!(Cron::parse("0 8 ? * 1 *").unwrap().is_due(sunday) && !Cron::parse("0 8 ? * 1 *").unwrap().is_due(friday));
        for text in ["0 8 ? * MON-FRI *", "0 8 ? * 2-6 *", "0 8 20 * ? *"] {
            let cron = Cron::parse(text).unwrap();
            assert!(cron.is_due(friday) && !cron.is_due(sunday), "{text}");
        }
        assert!(Cron::parse("0 8 ? * * 2027").unwrap_err().contains("`2027`"));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in ["", "* * * *", "60 * * * *", "a * * * *", "*/0 * * * *", "5-1 * * * *", "0 0 0 * *"] {
            assert!(Cron::parse(text).is_err(), "{text}");
        }
    }
}
