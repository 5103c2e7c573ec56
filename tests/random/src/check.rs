//! What must hold of every story.
//!
//! The simulated cloud refuses to delete what is used, to refer to what is gone, and to have two of what is unique, so
//! that a wrong order of steps fails here. A second world, to which nothing happens, says how the first must look.

use std::collections::BTreeSet;

use infra_apply::PlanError;
use infra_plan::{Action, Selection};
use infra_testing::Deployed;

use crate::hand::{drift, forget, import, renamed, saved};
use crate::line::{Line, What, both, needed, without};
use crate::out::{ATTEMPTS, Out, held, refused, with};
use crate::place::{in_cloud, known_by, placed};
use crate::same::same;
use crate::silent::{silent, silent_plan};
use crate::stage::Stage;
use crate::story::{Chapter, Operation, Story};
use crate::travel::travelled;
use crate::within::within;

/// What does not hold, in words; nothing if all does.
///
/// # Errors
/// With the first thing that does not.
pub fn check(story: &Story) -> Result<(), String> {
    let story = placed(story);
    let (mut stage, mut fair) = (Stage::new(), Stage::new());
    let folder = story.hooked.then(tempfile::tempdir).transpose().map_err(|error| error.to_string())?;
    stage.log = folder.as_ref().map(|folder| folder.path().join("log"));
    // However many calls are made at a time, the end is the same.
    match story.seed % 5 {
        0 => stage.world.parallel = 1,
        1 => fair.world.parallel = 1,
        _ => {}
    }
    stage.world.cloud.take_time(story.seed);
    stage.world.cloud.seen_after((story.seed % 3) as u32);
    stage.world.cloud.ready_after((story.seed % 4) as u32);
    // In half of the clouds a network takes its parts along.
    let contained = story.seed % 2 == 1;
    if contained {
        stage.world.cloud.contain("toy:net/part", "net");
        fair.world.cloud.contain("toy:net/part", "net");
    }
    let lines_of =
        |lines: &[Line]| -> Vec<Line> { lines.iter().cloned().map(|line| if contained { line } else { uncontained(line) }).collect() };
    // What is left in the cloud on purpose: how often, depends on what went wrong.
    let mut left: BTreeSet<String> = BTreeSet::new();
    // After a destruction that only one world knows, what programs do not manage may differ.
    let mut parted = false;
    // An object whose companion is named in the very run that replaces that one, and dies, is not replaced by the next run: the
    // same holds of it.
    parted |= story.chapters.iter().any(|chapter| chapter.lines.iter().any(|line| line.options.replace_with.is_some()));
    let mut before: Vec<Line> = Vec::new();
    for (number, chapter) in story.chapters.iter().enumerate() {
        let mut chapter = Chapter { lines: lines_of(&chapter.lines), ..chapter.clone() };
        let about = |problem: String| format!("chapter {number}: {problem}");
        left.extend(chapter.lines.iter().filter(|line| line.options.retain_on_delete).map(|line| line.name.clone()));
        stage.said.in_the_end = chapter.in_the_end;
        let stages = &mut [&mut stage, &mut fair];
        if let Some(travel) = &chapter.travel {
            before = travelled(stages, &before, travel).map_err(|problem| about(format!("on the way to another stack: {problem}")))?;
        }
        if chapter.by_hand {
            renamed(stages, &mut before, &mut chapter.lines).map_err(about)?;
        }
        forget(stages, &before, &mut chapter, &mut left);
        drift(&stage.world, &fair.world, &chapter.drifts);
        import(&mut stage, &mut fair, &before, &mut chapter);
        let known: BTreeSet<String> = stage.world.cloud.objects().into_keys().collect();
        for (operation, trouble) in &chapter.troubles {
            stage.suffer(&chapter.lines, *operation, trouble).map_err(about)?;
            if chapter.settles {
                stage.settle().map_err(about)?;
            }
            parted |= !matches!(operation, Operation::Deploy | Operation::Refresh);
        }
        // What is protected in only one of them may keep that one from being destroyed.
        parted |= !matches!(chapter.then, Operation::Deploy | Operation::Refresh) && !chapter.troubles.is_empty();
        let lines = through(&mut stage, &mut fair, &before, &chapter).map_err(about)?;
        hooked(&stage, &lines, &known).map_err(about)?;
        same(&stage.world, &fair.world, &left, parted).map_err(about)?;
        said_either_way(&mut stage, &lines).map_err(about)?;
        before = lines;
    }
    for trouble in &story.end {
        stage.suffer(&[], Operation::Destroy, trouble)?;
    }
    let free = with(before, &[Out::Unprotected].into());
    let free = ways_out(&mut [&mut stage], &free, &free)?;
    finish(&mut stage, &free)?;
    let destroyed = destroy(&mut stage)?;
    completed(&free, &free, &destroyed.changes)?;
    let world = &stage.world;
    let objects = world.cloud.objects().into_values().map(|object| object.name);
    let orphans: Vec<String> = objects.filter(|name| !left.contains(known_by(name))).collect();
    match (orphans.is_empty(), world.state.rows.is_empty()) {
        (true, true) => Ok(()),
        (false, _) => Err(format!("after the end the cloud has {orphans:?}")),
        (_, false) => Err(format!("after the end the state has {:?}", world.state.rows.keys().collect::<Vec<_>>())),
    }
}

