//! Spaces that are too large to go through: a Latin hypercube, successive halving, and descent along the axes.

use std::collections::BTreeMap;

use super::evaluate::{Evaluate, Seen};
use super::score::Score;
use super::{Setting, Space};
use crate::rng;

/// Settings from which the descent begins.
const STARTS: usize = 8;

impl Evaluate {
    /// Half of what may be run goes into the sample, the rest into the descent.
    pub(super) fn sampled(&self, budget: usize, seed: u64) -> Seen {
        let scenarios = self.scenarios.len();
        let rounds = scenarios.ilog2();
        // Each round runs half as many settings over twice as many scenarios, so that all rounds cost the same.
        let count = (budget / 2 / (rounds as usize + 1)).clamp(16, 20_000).min(self.space.len());
        let (mut kept, rejected) = self.sieved(hypercube(&self.space, count, seed));
        let mut size = (scenarios >> rounds).max(1);
        while kept.len() > STARTS && size < scenarios {
            let scores = self.all("halving the sample", &kept, &self.hardest[..size]);
            let order = self.order(&scores);
            kept = order[..(kept.len() / 2).max(STARTS)].iter().map(|index| kept[*index].clone()).collect();
            size = (size * 2).min(scenarios);
        }
        // Settings that the sieve took in full leave nothing to begin from, so the middle of the space stands for them.
        if kept.is_empty() {
            kept.push(self.space.axes.iter().map(|axis| (axis.values.len() / 2) as u16).collect());
        }
        let scores = self.all("running the best of the sample", &kept, &self.scenarios);
        let order = self.order(&scores);
        let mut seen: BTreeMap<Setting, Score> = BTreeMap::new();
        let starts: Vec<Setting> = order.iter().take(STARTS).map(|index| kept[*index].clone()).collect();
        seen.extend(kept.into_iter().zip(scores));
        for start in starts {
            self.descend(start, &mut seen, budget / scenarios.max(1));
        }
        Seen { settings: seen.into_iter().collect(), rejected }
    }

    /// Along each axis to the best value, again and again until none is better.
    fn descend(&self, start: Setting, seen: &mut BTreeMap<Setting, Score>, most: usize) {
        let mut at = start;
        loop {
            let before = at.clone();
            for axis in 0..self.space.axes.len() {
                let line: Vec<Setting> = (0..self.space.axes[axis].values.len() as u16).map(|index| with(&at, axis, index)).collect();
                let new: Vec<Setting> = line.iter().filter(|setting| !seen.contains_key(*setting)).cloned().collect();
                if seen.len() + new.len() > most.max(STARTS * 2) {
                    return;
                }
                let scores = self.all("going along each lever", &new, &self.scenarios);
                seen.extend(new.into_iter().zip(scores));
                let scores: Vec<Score> = line.iter().map(|setting| seen.get(setting).copied().unwrap_or_default()).collect();
                if let Some(best) = self.order(&scores).first()
                    && self.better(&scores[*best], seen.get(&at).unwrap_or(&scores[*best]))
                {
                    at = line[*best].clone();
                }
            }
            if at == before {
                return;
            }
        }
    }

    fn better(&self, one: &Score, other: &Score) -> bool {
        let (one, other) = (self.rank(one), self.rank(other));
        one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)).is_lt()
    }

    /// What is better is less: what breaks no more than it may by its cost, and the rest by how it breaks.
    pub(super) fn rank(&self, score: &Score) -> (f64, f64) {
        let breaks = if score.broken <= self.allowed() { 0.0 } else { 1e-6 + score.violation + score.broken as f64 * 1e-3 };
        (breaks, score.cost)
    }

    /// The indices of scores, the best first; of equal ones the first.
    fn order(&self, scores: &[Score]) -> Vec<usize> {
        let ranks: Vec<(f64, f64)> = scores.iter().map(|score| self.rank(score)).collect();
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|a, b| ranks[*a].0.total_cmp(&ranks[*b].0).then(ranks[*a].1.total_cmp(&ranks[*b].1)).then(a.cmp(b)));
        order
    }
}

fn with(setting: &[u16], axis: usize, index: u16) -> Setting {
    let mut setting = setting.to_vec();
    setting[axis] = index;
    setting
}

/// Settings of which each axis has all of its values equally often, in an order of its own.
pub(super) fn hypercube(space: &Space, count: usize, seed: u64) -> Vec<Setting> {
    let mut settings = vec![Setting::with_capacity(space.axes.len()); count];
    for (axis, of) in space.axes.iter().enumerate() {
        let seed = rng::bits(seed, axis as u64);
        let mut strata: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            strata.swap(last, rng::below(seed, last as u64, last + 1));
        }
        for (setting, stratum) in settings.iter_mut().zip(strata) {
            setting.push((stratum * of.values.len() / count) as u16);
        }
    }
    settings.sort();
    settings.dedup();
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Lever;

    #[test]
    fn a_hypercube_has_each_value_of_each_axis_equally_often() {
        let space = Space::empty().with(Lever::MinSize, (0..7).map(f64::from)).with(Lever::Threshold, (0..100).map(f64::from));
        let settings = hypercube(&space, 700, 3);
        assert!(settings.len() > 400);
        let settings = hypercube(&space, 100, 3);
        assert_eq!(settings.len(), 100);
        for value in 0..100 {
            assert_eq!(settings.iter().filter(|setting| setting[1] == value).count(), 1);
        }
        assert!((0..7).all(|value| (14..=15).contains(&settings.iter().filter(|setting| setting[0] == value).count())));
        assert_eq!(settings, hypercube(&space, 100, 3));
    }
}
