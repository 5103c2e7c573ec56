//! Who has a locked file, in a file beside it. The lock itself is the system's, and ends with its process; this only
//! tells the others whom they wait for.

use std::fs;
use std::path::{Path, PathBuf};

use super::holder::Holder;

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".holder");
    PathBuf::from(name)
}

/// Says who has just locked a file. That it cannot be said, as on a full disk, is no reason to stop.
pub(crate) fn announce(path: &Path, holder: Option<&Holder>) {
    match holder.and_then(|holder| serde_json::to_vec(holder).ok()) {
        Some(json) => drop(fs::write(beside(path), json)),
        None => withdraw(path),
    }
}

/// Says that nobody has it any more, just before that is so.
pub(crate) fn withdraw(path: &Path) {
    let _ = fs::remove_file(beside(path));
}

/// Who has a file that is locked, if that is said.
pub(crate) fn holder(path: &Path) -> Option<Box<Holder>> {
    serde_json::from_slice(&fs::read(beside(path)).ok()?).ok()
}
