//! Which host goes, among those of the zone that has most.

use crate::model::Termination;

/// The one of `launched`, the candidates' launch times, that goes at `now`: by its index.
pub(crate) fn choose(how: Termination, launched: impl Iterator<Item = (usize, i64)>, now: i64) -> Option<usize> {
    // Hosts of one template differ only in age, so the default comes down to the billing hour and then to any: the oldest.
    let key = |at: i64| match how {
        Termination::Default | Termination::Oldest => at,
        Termination::Newest => -at,
        Termination::ClosestToHour => 3600 - (now - at).rem_euclid(3600),
    };
    launched.min_by_key(|(_, at)| key(*at)).map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_takes_another_host() {
        let launched = [(0, 0), (1, 1000), (2, 4000)];
        let chosen = |how| choose(how, launched.into_iter(), 4500).unwrap();
        assert_eq!(chosen(Termination::Default), 0);
        assert_eq!(chosen(Termination::Oldest), 0);
        assert_eq!(chosen(Termination::Newest), 2);
        // Ages of 4500, 3500 and 500 seconds: the second is 100 seconds from its next hour.
        assert_eq!(chosen(Termination::ClosestToHour), 1);
    }
}