/// Where a program says its options makes no difference.
fn said_either_way(stage: &mut Stage, lines: &[Line]) -> Result<(), String> {
    if !std::mem::take(&mut stage.said.in_the_end) {
        return Ok(());
    }
    let plan = stage.plan(lines).map_err(|error| format!("options that are said where they belong are refused: {error}"))?;
    match plan.has_changes() {
        true => Err(format!("options that are said where they belong change something: {:#?}", plan.steps)),
        false => Ok(()),
    }
}

fn uncontained(mut line: Line) -> Line {
    line.options.deleted_with = None;
    line
}

/// Deploys a chapter's program in both worlds, with nothing in the way; returns the lines as they were deployed.
fn through(stage: &mut Stage, fair: &mut Stage, before: &[Line], chapter: &Chapter) -> Result<Vec<Line>, String> {
    for stage in [&mut *stage, &mut *fair] {
        match chapter.then {
            Operation::Deploy => {}
            Operation::Refresh => {
                let seen = stage.world.cloud.objects();
                stage.world.refresh().map_err(|error| format!("the refresh failed: {error}"))?;
                if stage.world.cloud.objects() != seen {
                    return Err("a refresh changed the cloud".into());
                }
            }
            Operation::Destroy => match stage.world.try_destroy() {
                Ok(deployed) => drop(whole(stage, deployed)?),
                Err(PlanError::Wrong(_)) => {}
                Err(error) => return Err(format!("the destruction was refused: {error}")),
            },
            Operation::Saved => saved(stage, &chapter.lines)?,
            limited => within(stage, &chapter.lines, limited)?,
        }
    }
    let lines = ways_out(&mut [&mut *stage, &mut *fair], before, &chapter.lines)?;
    for stage in [&mut *stage, &mut *fair] {
        let planned = stage.plan(&lines).map_err(|error| format!("the second plan was refused: {error}"))?;
        let again = finish(stage, &lines)?;
        if again.plan.has_changes() || !again.changes.is_empty() || !stage.world.trace.records.is_empty() {
            return Err(format!("there is more to do after a deployment: {:#?}, {:#?}", again.plan.steps, stage.world.trace.records));
        }
        if serde_json::to_string(&planned).ok() != serde_json::to_string(&again.plan).ok() {
            return Err("the same question has two plans".into());
        }
    }
    Ok(lines)
}

/// Deploys a program in all of the worlds. Where it asks for what cannot be, a person changes it, and deploys again; returns the
/// program that was deployed.
pub(crate) fn ways_out(stages: &mut [&mut Stage], before: &[Line], lines: &[Line]) -> Result<Vec<Line>, String> {
    deployed_somehow(stages, before, lines, false)
}

