//! The fast engine: whole minutes, hosts that are alike, and one way up and one way down. For searches over many settings.
//!
//! It knows the alarm's window, the phase of basic monitoring, delay, boot, pause and bounds, and leaves out zones, missing data,
//! warm-up, backlog and credits: what it finds is confirmed with full semantics.

use serde::Serialize;

use crate::load::{Kind, Load};
use crate::{Error, Line};

/// Minutes that fit the rings: what boot, delay and an alarm's window may take together.
const RING: usize = 64;

/// What a search turns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Levers {
    /// The least size, with which it starts.
    pub min: u32,
    /// The greatest size.
    pub max: u32,
    /// Percent of processor load above which it grows.
    pub upper: f64,
    /// Hosts by which it grows.
    pub out_by: u32,
    /// Percent below which it shrinks; 0 for never.
    pub lower: f64,
    /// Hosts by which it shrinks.
    pub in_by: u32,
    /// Minutes between the end of one change and the next.
    pub cooldown: u32,
    /// Minutes of which an alarm takes the mean.
    pub window: u32,
    /// Whether hosts report every five minutes only.
    pub basic: bool,
}

/// What differs from run to run, in minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lag {
    /// Where the five minutes of basic monitoring begin: 0 to 4.
    pub phase: u32,
    /// From the end of a minute to the action.
    pub delay: u32,
    /// From the action until hosts are in service, from which the pause counts.
    pub in_service: u32,
    /// From there until they serve.
    pub ready: u32,
}

/// A fast run in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct FluidSummary {
    /// The greatest processor load asked for, in percent.
    pub peak_cpu: f64,
    /// The mean over time.
    pub mean_cpu: f64,
    /// Minutes above the limit, of which each end of a minute counts half.
    pub over: f64,
    /// Hours of hosts.
    pub host_hours: f64,
    /// Hosts at the end.
    pub last_hosts: u32,
}

/// A load by the minute and a line: what runs share.
#[derive(Clone, Debug, PartialEq)]
pub struct Fluid {
    ends: Vec<f64>,
    line: Line,
    limit: f64,
}

impl Fluid {
    /// For a load, a host's line, and a limit of processor load in percent.
    ///
    /// # Errors
    /// Where the load is not open: users that wait need full semantics.
    pub fn new(load: &Load, line: Line, limit: f64) -> Result<Fluid, Error> {
        load.check()?;
        if load.kind != Kind::Open {
            let help = "use full semantics for users that wait for answers";
            return Err(Error::setting("the load", "the fast engine has open loads only", help));
        }
        let minutes = load.length().div_euclid(60).max(1);
        Ok(Fluid { ends: (0..=minutes).map(|minute| load.at(minute * 60)).collect(), line, limit })
    }

    /// Hours that a run simulates.
    pub fn hours(&self) -> f64 {
        (self.ends.len() - 1) as f64 / 60.0
    }

    /// One run at `scale` times the load. Times that do not fit an hour together are cut.
    pub fn run(&self, levers: &Levers, lag: &Lag, scale: f64) -> FluidSummary {
        let fit = |minutes: u32| (minutes as usize).min(RING / 4 - 1);
        let (delay, in_service, ready) = (fit(lag.delay), fit(lag.in_service), fit(lag.ready));
        let window = fit(levers.window.max(1)).max(1);
        let (a, b) = (self.line.intercept, self.line.slope * scale);
        let mut arrivals = [0_u32; RING];
        let mut means = [0.0_f64; RING];
        let mut weights = [f64::from(levers.min.max(1)); RING];
        let mut calls = [0_i8; RING];
        let (mut serving, mut hosts) = (levers.min.max(1), levers.min.max(1));
        let mut share = 1.0 / f64::from(serving);
        let mut resting = 0_usize;
        let (mut peak, mut sum, mut over, mut host_minutes) = (0.0_f64, 0.0, 0_u32, 0_u64);
        let before = a + b * self.ends[0] * share;
        means.fill(before);
        let (mut latest, mut total) = (before, before * window as f64);
        for (minute, ends) in self.ends.windows(2).enumerate() {
            let slot = minute % RING;
            // Calls come before hosts do: what is called for now serves later.
            let call = std::mem::take(&mut calls[slot]);
            if call != 0 && minute >= resting {
                let wanted = if call > 0 { hosts + levers.out_by } else { hosts.saturating_sub(levers.in_by) };
                let wanted = wanted.clamp(levers.min.max(1), levers.max.max(levers.min.max(1)));
                if wanted > hosts {
                    arrivals[(minute + in_service + ready) % RING] += wanted - hosts;
                    resting = minute + in_service + levers.cooldown as usize;
                } else if wanted < hosts {
                    serving = serving.saturating_sub(hosts - wanted).max(1);
                    share = 1.0 / f64::from(serving);
                    resting = minute + 1 + levers.cooldown as usize;
                }
                hosts = wanted;
            }
            let arrived = std::mem::take(&mut arrivals[slot]);
            if arrived > 0 {
                serving = (serving + arrived).min(hosts);
                share = 1.0 / f64::from(serving);
            }
            let (first, last) = (a + b * ends[0] * share, a + b * ends[1] * share);
            peak = peak.max(first).max(last);
            over += u32::from(first > self.limit) + u32::from(last > self.limit);
            let mean = reported(first, last);
            sum += mean;
            host_minutes += u64::from(hosts);
            if levers.basic {
                means[slot] = mean;
                weights[slot] = f64::from(serving);
                if (minute + 1) % 5 == (lag.phase % 5) as usize {
                    let (mut sum, mut weight) = (0.0, 0.0);
                    for back in 0..5 {
                        let slot = (minute + RING - back) % RING;
                        sum += means[slot] * weights[slot];
                        weight += weights[slot];
                    }
                    latest = sum / weight;
                }
            } else {
                total += mean - means[(minute + RING - window) % RING];
                means[slot] = mean;
                latest = total / window as f64;
            }
            let called = i8::from(latest > levers.upper) - i8::from(latest < levers.lower);
            calls[(minute + 1 + delay) % RING] = called;
        }
        let minutes = (self.ends.len() - 1) as f64;
        FluidSummary {
            peak_cpu: peak,
            mean_cpu: sum / minutes,
            over: f64::from(over) * 0.5,
            host_hours: host_minutes as f64 / 60.0,
            last_hosts: hosts,
        }
    }
}

/// What hosts report of a minute whose load goes straight from one value to another: never more than all of their processors.
#[inline]
fn reported(first: f64, last: f64) -> f64 {
    let (low, high) = (first.min(last), first.max(last));
    if high <= 100.0 {
        return (first + last) * 0.5;
    }
    if low >= 100.0 {
        return 100.0;
    }
    let below = (100.0 - low) / (high - low);
    (low + 100.0) * 0.5 * below + 100.0 * (1.0 - below)
}
