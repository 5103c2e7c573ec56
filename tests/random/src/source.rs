//! A story as Rust source: a test that a person can paste, run and read.

use std::fmt::Write as _;

use crate::place::placed;
use crate::story::{Chapter, Drift, Operation, Story};
use crate::trouble::{self, Trouble, Unmet};
use crate::within::selection;
use crate::written::written;

/// The source of a test that tells the story. The victims of faults are named as numbers among what is in the cloud at that
/// time, since the text does not know that.
pub fn source(story: &Story) -> String {
    let story = &placed(story);
    let mut text = String::from("#[test]\nfn the_story() {\n    let mut world = World::new().recreating();\n");
    let (seed, seen, ready) = (story.seed, story.seed % 3, story.seed % 4);
    let _ =
        writeln!(text, "    world.cloud.take_time({seed});\n    world.cloud.seen_after({seen});\n    world.cloud.ready_after({ready});");
    if story.chapters.iter().any(|chapter| chapter.retypes) {
        text.push_str("    world.cloud.alias(\"toy:run/crew\", \"toy:run/fleet\");\n");
    }
    for (number, chapter) in story.chapters.iter().enumerate() {
        let _ = writeln!(text, "    let program_{number} = |stack: &Stack| {{\n{}    }};", written(&chapter.lines));
        if let Some(travel) = &chapter.travel {
            let _ = writeln!(
                text,
                "    // Of what is deployed, some goes to another stack with all that is joined to it, and back: {travel:?}."
            );
        }
        if chapter.in_the_end {
            text.push_str("    // Until that is deployed, what treats its resources is said by `stack.transform` instead.\n");
        }
        if chapter.by_hand {
            text.push_str("    // A person gives what is deployed its new names in the state, instead of `moved_from`.\n");
        }
        for at in &chapter.forgets {
            let _ = writeln!(
                text,
                "    // Resource {at} of what is deployed is forgotten; if it uses anything, it is deleted with what uses it."
            );
        }
        let imports = chapter.lines.iter().filter(|line| line.options.import.is_some());
        for line in imports {
            let _ = writeln!(text, "    // If the state has {}, it is forgotten, and the program imports its object.", line.name);
        }
        for drift in &chapter.drifts {
            let _ = match drift {
                Drift::Gone(at) => writeln!(text, "    // Object {at} of the cloud is deleted by somebody else."),
                Drift::Changed(at) => writeln!(text, "    // Object {at} of the cloud is changed by somebody else."),
            };
        }
        for (operation, trouble) in &chapter.troubles {
            suffered(&mut text, chapter, number, *operation, trouble);
            if chapter.settles {
                text.push_str("    // A person settles what is in doubt.\n");
            }
        }
        match chapter.then {
            Operation::Deploy => {}
            Operation::Refresh => text.push_str("    world.refresh().unwrap();\n"),
            Operation::Destroy => text.push_str("    drop(world.try_destroy());\n"),
            Operation::Saved => {
                let saved = format!("world.save_plan(&program_{number}, json!({{}}), &Selection::default()).ok()");
                let _ = writeln!(text, "    world.allowed = {saved};");
                let _ = writeln!(text, "    drop({});\n    world.allowed = None;", called(chapter, number, Operation::Deploy, ""));
            }
            limited => drop(writeln!(text, "    drop({});", called(chapter, number, limited, ""))),
        }
        let _ = writeln!(text, "    world.deploy(&program_{number}, json!({{}})).complete();");
        let _ = writeln!(text, "    assert!(!world.plan(&program_{number}, json!({{}})).unwrap().has_changes());");
    }
    let end = Chapter::default();
    for trouble in &story.end {
        suffered(&mut text, &end, 0, Operation::Destroy, trouble);
    }
    text.push_str("    world.destroy().complete();\n    assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());\n}\n");
    text
}

/// A run as a call; it ends at `crash`, if that says anything.
fn called(chapter: &Chapter, number: usize, operation: Operation, crash: &str) -> String {
    let until = if crash.is_empty() { "" } else { "_until" };
    let selection = selection(&chapter.lines, operation);
    let ends = matches!(operation, Operation::Destroy | Operation::End(_) | Operation::Spare(_));
    match (selection, ends) {
        _ if operation == Operation::Refresh => "world.refresh()".to_owned(),
        (None, true) if crash.is_empty() => "world.try_destroy()".to_owned(),
        (None, true) => format!("world.destroy_until({})", crash.trim_start_matches(", ")),
        (selection, true) => format!("world.destroy_within{until}(&{:?}{crash})", selection.unwrap_or_default()),
        (selection, false) => {
            format!("world.deploy_within{until}(&program_{number}, json!({{}}), &{:?}{crash})", selection.unwrap_or_default())
        }
    }
}

fn suffered(text: &mut String, chapter: &Chapter, number: usize, operation: Operation, trouble: &Trouble) {
    for (at, wrong) in &trouble.faults {
        for line in trouble::written(&format!("<resource {at}>"), *wrong) {
            let _ = writeln!(text, "    {line}");
        }
    }
    if let Some(after) = trouble.interrupt {
        let _ = writeln!(text, "    world.interrupt_after = Some(Duration::from_millis({after}));");
    }
    if let Some((at, unmet)) = trouble.unmet {
        let lines = &chapter.lines;
        let name = lines.get(at % lines.len().max(1)).map_or("none", |line| &*line.name);
        let condition = if unmet == Unmet::Before { "precondition" } else { "postcondition" };
        let _ = writeln!(text, "    // In this run a {condition} of {name} does not hold.");
    }
    let crash = trouble.crash.map(|crash| format!(", Crash::{crash:?}")).unwrap_or_default();
    let _ = writeln!(text, "    drop({});", called(chapter, number, operation, &crash));
    if trouble.interrupt.is_some() {
        text.push_str("    world.interrupt_after = None;\n");
    }
    text.push_str("    world.cloud.heal();\n");
}
