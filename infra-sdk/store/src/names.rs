//! What the objects of a journal are called.

use object_store::path::Path;

/// The folder of one journal in a store.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    root: Path,
    /// The folder as people write it, with the store.
    shown: String,
}

impl Names {
    /// In the folder `root` of a store that people write as `shown`.
    pub(crate) fn new(root: Path, shown: String) -> Names {
        Names { root, shown }
    }

    /// The folder, for people.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// An object, for people.
    pub(crate) fn show(&self, path: &Path) -> String {
        let inner: Vec<String> = path.prefix_match(&self.root).into_iter().flatten().map(|part| part.as_ref().to_owned()).collect();
        format!("{}/{}", self.shown, inner.join("/"))
    }

    /// All objects with records.
    pub(crate) fn log(&self) -> Path {
        self.root.clone().join("log")
    }

    /// The object with that number, from 0. Sorted by name they are sorted by number.
    pub(crate) fn entry(&self, number: u64) -> Path {
        self.log().join(format!("{number:020}"))
    }

    /// All snapshots.
    pub(crate) fn snapshots(&self) -> Path {
        self.root.clone().join("snapshot")
    }

    /// The snapshot after the object with that number.
    pub(crate) fn snapshot(&self, number: u64) -> Path {
        self.snapshots().join(format!("{number:020}"))
    }

    /// All journals that were written anew.
    pub(crate) fn rewritten(&self) -> Path {
        self.root.clone().join("rewritten")
    }

    /// What the journal is called that a run writes anew, up to the object with that number.
    pub(crate) fn anew(number: u64, run: &str) -> String {
        format!("{number:020}-{run}")
    }

    /// Where a damaged object is kept.
    pub(crate) fn aside(&self, time: u64, path: &Path) -> Path {
        self.all_aside(time).join(path.filename().unwrap_or_default())
    }

    /// Where all objects are kept that were damaged then.
    pub(crate) fn all_aside(&self, time: u64) -> Path {
        self.root.clone().join(format!("damaged-{time}"))
    }

    /// The lease.
    pub(crate) fn lease(&self) -> Path {
        self.root.clone().join("lease")
    }

    /// What says that the journal was moved.
    pub(crate) fn moved(&self) -> Path {
        self.root.clone().join("moved")
    }
}

/// The number in the name of a journal that was written anew.
pub(crate) fn number_anew(name: &str) -> Option<u64> {
    name.split_once('-').filter(|(number, _)| number.len() == 20)?.0.parse().ok()
}

/// The number in an object's name.
pub(crate) fn number(path: &Path) -> Option<u64> {
    path.filename().filter(|name| name.len() == 20)?.parse().ok()
}
