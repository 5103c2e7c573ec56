//! The knee: from where on a host is busier, or answers later, than a straight line says.

use super::robust::least_squares;

/// Fewest points on each side of a knee.
const SIDE: usize = 6;

/// The requests at which two lines, joined there, fit clearly better than one, the second being the steeper.
pub(super) fn of_slope(points: &[(f64, f64)]) -> Option<f64> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    if sorted.len() < 2 * SIDE {
        return None;
    }
    // Single spikes are no knee: errors beyond a few percent count as those.
    let error = |points: &[(f64, f64)]| {
        let line = least_squares(points)?;
        Some((points.iter().map(|(x, y)| (y - line.at(*x)).abs().min(4.0)).sum::<f64>(), line))
    };
    let (whole, _) = error(&sorted)?;
    let mut best: Option<(f64, f64)> = None;
    for split in SIDE..=sorted.len() - SIDE {
        let (Some((left, low)), Some((right, high))) = (error(&sorted[..split]), error(&sorted[split..])) else { continue };
        let steeper = high.slope > 1.3 * low.slope;
        if steeper && left + right < 0.8 * whole && best.is_none_or(|(least, _)| left + right < least) {
            best = Some((left + right, sorted[split - 1].0));
        }
    }
    best.map(|(_, knee)| knee)
}

/// The requests above which answers take more than twice as long as those of the quieter half.
pub(super) fn of_latency(points: &[(f64, f64)]) -> Option<f64> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    if sorted.len() < 2 * SIDE {
        return None;
    }
    let usual = super::robust::median(&mut sorted[..sorted.len() / 3].iter().map(|point| point.1).collect::<Vec<_>>())?;
    // From the knee on most answers are slow; one slow minute below it is not the knee.
    let slow = |from: usize| sorted[from..].iter().filter(|(_, latency)| *latency > 2.0 * usual).count();
    let index = (SIDE..sorted.len()).find(|index| sorted[*index].1 > 2.0 * usual && slow(*index) * 10 >= (sorted.len() - index) * 8)?;
    Some(sorted[index - 1].0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_has_no_knee_and_a_bent_one_has() {
        let points = |bend: f64| -> Vec<(f64, f64)> {
            (0..50).map(|x| (f64::from(x), f64::from(x) + if x > 30 { bend * f64::from(x - 30) } else { 0.0 })).collect()
        };
        assert_eq!(of_slope(&points(0.0)), None);
        let knee = of_slope(&points(1.5)).unwrap();
        assert!((28.0..=33.0).contains(&knee), "{knee}");
        // A line that becomes flatter is saturation, not a knee.
        assert_eq!(of_slope(&points(-0.8)), None);
    }

    #[test]
    fn answers_that_become_slow_are_a_knee_and_one_slow_minute_is_none() {
        let points = |slow: &dyn Fn(i32) -> bool| (0..40).map(|x| (f64::from(x), if slow(x) { 0.2 } else { 0.03 })).collect::<Vec<_>>();
        assert_eq!(of_latency(&points(&|x| x >= 25)), Some(24.0));
        assert_eq!(of_latency(&points(&|x| x == 20)), None);
    }
}
