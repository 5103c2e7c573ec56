//! A fleet, a load and what befalls them, made flat for the engine.

use jiff::civil::DateTime;

use crate::capacity::{Capacity, Line};
use crate::load::{Kind, Load, Piece};
use crate::model::{Alarm, Event, Fleet, Metric, Rule, Schedule, Statistic};
use crate::semantics::{monitoring, schedule, tracking, warmup};
use crate::{Error, Knobs};

/// A series of values, one a minute, that alarms look at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct View {
    pub(crate) metric: Metric,
    /// Of the hosts' values in a minute: the least, the greatest, or otherwise the mean.
    pub(crate) of_hosts: Statistic,
    /// Seconds that new hosts are left out.
    pub(crate) warm_up: i64,
    /// Seconds between two datapoints.
    pub(crate) spacing: i64,
    /// Minutes that are kept.
    pub(crate) kept: usize,
}

/// An alarm with the view it looks at.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    pub(crate) alarm: Alarm,
    pub(crate) view: usize,
    /// Minutes of a period.
    pub(crate) minutes: usize,
    /// Evaluations between two periods: as many as minutes where the window slides.
    pub(crate) stride: usize,
    /// Periods that are fetched.
    pub(crate) range: usize,
}

impl Watch {
    /// Whether another one's periods have the same values, when both end.
    pub(crate) fn has_period_of(&self, other: &Watch) -> bool {
        (self.view, self.minutes, self.alarm.statistic) == (other.view, other.minutes, other.alarm.statistic)
    }
}

/// A policy with what follows from its fleet.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) rule: Rule,
    pub(crate) enabled: bool,
    pub(crate) warm_up: i64,
    /// The alarm below which target tracking shrinks.
    pub(crate) low: Option<usize>,
}

/// What is due at a time.
#[derive(Clone, Debug)]
pub(crate) enum Timed {
    Schedule(Schedule),
    Forecast { policy: usize, hour: usize },
    Event(Event),
    LaunchesWork(usize),
}

/// All that is the same in every run.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub(crate) fleet: Fleet,
    pub(crate) knobs: Knobs,
    pub(crate) capacity: Capacity,
    pub(crate) boot_cpu: f64,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) kind: Kind,
    pub(crate) length: i64,
    pub(crate) views: Vec<View>,
    pub(crate) watches: Vec<Watch>,
    pub(crate) rules: Vec<Rules>,
    /// Whether several target tracking policies shrink the fleet, of which the one that shrinks it least counts.
    pub(crate) several_track: bool,
    pub(crate) timed: Vec<(i64, Timed)>,
    /// The longest that any view leaves a new host out.
    pub(crate) longest_warm_up: i64,
    /// Limits by which runs are judged: percent of processor load, and seconds.
    pub(crate) limits: (f64, f64),
}

/// What differs from run to run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Parameters {
    pub(crate) phase: i64,
    pub(crate) delay: i64,
    pub(crate) draw: crate::model::Draw,
    pub(crate) line: Line,
    pub(crate) scale: f64,
}

