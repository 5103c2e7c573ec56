//! What nobody knows beforehand: when metrics come, how long launches take, how strong the load is. One run proves nothing.

use serde::Serialize;

/// One way that it may come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scenario {
    /// Seconds from the start of the load to the first full five minutes of the metrics' clock: 0 to 299.
    pub phase: i64,
    /// Seconds from the end of a minute until what its alarm calls acts.
    pub delay: i64,
    /// The quantile of launch times, from 0 to 1; or, where `seed` is given, each launch has its own.
    pub boot: f64,
    /// The seed of launch times.
    pub seed: Option<u64>,
    /// The place in the interval of the capacity model, from -1 to 1.
    pub fit: f64,
    /// How many times the load.
    pub load: f64,
}

impl Scenario {
    /// The middle of everything.
    pub const NOMINAL: Scenario = Scenario { phase: 0, delay: 60, boot: 0.5, seed: None, fit: 0.0, load: 1.0 };
}

impl std::fmt::Display for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "metrics {} s after the load, alarms {} s late, ", self.phase, self.delay)?;
        match self.seed {
            Some(seed) => write!(f, "launch times of seed {seed}")?,
            None => write!(f, "launch times at p{:.0}", self.boot * 100.0)?,
        }
        if self.fit != 0.0 {
            write!(f, ", hosts {} than measured", if self.fit > 0.0 { "weaker" } else { "stronger" })?;
        }
        if self.load != 1.0 {
            write!(f, ", {} times the load", self.load)?;
        }
        Ok(())
    }
}

/// The axes of what is unknown; scenarios are their product.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknowns {
    /// Phases of the metrics, in seconds.
    pub phases: Vec<i64>,
    /// Delays of alarms, in seconds.
    pub delays: Vec<i64>,
    /// Quantiles of launch times.
    pub boots: Vec<f64>,
    /// Seeds of launch times, instead of quantiles where there are any.
    pub seeds: Vec<u64>,
    /// Places in the interval of the capacity model.
    pub fits: Vec<f64>,
    /// Strengths of the load.
    pub loads: Vec<f64>,
}

impl Unknowns {
    /// All of them: five phases, alarms 60 to 120 s late (CloudWatch's delay is not documented; AirAware's figures fit 60 to 120),
    /// launch times at p10, p50 and p90, the fit's ends and middle, and 0.8 to 1.25 times the load.
    pub fn all() -> Unknowns {
        Unknowns {
            phases: vec![0, 60, 120, 180, 240],
            delays: vec![60, 90, 120],
            boots: vec![0.1, 0.5, 0.9],
            seeds: Vec::new(),
            fits: vec![-1.0, 0.0, 1.0],
            loads: vec![0.8, 1.0, 1.25],
        }
    }

    /// None: the middle of everything, once.
    pub fn none() -> Unknowns {
        let nominal = Scenario::NOMINAL;
        Unknowns {
            phases: vec![nominal.phase],
            delays: vec![nominal.delay],
            boots: vec![nominal.boot],
            seeds: Vec::new(),
            fits: vec![nominal.fit],
            loads: vec![nominal.load],
        }
    }

    /// All but the strength of the load, which is as given.
    pub fn of_the_cloud() -> Unknowns {
        Unknowns { loads: vec![1.0], ..Unknowns::all() }
    }

    /// The same with other phases.
    #[must_use]
    pub fn phases(self, phases: impl IntoIterator<Item = i64>) -> Unknowns {
        Unknowns { phases: phases.into_iter().collect(), ..self }
    }

    /// The same with other delays.
    #[must_use]
    pub fn delays(self, delays: impl IntoIterator<Item = i64>) -> Unknowns {
        Unknowns { delays: delays.into_iter().collect(), ..self }
    }

    /// The same with other quantiles of launch times.
    #[must_use]
    pub fn boots(self, boots: impl IntoIterator<Item = f64>) -> Unknowns {
        Unknowns { boots: boots.into_iter().collect(), ..self }
    }

    /// The same with launch times drawn for each launch, once for each seed.
    #[must_use]
    pub fn seeds(self, seeds: impl IntoIterator<Item = u64>) -> Unknowns {
        Unknowns { seeds: seeds.into_iter().collect(), ..self }
    }

    /// The same with other strengths of the load.
    #[must_use]
    pub fn loads(self, loads: impl IntoIterator<Item = f64>) -> Unknowns {
        Unknowns { loads: loads.into_iter().collect(), ..self }
    }

    /// The same without the fit's ends, for a model that has no interval.
    #[must_use]
    pub(crate) fn without_fits(self) -> Unknowns {
        Unknowns { fits: vec![0.0], ..self }
    }

    fn launches(&self) -> usize {
        if self.seeds.is_empty() { self.boots.len() } else { self.seeds.len() }
    }

    /// How many scenarios there are.
    pub fn len(&self) -> usize {
        self.phases.len() * self.delays.len() * self.launches() * self.fits.len() * self.loads.len()
    }

    /// Whether there is none, since an axis has no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The scenario of an index below [`len`](Unknowns::len): the load changes fastest, the fit slowest.
    pub fn scenario(&self, index: usize) -> Scenario {
        let mut rest = index;
        let mut digit = |base: usize| {
            let digit = rest % base;
            rest /= base;
            digit
        };
        let load = self.loads[digit(self.loads.len())];
        let phase = self.phases[digit(self.phases.len())];
        let delay = self.delays[digit(self.delays.len())];
        let launch = digit(self.launches());
        let fit = self.fits[digit(self.fits.len())];
        let seed = self.seeds.get(launch).copied();
        let boot = if seed.is_some() { 0.5 } else { self.boots[launch] };
        Scenario { phase, delay, boot, seed, fit, load }
    }

    /// All scenarios, by their index.
    pub fn scenarios(&self) -> impl Iterator<Item = Scenario> + '_ {
        (0..self.len()).map(|index| self.scenario(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_the_product_of_the_axes_each_once() {
        let unknowns = Unknowns::all();
        let all: Vec<_> = unknowns.scenarios().collect();
        assert_eq!(all.len(), 5 * 3 * 3 * 3 * 3);
        assert!((0..all.len()).all(|index| !all[..index].contains(&all[index])));
        assert_eq!(Unknowns::none().scenarios().collect::<Vec<_>>(), [Scenario::NOMINAL]);
        assert!(Unknowns::none().phases([]).is_empty());
        assert_eq!(Unknowns::none().seeds(0..7).len(), 7);
    }
}
