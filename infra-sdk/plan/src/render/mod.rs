//! A plan as a person reads it: like a diff, one resource after the other, and a line that sums it up.

mod absent;
mod lines;
mod style;
mod value;

use std::fmt::Write as _;

use infra_core::{Expr, Hook, Moment};

use crate::plan::{Action, Difference, Export, Leave, Plan, Step, Want};
use style::Paint;

pub use style::Style;

/// How a plan is shown.
#[derive(Clone, Copy, Debug)]
pub struct RenderOptions {
    /// Columns of the terminal; longer values are shortened in their middle.
    pub width: usize,
    /// Whether to colour it.
    pub colour: bool,
}

impl Default for RenderOptions {
    fn default() -> RenderOptions {
        RenderOptions { width: 100, colour: false }
    }
}

/// Where fields begin, in columns.
const INDENT: usize = 6;

/// The plan as text, ending with a line break.
pub fn render(plan: &Plan, options: &RenderOptions) -> String {
    let mut page = Page { text: String::new(), paint: Paint::new(options.colour), width: options.width.max(40) };
    for (at, step) in plan.steps.iter().enumerate() {
        page.step(step, is_half_of_replacement(plan, at));
    }
    if !page.text.is_empty() && !page.text.ends_with("\n\n") {
        page.text.push('\n');
    }
    page.exports(&plan.exports);
    for line in absent::deferred(plan).into_iter().chain(absent::left_out(plan)) {
        let _ = writeln!(page.text, "  {}\n", page.paint.with(Style::Dim, &line));
    }
    for note in &plan.notes {
        let mark = page.paint.with(Style::Change, "!");
        let _ = writeln!(page.text, "{mark} {note}\n");
    }
    page.summary(plan);
    page.text
}

/// Whether a delete belongs to a replacement, whose heading announces it: then an edge joins it to the create. A delete
/// of an older generation waits for the create too, so the object that the create replaces is the last such delete.
fn is_half_of_replacement(plan: &Plan, at: usize) -> bool {
    let address = &plan.steps[at].address;
    let create =
        plan.steps.iter().position(|step| step.address == *address && matches!(step.action, Action::Create { replaces: Some(_), .. }));
    let Some(create) = create else { return false };
    let mut deletes =
        (0..plan.steps.len()).filter(|other| plan.steps[*other].address == *address && plan.steps[*other].action.is_parting());
    let joined = |delete: usize| plan.steps[create].after.contains(&delete) || plan.steps[delete].after.contains(&create);
    deletes.find(|delete| joined(*delete)) == Some(at)
}

struct Page {
    text: String,
    paint: Paint,
    width: usize,
}

impl Page {
    fn step(&mut self, step: &Step, half_of_replacement: bool) {
        match &step.action {
            Action::Create { want, replaces: None } => {
                self.heading(Style::Add, "+", step, "");
                self.fields(Style::Plain, want);
                self.hooks(&want.terms.hooks, |moment| matches!(moment, Moment::BeforeCreate | Moment::AfterCreate));
            }
            Action::Create { want, replaces: Some(replacement) } => {
                self.heading(Style::Replace, "±", step, &replacement.describe());
                if let Some(first) = &replacement.delete_first {
                    self.remark(&format!("the old one is deleted first: {first}"));
                }
                self.differences(&replacement.changes);
                self.hooks(&want.terms.hooks, |moment| matches!(moment, Moment::BeforeCreate | Moment::AfterCreate));
            }
            Action::Update { changes, id, want } => {
                let waits = match (changes.is_empty(), want.lifecycle.due.is_empty()) {
                    (true, true) => ", not ready yet when it was last seen: it is waited for",
                    (true, false) => ", whose hooks have still to run",
                    (false, _) => "",
                };
                self.heading(Style::Change, "~", step, &format!("{id}{waits}"));
                self.differences(changes);
                let moments = match changes.is_empty() {
                    true => Vec::new(),
                    false => vec![Moment::BeforeUpdate, Moment::AfterUpdate],
                };
                self.hooks(&want.terms.hooks, |moment| moments.contains(&moment) || want.lifecycle.due.contains(&moment));
            }
            Action::Delete { why: Leave::Replaced, hooks, .. } if half_of_replacement => {
                if hooks.is_empty() {
                    return;
                }
                self.heading(Style::Remove, "-", step, "which is replaced");
                self.hooks(hooks, |_| true);
            }
            Action::Sweep { why: Leave::Replaced, .. } if half_of_replacement => return,
            Action::Sweep { id, with, .. } => {
                self.heading(Style::Remove, "-", step, &format!("{id}, goes with {}", with.name()));
                return;
            }
            Action::Delete { id, why, hooks } => {
                let remark = match why {
                    Leave::NotDeclared => format!("{id}, no longer declared"),
                    Leave::Destroy => id.clone(),
                    Leave::Replaced => format!("{id}, left by an earlier replacement"),
                };
                self.heading(Style::Remove, "-", step, &remark);
                if hooks.is_empty() {
                    return;
                }
                self.hooks(hooks, |_| true);
            }
            Action::Retain { id, why } => {
                let remark = match why {
                    Leave::NotDeclared => ", no longer declared",
                    Leave::Destroy => "",
                    Leave::Replaced => ", which another takes the place of",
                };
                self.heading(Style::Change, "!", step, &format!("{id}{remark}: kept in the cloud"));
                return;
            }
            Action::Forget { id } => {
                self.heading(Style::Change, "!", step, &format!("{id} has vanished from the cloud"));
                return;
            }
            Action::Note { .. } => return,
        }
        self.text.push('\n');
    }