/// As [`ways_out`]; `lifts` says that this deployment is the one that takes all protection away.
fn deployed_somehow(stages: &mut [&mut Stage], before: &[Line], lines: &[Line], lifts: bool) -> Result<Vec<Line>, String> {
    let (mut lines, mut before, mut tried) = (lines.to_vec(), before.to_vec(), Vec::new());
    for _ in 0..ATTEMPTS {
        let mut outs = BTreeSet::new();
        for stage in &mut *stages {
            outs.extend(is_refused(stage, &lines)?);
        }
        if outs.is_empty() {
            outs = all_deployed(stages, &before, &lines)?;
        }
        if outs.is_empty() {
            return Ok(lines);
        }
        let outs: BTreeSet<Out> = outs.into_iter().map(|out| out.after(&tried)).collect();
        tried.push(outs.clone());
        (lines, before) = (with(lines, &outs), with(before, &outs));
        if outs.contains(&Out::Unprotected) && !lifts {
            // Everything that may be protected is declared once without that, and then the program once more.
            let lifted = both(&lines, &before);
            before = deployed_somehow(stages, &lifted, &lifted, true)?;
        }
        let away = outs.iter().filter_map(Out::away).fold(lines.clone(), |lines, name| {
            let at = lines.iter().position(|line| line.name == name);
            at.map_or(lines.clone(), |at| without(&lines, at))
        });
        for name in outs.iter().filter_map(Out::away) {
            stages.iter_mut().for_each(|stage| removed_if_protected(stage, name));
        }
        if away != lines {
            all_deployed(stages, &before, &away)?;
        }
    }
    Err(format!("no way out is enough, of {tried:?}: {lines:#?}"))
}

/// What stays protected, since the run that was to say otherwise could not come to it, is deleted by hand.
fn removed_if_protected(stage: &mut Stage, name: &str) {
    let state = &stage.world.state;
    let protected = state.rows.iter().filter(|(address, row)| {
        known_by(address.name()) == name && row.object.iter().chain(&row.old).any(|object| object.lifecycle.protect)
    });
    for address in protected.map(|(address, _)| address.clone()).collect::<Vec<_>>() {
        let objects = stage.world.cloud.objects().into_values();
        let named: Vec<_> = objects.filter(|object| &*object.kind == in_cloud(address.kind()) && known_by(&object.name) == name).collect();
        for object in named {
            stage.world.cloud.remove(&object.kind, &object.name);
        }
        stage.world.state.apply(infra_plan::Record::Forgotten { address });
    }
}

/// Deploys a program in all of the worlds, and says what a person has to change where that is all that stands in the way.
fn all_deployed(stages: &mut [&mut Stage], before: &[Line], lines: &[Line]) -> Result<BTreeSet<Out>, String> {
    let mut outs = BTreeSet::new();
    for stage in stages {
        outs.extend(deployed(stage, before, lines)?);
    }
    Ok(outs)
}

/// Deploys a program, and says what a person has to change where that is all that stands in the way.
fn deployed(stage: &mut Stage, before: &[Line], lines: &[Line]) -> Result<BTreeSet<Out>, String> {
    match stage.deploy(lines, &Selection::default()) {
        Ok(deployed) => {
            let held = held(stage, lines, &deployed);
            if !held.is_empty() {
                return Ok(held);
            }
            completed(before, lines, &whole(stage, deployed)?.changes)?;
            Ok(BTreeSet::new())
        }
        Err(error) => refused(&error, lines).ok_or_else(|| format!("the deployment was refused: {error}")),
    }
}

/// What stands against a program before anything has happened.
fn is_refused(stage: &mut Stage, lines: &[Line]) -> Result<BTreeSet<Out>, String> {
    let world = &stage.world;
    let mut objects = world.state.rows.values().flat_map(|row| row.object.iter().chain(&row.old));
    let in_doubt = world.state.rows.values().any(|row| row.intent.is_some());
    let declared = lines.iter().any(|line| line.options.protect);
    if !in_doubt && !declared && !objects.any(|object| object.lifecycle.protect) {
        return Ok(BTreeSet::new());
    }
    let (objects, rows) = (world.cloud.objects(), world.state.rows.clone());
    let refused = match stage.plan(lines) {
        Ok(_) => BTreeSet::new(),
        Err(error) => refused(&error, lines).ok_or_else(|| format!("the plan was refused: {error}"))?,
    };
    if stage.world.cloud.objects() != objects || stage.world.state.rows != rows {
        return Err("a plan changed something".into());
    }
    Ok(refused)
}

fn finish(stage: &mut Stage, lines: &[Line]) -> Result<Deployed, String> {
    let deployed = stage.deploy(lines, &Selection::default()).map_err(|error| format!("the deployment was refused: {error}"))?;
    whole(stage, deployed)
}