impl Compiled {
    pub(crate) fn new(
        fleet: &Fleet,
        capacity: &Capacity,
        load: &Load,
        knobs: &Knobs,
        events: &[Event],
        start: Option<DateTime>,
    ) -> Result<Compiled, Error> {
        fleet.check()?;
        load.check()?;
        let mut alarms = fleet.alarms.clone();
        let mut rules = Vec::new();
        for (index, policy) in fleet.policies.iter().enumerate() {
            let mut low = None;
            // Of a metric that nobody knows nothing would ever be asked, and no other policy might shrink the fleet for it.
            let known = !matches!(&policy.rule, Rule::Tracking(tracking) if tracking.metric == Metric::Memory && capacity.memory.is_none());
            let enabled = policy.enabled && known;
            if let Rule::Tracking(tracking) = &policy.rule
                && enabled
            {
                alarms.extend(tracking::alarms(&policy.name, index, tracking, fleet.platform, knobs));
                low = (!tracking.disable_scale_in).then(|| alarms.len() - 1);
            }
            rules.push(Rules { rule: policy.rule.clone(), enabled, warm_up: warmup::of_policy(fleet, policy), low });
        }
        let mut views = Vec::new();
        let watches = alarms.into_iter().map(|alarm| watch(fleet, knobs, alarm, &mut views)).collect();
        let longest_warm_up = views.iter().map(|view: &View| view.warm_up).chain(rules.iter().map(|rule| rule.warm_up)).max().unwrap_or(0);
        let mut capacity = capacity.clone();
        if let (Some(burst), Some(mode)) = (&mut capacity.burst, fleet.credits) {
            burst.mode = mode;
        }
        Ok(Compiled {
            timed: timed(fleet, events, start, load.length())?,
            boot_cpu: knobs.boot_cpu.unwrap_or(capacity.boot_cpu),
            fleet: fleet.clone(),
            knobs: *knobs,
            capacity,
            pieces: load.pieces.clone(),
            kind: load.kind,
            length: load.length(),
            views,
            watches,
            several_track: rules.iter().filter(|rules: &&Rules| rules.low.is_some()).count() > 1,
            rules,
            longest_warm_up,
            limits: (f64::INFINITY, f64::INFINITY),
        })
    }
}

fn watch(fleet: &Fleet, knobs: &Knobs, alarm: Alarm, views: &mut Vec<View>) -> Watch {
    let minutes = (alarm.period / 60) as usize;
    let called = alarm.on_alarm.iter().chain(&alarm.on_ok).chain(&alarm.on_insufficient).copied();
    let of_hosts = match alarm.statistic {
        Statistic::Average | Statistic::Sum => Statistic::Average,
        other => other,
    };
    let view = View {
        metric: alarm.metric,
        of_hosts,
        warm_up: warmup::of_metric(fleet, called),
        spacing: monitoring::spacing(fleet.monitoring, alarm.metric),
        kept: 0,
    };
    let index = views.iter().position(|other| View { kept: 0, ..other.clone() } == view).unwrap_or_else(|| {
        views.push(view);
        views.len() - 1
    });
    views[index].kept = views[index].kept.max(minutes.next_power_of_two());
    let stride = if alarm.window == crate::model::Window::Sliding { minutes } else { 1 };
    let range = alarm.evaluation_periods + knobs.extra_datapoints;
    Watch { view: index, minutes, stride, range, alarm }
}

fn timed(fleet: &Fleet, events: &[Event], start: Option<DateTime>, length: i64) -> Result<Vec<(i64, Timed)>, Error> {
    let mut timed = Vec::new();
    for action in &fleet.schedules {
        let times = schedule::times(action, start, length)?;
        timed.extend(times.into_iter().map(|at| (at, Timed::Schedule(action.clone()))));
    }
    for (policy, rule) in fleet.policies.iter().enumerate() {
        if let Rule::Forecast(hours) = &rule.rule
            && rule.enabled
        {
            timed.extend((0..hours.len()).map(|hour| (hour as i64 * 3600, Timed::Forecast { policy, hour })));
        }
    }
    for event in events {
        let (at, zone) = match *event {
            Event::ZoneDown { at, zone, .. } | Event::ZoneUp { at, zone } | Event::HostsFail { at, zone, .. } => (at, Some(zone)),
            Event::LaunchesFail { from, to, zone } => {
                timed.push((to, Timed::LaunchesWork(zone)));
                (from, Some(zone))
            }
            Event::MetricGap { from, .. } => (from, None),
        };
        if let Some(zone) = zone.filter(|zone| *zone >= fleet.zones.len()) {
            let problem = format!("the fleet `{}` has no zone {zone}; it has {}", fleet.name, fleet.zones.join(", "));
            return Err(Error::setting("an event", problem, "count the zones from 0"));
        }
        timed.push((at, Timed::Event(*event)));
    }
    timed.retain(|(at, _)| *at < length);
    timed.sort_by_key(|(at, _)| *at);
    Ok(timed)
}
