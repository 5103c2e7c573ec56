//! The exact front of cost against violation: what nothing else beats in both.

/// The indices of points (cost, violation) that no other beats, the cheapest first. Of equal ones the first stays.
pub(super) fn front(points: &[(f64, f64)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|a, b| points[*a].0.total_cmp(&points[*b].0).then(points[*a].1.total_cmp(&points[*b].1)).then(a.cmp(b)));
    let mut least = f64::INFINITY;
    order.retain(|index| {
        let better = points[*index].1 < least;
        least = least.min(points[*index].1);
        better
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;

    #[test]
    fn the_front_is_what_no_other_point_beats() {
        for seed in 0..20 {
            let points: Vec<(f64, f64)> = (0..200)
                .map(|index| ((rng::unit(seed, index * 2) * 20.0).floor(), (rng::unit(seed, index * 2 + 1) * 20.0).floor()))
                .collect();
            let beats = |a: (f64, f64), b: (f64, f64)| a.0 <= b.0 && a.1 <= b.1 && a != b;
            let front = front(&points);
            for (index, point) in points.iter().enumerate() {
                let beaten = points.iter().any(|other| beats(*other, *point));
                let equal = front.iter().any(|kept| points[*kept] == *point);
                assert_eq!(!beaten, equal, "{index} {point:?}");
            }
            assert!(front.windows(2).all(|pair| points[pair[0]].0 < points[pair[1]].0 && points[pair[0]].1 > points[pair[1]].1));
        }
    }
}
