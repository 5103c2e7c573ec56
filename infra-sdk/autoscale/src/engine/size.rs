//! How the hosts follow the size: launches, departures, and what changes for them by itself.

use super::cohort::{Cohort, NEVER};
use super::full::Run;
use super::record::{Happening, Recorder};
use crate::capacity::Burst;
use crate::model::Draw;
use crate::semantics::{balance, termination};

impl<R: Recorder> Run<'_, R> {
    /// The hosts at the start: all serve, balanced over the zones, and have been there for long.
    pub(crate) fn settle_initial_hosts(&mut self) {
        let zones = self.of.fleet.zones.len() as u32;
        for zone in 0..zones {
            let count = self.desired / zones + u32::from(zone < self.desired % zones);
            if count > 0 {
                // A day old, so that nothing warms up and credits are what they became.
                let long = -86_400;
                let credits = self.of.capacity.burst.map_or(0.0, |burst| burst.at_launch);
                self.space.cohorts.push(Cohort {
                    zone: zone as usize,
                    count,
                    launched: long,
                    in_service: long,
                    ready: long,
                    leaving: NEVER,
                    gone: NEVER,
                    unrouted: NEVER,
                    replaced: NEVER,
                    mark: 0.0,
                    credits,
                });
            }
        }
        self.sum.most_hosts = self.desired;
    }

    /// Changes the size within the bounds; gives when what that begins is complete.
    pub(crate) fn resize(&mut self, desired: u32) -> i64 {
        let desired = desired.clamp(self.bounds.min, self.bounds.max);
        if desired > self.desired {
            self.sum.grown += 1;
        } else if desired < self.desired {
            self.sum.shrunk += 1;
        }
        self.desired = desired;
        self.reconcile()
    }

    /// Makes as many hosts as there should be; gives when that is complete.
    pub(crate) fn reconcile(&mut self) -> i64 {
        let complete = if self.live < self.desired {
            self.launch(self.desired - self.live)
        } else if self.rebalancing {
            self.rebalance()
        } else if self.live > self.desired {
            self.terminate(self.live - self.desired)
        } else {
            self.now
        };
        self.recount();
        complete
    }

    /// Launches hosts where there are fewest; those that no zone can give are tried again at the next minute.
    pub(crate) fn launch(&mut self, count: u32) -> i64 {
        self.count_zones();
        let mut complete = self.now;
        for _ in 0..count {
            let zones = &self.space.zones;
            let Some(zone) = balance::launch(&self.space.counts, |zone| zones[zone].can_launch()) else { break };
            self.space.counts[zone] += 1;
            complete = complete.max(self.launch_in(zone));
        }
        complete
    }

    pub(crate) fn launch_in(&mut self, zone: usize) -> i64 {
        let (first, second) = self.of.fleet.boot.draw(self.with.draw, self.launches);
        self.launches += 1;
        self.live += 1;
        let (in_service, ready) = (self.now + first, self.now + first + second);
        let alike = |cohort: &&mut Cohort| {
            cohort.zone == zone
                && cohort.launched == self.now
                && cohort.ready == ready
                && cohort.in_service == in_service
                && cohort.is_live()
        };
        // Hosts launched together are one cohort, unless each takes its own time.
        if matches!(self.with.draw, Draw::Quantile(_))
            && let Some(cohort) = self.space.cohorts.iter_mut().rev().find(alike)
        {
            cohort.count += 1;
            return in_service;
        }
        let credits = self.of.capacity.burst.map_or(0.0, |burst| burst.at_launch);
        let (leaving, gone, unrouted, replaced) = (NEVER, NEVER, NEVER, NEVER);
        self.space.cohorts.push(Cohort {
            zone,
            count: 1,
            launched: self.now,
            in_service,
            ready,
            leaving,
            gone,
            unrouted,
            replaced,
            mark: 0.0,
            credits,
        });
        in_service
    }

    /// Takes hosts from where there are most; gives when the last is gone.
    pub(crate) fn terminate(&mut self, count: u32) -> i64 {
        self.count_zones();
        let mut complete = self.now;
        for _ in 0..count {
            let Some(zone) = balance::terminate(&self.space.counts) else { break };
            let candidates =
                self.space.cohorts.iter().enumerate().filter(|(_, cohort)| cohort.is_live() && cohort.count > 0 && cohort.zone == zone);
            let launched = candidates.map(|(index, cohort)| (index, cohort.launched));
            let Some(index) = termination::choose(self.of.fleet.termination, launched, self.now) else { break };
            self.space.counts[zone] -= 1;
            complete = complete.max(self.leave(index, 1));
        }
        complete
    }

    /// Lets hosts of a cohort leave; gives when they are gone.
    pub(crate) fn leave(&mut self, index: usize, count: u32) -> i64 {
        let health = &self.of.fleet.health;
        let drain = if health.balanced { health.deregistration } else { 0 };
        let gone = self.now + drain + self.of.knobs.terminate;
        self.live -= count;
        let cohort = &mut self.space.cohorts[index];
        cohort.count -= count;
        let leaving = Cohort { count, leaving: self.now, gone, unrouted: NEVER, replaced: NEVER, ..*cohort };
        let same = |other: &&mut Cohort| Cohort { count, ..**other } == leaving;
        match self.space.cohorts.iter_mut().find(same) {
            Some(other) => other.count += count,
            None => self.space.cohorts.push(leaving),
        }
        gone
    }

    /// How many live hosts each zone has.
    pub(crate) fn count_zones(&mut self) {
        self.space.counts.fill(0);
        for cohort in self.space.cohorts.iter().filter(|cohort| cohort.is_live()) {
            self.space.counts[cohort.zone] += cohort.count;
        }
    }

    /// Counts the hosts anew: who serves, who is paid, and when something next changes.
    pub(crate) fn recount(&mut self) {
        self.replace_unhealthy();
        let (now, before) = (self.now, self.serving);
        let warm_up = self.of.longest_warm_up;
        let mut owed = 0.0;
        self.space.cohorts.retain(|cohort| {
            let stays = cohort.count > 0 && cohort.gone > now;
            if !stays && cohort.count > 0 {
                owed += f64::from(cohort.count) * Burst::owed(cohort.credits);
            }
            stays
        });
        self.sum.surplus_hours += owed;
        (self.serving, self.in_vain, self.live, self.paid) = (0, 0, 0, 0);
        self.next_change = NEVER;
        self.settled_from = i64::MIN;
        for cohort in &mut self.space.cohorts {
            self.paid += cohort.count;
            if cohort.is_live() {
                self.live += cohort.count;
                self.settled_from = self.settled_from.max(cohort.ready.max(cohort.in_service + warm_up));
                if cohort.ready == now {
                    cohort.mark = self.minute_cpu;
                }
                if cohort.has_failed() {
                    self.settled_from = NEVER;
                    if now < cohort.unrouted {
                        self.in_vain += cohort.count;
                    }
                } else if cohort.ready <= now {
                    match self.space.zones[cohort.zone].serves(now) {
                        Some(true) => self.serving += cohort.count,
                        Some(false) => self.in_vain += cohort.count,
                        None => {}
                    }
                }
            } else if self.of.knobs.leaving_report {
                self.settled_from = self.settled_from.max(cohort.gone);
            }
            self.next_change = self.next_change.min(cohort.next(now, warm_up));
        }
        for zone in &self.space.zones {
            self.next_change = self.next_change.min(zone.next(now));
        }
        // With no target that is well, a load balancer sends to all.
        if self.serving == 0 && self.in_vain == 0 {
            self.in_vain = self.live;
        }
        self.sum.most_hosts = self.sum.most_hosts.max(self.live);
        // How it begins is no event.
        if self.serving != before && now > 0 {
            self.recorder.happened(now, Happening::Serving { from: before, to: self.serving });
            if self.serving > before {
                self.sum.first_served.get_or_insert(now);
            }
        }
    }
}
