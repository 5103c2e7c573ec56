//! Simple scaling: one adjustment, and nothing more until what it began is complete and the pause after that is over.

use crate::model::{Adjustment, Bounds};
use crate::semantics::{adjust, cooldown::Pause};

/// The size that a simple policy asks for; `None` while a pause lasts, or where nothing would change.
pub(crate) fn target(adjustment: &Adjustment, capacity: u32, bounds: Bounds, pause: &Pause, now: i64) -> Option<u32> {
    if pause.lasts(now) {
        return None;
    }
    let target = adjust::adjusted(adjustment, capacity, bounds);
    (target != capacity).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_call_does_nothing_until_the_last_host_is_in_service_and_the_pause_is_over() {
        let bounds = Bounds { min: 1, max: 9 };
        let mut pause = Pause::default();
        let up = Adjustment::change(2);
        assert_eq!(target(&up, 1, bounds, &pause, 0), Some(3));
        // Two hosts, the slower of which is in service at 90.
        pause.begin(90, 360);
        assert_eq!(target(&up, 3, bounds, &pause, 60), None);
        assert_eq!(target(&up, 3, bounds, &pause, 449), None);
        assert_eq!(target(&up, 3, bounds, &pause, 450), Some(5));
        assert_eq!(target(&up, 9, bounds, &pause, 500), None);
    }
}
