//! Any bytes as a saved plan: refused with words, or compared with a state.

#![no_main]

use infra_plan::{SavedPlan, State};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(saved) = serde_json::from_slice::<SavedPlan>(bytes) {
        let text = serde_json::to_string(&saved).expect("a plan that was read can be written");
        assert!(serde_json::from_str::<SavedPlan>(&text).is_ok());
        let _ = saved.check_state("hello", &saved.environment, &State::new("salt"));
    }
});
