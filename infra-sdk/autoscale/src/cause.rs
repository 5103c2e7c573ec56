//! Why an assertion does not hold: the first scenario that breaks it, its timeline, the cause in a sentence, and what to change.

use std::fmt;

use crate::engine::{Happening, Row, Workspace};
use crate::model::{Fleet, Monitoring, Rule};
use crate::semantics::AlarmState;
use crate::simulation::{Limits, Simulation};
use crate::{Scenario, Summary, Timeline};

/// An assertion that does not hold, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    /// What was asserted.
    pub what: String,
    /// How many scenarios break it, and of how many.
    pub count: (usize, usize),
    /// The first scenario that breaks it.
    pub scenario: Scenario,
    /// Its run in numbers, judged by the limit that was asserted.
    pub summary: Summary,
    /// Its run, minute by minute.
    pub timeline: Timeline,
    /// Why, in a sentence.
    pub cause: String,
    /// Changes each of which lets the assertion hold in every scenario.
    pub remedies: Vec<String>,
}

impl std::error::Error for Broken {}

impl Broken {
    pub(crate) fn explain(
        simulation: &Simulation,
        limits: Limits,
        what: String,
        scenario: &Scenario,
        broken: usize,
        of: usize,
        holds: &dyn Fn(&Summary) -> bool,
    ) -> Broken {
        let judged = simulation.clone().limits(limits);
        // It was simulated before, so nothing contradicts itself now.
        let (summary, timeline) = judged.prepare().map(|prepared| prepared.timeline(scenario)).unwrap_or_default();
        let cause = cause(&summary, &timeline, limits);
        let remedies = remedies(&judged, holds);
        Broken { what, count: (broken, of), scenario: *scenario, summary, timeline, cause, remedies }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "does not hold: {}, in {} of {} scenarios", self.what, self.count.0, self.count.1)?;
        writeln!(f, "  the first: {}", self.scenario)?;
        let summary = &self.summary;
        writeln!(
            f,
            "  its load peaks at {:.1} % at {}, and its hosts at {}",
            summary.peak_cpu,
            clock(summary.peak_at),
            summary.most_hosts
        )?;
        writeln!(f, "  {}", self.cause)?;
        match &self.remedies[..] {
            [] => writeln!(f, "  no single change of threshold, monitoring or least size that was tried lets it hold")?,
            remedies => writeln!(f, "  what lets it hold: {}", remedies.join("; or "))?,
        }
        writeln!(f, "\n      time       rpm  hosts  serve  want    cpu   peak")?;
        let marks: Vec<_> = self.timeline.events.iter().map(|(at, what)| (*at, describe(what, &self.timeline))).collect();
        for line in lines(&self.timeline.rows, &marks) {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}

/// Minutes and seconds, as in `12:26`; hours in front where there are any.
pub(crate) fn clock(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes:02}:{rest:02}") }
}

/// An event in words.
pub(crate) fn describe(what: &Happening, timeline: &Timeline) -> String {
    let name = |names: &[String], index: usize| names.get(index).cloned().unwrap_or_default();
    match *what {
        Happening::Alarm { alarm, state, value } => {
            let state = match state {
                AlarmState::Ok => "is OK",
                AlarmState::Alarm => "goes into ALARM",
                AlarmState::InsufficientData => "has INSUFFICIENT_DATA",
            };
            let alarm = name(&timeline.alarms, alarm);
            if value.is_nan() { format!("`{alarm}` {state}") } else { format!("`{alarm}` {state} at {value:.1}") }
        }
        Happening::Scaled { policy, from, to, .. } => format!("`{}` goes from {from} to {to} hosts", name(&timeline.policies, policy)),
        Happening::Scheduled { from, to } => format!("by the clock it goes from {from} to {to} hosts"),
        Happening::Serving { from, to } => format!("from {from} to {to} hosts serve"),
        Happening::Replaced { count } => format!("{count} hosts are replaced"),
        Happening::Failed { zone, count } => format!("{count} hosts of zone {zone} stop"),
        Happening::ZoneDown { zone } => format!("zone {zone} is lost"),
        Happening::ZoneUp { zone } => format!("zone {zone} is back"),
    }
}

/// The minutes with something to tell, and the events between them.
fn lines(rows: &[Row], marks: &[(i64, String)]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut marks = marks.iter().peekable();
    let every = (rows.len() / 30).max(1);
    for (index, row) in rows.iter().enumerate() {
        while let Some((at, text)) = marks.next_if(|(at, _)| *at <= row.at) {
            lines.push(format!("{:>8}  {text}", clock(*at)));
        }
        if index % every == 0 || index + 1 == rows.len() {
            lines.push(format!(
                "{:>8}  {:>8.0}  {:>5}  {:>5}  {:>4}  {:>5.1}  {:>5.1}",
                clock(row.at),
                row.rpm,
                row.hosts,
                row.serving,
                row.desired,
                row.cpu,
                row.peak_cpu
            ));
        }
    }
    lines
}

