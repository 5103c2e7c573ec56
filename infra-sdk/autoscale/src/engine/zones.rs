//! Zones that are lost and come back, and the replacement and rebalancing that follow.

use super::cohort::{Cohort, NEVER};
use super::full::Run;
use super::record::{Happening, Recorder};
use crate::model::ZoneLoss;
use crate::semantics::{balance, zone_loss};

/// How a zone is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ZoneState {
    /// How it was lost, and when the load balancer leaves it.
    pub(crate) lost: Option<(ZoneLoss, i64)>,
    /// Whether it cannot give hosts, though it is well.
    pub(crate) launches_fail: bool,
}

impl ZoneState {
    /// Whether a launch here succeeds.
    pub(crate) fn can_launch(&self) -> bool {
        !self.launches_fail && !matches!(self.lost, Some((ZoneLoss::Hard | ZoneLoss::Network, _)))
    }

    /// Whether hosts here serve: yes, in vain, or nothing is sent to them.
    pub(crate) fn serves(&self, now: i64) -> Option<bool> {
        match self.lost {
            None => Some(true),
            Some((_, unrouted)) if now < unrouted => Some(false),
            Some(_) => None,
        }
    }

    /// When it next changes by itself.
    pub(crate) fn next(&self, now: i64) -> i64 {
        self.lost.map(|(_, unrouted)| unrouted).filter(|at| *at > now).unwrap_or(NEVER)
    }
}

impl<R: Recorder> Run<'_, R> {
    pub(crate) fn lose(&mut self, zone: usize, how: ZoneLoss) {
        let (now, health, knobs) = (self.now, &self.of.fleet.health, &self.of.knobs);
        let unrouted = zone_loss::unrouted_after(how, health).map_or(NEVER, |after| now + after);
        self.space.zones[zone].lost = Some((how, unrouted));
        self.zones_lost += 1;
        for cohort in self.space.cohorts.iter_mut().filter(|cohort| cohort.zone == zone && cohort.is_live()) {
            let age = now - cohort.in_service;
            cohort.replaced = zone_loss::replaced_after(how, health, age, knobs).map_or(NEVER, |after| now + after.max(0));
        }
        self.recorder.happened(now, Happening::ZoneDown { zone });
        self.recount();
    }

    /// Hosts of a zone stop: as in a zone that is lost, but for the zone.
    pub(crate) fn fail(&mut self, zone: usize, count: u32) {
        let (now, health, knobs) = (self.now, self.of.fleet.health, self.of.knobs);
        let unrouted = zone_loss::unrouted_after(ZoneLoss::Hard, &health).map_or(NEVER - 1, |after| now + after);
        let mut left = count;
        for index in 0..self.space.cohorts.len() {
            let cohort = self.space.cohorts[index];
            let fails = cohort.zone == zone && cohort.is_live() && !cohort.has_failed() && cohort.ready <= now;
            let taken = if fails { cohort.count.min(left) } else { 0 };
            if taken > 0 {
                left -= taken;
                let after = zone_loss::replaced_after(ZoneLoss::Hard, &health, now - cohort.in_service, &knobs);
                let replaced = after.map_or(NEVER, |after| now + after.max(0));
                self.space.cohorts[index].count -= taken;
                self.space.cohorts.push(Cohort { count: taken, unrouted, replaced, ..cohort });
            }
        }
        self.recorder.happened(now, Happening::Failed { zone, count: count - left });
        self.recount();
    }

    pub(crate) fn regain(&mut self, zone: usize) {
        if self.space.zones[zone].lost.take().is_none() {
            return;
        }
        self.zones_lost -= 1;
        for cohort in self.space.cohorts.iter_mut().filter(|cohort| cohort.zone == zone && cohort.is_live() && !cohort.has_failed()) {
            cohort.replaced = NEVER;
        }
        self.rebalancing = true;
        self.recorder.happened(self.now, Happening::ZoneUp { zone });
        self.recount();
    }

    /// Hosts whose time for it has come go, and others are launched for them at once; simple policies pause for that too.
    pub(crate) fn replace_unhealthy(&mut self) {
        let (now, mut count) = (self.now, 0);
        for cohort in &mut self.space.cohorts {
            if cohort.is_live() && cohort.replaced <= now {
                count += cohort.count;
                cohort.leaving = now;
                cohort.gone = now + self.of.knobs.terminate;
            }
        }
        if count == 0 {
            return;
        }
        self.live = self.space.cohorts.iter().filter(|cohort| cohort.is_live()).map(|cohort| cohort.count).sum();
        self.recorder.happened(now, Happening::Replaced { count });
        let complete = self.launch(self.desired.saturating_sub(self.live));
        self.pause.begin(complete, self.of.fleet.default_cooldown);
    }

    /// Moves hosts to zones that have too few: launches first, within a margin over the greatest size, and terminates after.
    pub(crate) fn rebalance(&mut self) -> i64 {
        let now = self.now;
        if self.space.cohorts.iter().any(|cohort| cohort.is_live() && cohort.in_service > now) {
            return now;
        }
        if self.live > self.desired {
            return self.terminate(self.live - self.desired);
        }
        let mut complete = now;
        let most = self.bounds.max + balance::margin(self.bounds.max);
        self.count_zones();
        let mut moved = false;
        while self.live < most {
            let zones = &self.space.zones;
            let Some((from, to)) = balance::unbalanced(&self.space.counts, |zone| zones[zone].can_launch()) else { break };
            self.space.counts[from] -= 1;
            self.space.counts[to] += 1;
            complete = complete.max(self.launch_in(to));
            moved = true;
        }
        self.rebalancing = moved || self.zones_lost > 0;
        complete
    }
}
