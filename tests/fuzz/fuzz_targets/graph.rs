//! Any bytes as what a program declares: planned, or refused with words.

#![no_main]

use infra_core::Graph;
use infra_plan::{Observed, RenderOptions, State, plan, render};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(graph) = serde_json::from_slice::<Graph>(bytes)
        && let Ok(plan) = plan(&graph, &State::new("salt"), &Observed::default())
    {
        let _ = render(&plan, &RenderOptions { width: 80, colour: false });
    }
});
