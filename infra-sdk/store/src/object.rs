//! One object of a journal: who wrote it, and the records that became durable with it.
//!
//! Its lines are those of a journal's file, chained over all objects. The first says which run wrote it, so that no two
//! runs ever write the same bytes, and a writer whose answer got lost knows its own object again. One that says where
//! the journal is written anew begins a chain of its own, since what was before it does not count any more.

use infra_apply::{Holder, line};
use infra_plan::Record;
use serde::{Deserialize, Serialize};

/// Who wrote an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct By {
    /// The run's id.
    pub(crate) run: String,
    /// The run, in the object that it opens the journal with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) holder: Option<Holder>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ByLine {
    by: By,
    /// How many records follow, so that an object that was cut between two lines is not taken for a whole one.
    records: usize,
    /// Where all records up to this object are, instead of in the objects before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anew: Option<Anew>,
}

/// A journal that was written anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Anew {
    /// What the object with it is called.
    pub(crate) name: String,
    /// Its last checksum.
    pub(crate) last: u32,
}

/// Why an object cannot be read: the line, from 1, and what is wrong with it.
pub(crate) type Problem = (usize, String);

/// Writes an object; returns it with the last checksum.
pub(crate) fn write(before: u32, by: &By, records: &[Record]) -> Result<(Vec<u8>, u32), serde_json::Error> {
    let mut bytes = Vec::new();
    let mut last = line::write(before, &ByLine { by: by.clone(), records: records.len(), anew: None }, &mut bytes)?;
    for record in records {
        last = line::write(last, record, &mut bytes)?;
    }
    Ok((bytes, last))
}

/// Writes the object from which on the journal is another one; returns it with its checksum.
pub(crate) fn write_anew(by: &By, anew: &Anew) -> Result<(Vec<u8>, u32), serde_json::Error> {
    let mut bytes = Vec::new();
    let last = line::write(0, &ByLine { by: by.clone(), records: 0, anew: Some(anew.clone()) }, &mut bytes)?;
    Ok((bytes, last))
}

/// Where the journal is written anew, and the object's checksum, if it is such an object.
pub(crate) fn read_anew(bytes: &[u8]) -> Option<(Anew, u32)> {
    let (_, first) = Lines::of(bytes).next()?;
    let (last, line) = line::read::<ByLine>(0, first?).ok()?;
    Some((line.anew?, last))
}

/// How many records an object says that it has, if its first line can be read at all.
pub(crate) fn announced(bytes: &[u8]) -> Option<usize> {
    let (_, first) = Lines::of(bytes).next()?;
    Some(serde_json::from_slice::<ByLine>(first?.get(9..)?).ok()?.records)
}

/// What an object says.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) by: By,
    pub(crate) records: Vec<Record>,
    pub(crate) last: u32,
}

/// Reads an object after the checksum before it.
pub(crate) fn read(before: u32, bytes: &[u8]) -> Result<Read, Problem> {
    let mut read = Read { by: By { run: String::new(), holder: None }, records: Vec::new(), last: before };
    let mut announced = 0;
    for (number, line) in Lines::of(bytes) {
        let parsed = match (line, number) {
            (None, _) => Err("it ends within the line: the object is not whole".to_owned()),
            (Some(line), 1) => line::read::<ByLine>(read.last, line).map_err(line::LineError::said).map(|(last, line)| {
                read.by = line.by;
                announced = line.records;
                last
            }),
            (Some(line), _) => line::read::<Record>(read.last, line).map_err(line::LineError::said).map(|(last, record)| {
                read.records.push(record);
                last
            }),
        };
        match parsed {
            Ok(last) => read.last = last,
            Err(problem) => return Err((number, problem)),
        }
    }
    let found = read.records.len();
    match (read.by.run.is_empty(), found == announced) {
        (true, _) => Err((1, "the object is empty".to_owned())),
        (false, false) => Err((found + 2, format!("the object has {found} of {announced} records: it is not whole"))),
        (false, true) => Ok(read),
    }
}

/// The lines of an object, numbered from 1; none instead of one that has no end.
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Lines<'a> {
        Lines { rest: bytes, number: 0 }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, Option<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        match self.rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => {
                let line = &self.rest[..end];
                self.rest = &self.rest[end + 1..];
                Some((self.number, Some(line)))
            }
            None => {
                self.rest = &[];
                Some((self.number, None))
            }
        }
    }
}
