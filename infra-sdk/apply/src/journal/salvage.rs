//! What can be known of damaged lines: what is before a damage, and what is after it from a point on at which the state is
//! known again.
//!
//! A line is believed where its checksum fits what is before it, or where the line after it fits what it says. After a
//! damage the reading goes on where a line fits again: after the last line that was believed, if what is between is not
//! of the journal, or after the line that a snapshot stands for, or at a record which has the state in it.

use infra_plan::{Record, STATE_VERSION, State};
use serde::de::IgnoredAny;

use super::line::{self, LineError};
use super::read::Header;

/// A line of a journal, wherever it is kept.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The line without its end; none where it has no end.
    pub bytes: Option<&'a [u8]>,
    /// What it is.
    pub holds: Holds,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The first one, which says whose journal it is.
    Header,
    /// A record.
    Record,
    /// Something that is in the chain of checksums and says nothing of the state.
    Other,
    /// The same, and the first of a chain of its own: those before it end with this checksum.
    Start {
        /// The last checksum before it.
        after: u32,
    },
}

/// A state that is known beside the lines.
#[derive(Clone, Debug)]
pub struct Point {
    /// The state.
    pub state: State,
    /// The checksum of the last line that it is made of.
    pub last: u32,
    /// How many lines it is made of, where that is known.
    pub lines: Option<usize>,
}

/// Lines that cannot be believed.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// The first of them, from 0.
    pub line: usize,
    /// The first that counts again; the number of all lines where none does.
    pub end: usize,
    /// What is wrong with the first.
    pub problem: String,
    /// The number of the last record before them, or of the one in them that can be believed after all.
    pub before: u64,
    /// After which record the state is known again: the same as `before` where nothing is lost, none where everything is.
    pub known: Option<u64>,
}

/// What is left of a journal.
#[derive(Clone, Debug)]
pub struct Salvaged {
    /// The state before the first record; none where nothing is left, not even whose journal it is.
    pub start: Option<State>,
    /// The records that can be believed, with one that says the state instead of those that cannot.
    pub records: Vec<Record>,
    /// The state after them.
    pub state: State,
    /// What cannot be believed.
    pub gaps: Vec<Gap>,
}

/// A line which is as it was written, and of which this engine does not know what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// The line, from 0.
    pub line: usize,
    /// What is not understood.
    pub problem: String,
}

/// Reads the lines of the journal `of` a stack, with the help of what is known beside them.
///
/// # Errors
/// Where a line was written by an engine that knows more than this one: that is no damage.
pub fn salvage(of: &str, lines: &[Line<'_>], points: &[Point]) -> Result<Salvaged, Unknown> {
    let mut reader = Reader { of, lines, points, at: 0, last: 0, start: None, state: State::default(), records: Vec::new() };
    let mut gaps = Vec::new();
    while let Some(line) = lines.get(reader.at) {
        let problem = match reader.read(reader.at, reader.last) {
            Ok((last, said)) => {
                reader.take(said);
                (reader.at, reader.last) = (reader.at + 1, last);
                continue;
            }
            Err(problem) => problem,
        };
        let from = if line.holds == Holds::Header { 0 } else { reader.last };
        if line.bytes.is_some_and(|bytes| line::read::<IgnoredAny>(from, bytes).is_ok()) && !matches!(line.holds, Holds::Start { .. }) {
            return Err(Unknown { line: reader.at, problem });
        }
        let (first, mut before) = (reader.at, reader.state.serial);
        let known = match reader.resumption() {
            Some(Resumption { at, last, how }) => {
                let known = match how {
                    How::Again(said) => {
                        reader.take(*said);
                        before = reader.state.serial;
                        before
                    }
                    How::Foreign => before,
                    How::Known(state) => {
                        let serial = state.serial;
                        reader.take(Said::Record(Box::new(Record::Recovered { state })));
                        serial
                    }
                    // The record itself is read next.
                    How::Recovered(serial) => serial,
                };
                (reader.at, reader.last) = (at, last);
                Some(known)
            }
            None => {
                reader.at = lines.len();
                None
            }
        };
        gaps.push(Gap { line: first, end: reader.at, problem, before, known });
    }
    Ok(Salvaged { start: reader.start, records: reader.records, state: reader.state, gaps })
}

/// What a line says.
enum Said {
    Start(State),
    Record(Box<Record>),
    Nothing,
}

/// Where the reading goes on.
struct Resumption {
    at: usize,
    /// The checksum before that line.
    last: u32,
    how: How,
}

enum How {
    /// The damaged line says this, as the next one shows.
    Again(Box<Said>),
    /// What is between is not of the journal.
    Foreign,
    /// The state is known from beside the lines.
    Known(Box<State>),
    /// A record has the state, with this serial.
    Recovered(u64),
}

struct Reader<'a> {
    of: &'a str,
    lines: &'a [Line<'a>],
    points: &'a [Point],
    /// The next line.
    at: usize,
    /// The checksum before it.
    last: u32,
    start: Option<State>,
    state: State,
    records: Vec<Record>,
}

