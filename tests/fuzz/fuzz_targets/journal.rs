//! Any bytes as a journal: read, repaired, planned and destroyed, or refused with words.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use infra_apply::FileLog;
use infra_plan::{Observed, plan_destroy};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

const OF: &str = "airaware/local";

/// One folder for all runs, in memory where there is such a place: making one, and waiting for a disk at every record, takes
/// ten times as long as all that is to be tested.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a folder for the journals")
});

fuzz_target!(|bytes: &[u8]| {
    // What the last run left, a copy from before a repair among it, is not part of this one.
    for old in std::fs::read_dir(FOLDER.path()).into_iter().flatten().flatten() {
        let _ = std::fs::remove_file(old.path());
    }
    let path = FOLDER.path().join("journal");
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let history = FileLog::history(&path, OF);
    match FileLog::open(&path, OF, || "salt".to_owned()) {
        Ok((journal, _)) => {
            let state = journal.state();
            let _ = plan_destroy("hello", state, &Observed::default(), ToString::to_string);
            if let Ok(Some(history)) = history {
                assert_eq!(history.state_at(state.serial).as_ref().map(|state| state.serial), Some(state.serial));
            }
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            // What cannot be opened can be repaired, or a repair says why not.
            if matches!(FileLog::repair(&path, OF, |_| true), Ok(Some(_))) {
                assert!(FileLog::open(&path, OF, || "salt".to_owned()).is_ok());
            }
        }
    }
});
