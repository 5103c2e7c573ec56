//! How long answers take by how busy a host is.

/// The 95th percentile of answers: `base * (1 + k * rho^m / (1 - rho))`, where `rho` is the load as a share of saturation.
///
/// `m` of 1 is like one server; more is like several, which stay quick for longer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatencyCurve {
    /// Seconds of an idle host.
    pub base: f64,
    /// How steeply it rises.
    pub k: f64,
    /// How late it rises.
    pub m: f64,
}

impl LatencyCurve {
    /// Like one server whose 95th percentile is `base` seconds when idle.
    pub const fn single(base: f64) -> LatencyCurve {
        LatencyCurve { base, k: 1.0, m: 1.0 }
    }

    /// Seconds at a share of saturation, from 0; from 0.999 on as there, since waiting beyond is the backlog's.
    pub fn at(self, rho: f64) -> f64 {
        let rho = rho.clamp(0.0, 0.999);
        let power = if self.m == 1.0 { rho } else { rho.powf(self.m) };
        self.base * (1.0 + self.k * power / (1.0 - rho))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_m_of_one_it_is_an_m_m_1_queue() {
        // The 95th percentile of M/M/1 in service times is -ln(0.05)/(1 - rho).
        let idle = -(0.05_f64.ln());
        let curve = LatencyCurve::single(idle);
        for (rho, expected) in [(0.3, 4.3), (0.5, 6.0), (0.7, 10.0), (0.9, 30.0), (0.95, 59.9)] {
            assert!((curve.at(rho) - expected).abs() < 0.06, "{rho}: {}", curve.at(rho));
        }
        assert!(curve.at(2.0).is_finite());
        assert!(LatencyCurve { m: 3.0, ..curve }.at(0.5) < curve.at(0.5));
    }
}
