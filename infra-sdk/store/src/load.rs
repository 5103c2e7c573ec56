//! Reading a journal: from its newest snapshot, or from its beginning.

use futures::{StreamExt as _, TryStreamExt as _};
use infra_apply::{JournalHeader, StoreError, line};
use infra_plan::{Record, STATE_VERSION, State};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

use crate::names::{Names, number};
use crate::object::{self, Lines};
use crate::{rewrite, snapshot};

/// How many objects are asked for at a time.
pub(crate) const AT_A_TIME: usize = 32;

/// A journal as it was read.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The state after all its records.
    pub(crate) state: State,
    /// The state before the first record that was read.
    pub(crate) start: State,
    /// The records that were read, where it was read from its beginning.
    pub(crate) records: Vec<Record>,
    /// The number of its last object.
    pub(crate) number: u64,
    /// The last checksum.
    pub(crate) last: u32,
    /// How many objects were read beside a snapshot.
    pub(crate) objects: u64,
    /// How many bytes they had.
    pub(crate) bytes: u64,
    /// The size of the snapshot that was begun from; 0 without one.
    pub(crate) snapshot: u64,
}

/// Where a journal is damaged.
#[derive(Debug)]
pub(crate) struct Broken {
    /// The damaged object.
    pub(crate) path: Path,
    /// The line in it, from 1.
    pub(crate) line: usize,
    /// What is wrong with it.
    pub(crate) problem: String,
}

/// Why a journal cannot be read.
#[derive(Debug)]
pub(crate) enum LoadError {
    Store(StoreError),
    Broken(Box<Broken>),
}

impl LoadError {
    /// As the journal's user is told.
    pub(crate) fn told(self, names: &Names) -> StoreError {
        match self {
            LoadError::Store(error) => error,
            LoadError::Broken(broken) => {
                StoreError::Corrupt { path: names.show(&broken.path).into(), line: broken.line, problem: broken.problem }
            }
        }
    }
}

/// An error of a store.
pub(crate) fn remote(action: &'static str, names: &Names) -> impl Fn(object_store::Error) -> StoreError + use<> {
    let place = names.shown().to_owned();
    move |source| StoreError::Remote { action, place: place.clone(), source: source.into() }
}

/// Reads a journal; none where there is none. `whole` reads it from its beginning, or from where it was written anew, and
/// keeps its records.
pub(crate) async fn load(store: &dyn ObjectStore, names: &Names, of: &str, whole: bool) -> Result<Option<Loaded>, LoadError> {
    let failed = |error| LoadError::Store(remote("read", names)(error));
    if !whole && let Some((number, snapshot, size)) = snapshot::newest(store, names, of).await.map_err(failed)? {
        let state = snapshot.state;
        let (start, records) = (state.clone(), Vec::new());
        let loaded = Loaded { start, records, state, number, last: snapshot.last, objects: 0, bytes: 0, snapshot: size };
        let broken = match load_after(store, names, of, Some(loaded), whole).await {
            Err(LoadError::Broken(broken)) => broken,
            read => return read,
        };
        // A repair that was cut off just before its own snapshot has written the journal anew, and the damage stays behind.
        return match rewrite::newest(store, names, of, whole).await? {
            Some(anew) if Some(anew.number) > self::number(&broken.path) => load_after(store, names, of, Some(anew), whole).await,
            _ => Err(LoadError::Broken(broken)),
        };
    }
    // What is before it is emptied or damaged, and does not read any more.
    let anew = rewrite::newest(store, names, of, whole).await?;
    load_after(store, names, of, anew, whole).await
}

/// Reads on after what is known.
async fn load_after(
    store: &dyn ObjectStore,
    names: &Names,
    of: &str,
    mut loaded: Option<Loaded>,
    whole: bool,
) -> Result<Option<Loaded>, LoadError> {
    let failed = |error| LoadError::Store(remote("read", names)(error));
    let listed = match &loaded {
        Some(loaded) => store.list_with_offset(Some(&names.log()), &names.entry(loaded.number)),
        None => store.list(Some(&names.log())),
    };
    let mut paths: Vec<Path> = listed.map_ok(|meta| meta.location).try_collect().await.map_err(failed)?;
    paths.sort();
    let mut read = futures::stream::iter(paths)
        .map(|path| async {
            let bytes = store.get(&path).await?.bytes().await?;
            Ok::<_, object_store::Error>((path, bytes))
        })
        .buffered(AT_A_TIME);
    while let Some((path, bytes)) = read.try_next().await.map_err(failed)? {
        let expected = loaded.as_ref().map_or(0, |loaded| loaded.number + 1);
        let broken = |line: usize, problem: String| LoadError::Broken(Box::new(Broken { path: path.clone(), line, problem }));
        if number(&path) != Some(expected) {
            return Err(broken(1, format!("the object {expected:020} before it is missing")));
        }
        let Some(before) = loaded.as_mut() else {
            match header(&bytes, of, &names.show(&path)) {
                Ok((state, last)) => {
                    let (start, records, bytes) = (state.clone(), Vec::new(), bytes.len() as u64);
                    loaded = Some(Loaded { start, records, state, number: 0, last, objects: 1, bytes, snapshot: 0 });
                    continue;
                }
                Err(HeaderError::Store(error)) => return Err(LoadError::Store(error)),
                Err(HeaderError::Broken(line, problem)) => return Err(broken(line, problem)),
            }
        };
        if let Some((anew, last)) = object::read_anew(&bytes) {
            loaded = Some(rewrite::load(store, names, of, (&anew, expected, last), whole).await?);
            continue;
        }
        match object::read(before.last, &bytes) {
            Ok(object) => {
                for record in object.records {
                    if whole {
                        before.records.push(record.clone());
                    }
                    before.state.apply(record);
                }
                before.number = expected;
                before.last = object.last;
                before.objects += 1;
                before.bytes += bytes.len() as u64;
            }
            Err((line, problem)) => return Err(broken(line, problem)),
        }
    }
    Ok(loaded)
}

pub(crate) enum HeaderError {
    Store(StoreError),
    Broken(usize, String),
}

/// Reads the first line, which says whose journal it is.
pub(crate) fn header(bytes: &[u8], of: &str, shown: &str) -> Result<(State, u32), HeaderError> {
    let line = Lines::of(bytes).next().and_then(|(_, line)| line);
    let line = line.ok_or_else(|| HeaderError::Broken(1, "it ends within the line: the object is not whole".to_owned()))?;
    let (last, header) = line::read::<JournalHeader>(0, line).map_err(|error| HeaderError::Broken(1, error.said()))?;
    let path = std::path::PathBuf::from(shown);
    if header.format != STATE_VERSION {
        return Err(HeaderError::Store(StoreError::Version { path, found: header.format, known: STATE_VERSION }));
    }
    if header.of != of {
        return Err(HeaderError::Store(StoreError::Foreign { path, of: header.of, wanted: of.to_owned() }));
    }
    Ok((State::new(header.salt), last))
}
