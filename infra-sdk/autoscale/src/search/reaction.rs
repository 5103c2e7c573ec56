//! What cannot hold, without a run: before the first new host can serve, the first hosts are at the limit.
//!
//! Until then nothing has changed, so that the first alarm's time follows from the load alone. It is a lower bound: what is said to
//! be hopeless breaks in every run.

use std::collections::BTreeMap;

use super::lever::growing;
use crate::cause::clock;
use crate::load::Kind;
use crate::model::{Fleet, Metric, MissingData, Monitoring, Rule, Statistic, Window};
use crate::{Capacity, Load, Scenario};

/// When hosts reach the limit, and the greatest mean that an alarm has seen at the end of each minute.
struct Course {
    reached: Option<i64>,
    ends: Vec<i64>,
    greatest: Vec<f64>,
}

/// The courses of hosts that nothing has changed yet.
pub(super) struct Reaction<'a> {
    load: &'a Load,
    capacity: &'a Capacity,
    scenarios: &'a [Scenario],
    limit: f64,
    courses: BTreeMap<(u32, i64, bool), Vec<Course>>,
}

impl<'a> Reaction<'a> {
    /// For a limit of processor load; `None` where the load is of users who wait.
    pub(super) fn new(load: &'a Load, capacity: &'a Capacity, scenarios: &'a [Scenario], limit: f64) -> Option<Reaction<'a>> {
        (load.kind == Kind::Open && load.length() <= 7 * 86_400).then(|| Reaction {
            load,
            capacity,
            scenarios,
            limit,
            courses: BTreeMap::new(),
        })
    }

    /// Computes what `hopeless` needs for a fleet.
    pub(super) fn learn(&mut self, fleet: &Fleet) {
        let Some(key) = key(fleet) else { return };
        if !self.courses.contains_key(&key) {
            let courses = self.scenarios.iter().map(|scenario| self.course(key, scenario)).collect();
            self.courses.insert(key, courses);
        }
    }

    /// Why more than `allowed` scenarios break a fleet whatever else it does.
    pub(super) fn hopeless(&self, fleet: &Fleet, allowed: usize) -> Option<String> {
        let courses = self.courses.get(&key(fleet)?)?;
        let threshold = threshold(fleet)?;
        let mut broken = 0;
        for (scenario, course) in self.scenarios.iter().zip(courses) {
            let Some(reached) = course.reached else { continue };
            let at = course.greatest.partition_point(|mean| *mean <= threshold);
            let boot = scenario.seed.map_or(scenario.boot, |_| 0.0);
            let boot = (fleet.boot.in_service.at(boot) + fleet.boot.ready.at(boot)).floor() as i64;
            let serves = course.ends.get(at).map(|fires| fires + scenario.delay.max(0) + boot);
            if serves.is_some_and(|serves| serves <= reached) {
                continue;
            }
            broken += 1;
            if broken > allowed {
                let hosts = fleet.initial();
                let limit =
                    format!("{hosts} host{} {} % at {}", if hosts == 1 { " reaches" } else { "s reach" }, self.limit, clock(reached));
                return Some(match (course.ends.get(at), serves) {
                    (Some(fires), Some(serves)) => format!(
                        "an alarm above {threshold} % fires at {} at the earliest and new hosts serve at {}, but {limit} ({scenario})",
                        clock(*fires),
                        clock(serves)
                    ),
                    _ => format!("no alarm above {threshold} % ever fires, and {limit}"),
                });
            }
        }
        None
    }

    fn course(&self, (hosts, period, basic): (u32, i64, bool), scenario: &Scenario) -> Course {
        let line = self.capacity.line_at(scenario.fit);
        let each = scenario.load / f64::from(hosts.max(1));
        let cpu = |rpm: f64| line.at(rpm * each);
        let reached = self.load.pieces.iter().find_map(|piece| {
            let (first, last) = (cpu(piece.first), cpu(piece.last));
            if first >= self.limit {
                return Some(piece.from);
            }
            let share = (self.limit - first) / (last - first);
            (last >= self.limit).then(|| piece.from + ((piece.to - piece.from) as f64 * share).floor() as i64)
        });
        let offset = match scenario.phase.rem_euclid(60) {
            0 => 60,
            phase => phase,
        };
        // What hosts would report without the bound of all their processors: at least what they do report.
        let mean = |end: i64| {
            let (from, pieces) = (end - 60, &self.load.pieces);
            let mut sum = cpu(self.load.at(0)) * (-from).max(0) as f64;
            let first = pieces.partition_point(|piece| piece.to <= from);
            for piece in pieces[first..].iter().take_while(|piece| piece.from < end) {
                let (begins, ends) = (piece.from.max(from), piece.to.min(end));
                sum += (cpu(piece.at(begins)) + cpu(piece.at(ends))) / 2.0 * (ends - begins) as f64;
            }
            sum / 60.0
        };
        let minutes = (self.load.length() - offset).div_euclid(60).max(0);
        let means: Vec<f64> = (0..=minutes).map(|minute| mean(offset + minute * 60)).collect();
        let before = cpu(self.load.at(0));
        let width = if basic { 5 } else { (period / 60).max(1) as usize };
        let (mut ends, mut greatest, mut most) = (Vec::new(), Vec::new(), f64::NEG_INFINITY);
        for index in 0..means.len() {
            let end = offset + index as i64 * 60;
            if basic && (end - scenario.phase).rem_euclid(300) != 0 {
                continue;
            }
            let sum: f64 = (0..width).map(|back| index.checked_sub(back).map_or(before, |index| means[index])).sum();
            // The last bits of a sum decide nothing.
            most = most.max(sum / width as f64 + 1e-6);
            ends.push(end);
            greatest.push(most);
        }
        Course { reached, ends, greatest }
    }
}

/// What the first alarm depends on, where that is only processor load: hosts, seconds of a period, and basic monitoring.
fn key(fleet: &Fleet) -> Option<(u32, i64, bool)> {
    let known = |rule: &Rule| matches!(rule, Rule::Simple { .. } | Rule::Step { .. } | Rule::Tracking(_));
    if !fleet.schedules.is_empty() || !fleet.policies.iter().all(|policy| known(&policy.rule)) || fleet.initial() == 0 {
        return None;
    }
    // What removes hosts, or falls below, changes them before the first alarm only where there are more than the least.
    if fleet.initial() > fleet.bounds.min {
        return None;
    }
    let mut period = None;
    for alarm in growing(fleet).map(|alarm| &fleet.alarms[alarm]) {
        let plain = alarm.metric == Metric::Cpu
            && alarm.statistic == Statistic::Average
            && alarm.window == Window::Sliding
            && alarm.missing != MissingData::Breaching;
        if !plain {
            return None;
        }
        period = Some(period.unwrap_or(i64::MAX).min(alarm.period));
    }
    let grows = |index: &usize| match &fleet.policies[*index].rule {
        Rule::Simple { adjustment, .. } => adjustment.amount > 0,
        _ => true,
    };
    // Whatever else calls what grows it is beyond this.
    let others = fleet.alarms.iter().filter(|alarm| !alarm.comparison.is_high()).flat_map(|alarm| alarm.on_alarm.iter());
    let calm = fleet.alarms.iter().flat_map(|alarm| alarm.on_ok.iter().chain(&alarm.on_insufficient));
    if others.chain(calm).any(|policy| grows(policy)) {
        return None;
    }
    for policy in &fleet.policies {
        if let Rule::Tracking(tracking) = &policy.rule {
            if tracking.metric != Metric::Cpu {
                return None;
            }
            period = Some(60);
        }
    }
    Some((fleet.initial(), period?, fleet.monitoring == Monitoring::Basic))
}

/// The lowest value above which the fleet grows.
fn threshold(fleet: &Fleet) -> Option<f64> {
    let alarms = growing(fleet).map(|alarm| &fleet.alarms[alarm]);
    let alarms = alarms.map(|alarm| alarm.threshold - if alarm.comparison.breaches(0.0, 0.0) { 1e-9 } else { 0.0 });
    let targets = fleet.policies.iter().filter_map(|policy| match &policy.rule {
        Rule::Tracking(tracking) => Some(tracking.target),
        _ => None,
    });
    alarms.chain(targets).reduce(f64::min)
}

/// What says nothing when it is run, as alarms on each minute of hosts that report every five.
pub(super) fn senseless(fleet: &Fleet) -> Option<String> {
    let alarm = growing(fleet)
        .map(|alarm| &fleet.alarms[alarm])
        .find(|alarm| fleet.monitoring == Monitoring::Basic && alarm.metric.is_from_hosts() && alarm.period < 300)?;
    Some(format!("an alarm over {} s finds no data in most of its periods, since hosts report every 300 s", alarm.period))
}
