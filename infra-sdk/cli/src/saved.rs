//! Saved plans as files.

use std::fs;
use std::path::Path;

use infra_plan::SavedPlan;

use crate::error::{Error, file};
use crate::folder;

/// Writes a saved plan.
pub(crate) fn write(path: &Path, plan: &SavedPlan) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(plan).map_err(|error| file("write", path)(error.into()))?;
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
