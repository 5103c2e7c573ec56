//! What the resources of a story are called, chapter by chapter: some get another name or scope, and say which they had.

use std::collections::BTreeMap;

use crate::line::{Line, What};
use crate::story::Story;

/// What a resource is called in a chapter, and what it was called before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// The scope it is in, if any.
    pub scope: Option<u8>,
    /// What the scope was before, if the program says that: another scope, or none.
    pub scope_was: Option<Option<u8>>,
    /// How often it was renamed.
    pub renamed: u8,
    /// Whether it is a fleet that the program declares as a crew.
    pub crew: bool,
    /// The former name that the program says, if any: beside it, with `/` from the root of the stack, or with its type.
    pub was: Option<String>,
}

/// The type of fleets, which is also what the cloud calls crews.
pub(crate) const FLEET: &str = "toy:run/fleet";
/// Another type for the same objects.
pub(crate) const CREW: &str = "toy:run/crew";

/// What the cloud calls a type.
pub(crate) fn in_cloud(kind: &str) -> &str {
    if kind == CREW { FLEET } else { kind }
}

impl Place {
    /// The name within the scope of what is known as `name`.
    pub(crate) fn short(&self, name: &str) -> String {
        match self.renamed {
            0 => name.to_owned(),
            times => format!("{name}v{times}"),
        }
    }

    /// What stands before the names in its scope.
    pub(crate) fn prefix(&self) -> String {
        self.scope.map(|scope| format!("s{scope}/")).unwrap_or_default()
    }

    /// The name with the scope of what is known as `name`.
    pub(crate) fn full(&self, name: &str) -> String {
        self.prefix() + &self.short(name)
    }
}

/// What a full name of any chapter is known by.
pub(crate) fn known_by(full: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = match full.split_once('/') {
        Some((scope, rest)) if scope.strip_prefix('s').is_some_and(digits) => rest,
        _ => full,
    };
    match rest.rsplit_once('v') {
        Some((name, times)) if digits(times) => name,
        _ => rest,
    }
}

/// The story with every line called as its chapter's program calls it.
pub(crate) fn placed(story: &Story) -> Story {
    let mut story = story.clone();
    let mut renamed: BTreeMap<usize, u8> = BTreeMap::new();
    let mut before: BTreeMap<String, Place> = BTreeMap::new();
    let mut scope_before: Option<u8> = None;
    let mut crews = false;
    for (number, chapter) in story.chapters.iter_mut().enumerate() {
        if number > 0 {
            chapter.renames.iter().for_each(|at| *renamed.entry(*at).or_default() += 1);
        }
        // Another type is for a program to say; a person who names by hand keeps to the type.
        crews ^= number > 0 && chapter.retypes && !chapter.by_hand;
        let scope_was = (number > 0 && chapter.scope != scope_before).then_some(scope_before);
        for line in &mut chapter.lines {
            let at = position(line);
            let scope = chapter.scope.filter(|_| at % 3 != 0);
            let now = Place {
                scope,
                scope_was: scope_was.filter(|_| scope.is_some()),
                renamed: renamed.get(&at).copied().unwrap_or(0),
                crew: crews && matches!(line.what, What::Fleet { .. }),
                was: None,
            };
            let was = before.get(&line.name).and_then(|old| match (old.scope, scope) {
                _ if old.crew != now.crew => Some(format!("{}:{}", if old.crew { CREW } else { FLEET }, old.full(&line.name))),
                (Some(_), None) => Some(format!("/{}", old.full(&line.name))),
                _ => (old.renamed != now.renamed).then(|| old.short(&line.name)),
            });
            line.place = Place { was, ..now };
        }
        before = chapter.lines.iter().map(|line| (line.name.clone(), line.place.clone())).collect();
        scope_before = chapter.scope;
    }
    story
}

/// Which of the program's numbers a line was made from.
fn position(line: &Line) -> usize {
    let digits: String = line.name.chars().skip(1).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_chapter_is_known_by_the_first_one() {
        for (full, name) in [("r3", "r3"), ("s1/r2pnv2", "r2pn"), ("s0/d-r0/w1", "d-r0/w1"), ("d-r0/w1", "d-r0/w1"), ("r1v10", "r1")] {
            assert_eq!(known_by(full), name);
        }
    }
}
