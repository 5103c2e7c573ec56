//! Files that are shipped as they are.

use infra_core::{LocalFile, Lookup, Stack, Stop};
use serde::{Deserialize, Serialize};

/// One file, shipped as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetFile {
    pub(crate) path: String,
}

impl AssetFile {
    /// The file at a path, from the stack's folder.
    pub fn at(path: impl Into<String>) -> AssetFile {
        AssetFile { path: path.into() }
    }

    /// Has its digest taken.
    ///
    /// # Errors
    /// As [`Archive::add`](crate::Archive::add).
    #[track_caller]
    pub fn add(self, stack: &Stack) -> Result<LocalFile, Stop> {
        stack.lookup(self)
    }
}

impl Lookup for AssetFile {
    const KIND: &'static str = "asset:file";
    const LOCAL: bool = true;
    type Answer = LocalFile;
}

/// The files of a folder, each shipped as it is: for what is served file by file. The rules of what is left out are those of
/// [`Archive`](crate::Archive).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetFiles {
    pub(crate) folder: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) exclude: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) gitignore: bool,
}

/// A file of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFile {
    /// Its name from the folder, with `/` between the parts.
    pub name: String,
    /// The file.
    pub file: LocalFile,
}

impl AssetFiles {
    /// All files in a folder and below it; the folder is named from the stack's own.
    pub fn under(folder: impl Into<String>) -> AssetFiles {
        AssetFiles { folder: folder.into(), exclude: Vec::new(), gitignore: false }
    }

    /// Leaves out what fits a pattern of `.gitignore`'s form.
    #[must_use]
    pub fn exclude(mut self, pattern: impl Into<String>) -> AssetFiles {
        self.exclude.push(pattern.into());
        self
    }

    /// Leaves out, too, what git ignores.
    #[must_use]
    pub fn gitignore(mut self) -> AssetFiles {
        self.gitignore = true;
        self
    }

    /// Has their digests taken; they come by name.
    ///
    /// # Errors
    /// As [`Archive::add`](crate::Archive::add).
    #[track_caller]
    pub fn add(self, stack: &Stack) -> Result<Vec<NamedFile>, Stop> {
        stack.lookup(self)
    }
}

impl Lookup for AssetFiles {
    const KIND: &'static str = "asset:files";
    const LOCAL: bool = true;
    type Answer = Vec<NamedFile>;
}
