//! Policies that are called: what each asks for, and whose word counts where several ask at once.

use super::cohort::Cohort;
use super::full::Run;
use super::record::{Happening, Recorder};
use crate::knobs::FormulaCapacity;
use crate::model::{Platform, Rule};
use crate::semantics::{AlarmState, adjust, simple, step, tracking};

/// An alarm's call to a policy, on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Call {
    /// When it arrives.
    pub(crate) due: i64,
    pub(crate) policy: usize,
    pub(crate) alarm: usize,
    /// The metric's value.
    pub(crate) value: f64,
    /// The hosts that value is of.
    pub(crate) hosts: u32,
    /// Whether every target tracking policy that may shrink the fleet would, when the alarm called.
    pub(crate) agreed: bool,
}

impl<R: Recorder> Run<'_, R> {
    /// Answers all calls that arrive now. Of several policies the largest size counts, whether they grow or shrink the fleet.
    pub(crate) fn act(&mut self) {
        let mut best: Option<(Call, u32)> = None;
        while let Some(call) = self.space.calls.front().copied().filter(|call| call.due <= self.now) {
            self.space.calls.pop_front();
            if let Some(size) = self.asked(&call)
                && best.is_none_or(|(_, most)| size > most)
            {
                best = Some((call, size));
            }
        }
        let Some((Call { policy, alarm, .. }, size)) = best.filter(|(_, size)| *size != self.desired) else { return };
        let from = self.desired;
        let complete = self.resize(size);
        self.recorder.happened(self.now, Happening::Scaled { policy, alarm, from, to: self.desired });
        match &self.of.rules[policy].rule {
            Rule::Simple { cooldown, .. } => self.pause.begin(complete, cooldown.unwrap_or(self.of.fleet.default_cooldown)),
            Rule::Step { cooldown, .. } => self.pause_application(policy, from, *cooldown, *cooldown),
            Rule::Tracking(tracking) => self.pause_application(policy, from, tracking.out_cooldown, tracking.in_cooldown),
            Rule::Forecast(_) => {}
        }
    }

    /// Application Auto Scaling pauses each policy by direction; 300 seconds where nothing is said.
    fn pause_application(&mut self, policy: usize, from: u32, out: Option<i64>, inwards: Option<i64>) {
        if self.of.fleet.platform != Platform::Ecs {
            return;
        }
        let (now, desired) = (self.now, self.desired);
        let pauses = &mut self.space.pauses[policy];
        if desired > from { pauses.grew(from, out.unwrap_or(300), now) } else { pauses.shrank(inwards.unwrap_or(300), now) }
    }

    /// The size that a policy asks for; `None` where it asks for nothing now.
    pub(crate) fn asked(&self, call: &Call) -> Option<u32> {
        let now = call.due;
        let rules = &self.of.rules[call.policy];
        if !rules.enabled || call.value.is_nan() {
            return None;
        }
        match (&rules.rule, self.of.fleet.platform) {
            (Rule::Simple { adjustment, .. }, _) => simple::target(adjustment, self.desired, self.bounds, &self.pause, now),
            (Rule::Step { kind, min_magnitude, steps, .. }, Platform::Ec2) => {
                let distance = call.value - self.of.watches[call.alarm].alarm.threshold;
                let capacity = (self.desired, self.warming(rules.warm_up, now));
                step::target(steps, *kind, *min_magnitude, distance, capacity, self.bounds)
            }
            (Rule::Step { kind, min_magnitude, steps, .. }, Platform::Ecs) => {
                let step = step::find(steps, call.value - self.of.watches[call.alarm].alarm.threshold)?;
                let running = self.space.pauses[call.policy].base(self.running(now), now);
                let by = adjust::change(*kind, step.amount, *min_magnitude, running);
                self.paused(call, adjust::clip(i64::from(running) + by, self.bounds))
            }
            (Rule::Tracking(tracking), platform) => {
                let high = self.of.watches[call.alarm].alarm.comparison.is_high();
                let hosts = match self.of.knobs.formula_capacity {
                    FormulaCapacity::AtMetric => call.hosts,
                    FormulaCapacity::Now => self.desired,
                };
                let wanted = tracking::size(hosts, call.value, tracking.target);
                if high {
                    let size = adjust::clip(i64::from(wanted), self.bounds);
                    return match platform {
                        Platform::Ec2 => (size > self.desired).then_some(size),
                        Platform::Ecs => self.paused(call, size.max(self.desired)),
                    };
                }
                if !call.agreed || !self.all_agree_to_shrink() {
                    return None;
                }
                let size = adjust::clip(i64::from(tracking::shrunk(self.desired, wanted, self.of.knobs.scale_in)), self.bounds);
                let asked = match platform {
                    Platform::Ec2 => (size < self.desired && self.warming(rules.warm_up, now) == 0).then_some(size),
                    Platform::Ecs => self.paused(call, size.min(self.desired)),
                };
                // The largest size of all counts, and one that may not or need not shrink the fleet wants it as it is.
                asked.or_else(|| self.of.several_track.then_some(self.desired))
            }
            (Rule::Forecast(_), _) => None,
        }
    }

    fn paused(&self, call: &Call, size: u32) -> Option<u32> {
        let pauses = &self.space.pauses[call.policy];
        let through = pauses.grows(size, self.desired) || (size < self.desired && pauses.shrinks(call.due));
        through.then_some(size)
    }

    /// Whether every target tracking policy that may shrink the fleet would.
    pub(crate) fn all_agree_to_shrink(&self) -> bool {
        let mut low = self.of.rules.iter().filter(|rules| rules.enabled).filter_map(|rules| rules.low);
        low.all(|alarm| self.space.series.state(alarm) == AlarmState::Alarm)
    }

    /// Hosts that warm up, those that are not yet in service among them.
    fn warming(&self, warm_up: i64, now: i64) -> u32 {
        let warms = |cohort: &&Cohort| cohort.is_live() && cohort.in_service + warm_up > now;
        self.space.cohorts.iter().filter(warms).map(|cohort| cohort.count).sum()
    }

    /// Tasks that run.
    fn running(&self, now: i64) -> u32 {
        self.space.cohorts.iter().filter(|cohort| cohort.is_live() && cohort.in_service <= now).map(|cohort| cohort.count).sum()
    }
}
