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

/// The lines that differ, each with a neighbour on either side.
pub(super) fn changed(before: &str, after: &str) -> Vec<(Style, String)> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(1).iter().enumerate() {
        if index > 0 {
            lines.push((Style::Dim, "…".to_owned()));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let style = match change.tag() {
                ChangeTag::Delete => Style::Remove,
                ChangeTag::Insert => Style::Add,
                ChangeTag::Equal => Style::Dim,
            };
            lines.push((style, change.value().trim_end_matches('\n').to_owned()));
        }
    }
    lines
}
