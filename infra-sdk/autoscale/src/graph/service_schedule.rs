//! Scheduled actions of a scalable target, which change its limits by the clock.

use infra_aws::applicationautoscaling::{ScalableTargetInputs, ScheduledAction};
use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::read::Read;
use super::schedule::offset;
use crate::Error;
use crate::model::{Schedule, When};

type Target<'a> = Read<'a, ScalableTargetInputs>;

pub(super) fn schedules(target: &Target<'_>) -> Result<Vec<Schedule>, Error> {
    let suspended = target.inputs.suspended_state.as_ref().and_then(|state| state.scheduled_scaling_suspended).unwrap_or(false);
    let actions = target.inputs.scheduled_actions.iter().flatten();
    if suspended { Ok(Vec::new()) } else { actions.map(|action| schedule(target, action)).collect() }
}

fn schedule(target: &Target<'_>, of: &ScheduledAction) -> Result<Schedule, Error> {
    let wrong = |problem: String, help: &str| target.wrong("scheduled_actions", format!("has `{}`, {problem}", of.name), help);
    let size = |what: &str, size: Option<i32>| {
        let checked = |size: i32| u32::try_from(size).map_err(|_| wrong(format!("whose {what} is {size}"), "a size is 0 or more"));
        size.map(checked).transpose()
    };
    let time = |text: &Option<String>| -> Result<Option<DateTime>, Error> {
        let parse = |text: &String| {
            let no_time = |error| wrong(format!("of which `{text}` is no time: {error}"), "write it as in 2030-01-31T09:00:00Z");
            text.parse::<Timestamp>().map(|at| at.to_zoned(TimeZone::UTC).datetime()).map_err(no_time)
        };
        text.as_ref().map(parse).transpose()
    };
    let ahead = offset(of.timezone.as_deref()).map_err(|problem| {
        wrong(format!("of which the time zone {problem}"), "simulate it with times in UTC, for the season that matters")
    })?;
    let inside = |kind: &str| of.schedule.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')').map(str::trim);
    let when = if let Some(text) = inside("at") {
        let local: DateTime = text
            .parse()
            .map_err(|error| wrong(format!("of which `{text}` is no time: {error}"), "write it as in `at(2030-01-31T09:00:00)`"))?;
        When::Once(
            local
                .checked_sub(ahead.seconds())
                .map_err(|error| wrong(format!("of which `{text}` is too far away: {error}"), "choose another"))?,
        )
    } else if let Some(expression) = inside("cron") {
        if expression.split_whitespace().count() != 6 {
            return Err(wrong(format!("whose `{expression}` has not six fields"), "write it as in `cron(0 9 ? * MON-FRI *)`"));
        }
        crate::semantics::cron::Cron::parse(expression)
            .map_err(|problem| wrong(format!("of which {problem}"), "write it as in `cron(0 9 ? * MON-FRI *)`"))?;
        When::Cron { expression: expression.to_owned(), offset: ahead, from: time(&of.start_time)?, until: time(&of.end_time)? }
    } else if inside("rate").is_some() {
        return Err(wrong("a rate, which counts from when the action is made".into(), "simulate it as a `cron`"));
    } else {
        return Err(wrong(format!("whose schedule `{}` is none", of.schedule), "write `at(…)` or `cron(…)`"));
    };
    Ok(Schedule {
        name: of.name.clone(),
        when,
        min: size("min_capacity", of.min_capacity)?,
        max: size("max_capacity", of.max_capacity)?,
        desired: None,
    })
}