    fn heading(&mut self, style: Style, mark: &str, step: &Step, remark: &str) {
        let (mark, name) = (self.paint.with(style, mark), self.paint.with(Style::Strong, step.address.name()));
        let remark = if remark.is_empty() { String::new() } else { format!("  {}", self.paint.with(Style::Dim, remark)) };
        let _ = writeln!(self.text, "  {mark} {} {name}{remark}", step.handle);
    }

    /// The commands that run beside a step.
    fn hooks(&mut self, hooks: &[Hook], runs: impl Fn(Moment) -> bool) {
        for hook in hooks.iter().filter(|hook| runs(hook.moment)) {
            let (moment, command) = (hook.moment.to_string(), hook.command.to_string());
            let room = self.room(INDENT + moment.chars().count() + 8);
            self.remark(&format!("{moment}, runs {}", value::shortened(&command, room)));
        }
    }

    fn remark(&mut self, remark: &str) {
        let remark = self.paint.with(Style::Dim, remark);
        let _ = writeln!(self.text, "{:INDENT$}{remark}", "");
    }

    /// The inputs of something new.
    fn fields(&mut self, style: Style, want: &Want) {
        let mut rows: Vec<(String, Expr)> = Vec::new();
        for (name, input) in &want.inputs {
            value::rows(name, input, &mut rows);
        }
        let names = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        for (name, input) in rows {
            let label = format!("{:INDENT$}{}", "", self.paint.with(Style::Dim, &format!("{name:names$}")));
            match value::paragraph(&input) {
                Some(paragraph) => {
                    let _ = writeln!(self.text, "{}", label.trim_end());
                    for line in lines::shown(&paragraph) {
                        let _ = writeln!(self.text, "{:width$}{}", "", value::shortened(&line, self.room(INDENT + 4)), width = INDENT + 4);
                    }
                }
                None => {
                    let shown = value::shortened(&value::inline(&input), self.room(INDENT + names + 2));
                    let _ = writeln!(self.text, "{label}  {}", self.paint.with(style, &shown));
                }
            }
        }
    }

    fn room(&self, taken: usize) -> usize {
        self.width.saturating_sub(taken).max(16)
    }

    fn differences(&mut self, changes: &[Difference]) {
        let names = changes.iter().map(|difference| difference.change.path.chars().count()).max().unwrap_or_default();
        for difference in changes {
            self.difference(difference, names);
        }
    }

