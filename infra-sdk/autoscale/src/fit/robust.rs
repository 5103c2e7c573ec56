//! Lines through points, some of which lie.

use crate::Line;

/// The middle value; the values are sorted by it.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let (middle, odd) = (values.len() / 2, values.len() % 2 == 1);
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if odd {
        return Some(upper);
    }
    let lower = below.iter().copied().max_by(f64::total_cmp)?;
    Some((lower + upper) / 2.0)
}

/// Theil and Sen's line: the median of the slopes of all pairs, and the median of what is left, which is less noisy than the
/// difference of medians. A line that would start below nothing goes through the origin instead.
pub(super) fn line(points: &[(f64, f64)]) -> Option<Line> {
    let mut slopes = Vec::with_capacity(points.len() * points.len().saturating_sub(1) / 2);
    for (index, (x, y)) in points.iter().enumerate() {
        slopes.extend(points[index + 1..].iter().filter(|other| other.0 != *x).map(|other| (other.1 - y) / (other.0 - x)));
    }
    let slope = median(&mut slopes)?;
    let intercept = median(&mut points.iter().map(|(x, y)| y - slope * x).collect::<Vec<_>>())?;
    if intercept >= 0.0 {
        return Some(Line { intercept, slope });
    }
    let slope = median(&mut points.iter().filter(|(x, _)| *x > 0.0).map(|(x, y)| y / x).collect::<Vec<_>>())?;
    Some(Line { intercept: 0.0, slope })
}

/// The line of least squares.
pub(super) fn least_squares(points: &[(f64, f64)]) -> Option<Line> {
    let count = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (x, y) = (x / count, y / count);
    let (both, spread) =
        points.iter().fold((0.0, 0.0), |(both, spread), point| (both + (point.0 - x) * (point.1 - y), spread + (point.0 - x).powi(2)));
    (spread > 0.0).then(|| Line { intercept: y - both / spread * x, slope: both / spread })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even_numbers() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut [7.0]), Some(7.0));
        assert_eq!(median(&mut []), None);
    }

    #[test]
    fn a_third_of_lies_does_not_move_the_line() {
        let lies = |x: i32| if x % 4 == 0 { 500.0 } else { 0.0 };
        let points: Vec<_> = (1..40).map(|x| (f64::from(x), 3.0 + 2.0 * f64::from(x) + lies(x))).collect();
        let robust = line(&points).unwrap();
        assert!((robust.slope - 2.0).abs() < 0.2 && (robust.intercept - 3.0).abs() < 3.0, "{robust:?}");
        assert!((least_squares(&points).unwrap().intercept - 3.0).abs() > 50.0);
    }

    #[test]
    fn a_line_that_would_start_below_nothing_goes_through_the_origin() {
        let points: Vec<_> = (1..40).map(|x| (f64::from(x), 2.0 * f64::from(x) - 6.0)).collect();
        let line = line(&points).unwrap();
        assert!(line.intercept == 0.0 && line.slope > 1.5 && line.slope < 2.0, "{line:?}");
    }
}
