//! A condition that does not hold: what it keeps from happening.

use crate::line::Line;
use crate::place::{in_cloud, known_by};
use crate::trouble::{Trouble, Unmet};

/// The line of which a condition does not hold in a run, and which.
pub(crate) fn unmet(lines: &[Line], trouble: &Trouble) -> Option<(String, Unmet)> {
    let (at, unmet) = trouble.unmet?;
    Some((lines.get(at % lines.len().max(1))?.name.clone(), unmet))
}

/// What must hold before kept the resource from being made and changed; what must hold after, all that uses it.
pub(crate) fn kept(lines: &[Line], (name, unmet): &(String, Unmet), changes: &[String]) -> Result<(), String> {
    let Some(line) = lines.iter().find(|line| line.name == *name) else { return Ok(()) };
    let made = |line: &Line, change: &String| {
        let kind = in_cloud(line.kind()).rsplit('/').next().unwrap_or_default();
        let [verb, of, name] = change.splitn(3, ' ').collect::<Vec<_>>()[..] else { return false };
        matches!(verb, "create" | "update") && of == kind && known_by(name) == line.name
    };
    let Some(last) = changes.iter().rposition(|change| made(line, change)) else { return Ok(()) };
    if *unmet == Unmet::Before {
        return Err(format!("{name} was touched although what must hold before does not: {changes:?}"));
    }
    let at = lines.iter().position(|line| line.name == *name).unwrap_or_default();
    let uses = |user: &&Line| reaches(lines, user, at);
    let waits = |user: &&Line| changes[last..].iter().any(|change| made(user, change));
    match lines.iter().filter(uses).find(waits) {
        Some(user) => Err(format!("{} did not wait for what must hold of {name}: {changes:?}", user.name)),
        None => Ok(()),
    }
}

/// Whether a line says that it needs another one, directly or through others.
fn reaches(lines: &[Line], line: &Line, other: usize) -> bool {
    line.needs().into_iter().any(|need| need == other || reaches(lines, &lines[need], other))
}
