//! A story as Rust source: a test that a person can paste, run and read.

use std::fmt::Write as _;

use crate::line::written;
use crate::story::{Drift, Operation, Story};
use crate::trouble;

/// The source of a test that tells the story. The victims of faults are named as numbers among what is in the cloud at that
/// time, since the text does not know that.
pub fn source(story: &Story) -> String {
    let mut text = String::from("#[test]\nfn the_story() {\n    let mut world = World::new().recreating();\n");
    let (seed, seen, ready) = (story.seed, story.seed % 3, story.seed % 4);
    let _ =
        writeln!(text, "    world.cloud.take_time({seed});\n    world.cloud.seen_after({seen});\n    world.cloud.ready_after({ready});");
    for (number, chapter) in story.chapters.iter().enumerate() {
        let _ = writeln!(text, "    let program_{number} = |stack: &Stack| {{\n{}    }};", written(&chapter.lines));
        let _ = writeln!(text, "    let graph_{number} = world.graph(&program_{number}, json!({{}}));");
        for drift in &chapter.drifts {
            let _ = match drift {
                Drift::Gone(at) => writeln!(text, "    // Object {at} of the cloud is deleted by somebody else."),
                Drift::Changed(at) => writeln!(text, "    // Object {at} of the cloud is changed by somebody else."),
            };
        }
        for (operation, trouble) in &chapter.troubles {
            suffered(&mut text, number, *operation, trouble);
        }
        match chapter.then {
            Operation::Deploy => {}
            Operation::Refresh => text.push_str("    world.refresh().unwrap();\n"),
            Operation::Destroy => text.push_str("    drop(world.try_destroy());\n"),
            limited => drop(writeln!(text, "    // The deployment is limited first: {limited:?}")),
        }
        let _ = writeln!(text, "    world.deploy_graph(&graph_{number}).unwrap().complete();");
        let _ = writeln!(text, "    assert!(!world.plan_graph(&graph_{number}).unwrap().has_changes());");
    }
    for trouble in &story.end {
        suffered(&mut text, 0, Operation::Destroy, trouble);
    }
    text.push_str("    world.destroy().complete();\n    assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());\n}\n");
    text
}

fn suffered(text: &mut String, number: usize, operation: Operation, trouble: &trouble::Trouble) {
    for (at, wrong) in &trouble.faults {
        for line in trouble::written(&format!("<resource {at}>"), *wrong) {
            let _ = writeln!(text, "    {line}");
        }
    }
    let _ = match (operation, trouble.crash) {
        (Operation::Deploy, Some(crash)) => writeln!(text, "    world.deploy_until(&graph_{number}, Crash::{crash:?});"),
        (Operation::Deploy, None) => writeln!(text, "    drop(world.deploy_graph(&graph_{number}));"),
        (Operation::Destroy, Some(crash)) => writeln!(text, "    world.destroy_until(Crash::{crash:?});"),
        (Operation::Destroy, None) => writeln!(text, "    drop(world.try_destroy());"),
        (Operation::Refresh, _) => writeln!(text, "    drop(world.refresh());"),
        (limited, _) => writeln!(text, "    // A limited deployment goes wrong: {limited:?}"),
    };
    text.push_str("    world.cloud.heal();\n");
}
