//! Any records that can be read, in any order: the state that they make can be written, read, planned and destroyed.

#![no_main]

use infra_core::Graph;
use infra_plan::{Observed, Record, State, plan, plan_destroy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut state = State::new("salt");
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(record) = serde_json::from_slice::<Record>(line) {
            state.apply(record);
        }
    }
    let Ok(text) = serde_json::to_string(&state) else { return };
    let read: State = serde_json::from_str(&text).expect("a state that was written can be read");
    assert_eq!(read, state);
    let _ = plan_destroy("hello", &state, &Observed::default(), ToString::to_string);
    let _ = plan(&Graph::empty("hello"), &state, &Observed::default());
});
