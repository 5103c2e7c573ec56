//! Scheduled actions of the fleet.

use infra_aws::autoscaling::{ScheduledAction, ScheduledActionInputs};
use infra_core::Graph;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::read::{Read, all};
use crate::Error;
use crate::model::{Schedule, When};

pub(super) fn schedules(graph: &Graph, is_ours: &dyn Fn(&str) -> bool) -> Result<Vec<Schedule>, Error> {
    let mut schedules = Vec::new();
    for found in all::<ScheduledAction>(graph) {
        let found = found?;
        if is_ours(found.inputs.group.as_str()) {
            schedules.push(schedule(&found)?);
        }
    }
    Ok(schedules)
}

fn schedule(found: &Read<'_, ScheduledActionInputs>) -> Result<Schedule, Error> {
    let of = &found.inputs;
    let time = |field: &str, text: &Option<String>| -> Result<Option<DateTime>, Error> {
        let parse = |text: &String| {
            let wrong = |error| found.wrong(field, format!("`{text}` is no time: {error}"), "write it as in 2030-01-31T09:00:00Z");
            text.parse::<Timestamp>().map(|at| at.to_zoned(TimeZone::UTC).datetime()).map_err(wrong)
        };
        text.as_ref().map(parse).transpose()
    };
    let (from, until) = (time("start_time", &of.start_time)?, time("end_time", &of.end_time)?);
    let season = |problem| found.wrong("time_zone", problem, "simulate it with a recurrence in UTC, for the season that matters");
    let when = match (&of.recurrence, from) {
        (Some(expression), from) => {
            crate::semantics::cron::Cron::parse(expression)
                .map_err(|problem| found.wrong("recurrence", problem, "write it as in `0 9 * * 1-5`"))?;
            When::Cron { expression: expression.clone(), offset: offset(of.time_zone.as_deref()).map_err(season)?, from, until }
        }
        (None, Some(at)) => When::Once(at),
        (None, None) => return Err(found.wrong("start_time", "is missing", "say when, or with `recurrence` how often")),
    };
    let size = |field: &str, size: Option<i32>| {
        let checked = |size: i32| u32::try_from(size).map_err(|_| found.wrong(field, format!("is {size}"), "a size is 0 or more"));
        size.map(checked).transpose()
    };
    Ok(Schedule {
        name: found.node.address.name().to_owned(),
        when,
        min: size("min_size", of.min_size)?,
        max: size("max_size", of.max_size)?,
        desired: size("desired_capacity", of.desired_capacity)?,
    })
}

/// Seconds that the clock of a zone is ahead of UTC, or why that is not known. Named zones differ by the season, which is not
/// simulated.
pub(super) fn offset(zone: Option<&str>) -> Result<i64, String> {
    let Some(zone) = zone else { return Ok(0) };
    if matches!(zone, "UTC" | "Etc/UTC" | "GMT" | "Etc/GMT") {
        return Ok(0);
    }
    // In these names the sign is the other way round.
    let hours = zone.strip_prefix("Etc/GMT").and_then(|hours| hours.parse::<i64>().ok());
    hours.map(|hours| -hours * 3600).ok_or_else(|| format!("`{zone}` differs by the season"))
}
