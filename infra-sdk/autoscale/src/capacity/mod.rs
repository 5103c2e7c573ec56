//! What a host can do: processor load by requests, what happens beyond, how long answers take, and burst credits.

mod burst;
mod latency;
mod stored;

pub use burst::Burst;
pub use latency::LatencyCurve;
pub use stored::Stored;

use crate::Error;

/// A straight line from requests to processor load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Percent without any request.
    pub intercept: f64,
    /// Percent for each request a minute.
    pub slope: f64,
}

impl Line {
    /// Percent at so many requests a minute; not limited.
    pub fn at(self, rpm: f64) -> f64 {
        self.intercept + self.slope * rpm
    }
}

/// What a host can do.
#[derive(Clone, Debug, PartialEq)]
pub struct Capacity {
    /// Processor load by requests a minute to one host, up to saturation.
    pub line: Line,
    /// The same at the low and high ends of what the measurements allow.
    pub interval: Option<(Line, Line)>,
    /// Percent of processor load at which a host serves no more. Default: 100; a program of one thread on two processors: 50.
    pub saturation: f64,
    /// Percent of processor load of a host that is in service and does not serve yet. Default: 5.
    pub boot_cpu: f64,
    /// How long answers take.
    pub latency: Option<LatencyCurve>,
    /// The most requests a minute that a host was measured under.
    pub seen: Option<f64>,
    /// How far beyond `seen` answers are given. Default: 1.2 times.
    pub reach: f64,
    /// Burst credits of the hosts' type.
    pub burst: Option<Burst>,
    /// Percent of a host's memory that is in use, whatever the load. Without it nothing is known of memory, and policies that
    /// follow it are left out.
    pub memory: Option<f64>,
    /// Bytes that a request brings. Default: 1000.
    pub bytes_in: f64,
    /// Bytes that an answer takes. Default: 10,000.
    pub bytes_out: f64,
    /// What a host costs an hour, in any currency. Default: 1, so that costs are host-hours.
    pub price: f64,
    /// What a processor's hour of surplus credits costs, in the same currency. Default: 0.
    pub surplus_price: f64,
}

impl Capacity {
    /// A host that is busy to `idle` percent without requests and to `percent` more for each `per` requests a minute.
    ///
    /// # Errors
    /// Where a host would be less than idle without requests, or not busier with them.
    pub fn linear(idle: f64, percent: f64, per: f64) -> Result<Capacity, Error> {
        let slope = percent / per;
        if !(0.0..100.0).contains(&idle) {
            let help = "a line that starts below 0 predicts less than nothing at low load; use 0";
            return Err(Error::setting("the load of an idle host", format!("{idle} % is not from 0 to 100"), help));
        }
        if !(slope > 0.0 && slope.is_finite()) {
            return Err(Error::setting("the load of a request", "more requests must mean more load", "give two positive numbers"));
        }
        Ok(Capacity::of(Line { intercept: idle, slope }))
    }

    /// The talk's host, whose line begins below nothing: for the talk's own rules only.
    pub fn of_the_talk() -> Capacity {
        Capacity::of(crate::Talk::LINE)
    }

    pub(crate) fn of(line: Line) -> Capacity {
        Capacity {
            line,
            interval: None,
            saturation: 100.0,
            boot_cpu: 5.0,
            latency: None,
            seen: None,
            reach: 1.2,
            burst: None,
            memory: None,
            bytes_in: 1000.0,
            bytes_out: 10_000.0,
            price: 1.0,
            surplus_price: 0.0,
        }
    }

    /// The same with another load, in percent, at which a host serves no more.
    #[must_use]
    pub fn saturating_at(mut self, percent: f64) -> Capacity {
        self.saturation = percent;
        self
    }

    /// The same with another load, in percent, of a host that does not serve yet.
    #[must_use]
    pub fn booting_at(mut self, percent: f64) -> Capacity {
        self.boot_cpu = percent;
        self
    }

    /// The same with answer times.
    #[must_use]
    pub fn with_latency(mut self, curve: LatencyCurve) -> Capacity {
        self.latency = Some(curve);
        self
    }

    /// The same with what of its memory is in use, in percent.
    #[must_use]
    pub fn with_memory(mut self, percent: f64) -> Capacity {
        self.memory = Some(percent);
        self
    }

    /// The same with burst credits.
    #[must_use]
    pub fn with_burst(mut self, burst: Burst) -> Capacity {
        self.burst = Some(burst);
        self
    }

    /// The same with what a host costs an hour, and a processor's hour of surplus credits.
    #[must_use]
    pub fn priced(mut self, host: f64, surplus: f64) -> Capacity {
        self.price = host;
        self.surplus_price = surplus;
        self
    }

    /// The same, answering however far the load is from what was measured.
    #[must_use]
    pub fn extrapolating(mut self) -> Capacity {
        self.reach = f64::INFINITY;
        self
    }

    /// The line at a place in its interval: -1 for the low end, 0 for the middle, 1 for the high end.
    pub fn line_at(&self, place: f64) -> Line {
        let Some((low, high)) = self.interval else { return self.line };
        let towards = |end: Line, share: f64| Line {
            intercept: self.line.intercept + (end.intercept - self.line.intercept) * share,
            slope: self.line.slope + (end.slope - self.line.slope) * share,
        };
        if place < 0.0 { towards(low, -place) } else { towards(high, place) }
    }

    /// Requests a minute at which a host is saturated.
    pub fn most(&self) -> f64 {
        (self.saturation - self.line.intercept) / self.line.slope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_starts_below_nothing_is_refused() {
        assert!(Capacity::linear(-6.0, 0.9, 1000.0).unwrap_err().to_string().contains("less than nothing"));
        assert!(Capacity::linear(0.0, 0.0, 1000.0).is_err());
        let capacity = Capacity::linear(0.0, 0.75, 1000.0).unwrap();
        assert!((capacity.line.at(40_000.0) - 30.0).abs() < 1e-9);
        assert!((capacity.saturating_at(50.0).most() - 66_666.7).abs() < 0.1);
    }

    #[test]
    fn the_interval_is_an_axis() {
        let line = |slope| Line { intercept: 0.0, slope };
        let mut capacity = Capacity::of(line(2.0));
        assert_eq!(capacity.line_at(1.0), line(2.0));
        capacity.interval = Some((line(1.0), line(4.0)));
        assert_eq!([-1.0, 0.0, 0.5, 1.0].map(|place| capacity.line_at(place).slope), [1.0, 2.0, 3.0, 4.0]);
    }
}