/// When the alarm fired, when hosts served, when the limit was crossed.
fn cause(summary: &Summary, timeline: &Timeline, limits: Limits) -> String {
    let events = &timeline.events;
    let grown = events.iter().find_map(|(at, what)| match what {
        Happening::Scaled { policy, alarm, from, to } if to > from => Some((*at, *policy, *alarm, *from, *to)),
        _ => None,
    });
    let mut parts = Vec::new();
    match grown {
        None => parts.push("nothing makes the fleet grow".into()),
        Some((at, policy, alarm, from, to)) => {
            let fires =
                |what: &Happening| matches!(what, Happening::Alarm { alarm: other, state: AlarmState::Alarm, .. } if *other == alarm);
            if let Some((fired, _)) = events.iter().rev().find(|(then, what)| *then <= at && fires(what)) {
                parts.push(format!("the alarm fires at {}", clock(*fired)));
            }
            let policy = timeline.policies.get(policy).map_or("", String::as_str);
            parts.push(format!("`{policy}` goes from {from} to {to} hosts at {}", clock(at)));
            let serves = |what: &Happening| matches!(what, Happening::Serving { from, to } if to > from);
            match events.iter().find(|(then, what)| *then >= at && serves(what)) {
                Some((served, _)) => parts.push(format!("they serve at {}", clock(*served))),
                None => parts.push("they never serve".into()),
            }
        }
    }
    if limits.cpu.is_finite()
        && let Some(crossed) = summary.crossed_at
    {
        let (at, length) = (clock(crossed), clock(summary.over_cpu as i64));
        parts.push(format!("the load crosses {} % at {at} and is above for {length}", limits.cpu));
    }
    if limits.latency.is_finite() && summary.over_latency > 0.0 {
        parts.push(format!("answers take longer than {} s for {}", limits.latency, clock(summary.over_latency as i64)));
    }
    if summary.lost > 0.0 {
        parts.push(format!("{:.0} requests are lost", summary.lost));
    }
    let most = timeline.rows.iter().map(|row| row.desired).max().unwrap_or(0);
    format!("{}; {most} hosts are wanted at most", parts.join(", "))
}

/// Changes that were tried, and let it hold everywhere: a lower threshold, reports each minute, more hosts at the start.
fn remedies(simulation: &Simulation, holds: &dyn Fn(&Summary) -> bool) -> Vec<String> {
    let mut remedies = Vec::new();
    let mut space = Workspace::default();
    let mut hold_with = |fleet: Fleet| {
        let Ok(prepared) = Simulation { fleet, ..simulation.clone() }.prepare() else { return false };
        // The scenarios that break are tried first in most cases: the strongest load, the slowest launch.
        let unknowns = simulation.relevant();
        (0..unknowns.len()).rev().all(|index| holds(&prepared.run_in(&unknowns.scenario(index), &mut space)))
    };
    let base = &simulation.fleet;
    let mut lower = |fleet: &Fleet| thresholds(fleet).into_iter().find(|threshold| hold_with(with_threshold(fleet, *threshold)));
    let highest = lower(base);
    if base.monitoring == Monitoring::Basic {
        let detailed = Fleet { monitoring: Monitoring::Detailed, ..base.clone() };
        let with_it = lower(&detailed).filter(|threshold| highest.is_none_or(|highest| *threshold > highest));
        if hold_with(detailed) {
            remedies.push("detailed monitoring".to_owned());
        } else if let Some(threshold) = with_it {
            remedies.push(format!("a threshold of {threshold} % with detailed monitoring"));
        }
    }
    if let Some(threshold) = highest {
        remedies.push(format!("a threshold of {threshold} %"));
    }
    let sizes = base.initial() + 1..=base.bounds.max.min(base.initial() + 64);
    if let Some(size) = sizes.into_iter().find(|size| hold_with(with_least(base, *size))) {
        remedies.push(format!("{size} hosts at least"));
    } else if let Some(size) =
        [2, 4, 8].map(|times| base.bounds.max.max(1) * times).into_iter().find(|size| hold_with(with_most(base, *size)))
    {
        remedies.push(format!("{size} hosts at most"));
    }
    remedies
}

fn with_least(fleet: &Fleet, size: u32) -> Fleet {
    let mut fleet = fleet.clone();
    fleet.bounds.min = size;
    fleet.desired = None;
    fleet
}

fn with_most(fleet: &Fleet, size: u32) -> Fleet {
    let mut fleet = fleet.clone();
    fleet.bounds.max = size;
    fleet
}

/// The alarm or target that makes a fleet grow, by processor load.
fn upper(fleet: &Fleet) -> Option<f64> {
    let alarms = fleet.alarms.iter().filter(|alarm| alarm.metric == crate::model::Metric::Cpu && alarm.comparison.is_high());
    let targets = fleet.policies.iter().filter_map(|policy| match &policy.rule {
        Rule::Tracking(tracking) if tracking.metric == crate::model::Metric::Cpu => Some(tracking.target),
        _ => None,
    });
    alarms.map(|alarm| alarm.threshold).chain(targets).reduce(f64::min)
}

/// Whole percents below the present one, at most twenty, the highest first.
fn thresholds(fleet: &Fleet) -> Vec<f64> {
    let Some(upper) = upper(fleet) else { return Vec::new() };
    let top = upper.ceil() as i64 - 1;
    let step = (top / 20).max(1);
    (0..20).map(|index| top - index * step).take_while(|percent| *percent >= 1).map(|percent| percent as f64).collect()
}

fn with_threshold(fleet: &Fleet, threshold: f64) -> Fleet {
    let mut fleet = fleet.clone();
    for alarm in fleet.alarms.iter_mut().filter(|alarm| alarm.metric == crate::model::Metric::Cpu) {
        if alarm.comparison.is_high() {
            alarm.threshold = alarm.threshold.min(threshold);
        } else {
            // What shrinks must stay below what grows.
            alarm.threshold = alarm.threshold.min(threshold / 2.0);
        }
    }
    for policy in &mut fleet.policies {
        if let Rule::Tracking(tracking) = &mut policy.rule
            && tracking.metric == crate::model::Metric::Cpu
        {
            tracking.target = tracking.target.min(threshold);
        }
    }
    fleet
}
