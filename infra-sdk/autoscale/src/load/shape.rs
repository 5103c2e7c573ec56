//! Shapes of load, piece by piece, each a straight line.

use crate::Error;

/// Seconds of so many minutes.
pub const fn minutes(count: i64) -> i64 {
    count * 60
}

/// Seconds of so many hours.
pub const fn hours(count: i64) -> i64 {
    count * 3600
}

/// What a load is a number of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Requests a minute, which come whether others were answered or not.
    Open,
    /// Users, each of whom waits for an answer, thinks, and asks again.
    Closed {
        /// Seconds that a user thinks.
        think: f64,
    },
}

/// A straight line from one value to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Piece {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) first: f64,
    pub(crate) last: f64,
}

impl Piece {
    /// The value at a second within it.
    pub(crate) fn at(&self, second: i64) -> f64 {
        self.first + (self.last - self.first) * (second - self.from) as f64 / (self.to - self.from) as f64
    }
}

/// A load over time. Times are whole seconds: `minutes(10)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) kind: Kind,
    value: f64,
}

impl Load {
    /// Nothing for no time, at `value`: what the rest begins from. Before a run the load is taken to have been at this for long.
    pub fn from(value: f64) -> Load {
        Load { pieces: Vec::new(), kind: Kind::Open, value }
    }

    /// From `first` to `last` requests a minute in `seconds`.
    pub fn ramp(first: f64, last: f64, seconds: i64) -> Load {
        Load::from(first).then(last, seconds)
    }

    /// A steady load for `seconds`.
    pub fn steady(value: f64, seconds: i64) -> Load {
        Load::from(value).hold(seconds)
    }

    /// The same, from users who wait for answers and think for `think` seconds; its values are users.
    #[must_use]
    pub fn closed(mut self, think: f64) -> Load {
        self.kind = Kind::Closed { think };
        self
    }

    /// On, straight to `value`, in `seconds`.
    #[must_use]
    pub fn then(mut self, value: f64, seconds: i64) -> Load {
        let from = self.length();
        if seconds > 0 {
            self.pieces.push(Piece { from, to: from + seconds, first: self.value, last: value });
        }
        self.value = value;
        self
    }

    /// At once to `value`.
    #[must_use]
    pub fn step(mut self, value: f64) -> Load {
        self.value = value;
        self
    }

    /// As it is, for `seconds`.
    #[must_use]
    pub fn hold(self, seconds: i64) -> Load {
        let value = self.value;
        self.then(value, seconds)
    }

    /// At once to `value`, for `seconds`, and at once back.
    #[must_use]
    pub fn spike(self, value: f64, seconds: i64) -> Load {
        let before = self.value;
        self.step(value).hold(seconds).step(before)
    }

    /// Around where it is, up and down by `amplitude` with the period `period`, for `seconds`; never below nothing. A piece a
    /// minute.
    #[must_use]
    pub fn sine(mut self, amplitude: f64, period: i64, seconds: i64) -> Load {
        let middle = self.value;
        let mut done = 0;
        while done < seconds {
            let piece = (seconds - done).min(60);
            done += piece;
            let angle = std::f64::consts::TAU * done as f64 / period.max(1) as f64;
            self = self.then((middle + amplitude * angle.sin()).max(0.0), piece);
        }
        self
    }

    /// One load after another.
    #[must_use]
    pub fn followed_by(mut self, next: &Load) -> Load {
        let shift = self.length();
        self.pieces.extend(next.pieces.iter().map(|piece| Piece { from: piece.from + shift, to: piece.to + shift, ..*piece }));
        self.value = next.value;
        self
    }

