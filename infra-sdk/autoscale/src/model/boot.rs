//! How long a new host takes.

use crate::rng;

/// Seconds that are not the same each time, by three of their quantiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// What one in ten falls short of.
    pub p10: f64,
    /// What half fall short of.
    pub p50: f64,
    /// What nine in ten fall short of.
    pub p90: f64,
}

impl Spread {
    /// Always the same.
    pub const fn constant(seconds: f64) -> Spread {
        Spread { p10: seconds, p50: seconds, p90: seconds }
    }

    /// The value at a quantile from 0 to 1: straight between the three, level outside of them.
    pub fn at(self, quantile: f64) -> f64 {
        if quantile <= 0.5 {
            let share = ((quantile - 0.1) / 0.4).max(0.0);
            self.p10 + (self.p50 - self.p10) * share
        } else {
            let share = ((quantile - 0.5) / 0.4).min(1.0);
            self.p50 + (self.p90 - self.p50) * share
        }
    }
}

/// From a launch until a host serves: first until it is in service, then until it answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Boot {
    /// Seconds from the launch until the group calls it in service.
    pub in_service: Spread,
    /// Seconds from there until it takes its share of the load.
    pub ready: Spread,
}

impl Boot {
    /// Always the same: seconds until it is in service, and from there until it serves.
    pub const fn constant(in_service: f64, ready: f64) -> Boot {
        Boot { in_service: Spread::constant(in_service), ready: Spread::constant(ready) }
    }

    /// A plain instance: 30 s and 60 s, from 0.8 to 1.5 times as much. Pending to running was measured at 16.5 s, a whole
    /// cold start to SSH at 25.8 s; AirAware's figures show 45 to 60 s and another 30 to 45 s.
    pub const fn ec2() -> Boot {
        Boot { in_service: Spread { p10: 24.0, p50: 30.0, p90: 45.0 }, ready: Spread { p10: 48.0, p50: 60.0, p90: 90.0 } }
    }

    /// An instance of Elastic Beanstalk, whose deployment hooks take time: 60 s and 150 s; the talk says three to four minutes.
    pub const fn beanstalk() -> Boot {
        Boot { in_service: Spread { p10: 48.0, p50: 60.0, p90: 75.0 }, ready: Spread { p10: 120.0, p50: 150.0, p90: 180.0 } }
    }

    /// A Fargate task: 30 s and 15 s.
    pub const fn fargate() -> Boot {
        Boot { in_service: Spread { p10: 20.0, p50: 30.0, p90: 60.0 }, ready: Spread { p10: 10.0, p50: 15.0, p90: 30.0 } }
    }

    /// A task on an instance that has room for it and the image: 10 s and 15 s. A guess, like that of Fargate; measure yours.
    pub const fn container() -> Boot {
        Boot { in_service: Spread { p10: 5.0, p50: 10.0, p90: 30.0 }, ready: Spread { p10: 10.0, p50: 15.0, p90: 30.0 } }
    }

    /// Whole seconds of the launch numbered `launch`: at a quantile, or drawn for each launch.
    pub(crate) fn draw(&self, how: Draw, launch: u64) -> (i64, i64) {
        let (first, second) = match how {
            Draw::Quantile(quantile) => (quantile, quantile),
            Draw::Seed(seed) => (rng::unit(seed, launch * 2), rng::unit(seed, launch * 2 + 1)),
        };
        (self.in_service.at(first).round().max(0.0) as i64, self.ready.at(second).round().max(0.0) as i64)
    }
}

/// Which of the possible durations a launch takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Draw {
    /// Each the same quantile.
    Quantile(f64),
    /// Each its own, from a seed.
    Seed(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_goes_through_its_quantiles_and_not_beyond() {
        let spread = Spread { p10: 10.0, p50: 20.0, p90: 60.0 };
        let at = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0].map(|quantile| spread.at(quantile).round());
        assert_eq!(at, [10.0, 10.0, 15.0, 20.0, 40.0, 60.0, 60.0]);
    }

    #[test]
    fn drawn_times_depend_on_the_launch_and_not_on_the_order() {
        let boot = Boot::ec2();
        let launches: Vec<_> = (0..50).map(|launch| boot.draw(Draw::Seed(9), launch)).collect();
        let backwards: Vec<_> = (0..50).rev().map(|launch| boot.draw(Draw::Seed(9), launch)).rev().collect();
        assert_eq!(launches, backwards);
        assert!(launches.iter().any(|times| *times != launches[0]));
    }
}
