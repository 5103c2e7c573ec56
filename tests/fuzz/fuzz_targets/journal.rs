//! Any bytes as a journal: read, repaired, planned and destroyed, or refused with words.

#![no_main]

use infra_apply::FileLog;
use infra_plan::{Observed, plan_destroy};
use libfuzzer_sys::fuzz_target;

const OF: &str = "airaware/local";

fuzz_target!(|bytes: &[u8]| {
    let Ok(folder) = tempfile::tempdir() else { return };
    let path = folder.path().join("journal");
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
                drop(FileLog::open(&path, OF, || "salt".to_owned()));
            }
        }
    }
});
