//! The folder in which made assets are kept, each under the digest of what it is or was made of.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::{NamedTempFile, TempDir};

use super::error::AssetError;

/// How long what nobody asks for any more is kept.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A folder of assets. Nothing in it is ever changed, so that what a plan was made for is there when it is performed.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// In a folder, which need not be there.
    pub(crate) fn new(folder: PathBuf) -> Store {
        Store { folder }
    }

    fn made(&self) -> Result<&Path, AssetError> {
        fs::create_dir_all(&self.folder).map_err(AssetError::file("make", &self.folder))?;
        Ok(&self.folder)
    }

    /// A new file beside those that are kept.
    pub(crate) fn draft(&self) -> Result<NamedTempFile, AssetError> {
        let folder = self.made()?;
        NamedTempFile::with_prefix_in("draft-", folder).map_err(AssetError::file("write in", folder))
    }

    /// A folder to work in, which goes when it is dropped.
    pub(crate) fn scratch(&self) -> Result<TempDir, AssetError> {
        let folder = self.made()?;
        TempDir::with_prefix_in("scratch-", folder).map_err(AssetError::file("make a folder in", folder))
    }

    /// Where something is kept under a name.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What is kept under a name, if it is: it is not let go for another while.
    pub(crate) fn kept(&self, name: &str) -> Option<PathBuf> {
        let place = self.place(name);
        let file = File::open(&place).ok()?;
        // Only how long it is kept depends on it.
        let _ = file.set_modified(SystemTime::now());
        Some(place)
    }

    /// Keeps a file under a name, if none is kept under it yet; and lets go what nobody asked for in a long time.
    pub(crate) fn keep_file(&self, file: NamedTempFile, name: &str) -> Result<PathBuf, AssetError> {
        if let Some(place) = self.kept(name) {
            return Ok(place);
        }
        let place = self.place(name);
        file.persist(&place).map_err(|error| AssetError::file("write", &place)(error.error))?;
        self.sweep();
        Ok(place)
    }

    /// Keeps a folder under a name; one that another process kept meanwhile is as good.
    pub(crate) fn keep_folder(&self, from: &Path, name: &str) -> Result<PathBuf, AssetError> {
        let place = self.place(name);
        match fs::rename(from, &place) {
            Err(_) if place.is_dir() => {}
            renamed => renamed.map_err(AssetError::file("write", &place))?,
        }
        self.sweep();
        Ok(place)
    }

    /// Deletes what is old. What cannot be deleted is in nobody's way.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|modified| modified.elapsed().unwrap_or_default());
            if age.is_ok_and(|age| age > KEPT) {
                let path = entry.path();
                let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_asked_for_in_a_long_time_goes_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("assets"));
        let keep = |name: &str| store.keep_file(store.draft().unwrap(), name).unwrap();
        let (old, used) = (keep("old"), keep("used"));
        for path in [&old, &used] {
            File::open(path).unwrap().set_modified(SystemTime::now() - KEPT - Duration::from_secs(1)).unwrap();
        }
        assert!(store.kept("used").is_some());
        keep("new");
        assert!(!old.exists() && used.exists() && store.kept("new").is_some());
        assert_eq!(fs::read_dir(&store.folder).unwrap().count(), 2, "no draft is left");
    }
}
