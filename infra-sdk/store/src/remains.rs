//! All that a bucket has of a journal that cannot be read: its objects as lines, and the snapshots.

use futures::{StreamExt as _, TryStreamExt as _};
use infra_apply::line;
use infra_apply::salvage::{Holds, Line, Point};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

use crate::load::AT_A_TIME;
use crate::names::{Names, number, number_anew};
use crate::object::{self, Lines, read_anew};
use crate::snapshot::{Snapshot, listed};

/// An object with lines of the journal.
pub(crate) struct Piece {
    pub(crate) path: Path,
    /// Its number in the log; none of one that was written anew.
    pub(crate) number: Option<u64>,
    /// None where there is no such object, and there must have been.
    pub(crate) bytes: Option<Vec<u8>>,
}

/// What there is of a journal.
pub(crate) struct Remains {
    /// The objects with its lines, in order.
    pub(crate) pieces: Vec<Piece>,
    /// The snapshots that can be read, oldest first, with their numbers.
    pub(crate) snapshots: Vec<(u64, Snapshot)>,
    /// A number that is larger than any that was ever used.
    pub(crate) next: u64,
}

/// Where a line is.
pub(crate) struct Place {
    /// Its object among the pieces.
    pub(crate) piece: usize,
    /// The line in it, from 1.
    pub(crate) line: usize,
    /// What is wrong with it, where its bytes do not say so.
    pub(crate) problem: Option<String>,
}

impl Remains {
    /// Reads all of it.
    pub(crate) async fn read(store: &dyn ObjectStore, names: &Names, of: &str) -> object_store::Result<Remains> {
        let snapshots = snapshots(store, names, of).await?;
        let mut paths: Vec<Path> = store.list(Some(&names.log())).map_ok(|meta| meta.location).try_collect().await?;
        paths.retain(|path| number(path).is_some());
        paths.sort();
        let last = paths.iter().filter_map(number).chain(snapshots.iter().map(|(at, _)| *at)).max();
        let read = futures::stream::iter(paths)
            .map(|path| async { Ok::<_, object_store::Error>((store.get(&path).await?.bytes().await?.to_vec(), path)) });
        let read: Vec<(Vec<u8>, Path)> = read.buffered(AT_A_TIME).try_collect().await?;
        let mut log: Vec<Piece> = read.into_iter().map(|(bytes, path)| Piece { number: number(&path), path, bytes: Some(bytes) }).collect();
        let mut pieces = Vec::new();
        if let Some((piece, begin)) = anew(store, names, &log).await? {
            pieces.push(piece);
            log.retain(|piece| piece.number >= Some(begin));
        }
        for piece in log {
            let before = pieces.last().and_then(|piece: &Piece| piece.number);
            let expected = match (before, pieces.is_empty()) {
                (Some(before), _) => Some(before + 1),
                (None, true) => Some(0),
                (None, false) => piece.number,
            };
            if let Some(missing) = expected.filter(|expected| Some(*expected) != piece.number) {
                pieces.push(Piece { path: names.entry(missing), number: Some(missing), bytes: None });
            }
            pieces.push(piece);
        }
        Ok(Remains { pieces, snapshots, next: last.map_or(0, |last| last + 1) })
    }

    /// The lines, and where each is.
    pub(crate) fn lines(&self) -> (Vec<Line<'_>>, Vec<Place>) {
        let (mut lines, mut places) = (Vec::new(), Vec::new());
        let mut add = |piece: usize, line: usize, bytes, holds, problem: Option<String>| {
            lines.push(Line { bytes, holds });
            places.push(Place { piece, line, problem });
        };
        for (piece, Piece { number, bytes, .. }) in self.pieces.iter().enumerate() {
            let first = match (number, bytes.as_deref().and_then(read_anew)) {
                (None | Some(0), _) => Holds::Header,
                (_, Some((anew, _))) => Holds::Start { after: anew.last },
                _ => Holds::Other,
            };
            let Some(bytes) = bytes else {
                add(piece, 1, None, first, Some("the object is missing".to_owned()));
                continue;
            };
            let mut found = 0;
            for (at, line) in Lines::of(bytes) {
                found = at;
                add(piece, at, line, if at == 1 { first } else { Holds::Record }, None);
            }
            let announced = if first == Holds::Other { object::announced(bytes).map_or(1, |records| records + 1) } else { 1 };
            if found < announced {
                let problem = match found {
                    0 => "the object is empty".to_owned(),
                    _ => format!("the object has {} of {} records: it is not whole", found - 1, announced - 1),
                };
                add(piece, found + 1, None, if found == 0 { first } else { Holds::Record }, Some(problem));
            }
        }
        (lines, places)
    }

    /// The states that the snapshots know.
    pub(crate) fn points(&self, places: &[Place]) -> Vec<Point> {
        let begin = self.pieces.iter().find_map(|piece| piece.number).unwrap_or(0);
        let end = |at: u64| places.iter().position(|place| self.pieces[place.piece].number > Some(at)).unwrap_or(places.len());
        let since = self.snapshots.iter().filter(|(at, _)| *at >= begin);
        since.map(|(at, snapshot)| Point { state: snapshot.state.clone(), last: snapshot.last, lines: Some(end(*at)) }).collect()
    }
}

/// The newest journal that was written anew and counts, with the number of the object which says so.
async fn anew(store: &dyn ObjectStore, names: &Names, log: &[Piece]) -> object_store::Result<Option<(Piece, u64)>> {
    for piece in log.iter().rev() {
        let Some((anew, _)) = piece.bytes.as_deref().and_then(read_anew) else { continue };
        let path = names.rewritten().join(anew.name.as_str());
        let bytes = match store.get(&path).await {
            Ok(found) => Some(found.bytes().await?.to_vec()),
            Err(object_store::Error::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        let number = piece.number.filter(|number| number_anew(&anew.name) == Some(*number));
        return Ok(number.map(|number| (Piece { path, number: None, bytes }, number)));
    }
    Ok(None)
}

/// The snapshots that can be read, oldest first.
async fn snapshots(store: &dyn ObjectStore, names: &Names, of: &str) -> object_store::Result<Vec<(u64, Snapshot)>> {
    let mut found = Vec::new();
    for path in listed(store, names).await? {
        let bytes = store.get(&path).await?.bytes().await?;
        let read = line::read::<Snapshot>(0, bytes.strip_suffix(b"\n").unwrap_or_default());
        if let (Some(at), Ok((_, snapshot))) = (number(&path), read)
            && snapshot.of == of
        {
            found.push((at, snapshot));
        }
    }
    Ok(found)
}
