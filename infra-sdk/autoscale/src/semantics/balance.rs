//! Zones: a host is launched where there are fewest and taken from where there are most.

/// The zone that gets the next host: the first with fewest, among those that can give one.
pub(crate) fn launch(counts: &[u32], can: impl Fn(usize) -> bool) -> Option<usize> {
    (0..counts.len()).filter(|zone| can(*zone)).min_by_key(|zone| counts[*zone])
}

/// The zone that loses the next host: the first with most.
pub(crate) fn terminate(counts: &[u32]) -> Option<usize> {
    (0..counts.len()).filter(|zone| counts[*zone] > 0).rev().max_by_key(|zone| counts[*zone])
}

/// The zones from and to which a host would be moved to balance them; `None` where they are balanced.
pub(crate) fn unbalanced(counts: &[u32], can: impl Fn(usize) -> bool) -> Option<(usize, usize)> {
    let (from, to) = (terminate(counts)?, launch(counts, can)?);
    (counts[from] > counts[to] + 1).then_some((from, to))
}

/// How many hosts beyond the greatest size a fleet may have while it is rebalanced: a tenth of it, or one.
pub(crate) fn margin(max: u32) -> u32 {
    (max / 10).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_come_where_there_are_fewest_and_go_where_there_are_most() {
        assert_eq!(launch(&[2, 1, 1], |_| true), Some(1));
        assert_eq!(launch(&[2, 1, 1], |zone| zone != 1), Some(2));
        assert_eq!(launch(&[1], |_| false), None);
        assert_eq!(terminate(&[1, 2, 2]), Some(1));
        assert_eq!(terminate(&[0, 0]), None);
    }

    #[test]
    fn zones_are_rebalanced_when_they_differ_by_more_than_one() {
        assert_eq!(unbalanced(&[4, 0], |_| true), Some((0, 1)));
        assert_eq!(unbalanced(&[2, 1], |_| true), None);
        assert_eq!(unbalanced(&[4, 0], |zone| zone == 0), None);
        assert_eq!((margin(5), margin(40)), (1, 4));
    }
}
