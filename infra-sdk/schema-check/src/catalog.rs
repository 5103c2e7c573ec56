//! AWS's schemas as the package carries them: which types there are, and the schema of one.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;
use zip::ZipArchive;

use crate::error::Error;

/// The region whose types are taken: the one that has them all.
const PROVIDERS: &str = "cfnlint/data/schemas/providers/us-east-1.json";

/// The opened package.
pub(crate) struct Catalog {
    path: PathBuf,
    archive: ZipArchive<File>,
    /// The name of each type's schema in the archive.
    types: BTreeMap<String, String>,
}

impl Catalog {
    /// Opens the package.
    pub(crate) fn open(path: &Path) -> Result<Catalog, Error> {
        let file = File::open(path).map_err(|source| Error::File { path: path.into(), source })?;
        let archive = ZipArchive::new(file).map_err(|error| Error::Layout { path: path.into(), why: error.to_string() })?;
        let mut catalog = Catalog { path: path.into(), archive, types: BTreeMap::new() };
        catalog.types = catalog.json(PROVIDERS)?;
        Ok(catalog)
    }

    /// The schema of a type; none if AWS has no such type.
    pub(crate) fn schema(&mut self, name: &str) -> Result<Option<Value>, Error> {
        let Some(stem) = self.types.get(name) else { return Ok(None) };
        self.json(&format!("cfnlint/data/schemas/resources/{stem}.json")).map(Some)
    }

    fn json<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Error> {
        let path = self.path.clone();
        let layout = |why: String| Error::Layout { path, why: format!("{name}: {why}") };
        let text = match self.archive.by_name(name) {
            Ok(file) => std::io::read_to_string(file).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        text.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string())).map_err(layout)
    }
}