    fn difference(&mut self, difference: &Difference, names: usize) {
        let change = &difference.change;
        let label = format!("{:INDENT$}{}", "", self.paint.with(Style::Dim, &format!("{:names$}", change.path)));
        let mut tail = String::new();
        if difference.drift {
            tail.push_str("  # changed outside of infra");
        } else if difference.forced {
            tail.push_str("  # replaces, as the program says");
        } else if difference.change.replaces {
            tail.push_str("  # cannot change in place");
        }
        let old = change.old.clone().map(Expr::Lit);
        let (before, after) = (old.as_ref().and_then(value::document), change.new.as_ref().and_then(value::document));
        if let (Some(before), Some(after)) = (before, after) {
            let _ = writeln!(self.text, "{}{}", label.trim_end(), self.paint.with(Style::Dim, &tail));
            for (style, line) in lines::changed(&before, &after) {
                let mark = match style {
                    Style::Add => "+",
                    Style::Remove => "-",
                    _ => " ",
                };
                let line = value::shortened(&format!("{mark} {line}"), self.room(INDENT + 2));
                let _ = writeln!(self.text, "{:width$}{}", "", self.paint.with(style, line.trim_end()), width = INDENT + 2);
            }
            return;
        }
        let room = self.room(INDENT + names + 2 + tail.chars().count());
        let shown = |expr: &Expr, room| value::shortened(&value::inline(expr), room);
        let line = match (&old, &change.new) {
            (Some(old), Some(new)) => {
                // Each side may have what the other leaves, and at least its half.
                let room = room.saturating_sub(4);
                let (old, new) = (value::inline(old), value::inline(new));
                let (before, after) = (old.chars().count(), new.chars().count());
                let old = value::shortened(&old, (room / 2).max(room.saturating_sub(after)));
                let new = value::shortened(&new, (room - room / 2).max(room.saturating_sub(before)));
                format!("{} -> {}", self.paint.with(Style::Remove, &old), self.paint.with(Style::Add, &new))
            }
            (None, Some(new)) => format!("{} {}", self.paint.with(Style::Add, "+"), self.paint.with(Style::Add, &shown(new, room))),
            (Some(old), None) => format!("{} {}", self.paint.with(Style::Remove, "-"), self.paint.with(Style::Remove, &shown(old, room))),
            (None, None) => String::new(),
        };
        let _ = writeln!(self.text, "{label}  {line}{}", self.paint.with(Style::Dim, &tail));
    }

    fn exports(&mut self, exports: &[Export]) {
        let changed: Vec<&Export> = exports.iter().filter(|export| export.changed).collect();
        if changed.is_empty() {
            return;
        }
        let _ = writeln!(self.text, "  {}", self.paint.with(Style::Strong, "outputs"));
        let names = changed.iter().map(|export| export.name.chars().count()).max().unwrap_or_default();
        for export in changed {
            let shown = |expr: &Expr| value::shortened(&value::inline(expr), self.room(INDENT + names + 4));
            let old = export.old.clone().map(Expr::Lit).map(|old| shown(&old));
            let new = export.new.as_ref().map(shown);
            let (style, mark, line) = match (old, new) {
                (None, Some(new)) => (Style::Add, "+", new),
                (Some(old), Some(new)) => (Style::Change, "~", format!("{old} -> {new}")),
                (Some(old), None) => (Style::Remove, "-", old),
                (None, None) => continue,
            };
            let mark = self.paint.with(style, mark);
            let _ = writeln!(self.text, "    {mark} {}  {line}", self.paint.with(Style::Dim, &format!("{:names$}", export.name)));
        }
        self.text.push('\n');
    }

    fn summary(&mut self, plan: &Plan) {
        let counts = plan.counts();
        if !plan.has_changes() {
            let which = if plan.left_out.is_empty() { "" } else { " that were looked at" };
            let _ = writeln!(self.text, "Nothing to do: all {} resources{which} are as the program says.", counts.unchanged);
            return;
        }
        let parts = [
            (Style::Add, counts.create, "to create"),
            (Style::Change, counts.update, "to change"),
            (Style::Replace, counts.replace, "to replace"),
            (Style::Remove, counts.delete, "to delete"),
            (Style::Change, counts.retain, "to keep in the cloud"),
            (Style::Dim, counts.unchanged, "unchanged"),
            (Style::Dim, plan.left_out.len(), "left out"),
        ];
        let some = parts.iter().filter(|(_, count, _)| *count > 0);
        let said: Vec<String> = some.map(|(style, count, what)| self.paint.with(*style, &format!("{count} {what}"))).collect();
        let said = if said.is_empty() { "only outputs change".to_owned() } else { said.join(", ") };
        let _ = writeln!(self.text, "{}: {said}", self.paint.with(Style::Strong, "Plan"));
    }
}
