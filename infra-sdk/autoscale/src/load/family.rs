//! Families of loads: the same day, stronger or weaker, sooner or later, with or without a spike.

use super::Load;
use crate::rng;

/// Loads that differ from one another, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Family {
    /// The loads.
    pub loads: Vec<(String, Load)>,
}

impl Family {
    /// A load so many times as strong, each.
    pub fn scaled(load: &Load, factors: impl IntoIterator<Item = f64>) -> Family {
        Family { loads: factors.into_iter().map(|factor| (format!("{factor} times the load"), load.clone().scaled(factor))).collect() }
    }

    /// A load in so many times the time, each.
    pub fn stretched(load: &Load, factors: impl IntoIterator<Item = f64>) -> Family {
        Family {
            loads: factors.into_iter().map(|factor| (format!("in {factor} times the time"), load.clone().stretched(factor))).collect(),
        }
    }

    /// Ramps from nothing to `peak` in each of the times, then held.
    pub fn ramps(peak: f64, seconds: impl IntoIterator<Item = i64>, hold: i64) -> Family {
        Family {
            loads: seconds.into_iter().map(|ramp| (format!("to {peak} in {ramp} s"), Load::ramp(0.0, peak, ramp).hold(hold))).collect(),
        }
    }

    /// `count` loads of `length` seconds that wander between `low` and `high`, a new height every `every` seconds; the same for the
    /// same seed.
    pub fn wandering(seed: u64, count: usize, (low, high): (f64, f64), every: i64, length: i64) -> Family {
        let height = |load: usize, step: i64| low + (high - low) * rng::unit(rng::bits(seed, load as u64), step as u64);
        let one = |index: usize| {
            let steps = (length / every.max(1)).max(1);
            (1..=steps).fold(Load::from(height(index, 0)), |load, step| load.then(height(index, step), every.max(1)))
        };
        Family { loads: (0..count).map(|index| (format!("wandering {index}"), one(index))).collect() }
    }

    /// Both families.
    #[must_use]
    pub fn and(mut self, other: Family) -> Family {
        self.loads.extend(other.loads);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_the_same_for_the_same_seed_and_stays_in_its_range() {
        let one = Family::wandering(1, 3, (10.0, 50.0), 300, 3600);
        assert_eq!(one, Family::wandering(1, 3, (10.0, 50.0), 300, 3600));
        assert_ne!(one, Family::wandering(2, 3, (10.0, 50.0), 300, 3600));
        assert!(one.loads.iter().all(|(_, load)| load.length() == 3600 && load.peak() <= 50.0 && load.at(100) >= 10.0));
        assert_eq!(Family::scaled(&one.loads[0].1, [0.8, 1.25]).and(one).loads.len(), 5);
    }
}
