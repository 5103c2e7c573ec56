//! Settings by the fast engine, for grids that are too large to run all of with full semantics.

use super::lever::{growing, grown_by, shrinking};
use super::score::Objective;
use crate::engine::Fluid;
use crate::load::Kind;
use crate::model::{AdjustmentKind, CreditMode, Fleet, Metric, Monitoring, Platform, Rule, Statistic, Window};
use crate::{Capacity, Error, Lag, Levers, Load, Scenario};

/// A load on hosts of each place in the capacity's interval.
pub(super) struct Screen {
    fluids: Vec<(f64, Fluid)>,
    price: f64,
}

/// A setting by the fast engine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rough {
    pub(super) broken: usize,
    pub(super) violation: f64,
    pub(super) cost: f64,
}

impl Screen {
    pub(super) fn new(load: &Load, capacity: &Capacity, scenarios: &[Scenario], limit: f64) -> Result<Screen, Error> {
        let mut fits: Vec<f64> = scenarios.iter().map(|scenario| scenario.fit).collect();
        fits.sort_by(f64::total_cmp);
        fits.dedup();
        let of = |fit: f64| Ok((fit, Fluid::new(load, capacity.line_at(fit), limit)?));
        Ok(Screen { fluids: fits.into_iter().map(of).collect::<Result<_, Error>>()?, price: capacity.price })
    }

    /// Runs a fleet that it knows over scenarios.
    pub(super) fn rough(&self, fleet: &Fleet, scenarios: &[Scenario], limit: f64) -> Option<Rough> {
        let levers = levers(fleet)?;
        let mut rough = Rough { broken: 0, violation: 0.0, cost: 0.0 };
        for scenario in scenarios {
            let (_, fluid) = self.fluids.iter().find(|(fit, _)| *fit == scenario.fit)?;
            let run = fluid.run(&levers, &lag(fleet, scenario), scenario.load);
            rough.broken += usize::from(run.peak_cpu >= limit);
            rough.violation += run.over;
            rough.cost += run.host_hours * self.price;
        }
        let count = scenarios.len().max(1) as f64;
        Some(Rough { broken: rough.broken, violation: rough.violation / count, cost: rough.cost / count })
    }
}

/// Whether the fast engine knows all that matters here.
pub(super) fn knows(fleet: &Fleet, load: &Load, capacity: &Capacity, objective: &Objective) -> bool {
    let credits = capacity.burst.is_none_or(|burst| burst.mode == CreditMode::Unlimited);
    objective.latency.is_none()
        && objective.lost.is_none()
        && objective.cpu.is_some()
        && load.kind == Kind::Open
        && credits
        && levers(fleet).is_some()
}

fn levers(fleet: &Fleet) -> Option<Levers> {
    let plain = fleet.platform == Platform::Ec2 && fleet.schedules.is_empty() && fleet.initial() == fleet.bounds.min;
    let change = |rule: &Rule| matches!(rule, Rule::Simple { adjustment, .. } if adjustment.kind == AdjustmentKind::Change);
    if !plain || !fleet.policies.iter().all(|policy| policy.enabled && change(&policy.rule)) {
        return None;
    }
    let (mut up, mut down) = (growing(fleet), shrinking(fleet));
    let (upper, lower) = (up.next()?, down.next());
    if up.next().is_some() || down.next().is_some() {
        return None;
    }
    let of_load = fleet.alarms.iter().all(|alarm| {
        alarm.metric == Metric::Cpu
            && alarm.statistic == Statistic::Average
            && alarm.window == Window::Sliding
            && alarm.evaluation_periods == 1
    });
    if !of_load {
        return None;
    }
    let pause = |rule: &Rule| match rule {
        Rule::Simple { cooldown, .. } => cooldown.unwrap_or(fleet.default_cooldown),
        _ => 0,
    };
    let grows = fleet.policies.iter().find(|policy| grown_by(&policy.rule).is_some())?;
    let shrinks = fleet.policies.iter().find_map(|policy| match &policy.rule {
        Rule::Simple { adjustment, .. } if adjustment.amount < 0 => Some(adjustment.amount.unsigned_abs()),
        _ => None,
    });
    Some(Levers {
        min: fleet.bounds.min,
        max: fleet.bounds.max,
        upper: fleet.alarms[upper].threshold,
        out_by: u32::try_from(grown_by(&grows.rule)?.amount).ok()?,
        lower: lower.map_or(0.0, |lower| fleet.alarms[lower].threshold),
        in_by: u32::try_from(shrinks.unwrap_or(0)).ok()?,
        cooldown: u32::try_from((pause(&grows.rule).max(0) + 59).div_euclid(60)).ok()?,
        window: u32::try_from(fleet.alarms[upper].period / 60).ok()?,
        basic: fleet.monitoring == Monitoring::Basic,
    })
}

fn lag(fleet: &Fleet, scenario: &Scenario) -> Lag {
    let quantile = if scenario.seed.is_some() { 0.5 } else { scenario.boot };
    let (first, both) = (fleet.boot.in_service.at(quantile), fleet.boot.in_service.at(quantile) + fleet.boot.ready.at(quantile));
    let minutes = |seconds: f64| (seconds / 60.0).round().max(0.0) as u32;
    Lag {
        phase: (scenario.phase.rem_euclid(300) / 60) as u32,
        delay: minutes(scenario.delay as f64).max(1),
        in_service: minutes(first),
        ready: minutes(both).saturating_sub(minutes(first)),
    }
}