impl Reader<'_> {
    /// Reads a line after a checksum.
    fn read(&self, at: usize, last: u32) -> Result<(u32, Said), String> {
        let Some(Line { bytes: Some(bytes), holds }) = self.lines.get(at) else {
            return Err("it ends within the line: it is not whole".to_owned());
        };
        let read = match holds {
            Holds::Header => line::read::<Header>(0, bytes).map(|(sum, header)| (sum, Said::Start(State::new(header.salt)))),
            Holds::Record => line::read::<Record>(last, bytes).map(|(sum, record)| (sum, Said::Record(Box::new(record)))),
            Holds::Other => line::read::<IgnoredAny>(last, bytes).map(|(sum, _)| (sum, Said::Nothing)),
            Holds::Start { after } if *after != last => Err(LineError::Checksum),
            Holds::Start { .. } => line::read::<IgnoredAny>(0, bytes).map(|(sum, _)| (sum, Said::Nothing)),
        };
        read.map_err(LineError::said)
    }

    fn fits(&self, at: usize, last: u32) -> bool {
        self.read(at, last).is_ok()
    }

    fn take(&mut self, said: Said) {
        match said {
            Said::Start(state) => {
                self.state = state.clone();
                self.start = Some(state);
            }
            Said::Record(record) => {
                if let (None, Record::Recovered { state }) = (&self.start, record.as_ref()) {
                    self.start = Some(State::new(state.salt.clone()));
                }
                self.state.apply(record.as_ref().clone());
                self.records.push(*record);
            }
            Said::Nothing => {}
        }
    }

    /// Where the reading goes on after the damage at the present line; none where nothing can be known any more.
    fn resumption(&self) -> Option<Resumption> {
        if let Some(again) = self.again() {
            return Some(again);
        }
        if self.start.is_some()
            && let Some(at) = (self.at + 1..self.lines.len()).find(|at| self.fits(*at, self.last))
        {
            return Some(Resumption { at, last: self.last, how: How::Foreign });
        }
        // The first of them, since all that comes after it can be read record by record.
        let known = self.points.iter().filter(|point| self.is_later(&point.state)).filter_map(|point| {
            let at = self.end_of(point)?;
            Some(Resumption { at, last: point.last, how: How::Known(Box::new(point.state.clone())) })
        });
        known.chain(self.recovered()).min_by_key(|resumption| resumption.at)
    }

    fn is_later(&self, state: &State) -> bool {
        self.start.is_none() || state.serial > self.state.serial
    }

    /// The present line read again as what it must have been, if the next line proves it.
    fn again(&self) -> Option<Resumption> {
        let (next, line) = (self.at + 1, self.lines[self.at]);
        let (text, json) = line.bytes?.split_at_checked(9)?;
        let how = |last, said| Some(Resumption { at: next, last, how: How::Again(Box::new(said)) });
        match line.holds {
            Holds::Header => {
                let salts = self.points.iter().map(|point| point.state.salt.clone()).chain(salt(json));
                let sums = salts.filter_map(|salt| {
                    let json = serde_json::to_vec(&Header { format: STATE_VERSION, of: self.of.to_owned(), salt: salt.clone() }).ok()?;
                    Some((line::checksum(0, &json), salt))
                });
                let (last, salt) = sums.into_iter().find(|(sum, _)| Some(*sum) == written(text) || self.fits(next, *sum))?;
                how(last, Said::Start(State::new(salt)))
            }
            Holds::Record => {
                let record = serde_json::from_slice(json).ok()?;
                let last = line::checksum(self.last, json);
                if self.fits(next, last) { how(last, Said::Record(Box::new(record))) } else { None }
            }
            Holds::Start { after } if after != self.last => None,
            Holds::Other | Holds::Start { .. } => {
                let last = line::checksum(if line.holds == Holds::Other { self.last } else { 0 }, json);
                if self.fits(next, last) { how(last, Said::Nothing) } else { None }
            }
        }
    }

    /// The line after those that a point stands for; none where nothing shows that it is of this journal.
    fn end_of(&self, point: &Point) -> Option<usize> {
        let sums = self.at..self.lines.len();
        if let Some(at) = sums.clone().find(|at| self.sum(*at) == Some(point.last) || self.sum_of(*at) == Some(point.last)) {
            return Some(at + 1);
        }
        if let Some(at) = sums.clone().find(|at| self.fits(*at, point.last)) {
            return Some(at);
        }
        // The line itself is lost, and so are those beside it. What is sound in its place is of another journal.
        let end = point.lines.filter(|end| *end > self.at && *end <= self.lines.len())?;
        (self.sum_of(end - 1) != self.sum(end - 1)).then_some(end)
    }

    /// The first record that has the state in it.
    fn recovered(&self) -> Option<Resumption> {
        (self.at..self.lines.len()).filter(|at| self.lines[*at].holds == Holds::Record).find_map(|at| {
            let last = self.sum(at.checked_sub(1)?)?;
            match self.read(at, last) {
                Ok((_, Said::Record(record))) => match *record {
                    Record::Recovered { state } if self.is_later(&state) => {
                        Some(Resumption { at, last, how: How::Recovered(state.serial) })
                    }
                    _ => None,
                },
                _ => None,
            }
        })
    }

    /// The checksum that a line is written with.
    fn sum(&self, at: usize) -> Option<u32> {
        written(self.lines[at].bytes?)
    }

    /// The checksum that a line should have, by what the one before it is written with.
    fn sum_of(&self, at: usize) -> Option<u32> {
        Some(line::checksum(self.sum(at.checked_sub(1)?)?, self.lines[at].bytes?.get(9..)?))
    }
}

/// Whether a line is what it says it is after another, as far as their checksums tell.
pub(super) fn follows(before: &[u8], line: &[u8]) -> bool {
    let (Some(sum), Some(json)) = (written(line), line.get(9..)) else { return false };
    line.get(8..10) == Some(b" {") && written(before).is_some_and(|before| line::checksum(before, json) == sum)
}

/// The checksum at the beginning of a line.
fn written(line: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(line.get(..8)?).ok()?, 16).ok()
}

/// The salt in what is left of a header.
fn salt(json: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(json);
    let (_, rest) = text.split_once("\"salt\":\"")?;
    Some(rest.split_once('"')?.0.to_owned())
}
