//! Answer times by processor load: the curve and the load at which a host saturates.

use super::robust::least_squares;
use crate::LatencyCurve;

/// The curve and the saturation, in percent, that fit points of load and seconds best; `None` where there are too few, or answers
/// do not become slower.
///
/// For each saturation and each `m` the curve is a straight line in `rho^m / (1 - rho)`, so these two are tried and the rest solved.
/// Errors are relative, since slow answers vary more.
pub(super) fn fitted(points: &[(f64, f64)]) -> Option<(LatencyCurve, f64)> {
    let most = points.iter().map(|point| point.0).fold(0.0, f64::max);
    if points.len() < 10 || most <= 0.0 {
        return None;
    }
    let mut best: Option<(f64, LatencyCurve, f64)> = None;
    let first = (most * 1.02).min(100.0);
    for step in 0..=30 {
        let saturation = first + (100.0 - first) * f64::from(step) / 30.0;
        for m in [1.0, 1.5, 2.0, 3.0, 4.0, 6.0] {
            let rise = |cpu: f64| {
                let rho = (cpu / saturation).clamp(0.0, 0.999);
                rho.powf(m) / (1.0 - rho)
            };
            let straight: Vec<_> = points.iter().map(|(cpu, seconds)| (rise(*cpu), *seconds)).collect();
            let Some(line) = least_squares(&straight).filter(|line| line.intercept > 0.0 && line.slope > 0.0) else { continue };
            let curve = LatencyCurve { base: line.intercept, k: line.slope / line.intercept, m };
            let error: f64 = points.iter().map(|(cpu, seconds)| (curve.at(cpu / saturation) / seconds.max(1e-6)).ln().powi(2)).sum();
            if best.is_none_or(|(least, ..)| error < least) {
                best = Some((error, curve, saturation));
            }
        }
    }
    best.map(|(_, curve, saturation)| (curve, saturation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_found_again() {
        let truth = LatencyCurve { base: 0.02, k: 1.0, m: 2.0 };
        let points: Vec<_> = (1..48).map(|cpu| (f64::from(cpu), truth.at(f64::from(cpu) / 50.0))).collect();
        let (curve, saturation) = fitted(&points).unwrap();
        assert!((saturation - 50.0).abs() < 2.0, "{saturation}");
        for cpu in [10.0, 30.0, 45.0] {
            let (found, truth) = (curve.at(cpu / saturation), truth.at(cpu / 50.0));
            assert!((found / truth - 1.0).abs() < 0.1, "{cpu}: {found} {truth}");
        }
    }

    #[test]
    fn answers_that_do_not_become_slower_have_no_curve() {
        assert_eq!(fitted(&(1..40).map(|cpu| (f64::from(cpu), 0.1 - f64::from(cpu) * 1e-3)).collect::<Vec<_>>()), None);
    }
}