fn destroy(stage: &mut Stage) -> Result<Deployed, String> {
    let deployed = stage.world.try_destroy().map_err(|error| format!("the destruction was refused: {error}"))?;
    whole(stage, deployed)
}

/// A deployment went through, did what was planned and nothing else, and told no secret.
pub(crate) fn whole(stage: &Stage, deployed: Deployed) -> Result<Deployed, String> {
    silent(&stage.world)?;
    if !deployed.outcome.is_complete() {
        let failed: Vec<String> = deployed.outcome.failed.iter().map(|(address, problem)| format!("{address}: {problem}")).collect();
        return Err(format!("failed: {failed:#?}; skipped: {:?}", deployed.outcome.skipped));
    }
    let mut planned = BTreeSet::new();
    for plan in std::iter::once(&deployed.plan).chain(&deployed.later) {
        silent_plan(plan)?;
        for step in &plan.steps {
            let verbs: &[&str] = match step.action {
                // A create may need another call to be as asked.
                Action::Create { .. } => &["create", "update"],
                Action::Update { .. } | Action::Adopt { .. } => &["update"],
                Action::Delete { .. } => &["delete"],
                _ => &[],
            };
            let kind = in_cloud(step.address.kind()).rsplit('/').next().unwrap_or_default();
            planned.extend(verbs.iter().map(|verb| format!("{verb} {kind} {}", known_by(step.address.name()))));
        }
    }
    let known = |change: &String| change.rsplit_once(' ').map(|(call, name)| format!("{call} {}", known_by(name))).unwrap_or_default();
    match deployed.changes.iter().find(|change| !planned.contains(&known(change))) {
        Some(change) => Err(format!("a call that was not planned: {change}")),
        None => Ok(deployed),
    }
}

/// What needs a network was made after what makes the network complete, and deleted before it: where nothing but making or
/// nothing but deleting was done. What the way itself needs, or needed in the program before, comes first and goes last.
fn completed(before: &[Line], lines: &[Line], changes: &[String]) -> Result<(), String> {
    for verb in ["create", "delete"] {
        if changes.iter().any(|change| !change.starts_with(verb)) {
            continue;
        }
        let at = |line: &Line| {
            let kind = in_cloud(line.kind()).rsplit('/').next().unwrap_or_default();
            changes.iter().position(|change| {
                change
                    .strip_prefix(verb)
                    .and_then(|call| call.trim_start().split_once(' '))
                    .is_some_and(|(of, name)| of == kind && known_by(name) == line.name)
            })
        };
        for way in lines.iter().filter(|line| matches!(line.what, What::Way { .. })) {
            let (Some(way_at), Some(net)) = (at(way), way.net()) else { continue };
            let mut own = needed(lines, way.needs().iter().map(|need| &*lines[*need].name));
            if let Some(was) = before.iter().find(|was| was.name == way.name) {
                own.extend(needed(before, was.needs().iter().map(|need| &*before[*need].name)));
            }
            let users = lines.iter().filter(|line| !matches!(line.what, What::Way { .. }) && line.needs().contains(&net));
            for user in users.filter(|user| !own.contains(&*user.name)) {
                let Some(user_at) = at(user) else { continue };
                if (verb == "create") == (user_at < way_at) {
                    return Err(format!("{} did not wait for what completes its network: {changes:?}", user.name));
                }
            }
        }
    }
    Ok(())
}

/// The hook after the making of each object that this chapter made has run.
fn hooked(stage: &Stage, lines: &[Line], known: &BTreeSet<String>) -> Result<(), String> {
    let Some(log) = &stage.log else { return Ok(()) };
    let notes = std::fs::read_to_string(log).unwrap_or_default();
    for line in lines.iter().filter(|line| line.options.hooks >> 1 & 1 == 1) {
        let Some(object) = stage.row(line.kind(), &line.name).and_then(|(_, row)| row.object.as_ref()) else { continue };
        let word = format!("1 {}", object.id);
        if !known.contains(&object.id) && notes.lines().all(|note| note != word) {
            return Err(format!("the hook after the making of {} never ran, only: {notes}", object.id));
        }
    }
    Ok(())
}
