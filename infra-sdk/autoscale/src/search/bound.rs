//! How many scenarios a promise needs, and scenarios drawn from what is unknown.

use crate::{Scenario, Unknowns, rng};

/// Drawn scenarios that must all hold so that, but for a chance of `beta`, at most a share `epsilon` of all that may come breaks a
/// choice of `levers` numbers: Calafiore and Campi's scenario bound, `2/epsilon * (ln(1/beta) + levers)`.
pub fn scenarios_needed(epsilon: f64, beta: f64, levers: usize) -> usize {
    (2.0 / epsilon * ((1.0 / beta).ln() + levers as f64)).ceil() as usize
}

impl Unknowns {
    /// Scenarios drawn evenly from between the least and the greatest value of each axis; each launch takes its own time. The same
    /// for the same seed.
    pub fn drawn(&self, count: usize, seed: u64) -> Vec<Scenario> {
        let within = |values: &[f64], draw: f64| {
            let (low, high) =
                values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
            if low <= high { low + (high - low) * draw } else { 0.0 }
        };
        let whole = |values: &[i64]| values.iter().map(|value| *value as f64).collect::<Vec<_>>();
        let (phases, delays) = (whole(&self.phases), whole(&self.delays));
        (0..count as u64)
            .map(|index| {
                let of = |axis: u64| rng::unit(rng::bits(seed, axis), index);
                // Phases go round: from the last to the first is unknown too.
                let phase = if self.phases.len() > 1 { of(0) * 300.0 } else { within(&phases, 0.0) };
                let varies = self.boots.len() > 1 || !self.seeds.is_empty();
                Scenario {
                    phase: phase as i64,
                    delay: within(&delays, of(1)).round() as i64,
                    boot: self.boots.first().copied().filter(|_| !varies).unwrap_or(0.5),
                    seed: varies.then(|| rng::bits(seed, 1000 + index)),
                    fit: within(&self.fits, of(3)),
                    load: within(&self.loads, of(4)),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_713_for_five_percent_one_in_a_million_and_four_levers() {
        assert_eq!(scenarios_needed(0.05, 1e-6, 4), 713);
        assert!(scenarios_needed(0.01, 1e-6, 4) > 3500);
    }

    #[test]
    fn drawn_scenarios_stay_in_their_ranges_and_are_the_same_again() {
        let unknowns = Unknowns::all();
        let drawn = unknowns.drawn(713, 5);
        assert_eq!(drawn, unknowns.drawn(713, 5));
        assert!(drawn.iter().all(|scenario| (0..300).contains(&scenario.phase)
            && (60..=120).contains(&scenario.delay)
            && (0.8..=1.25).contains(&scenario.load)
            && (-1.0..=1.0).contains(&scenario.fit)));
        let mean = drawn.iter().map(|scenario| scenario.load).sum::<f64>() / 713.0;
        assert!((mean - 1.025).abs() < 0.02, "{mean}");
        let nominal = Unknowns::none().drawn(3, 1);
        assert!(nominal.iter().all(|scenario| *scenario == Scenario::NOMINAL), "{nominal:?}");
    }
}
