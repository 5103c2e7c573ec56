//! What an adjustment makes of a size.

use crate::model::{Adjustment, AdjustmentKind, Bounds};

/// The change in hosts that an adjustment means for `capacity` hosts, before any bounds.
///
/// Percentages are rounded as AWS says: what is between 0 and 1 becomes 1, and otherwise the fraction is cut off.
pub(crate) fn change(kind: AdjustmentKind, amount: i64, min_magnitude: i64, capacity: u32) -> i64 {
    match kind {
        AdjustmentKind::Change => amount,
        AdjustmentKind::Exact => amount - i64::from(capacity),
        AdjustmentKind::Percent => {
            let hundredths = amount * i64::from(capacity);
            let whole = if hundredths != 0 && hundredths.abs() < 100 { hundredths.signum() } else { hundredths / 100 };
            if amount != 0 && whole.abs() < min_magnitude { min_magnitude * amount.signum() } else { whole }
        }
    }
}

/// The size after an adjustment, within the bounds.
pub(crate) fn adjusted(adjustment: &Adjustment, capacity: u32, bounds: Bounds) -> u32 {
    let by = change(adjustment.kind, adjustment.amount, adjustment.min_magnitude, capacity);
    clip(i64::from(capacity) + by, bounds)
}

/// A size within the bounds.
pub(crate) fn clip(size: i64, bounds: Bounds) -> u32 {
    size.clamp(i64::from(bounds.min), i64::from(bounds.max)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_rounded_as_awss_list_says() {
        // 12.7 to 12, 0.67 to 1, -0.58 to -1, -6.67 to -6.
        let change = |percent, capacity| change(AdjustmentKind::Percent, percent, 0, capacity);
        assert_eq!([change(127, 10), change(67, 1), change(-58, 1), change(-667, 1)], [12, 1, -1, -6]);
        assert_eq!([change(0, 10), change(10, 0), change(100, 7)], [0, 0, 7]);
    }

    #[test]
    fn the_least_magnitude_holds_for_percentages_in_both_directions() {
        assert_eq!(change(AdjustmentKind::Percent, 25, 2, 4), 2);
        assert_eq!(change(AdjustmentKind::Percent, -25, 2, 4), -2);
        assert_eq!(change(AdjustmentKind::Percent, 50, 2, 10), 5);
        assert_eq!(change(AdjustmentKind::Change, 1, 2, 10), 1);
    }

    #[test]
    fn the_bounds_clip_every_kind() {
        let bounds = Bounds { min: 2, max: 8 };
        let exact = Adjustment { kind: AdjustmentKind::Exact, amount: 20, min_magnitude: 0 };
        assert_eq!(adjusted(&exact, 4, bounds), 8);
        assert_eq!(adjusted(&Adjustment::change(-5), 4, bounds), 2);
        assert_eq!(adjusted(&Adjustment::percent(50), 4, bounds), 6);
    }
}
