//! Saved plans as files.

use std::fs;
use std::path::Path;

use infra_apply::Journal;
use infra_plan::SavedPlan;

use crate::error::{Error, file};
use crate::folder;

/// Writes a saved plan, sealed with the journal's key where that has one.
pub(crate) fn write(path: &Path, mut plan: SavedPlan, journal: &Journal) -> Result<(), Error> {
    if let Some(seal) = journal.seal() {
        seal.seal_plan(&mut plan)?;
    }
    let text = serde_json::to_string_pretty(&plan).map_err(|error| file("write", path)(error.into()))?;
    folder::write(path, format!("{text}\n").as_bytes())
}

/// Reads a saved plan.
pub(crate) fn read(path: &Path) -> Result<SavedPlan, Error> {
    let text = fs::read_to_string(path).map_err(file("read", path))?;
    serde_json::from_str(&text).map_err(|error| Error::Refused {
        problem: format!("{} is no saved plan that this infra reads: {error}", crate::show::path(path)),
        help: "make one with `infra plan STACK --out FILE`, with the same version of infra".into(),
    })
}

/// Opens what is sealed in a saved plan that was made for this journal.
pub(crate) fn open(plan: &mut SavedPlan, journal: &Journal) -> Result<(), Error> {
    let Some(seal) = journal.seal() else { return Ok(()) };
    seal.open_plan(plan).map_err(|error| Error::Refused {
        problem: format!("the saved plan cannot be opened: {error}"),
        help: "make the plan anew, and look at it again".into(),
    })
}
