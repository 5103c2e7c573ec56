//! What can be kept of a damaged journal, and what cannot.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use infra_plan::{Record, State};

use super::FileLog;
use super::file::{lock, read_all};
use super::line;
use super::read::{Header, Read, is_torn_header};
use super::salvage::{self, Gap, Holds, Line, Point, Salvaged, salvage};
use super::snapshot::{self, Snapshot};
use crate::store::StoreError;

/// Where a journal is damaged, and what is known all the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Damage {
    /// The first damaged line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
    /// The number of the last record that is kept of those before the damage: all of them.
    pub before: u64,
    /// After which record the state is known again, as a snapshot says; those up to it are lost as history only. The same
    /// as `before` where nothing is lost; none where all that was recorded from the damage on is lost.
    pub known: Option<u64>,
    /// What the lines say that are lost, where that can be read at all: the line, and its record. Their checksums say
    /// nothing, so that they are for reading only.
    pub lost: Vec<(usize, Option<Record>)>,
}

impl Damage {
    /// What a gap is to people; `place` says which line of what a line is, from 1, and where that is not plain.
    pub fn of(gap: &Gap, lines: &[Line<'_>], place: impl Fn(usize) -> (usize, Option<String>)) -> Damage {
        let (line, within) = place(gap.line);
        let problem = within.map_or_else(|| gap.problem.clone(), |within| format!("{} in {within}", gap.problem));
        let said = |line: &Line<'_>| line.bytes.and_then(|bytes| serde_json::from_slice(bytes.get(9..)?).ok());
        let lost = match gap.known == Some(gap.before) {
            true => Vec::new(),
            false => (gap.line..gap.end)
                .filter(|at| matches!(lines[*at].holds, Holds::Header | Holds::Record))
                .map(|at| (line + at - gap.line, said(&lines[at])))
                .collect(),
        };
        Damage { line, problem, before: gap.before, known: gap.known, lost }
    }
}

/// What a repair found, and did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repaired {
    /// How many bytes of an unfinished record were dropped from the end.
    pub torn: usize,
    /// The damages, in order.
    pub damages: Vec<Damage>,
    /// The number of the last record that is kept, where there is a damage.
    pub last: u64,
    /// Where the journal as it was is now, if it was damaged and is repaired.
    pub aside: Option<PathBuf>,
}

impl Repaired {
    /// The numbers of the records that are kept, where there is a damage.
    pub fn kept(&self) -> Vec<RangeInclusive<u64>> {
        let (mut kept, mut first) = (Vec::new(), 1);
        for damage in self.damages.iter().filter(|damage| damage.known != Some(damage.before)) {
            kept.push(first..=damage.before);
            first = damage.known.unwrap_or(self.last).saturating_add(1);
        }
        kept.push(first..=self.last);
        kept.retain(|numbers| !numbers.is_empty());
        kept
    }
}

/// What is called before each change of a disk; where it fails, nothing more happens.
type Step<'a> = &'a mut dyn FnMut() -> io::Result<()>;

impl FileLog {
    /// Looks for damage in a journal, and repairs it: what an interrupted write left at the end is dropped. Where lines
    /// are damaged, `agree` is asked with what that means, and if it agrees, the journal is written anew with all that can
    /// be known: the records before the damage, the state that a snapshot has instead of those that are lost, and the
    /// records after that. The damaged file and its snapshot are copied beside it. Whoever looks sees the damaged journal
    /// or the repaired one, whenever this dies. The journal is locked meanwhile. `None` if there is no journal.
    pub fn repair(path: &Path, of: &str, agree: impl FnOnce(&Repaired) -> bool) -> Result<Option<Repaired>, StoreError> {
        repair(path, of, agree, &mut || Ok(()))
    }
}

fn repair(path: &Path, of: &str, agree: impl FnOnce(&Repaired) -> bool, step: Step<'_>) -> Result<Option<Repaired>, StoreError> {
    let mut file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoreError::io("open", path, source)),
    };
    lock(&file, path)?;
    let bytes = read_all(&mut file, path)?;
    if is_torn_header(&bytes, of) {
        // Opening it for a run writes over it: nothing was done before the first line was whole.
        return Ok(Some(Repaired { torn: bytes.len(), ..Repaired::default() }));
    }
    let (line, problem) = match Read::all(&bytes, path, of, |_| {}) {
        Ok(read) => {
            let torn = bytes.len() - read.length;
            if torn > 0 {
                let cut = step().and_then(|()| file.set_len(read.length as u64)).and_then(|()| file.sync_all());
                cut.map_err(|source| StoreError::io("repair", path, source))?;
            }
            return Ok(Some(Repaired { torn, ..Repaired::default() }));
        }
        Err(StoreError::Corrupt { line, problem, .. }) => (line, problem),
        Err(error) => return Err(error),
    };
    let (lines, mut torn) = lines(&bytes);
    let points: Vec<Point> = snapshot::alone(path, of).map(|(snapshot, _)| point(snapshot, &bytes)).into_iter().collect();
    let mut salvaged = salvage(of, &lines, &points).map_err(|unknown| StoreError::Newer {
        path: path.to_owned(),
        line: unknown.line + 1,
        problem: unknown.problem,
    })?;
    if let Some(line) = salvaged.gaps.last().and_then(|gap| torn_line(gap, &lines)) {
        salvaged.gaps.pop();
        torn += line;
    }
    if salvaged.gaps.is_empty() {
        // Only the end between two lines was damaged.
        let (line, before) = (line - 1, salvaged.state.serial);
        salvaged.gaps.push(Gap { line, end: line, problem, before, known: Some(before) });
    }
    let damages = salvaged.gaps.iter().map(|gap| Damage::of(gap, &lines, |line| (line + 1, None))).collect();
    let mut repaired = Repaired { torn, damages, last: salvaged.state.serial, aside: None };
    if agree(&repaired) {
        let failed = |source| StoreError::io("make a copy beside", path, source);
        repaired.aside = Some(copied_aside(path, &bytes, step).map_err(failed)?);
        renew(path, of, salvaged, step).map_err(|source| StoreError::io("repair", path, source))?;
    }
    Ok(Some(repaired))
}

