//! The sheet that a plan is written on: lines with their meaning, as wide as there is room.

use infra_core::Expr;

use super::style::Paint;
use super::{Style, lines, value};
use crate::plan::{Difference, Want};

/// A sheet.
pub(super) struct Page {
    /// What is written so far.
    pub(super) text: String,
    /// Colours.
    pub(super) paint: Paint,
    /// Columns.
    pub(super) width: usize,
    /// Where fields begin, in columns.
    pub(super) indent: usize,
    /// Whether every line begins with its meaning, as in a diff: for what colours diffs by their first column.
    pub(super) marks: bool,
}

impl Page {
    /// One line, `mark` being what all of it means.
    pub(super) fn line(&mut self, mark: Style, line: &str) {
        if self.marks {
            self.text.push_str(match mark {
                Style::Add => "+ ",
                Style::Remove => "- ",
                Style::Change | Style::Replace => "! ",
                Style::Plain | Style::Strong | Style::Dim => "  ",
            });
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Words that explain, at `indent`, broken where there is no room.
    pub(super) fn remark(&mut self, mark: Style, indent: usize, remark: &str) {
        for line in lines::wrapped(remark, self.room(indent)) {
            let line = format!("{:indent$}{}", "", self.paint.with(Style::Dim, &line));
            self.line(mark, &line);
        }
    }

    /// The columns that are left after some are taken.
    pub(super) fn room(&self, taken: usize) -> usize {
        self.width.saturating_sub(taken + if self.marks { 2 } else { 0 }).max(16)
    }

    fn label(&self, name: &str, names: usize) -> String {
        format!("{:indent$}{}", "", self.paint.with(Style::Dim, &format!("{name:names$}")), indent = self.indent)
    }

    /// The inputs of something new.
    pub(super) fn fields(&mut self, want: &Want) {
        let mut rows: Vec<(String, Expr)> = Vec::new();
        for (name, input) in &want.inputs {
            value::rows(name, input, &mut rows);
        }
        let names = self.names(rows.iter().map(|(name, _)| name.as_str()));
        for (name, input) in rows {
            let room = self.room(self.indent + names.max(name.chars().count()) + 2);
            let inner = self.room(self.indent + 4);
            match value::paragraph(&input).or_else(|| value::items(&input, inner)).or_else(|| value::tall(&input, room)) {
                Some(paragraph) => {
                    self.line(Style::Add, &self.label(&name, 0));
                    let indent = self.indent + 4;
                    for line in lines::shown(&paragraph) {
                        let line = format!("{:indent$}{}", "", value::shortened(&line, self.room(indent)));
                        self.line(Style::Add, &line);
                    }
                }
                None => {
                    let shown = value::shortened(&value::inline(&input), room);
                    self.line(Style::Add, &format!("{}  {shown}", self.label(&name, names)));
                }
            }
        }
    }

    /// How wide a column of names is; one name that is very long does not push all values aside.
    pub(super) fn names<'a>(&self, names: impl Iterator<Item = &'a str>) -> usize {
        let most = self.width * 9 / 20;
        names.map(|name| name.chars().count()).filter(|count| *count <= most).max().unwrap_or_default()
    }

    /// What differs.
    pub(super) fn differences(&mut self, changes: &[Difference]) {
        let names = self.names(changes.iter().map(|difference| difference.change.path.as_str()));
        for difference in changes {
            self.difference(difference, names);
        }
    }

    fn difference(&mut self, difference: &Difference, names: usize) {
        let change = &difference.change;
        let tail = match difference {
            Difference { drift: true, .. } => "  # changed outside of infra",
            Difference { forced: true, .. } => "  # replaces, as the program says",
            _ if change.replaces => "  # cannot change in place",
            _ => "",
        };
        let old = change.old.clone().map(Expr::Lit);
        let titled = |page: &Page| format!("{}{}", page.label(&change.path, 0), page.paint.with(Style::Dim, tail));
        let (before, after) = value::documents(old.as_ref(), change.new.as_ref());
        if let (Some(before), Some(after)) = (before, after) {
            self.line(Style::Plain, &titled(self));
            for (style, line) in lines::changed(&before, &after) {
                self.changed_line(style, &line);
            }
            return;
        }
        let room = self.room(self.indent + names.max(change.path.chars().count()) + 2 + tail.chars().count());
        let label = self.label(&change.path, names);
        let tail = self.paint.with(Style::Dim, tail);
        let (old, new) = (old.as_ref().map(value::inline), change.new.as_ref().map(value::inline));
        match (old, new) {
            (Some(old), Some(new)) if old.chars().count() + new.chars().count() + 3 <= room => {
                let (old, new) = (self.paint.with(Style::Remove, &old), self.paint.with(Style::Add, &new));
                self.line(Style::Change, &format!("{label}  {old} → {new}{tail}"));
            }
            // Where they do not fit side by side they stand below each other, and what differs is not cut away.
            (Some(old), Some(new)) => {
                self.line(Style::Plain, &titled(self));
                let (old, new) = value::around(&old, &new, self.room(self.indent + 4));
                self.changed_line(Style::Remove, &old);
                self.changed_line(Style::Add, &new);
            }
            (None, Some(new)) => {
                let new = self.paint.with(Style::Add, &format!("+ {}", value::shortened(&new, room.saturating_sub(2))));
                self.line(Style::Add, &format!("{label}  {new}{tail}"));
            }
            (Some(old), None) => {
                let old = self.paint.with(Style::Remove, &format!("- {}", value::shortened(&old, room.saturating_sub(2))));
                self.line(Style::Remove, &format!("{label}  {old}{tail}"));
            }
            (None, None) => {}
        }
    }

    /// A line of a text or document, before or after.
    fn changed_line(&mut self, style: Style, line: &str) {
        let mark = match style {
            Style::Add => "+",
            Style::Remove => "-",
            _ => " ",
        };
        let indent = self.indent + 2;
        // In a diff the first column says it already.
        let line = if self.marks { line.to_owned() } else { format!("{mark} {line}") };
        let line = value::shortened(&line, self.room(indent));
        let line = format!("{:indent$}{}", "", self.paint.with(style, line.trim_end()));
        self.line(style, &line);
    }
}
