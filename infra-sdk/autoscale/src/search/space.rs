//! Where a search looks: the values of each lever, and the fleets of their product.

use serde::Serialize;

use super::lever::{Lever, growing};
use crate::model::{Fleet, Metric, Rule};

/// The values of a lever, in order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// The lever.
    pub lever: Lever,
    /// Its values.
    pub values: Vec<f64>,
}

/// The values of all levers; a setting has one of each axis, by its index.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Space {
    /// The axes.
    pub axes: Vec<Axis>,
}

/// One value of each axis, by its index.
pub type Setting = Vec<u16>;

impl Space {
    /// What is worth trying for a fleet: least sizes, thresholds, growth, pauses, periods and monitoring of simple policies; steps
    /// and warm-ups of step policies; targets and warm-ups of target tracking.
    pub fn of(fleet: &Fleet) -> Space {
        let whole = |from: i64, to: i64, by: usize| (from..=to).step_by(by).map(|value| value as f64).collect::<Vec<_>>();
        let mut axes = Vec::new();
        let mut axis = |lever: Lever, values: Vec<f64>| {
            if lever.of(fleet).is_some() && !values.is_empty() {
                axes.push(Axis { lever, values });
            }
        };
        let max = i64::from(fleet.bounds.max);
        axis(Lever::MinSize, whole(1, max.min(5.max(i64::from(fleet.bounds.min) + 2)), 1));
        let percent = growing(fleet).all(|alarm| fleet.alarms[alarm].metric == Metric::Cpu);
        axis(
            Lever::Threshold,
            match Lever::Threshold.of(fleet) {
                Some(now) if !percent => (2..=15).map(|tenth| now * f64::from(tenth) / 10.0).collect(),
                _ => whole(11, 45, 1),
            },
        );
        axis(Lever::Increment, whole(1, max.min(10), 1));
        let steps = fleet.policies.iter().map(|policy| if let Rule::Step { steps, .. } = &policy.rule { steps.len() } else { 0 });
        for step in 0..steps.max().unwrap_or(0) {
            axis(
                Lever::Step(step),
                match Lever::Step(step).of(fleet) {
                    // Percent of the fleet.
                    Some(now) if now > 10.0 => whole(5, 100, 5),
                    _ => whole(1, 10, 1),
                },
            );
        }
        axis(Lever::Cooldown, vec![0.0, 60.0, 120.0, 180.0, 240.0, 300.0, 360.0, 480.0]);
        axis(Lever::Period, vec![60.0, 300.0]);
        axis(Lever::Detailed, vec![0.0, 1.0]);
        axis(
            Lever::Target,
            match Lever::Target.of(fleet) {
                Some(now) if now > 100.0 => (2..=15).map(|tenth| now * f64::from(tenth) / 10.0).collect(),
                _ => whole(10, 80, 2),
            },
        );
        axis(Lever::WarmUp, whole(0, 300, 60));
        Space { axes }
    }

    /// Nothing yet.
    pub fn empty() -> Space {
        Space { axes: Vec::new() }
    }

    /// The same with these values of a lever.
    #[must_use]
    pub fn with(mut self, lever: Lever, values: impl IntoIterator<Item = f64>) -> Space {
        let values: Vec<f64> = values.into_iter().take(usize::from(u16::MAX)).collect();
        match self.axes.iter_mut().find(|axis| axis.lever == lever) {
            Some(axis) => axis.values = values,
            None => self.axes.push(Axis { lever, values }),
        }
        self
    }

    /// The same, where a lever stays as it is.
    #[must_use]
    pub fn without(mut self, lever: Lever) -> Space {
        self.axes.retain(|axis| axis.lever != lever);
        self
    }

    /// How many settings there are.
    pub fn len(&self) -> usize {
        self.axes.iter().fold(1_usize, |product, axis| product.saturating_mul(axis.values.len()))
    }

    /// Whether there is none, since an axis has no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The setting of an index: the last axis changes fastest.
    pub fn setting(&self, index: usize) -> Setting {
        let mut rest = index;
        let mut setting: Setting = vec![0; self.axes.len()];
        for (place, axis) in setting.iter_mut().zip(&self.axes).rev() {
            *place = (rest % axis.values.len()) as u16;
            rest /= axis.values.len();
        }
        setting
    }

    /// The levers of a setting with their values.
    pub fn values(&self, setting: &[u16]) -> Vec<(Lever, f64)> {
        self.axes.iter().zip(setting).map(|(axis, index)| (axis.lever, axis.values[usize::from(*index)])).collect()
    }

    /// The fleet with a setting.
    pub fn fleet(&self, base: &Fleet, setting: &[u16]) -> Fleet {
        let mut fleet = base.clone();
        // A threshold moves what shrinks as well, so a lower threshold of its own comes last.
        let (last, first): (Vec<_>, Vec<_>) = self.values(setting).into_iter().partition(|(lever, _)| *lever == Lever::LowerThreshold);
        for (lever, value) in first.into_iter().chain(last) {
            lever.turn(&mut fleet, value);
        }
        fleet
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Beanstalk;

    #[test]
    fn the_space_of_two_simple_policies_is_56_000_settings_each_once() {
        let fleet = Beanstalk { max: 40, ..Beanstalk::cpu(25.0, 10.0, 1) }.fleet("web");
        let space = Space::of(&fleet);
        assert_eq!(space.len(), 5 * 10 * 35 * 8 * 2 * 2);
        let some: std::collections::BTreeSet<_> = (0..space.len()).map(|index| space.setting(index)).collect();
        assert_eq!(some.len(), space.len());
    }

    #[test]
    fn a_setting_is_in_its_fleet() {
        let fleet = Beanstalk { max: 40, ..Beanstalk::cpu(25.0, 10.0, 1) }.fleet("web");
        let space = Space::of(&fleet);
        for index in [0, 7, 1234, 55_999] {
            let setting = space.setting(index);
            let turned = space.fleet(&fleet, &setting);
            for (lever, value) in space.values(&setting) {
                assert_eq!(lever.of(&turned), Some(value), "{lever}");
            }
            assert!(turned.check().is_ok());
        }
        // What shrinks stays away from what grows.
        let low = space.fleet(&fleet, &Space::empty().with(Lever::Threshold, [12.0]).setting(0)[..0]);
        assert_eq!(Lever::LowerThreshold.of(&low), Some(10.0));
        let low = Space::empty().with(Lever::Threshold, [12.0]).fleet(&fleet, &[0]);
        assert_eq!(Lever::LowerThreshold.of(&low), Some(6.0));
    }
}