/// The whole lines of a journal's file, and how many bytes are after them.
fn lines(bytes: &[u8]) -> (Vec<Line<'_>>, usize) {
    // Where even the first line has no end, nothing says that it was the only one.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
    let ended = bytes[..whole].strip_suffix(b"\n").unwrap_or(bytes);
    let lines = ended.split(|byte| *byte == b'\n').flat_map(parted).enumerate();
    let holds = |at| if at == 0 { Holds::Header } else { Holds::Record };
    (lines.map(|(at, line)| Line { bytes: Some(line), holds: holds(at) }).collect(), bytes.len() - whole)
}

/// The lines that a line is of which the end between them is damaged: what is a line by itself after the first.
fn parted(mut line: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some(begin) = (1..line.len()).find(|at| salvage::follows(line, &line[*at..])) {
        let end = if line[begin - 1] == b'}' { begin } else { begin - 1 };
        parts.push(&line[..end]);
        line = &line[begin..];
    }
    parts.push(line);
    parts
}

fn point(snapshot: Snapshot, bytes: &[u8]) -> Point {
    let before = usize::try_from(snapshot.length).ok().and_then(|length| bytes.get(..length));
    let lines = before.map(|before| before.iter().filter(|byte| **byte == b'\n').count());
    Point { state: snapshot.state, last: snapshot.last, lines }
}

/// How long the last line is, if that is all that is damaged and a disk that lost its power may have left it like that.
fn torn_line(gap: &Gap, lines: &[Line<'_>]) -> Option<usize> {
    let last = lines.last()?.bytes.filter(|line| line.contains(&0))?;
    (gap.known.is_none() && gap.line + 1 == lines.len()).then_some(last.len() + 1)
}

/// Puts what is left of a journal in its place, whole and durable.
fn renew(path: &Path, of: &str, salvaged: Salvaged, step: Step<'_>) -> io::Result<()> {
    let Salvaged { start, records, state, .. } = salvaged;
    let (mut bytes, mut last) = (Vec::new(), 0);
    if let Some(start) = start {
        last = line::write(last, &Header::new(of, &start.salt), &mut bytes)?;
    }
    for record in &records {
        last = line::write(last, record, &mut bytes)?;
    }
    let new = beside(path, ".new");
    step()?;
    // Nobody else writes there, as the journal is locked; what an interrupted repair left is written over.
    let mut into = File::create(&new)?;
    step()?;
    into.write_all(&bytes)?;
    step()?;
    into.sync_all()?;
    // So that nobody has it before the snapshot fits, and what is there now cannot be opened any more.
    into.try_lock()?;
    step()?;
    fs::rename(&new, path)?;
    step()?;
    sync_folder(path)?;
    // The old one stands for lines that are nowhere any more. Without the new one the next opening takes longer.
    if bytes.is_empty() || step().and_then(|()| renew_snapshot(path, of, bytes.len(), last, state)).is_err() {
        step()?;
        snapshot::remove(path)?;
    }
    Ok(())
}

fn renew_snapshot(path: &Path, of: &str, length: usize, last: u32, state: State) -> io::Result<()> {
    if !snapshot::beside(path).exists() {
        return Ok(());
    }
    let snapshot = Snapshot { of: of.to_owned(), length: length as u64, last, state };
    snapshot::write(path, &snapshot).map(drop)
}

/// Keeps a journal's bytes in a new file beside it, durably, and its snapshot beside that.
fn copied_aside(path: &Path, bytes: &[u8], step: Step<'_>) -> io::Result<PathBuf> {
    for number in 1_u32.. {
        let aside = beside(path, &format!(".damaged-{number}"));
        step()?;
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&aside) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        };
        step()?;
        file.write_all(bytes)?;
        file.sync_all()?;
        step()?;
        match fs::copy(snapshot::beside(path), snapshot::beside(&aside)) {
            Ok(_) => File::open(snapshot::beside(&aside))?.sync_all()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        sync_folder(path)?;
        return Ok(aside);
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests;