    /// So many times as much.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Load {
        for piece in &mut self.pieces {
            piece.first *= factor;
            piece.last *= factor;
        }
        self.value *= factor;
        self
    }

    /// The same in another time: `factor` of 2 takes twice as long.
    #[must_use]
    pub fn stretched(mut self, factor: f64) -> Load {
        let scaled = |second: i64| (second as f64 * factor).round() as i64;
        for piece in &mut self.pieces {
            piece.from = scaled(piece.from);
            piece.to = scaled(piece.to);
        }
        self.pieces.retain(|piece| piece.to > piece.from);
        self
    }

    /// How long it lasts, in seconds.
    pub fn length(&self) -> i64 {
        self.pieces.last().map_or(0, |piece| piece.to)
    }

    /// The value at a second; at a jump the later one, and outside of the load the nearest.
    pub fn at(&self, second: i64) -> f64 {
        let index = self.pieces.partition_point(|piece| piece.to <= second);
        match self.pieces.get(index) {
            Some(piece) => piece.at(second.max(piece.from)),
            None => self.pieces.last().map_or(self.value, |piece| piece.last),
        }
    }

    /// The greatest value.
    pub fn peak(&self) -> f64 {
        self.pieces.iter().map(|piece| piece.first.max(piece.last)).fold(0.0, f64::max)
    }

    /// Requests, of an open load, of the whole of it.
    pub fn total(&self) -> f64 {
        self.pieces.iter().map(|piece| (piece.first + piece.last) / 2.0 * (piece.to - piece.from) as f64 / 60.0).sum()
    }

    /// Whether it can be simulated.
    ///
    /// # Errors
    /// Where it lasts no time, or has a value that is negative or no number.
    pub fn check(&self) -> Result<(), Error> {
        if self.pieces.is_empty() {
            return Err(Error::setting("the load", "it lasts no time", "add `.hold(minutes(30))`"));
        }
        let fine = |value: f64| value >= 0.0 && value.is_finite();
        if let Some(piece) = self.pieces.iter().find(|piece| !fine(piece.first) || !fine(piece.last)) {
            let problem = format!("from {} s it goes from {} to {}", piece.from, piece.first, piece.last);
            return Err(Error::setting("the load", problem, "use numbers from 0 up"));
        }
        if let Kind::Closed { think } = self.kind
            && !(think >= 0.0 && think.is_finite())
        {
            return Err(Error::setting("the users of the load", format!("they think for {think} s"), "use a number from 0 up"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_talks_load_goes_where_it_says() {
        let load = Load::ramp(0.0, 30_000.0, minutes(10)).then(150_000.0, minutes(8)).hold(minutes(30));
        assert_eq!(load.length(), minutes(48));
        assert_eq!([0, 5, 10, 14, 18, 40].map(|minute| load.at(minutes(minute))), [0.0, 15e3, 30e3, 90e3, 150e3, 150e3]);
        assert_eq!(load.peak(), 150e3);
        // 10 minutes at 15k, 8 at 90k, 30 at 150k.
        assert_eq!(load.total(), 150e3 + 720e3 + 4.5e6);
    }

    #[test]
    fn a_jump_has_its_later_value() {
        let load = Load::steady(1.0, 60).spike(9.0, 60).hold(60);
        assert_eq!([59, 60, 119, 120, 500].map(|second| load.at(second)), [1.0, 9.0, 9.0, 1.0, 1.0]);
    }

    #[test]
    fn a_sine_stays_above_nothing_and_returns() {
        let load = Load::from(10.0).sine(20.0, minutes(20), minutes(20));
        assert!((load.at(minutes(5)) - 30.0).abs() < 1e-9 && load.at(minutes(15)) == 0.0);
        assert!((load.at(minutes(20)) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn scaling_and_stretching_keep_the_shape() {
        let load = Load::ramp(0.0, 100.0, 100).scaled(2.0).stretched(3.0);
        assert_eq!((load.length(), load.at(150)), (300, 100.0));
    }

    #[test]
    fn what_cannot_be_simulated_is_refused() {
        assert!(Load::from(1.0).check().is_err());
        assert!(Load::ramp(0.0, -1.0, 60).check().is_err());
        assert!(Load::steady(1.0, 60).closed(f64::NAN).check().is_err());
        assert!(Load::steady(1.0, 60).check().is_ok());
    }
}
