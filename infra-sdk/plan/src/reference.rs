//! Outputs of other stacks: what is remembered of them, and what the reader should know.

use infra_core::{Graph, Value};

use crate::state::{References, State};

/// The outputs of other stacks that a graph uses, in the form that may be stored. What is left out of a plan goes on to use
/// what it used.
pub(crate) fn references(graph: &Graph, state: &State, partial: bool) -> References {
    let mut all = if partial { state.references.clone() } else { References::new() };
    for (stack, outputs) in &graph.references {
        let outputs = outputs.iter().map(|(name, value)| (name.clone(), value.digested(&state.salt)));
        all.entry(stack.clone()).or_default().extend(outputs);
    }
    all
}

/// Which of them are not what they were when this stack was deployed last.
pub(crate) fn notes(graph: &Graph, state: &State) -> Vec<String> {
    let mut notes = Vec::new();
    for (stack, outputs) in &graph.references {
        for (name, new) in outputs {
            let Some(old) = state.references.get(stack).and_then(|outputs| outputs.get(name)) else { continue };
            if !new.is_same(old, &state.salt) {
                let (old, new) = (shown(old), shown(new));
                notes.push(format!("output `{name}` of stack `{stack}` has changed since the last deployment: {old} -> {new}"));
            }
        }
    }
    notes
}

fn shown(value: &Value) -> String {
    let text = value.redacted().to_string();
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("{short}…") } else { text }
}
