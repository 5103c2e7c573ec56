//! A host as JSON: what `infra metrics fit` writes and the other commands read.

use serde::{Deserialize, Serialize};

use super::{Capacity, LatencyCurve, Line};
use crate::Error;

/// The form of a fitted host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// Percent of an idle host.
    pub idle: f64,
    /// Percent more for each thousand requests a minute.
    pub percent_per_1000: f64,
    /// The same two at the low and the high end of the interval.
    #[serde(default)]
    pub interval: Option<[(f64, f64); 2]>,
    /// Percent at which a host serves no more.
    pub saturation: f64,
    /// Percent of a host that does not serve yet.
    #[serde(default = "booting")]
    pub booting: f64,
    /// How answers slow down: seconds when idle, k and m.
    #[serde(default)]
    pub latency: Option<(f64, f64, f64)>,
    /// The most requests a minute that were measured.
    #[serde(default)]
    pub seen: Option<f64>,
    /// Percent of its memory that is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<f64>,
    /// The price of an hour, and of a processor's hour of surplus credits.
    #[serde(default = "prices")]
    pub prices: (f64, f64),
}

fn booting() -> f64 {
    5.0
}

fn prices() -> (f64, f64) {
    (1.0, 0.0)
}

impl Stored {
    /// The form of a host.
    pub fn of(capacity: &Capacity) -> Stored {
        let line = |line: Line| (line.intercept, line.slope * 1000.0);
        Stored {
            idle: capacity.line.intercept,
            percent_per_1000: capacity.line.slope * 1000.0,
            interval: capacity.interval.map(|(low, high)| [line(low), line(high)]),
            saturation: capacity.saturation,
            booting: capacity.boot_cpu,
            latency: capacity.latency.map(|curve| (curve.base, curve.k, curve.m)),
            seen: capacity.seen,
            memory: capacity.memory,
            prices: (capacity.price, capacity.surplus_price),
        }
    }

    /// The host.
    ///
    /// # Errors
    /// Where the line is none that a host can have.
    pub fn capacity(&self) -> Result<Capacity, Error> {
        let line = |(idle, percent): (f64, f64)| Capacity::linear(idle, percent, 1000.0).map(|capacity| capacity.line);
        let mut capacity = Capacity::linear(self.idle, self.percent_per_1000, 1000.0)?;
        capacity.interval = match self.interval {
            Some([low, high]) => Some((line(low)?, line(high)?)),
            None => None,
        };
        capacity.saturation = self.saturation;
        capacity.boot_cpu = self.booting;
        capacity.latency = self.latency.map(|(base, k, m)| LatencyCurve { base, k, m });
        capacity.seen = self.seen;
        capacity.memory = self.memory;
        (capacity.price, capacity.surplus_price) = self.prices;
        Ok(capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_the_same_after_it_was_written_and_read() {
        let mut capacity = Capacity::linear(1.0, 0.75, 1000.0).unwrap().with_latency(LatencyCurve::single(0.02)).priced(0.0104, 0.05);
        capacity.interval = Some((capacity.line, Line { intercept: 1.5, slope: 0.001 }));
        capacity.seen = Some(65_000.0);
        let text = serde_json::to_string(&Stored::of(&capacity)).unwrap();
        let read: Stored = serde_json::from_str(&text).unwrap();
        assert_eq!(Stored::of(&read.capacity().unwrap()), Stored::of(&capacity));
        assert!((read.capacity().unwrap().line.slope - capacity.line.slope).abs() < 1e-15);
        let wrong: Stored = serde_json::from_str(r#"{"idle": -6, "percent_per_1000": 0.9, "saturation": 100}"#).unwrap();
        assert!(wrong.capacity().is_err());
    }
}
