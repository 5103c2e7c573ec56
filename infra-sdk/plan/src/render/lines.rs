//! Long text by its lines.

use similar::{ChangeTag, TextDiff};

use super::Style;

/// How many lines of a new text are shown.
const SHOWN: usize = 12;

/// A new text's first lines, and how many more there are.
pub(super) fn shown(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.len() > SHOWN + 1 {
        let more = lines.len() - SHOWN;
        lines.truncate(SHOWN);
        lines.push(format!("… and {more} more lines"));
    }
    lines
}

/// Words broken into lines of at most `room` columns, where they can be.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            let taken = line.chars().count();
            if taken > 0 && taken + 1 + word.chars().count() > room {
                lines.push(word.to_owned());
            } else {
                line.push_str(if taken > 0 { " " } else { "" });
                line.push_str(word);
            }
        }
    }
    lines
}

/// The lines that differ, each with a neighbour on either side. A comma at a line's end makes no difference, since it only
/// says that another line follows.
pub(super) fn changed(before: &str, after: &str) -> Vec<(Style, String)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let essence = |lines: &[&'_ str]| lines.iter().map(|line| line.trim_end_matches(',').to_owned()).collect::<Vec<_>>();
    let (bare_old, bare_new) = (essence(&old), essence(&new));
    let (bare_old, bare_new): (Vec<&str>, Vec<&str>) =
        (bare_old.iter().map(String::as_str).collect(), bare_new.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&bare_old, &bare_new);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(1).iter().enumerate() {
        if index > 0 {
            lines.push((Style::Dim, "…".to_owned()));
        }
        let start = lines.len();
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let style = match change.tag() {
                ChangeTag::Delete => Style::Remove,
                ChangeTag::Insert => Style::Add,
                ChangeTag::Equal => Style::Dim,
            };
            let line = match (change.old_index(), change.new_index()) {
                (_, Some(at)) => new.get(at),
                (at, None) => at.and_then(|at| old.get(at)),
            };
            lines.push((style, line.copied().unwrap_or_default().to_owned()));
        }
        // What all lines are indented by says nothing, and takes room.
        let indent = |line: &str| line.chars().take_while(|char| *char == ' ').count();
        let common = lines[start..].iter().filter(|(_, line)| !line.trim().is_empty()).map(|(_, line)| indent(line)).min();
        for (_, line) in &mut lines[start..] {
            line.drain(..common.unwrap_or_default().min(indent(line)));
        }
    }
    lines
}
