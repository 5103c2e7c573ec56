//! A plan as a person reads it: like a diff, one resource after the other, and a line that sums it up.

mod absent;
mod lines;
mod markdown;
mod moves;
mod page;
mod scopes;
mod style;
mod value;

use infra_core::{Address, Expr, Hook, Moment};

use crate::plan::{Action, Export, Leave, Plan, Reason, Replacement, Step};
use page::Page;
use style::Paint;

pub use markdown::{COMMENT_LIMIT, markdown};
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
    let width = options.width.max(40);
    let mut page = Page { text: String::new(), paint: Paint::new(options.colour), width, indent: INDENT, marks: false };
    page.moves(&plan.moves);
    for branch in scopes::branches(plan, |at| !is_hidden(plan, at)) {
        if let Some(scope) = branch.scope {
            let scope = page.paint.with(Style::Strong, scope);
            page.line(Style::Plain, &format!("  {scope}"));
        }
        page.indent = INDENT + branch.depth();
        for at in &branch.steps {
            page.step(plan, *at, branch.scope.unwrap_or_default());
        }
    }
    page.indent = INDENT;
    if !page.text.is_empty() && !page.text.ends_with("\n\n") {
        page.text.push('\n');
    }
    for line in absent::held(plan) {
        for (at, line) in lines::wrapped(&line, page.room(4)).iter().enumerate() {
            let mark = if at == 0 { page.paint.with(Style::Change, "?") } else { " ".to_owned() };
            page.line(Style::Change, &format!("  {mark} {line}"));
        }
        page.text.push('\n');
    }
    page.exports(&plan.exports);
    for line in absent::deferred(plan).into_iter().chain(absent::left_out(plan)) {
        page.remark(Style::Plain, 2, &line);
        page.text.push('\n');
    }
    for note in &plan.notes {
        page.note(note);
    }
    page.summary(plan);
    page.text
}

/// Whether there is nothing to be said of a step beside what the heading of its replacement says.
fn is_hidden(plan: &Plan, at: usize) -> bool {
    let hooked = matches!(&plan.steps[at].action, Action::Delete { hooks, .. } if !hooks.is_empty());
    !hooked && is_half_of_replacement(plan, at)
}

/// Whether a deletion belongs to a replacement, whose heading announces it: then an edge joins it to the create. A delete
/// of an older generation waits for the create too, so the object that the create replaces is the last such delete.
fn is_half_of_replacement(plan: &Plan, at: usize) -> bool {
    if !matches!(plan.steps[at].action, Action::Delete { why: Leave::Replaced, .. } | Action::Sweep { why: Leave::Replaced, .. }) {
        return false;
    }
    let address = &plan.steps[at].address;
    let create =
        plan.steps.iter().position(|step| step.address == *address && matches!(step.action, Action::Create { replaces: Some(_), .. }));
    let Some(create) = create else { return false };
    let mut deletes =
        (0..plan.steps.len()).filter(|other| plan.steps[*other].address == *address && plan.steps[*other].action.is_parting());
    let joined = |delete: usize| plan.steps[create].after.contains(&delete) || plan.steps[delete].after.contains(&create);
    deletes.find(|delete| joined(*delete)) == Some(at)
}

impl Page {
    /// A resource and what becomes of it; `scope` is what a heading above has said of its name.
    fn step(&mut self, plan: &Plan, at: usize, scope: &str) {
        let step = &plan.steps[at];
        let heading = |page: &mut Page, style, mark: &str, remark: &str| page.heading(style, mark, step, scope, remark);
        match &step.action {
            Action::Create { want, replaces: None } => {
                match step.runs {
                    true => heading(self, Style::Change, ">", "runs"),
                    false => heading(self, Style::Add, "+", ""),
                }
                self.fields(want);
                self.hooks(&want.terms.hooks, is_of_creation);
            }
            Action::Create { want, replaces: Some(replacement) } => {
                match step.runs {
                    true => heading(self, Style::Change, ">", &replaced(plan, step, replacement)),
                    false => heading(self, Style::Replace, "±", &replaced(plan, step, replacement)),
                }
                if let Some(first) = &replacement.delete_first {
                    self.remark(Style::Replace, self.indent, &format!("the old one is deleted first: {first}"));
                }
                self.differences(&replacement.changes);
                self.hooks(&want.terms.hooks, is_of_creation);
            }
            Action::Update { changes, id, want } => {
                let waits = match (changes.is_empty(), want.lifecycle.due.is_empty()) {
                    (true, true) => ", not ready yet when it was last seen: it is waited for",
                    (true, false) => ", whose hooks have still to run",
                    (false, _) => "",
                };
                heading(self, Style::Change, "~", &format!("{id}{waits}"));
                self.differences(changes);
                let moments = match changes.is_empty() {
                    true => Vec::new(),
                    false => vec![Moment::BeforeUpdate, Moment::AfterUpdate],
                };
                self.hooks(&want.terms.hooks, |moment| moments.contains(&moment) || want.lifecycle.due.contains(&moment));
            }
            Action::Adopt { id, want, changes, .. } => {
                let changed = if changes.is_empty() { "" } else { ", and changed" };
                heading(self, Style::Change, "<", &format!("{id} is imported{changed}"));
                self.differences(changes);
                let runs = !changes.is_empty();
                self.hooks(&want.terms.hooks, |moment| runs && matches!(moment, Moment::BeforeUpdate | Moment::AfterUpdate));
            }
            Action::Sweep { id, with, .. } => {
                return heading(self, Style::Remove, "-", &format!("{id}, goes with {}", with.name()));
            }
            Action::Delete { id, why, hooks } => {
                let remark = match why {
                    Leave::Replaced if is_half_of_replacement(plan, at) => "which is replaced".to_owned(),
                    Leave::NotDeclared => format!("{id}, no longer declared"),
                    Leave::Destroy => id.clone(),
                    Leave::Replaced => format!("{id}, left by an earlier replacement"),
                    Leave::Forgotten => format!("{id}, forgotten"),
                };
                heading(self, Style::Remove, "-", &remark);
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
                    Leave::Forgotten => ", forgotten",
                };
                return heading(self, Style::Change, "!", &format!("{id}{remark}: kept in the cloud"));
            }
            Action::Forget { id } => return heading(self, Style::Change, "!", &format!("{id} has vanished from the cloud")),
            Action::Note { .. } => return,
        }
        self.text.push('\n');
    }

    fn heading(&mut self, style: Style, mark: &str, step: &Step, scope: &str, remark: &str) {
        let name = step.address.name();
        let name = name.strip_prefix(scope).unwrap_or(name);
        let (start, taken) = (self.indent - 4, self.indent + step.handle.chars().count() + 1 + name.chars().count());
        let fits = taken + remark.chars().count() <= self.width;
        let (mark, name) = (self.paint.with(style, mark), self.paint.with(Style::Strong, name));
        let beside = if remark.is_empty() || !fits { String::new() } else { format!("  {}", self.paint.with(Style::Dim, remark)) };
        self.line(style, &format!("{:start$}{mark} {} {name}{beside}", "", step.handle));
        if !fits {
            self.remark(style, self.indent, remark);
        }
    }

    /// The commands that run beside a step.
    fn hooks(&mut self, hooks: &[Hook], runs: impl Fn(Moment) -> bool) {
        for hook in hooks.iter().filter(|hook| runs(hook.moment)) {
            let (moment, command) = (hook.moment.to_string(), hook.command.to_string());
            let room = self.room(self.indent + moment.chars().count() + 8);
            let remark = format!("{moment}, runs {}", value::shortened(&command, room));
            let remark = format!("{:1$}{2}", "", self.indent, self.paint.with(Style::Dim, &remark));
            self.line(Style::Plain, &remark);
        }
    }

    fn note(&mut self, note: &str) {
        for (at, line) in lines::wrapped(note, self.room(2)).iter().enumerate() {
            let mark = if at == 0 { self.paint.with(Style::Change, "!") } else { " ".to_owned() };
            self.line(Style::Change, &format!("{mark} {line}"));
        }
        self.text.push('\n');
    }

    fn exports(&mut self, exports: &[Export]) {
        let changed: Vec<&Export> = exports.iter().filter(|export| export.changed).collect();
        if changed.is_empty() {
            return;
        }
        if !self.marks {
            let title = self.paint.with(Style::Strong, "outputs");
            self.line(Style::Plain, &format!("  {title}"));
        }
        let names = self.names(changed.iter().map(|export| export.name.as_str()));
        for export in changed {
            let room = self.room(INDENT + names.max(export.name.chars().count()) + 2);
            let old = export.old.clone().map(Expr::Lit).as_ref().map(value::inline);
            let new = export.new.as_ref().map(value::inline);
            let label = self.paint.with(Style::Dim, &format!("{:names$}", export.name));
            let (style, mark, line) = match (old, new) {
                (None, Some(new)) => (Style::Add, "+", value::shortened(&new, room)),
                (Some(old), Some(new)) if old.chars().count() + new.chars().count() + 3 > room => {
                    let (old, new) = value::around(&old, &new, self.room(INDENT + 4));
                    let mark = self.paint.with(Style::Change, "~");
                    self.line(Style::Change, &format!("    {mark} {label}"));
                    for (style, mark, side) in [(Style::Remove, "-", old), (Style::Add, "+", new)] {
                        let side = self.paint.with(style, &format!("{mark} {side}"));
                        self.line(style, &format!("{:1$}{side}", "", INDENT + 2));
                    }
                    continue;
                }
                (Some(old), Some(new)) => (Style::Change, "~", format!("{old} → {new}")),
                (Some(old), None) => (Style::Remove, "-", value::shortened(&old, room)),
                (None, None) => continue,
            };
            let mark = self.paint.with(style, mark);
            self.line(style, &format!("    {mark} {label}  {line}"));
        }
        self.text.push('\n');
    }

    fn summary(&mut self, plan: &Plan) {
        let counts = plan.counts();
        if !plan.has_changes() {
            let which = if plan.left_out.is_empty() { "" } else { " that were looked at" };
            return self.line(Style::Plain, &format!("Nothing to do: all {} resources{which} are as the program says.", counts.unchanged));
        }
        let said: Vec<String> = counted(plan).iter().map(|(style, said)| self.paint.with(*style, said)).collect();
        let said = if said.is_empty() { "only outputs change".to_owned() } else { said.join(", ") };
        let title = self.paint.with(Style::Strong, "Plan");
        self.line(Style::Plain, &format!("{title}: {said}"));
    }
}

/// How much of each there is: `2 to create`.
fn counted(plan: &Plan) -> Vec<(Style, String)> {
    let counts = plan.counts();
    let parts = [
        (Style::Change, counts.moved, "to move"),
        (Style::Add, counts.create, "to create"),
        (Style::Change, counts.import, "to import"),
        (Style::Change, counts.update, "to change"),
        (Style::Replace, counts.replace, "to replace"),
        (Style::Change, counts.run, "to run"),
        (Style::Remove, counts.delete, "to delete"),
        (Style::Change, counts.retain, "to keep in the cloud"),
        (Style::Change, plan.held.len(), "held back"),
        (Style::Dim, counts.unchanged, "unchanged"),
        (Style::Dim, plan.left_out.len(), "left out"),
    ];
    parts.into_iter().filter(|(_, count, _)| *count > 0).map(|(style, count, what)| (style, format!("{count} {what}"))).collect()
}

fn is_of_creation(moment: Moment) -> bool {
    matches!(moment, Moment::BeforeCreate | Moment::AfterCreate)
}

/// Why another object comes, or an action is run again, with the field that started it where that is another resource's.
fn replaced(plan: &Plan, step: &Step, replacement: &Replacement) -> String {
    let mut text = if step.runs { replacement.describe_run() } else { replacement.describe() };
    let mut starts: Vec<String> = Vec::new();
    for reason in replacement.reasons() {
        let Reason::Field { because_of: Some(cause), .. } = reason else { continue };
        let start = start(plan, cause);
        if !starts.contains(&start) {
            starts.push(start);
        }
    }
    if !starts.is_empty() {
        text.push_str(&format!(" (starts with {})", starts.join(", ")));
    }
    text
}

/// What a chain of replacements that leads to this resource began with, as `net.range`. Each link is a resource that the
/// one before it needs, so that the chain ends.
fn start(plan: &Plan, cause: &Address) -> String {
    let mut at = cause;
    for _ in 0..=plan.steps.len() {
        let replaces = plan.step(at).and_then(|step| match &step.action {
            Action::Create { replaces, .. } => replaces.as_ref(),
            _ => None,
        });
        match replaces.map(|replaces| &replaces.reason) {
            Some(Reason::Field { because_of: Some(next), .. }) => at = next,
            Some(Reason::Field { path, because_of: None }) => return format!("{}.{path}", at.name()),
            Some(_) | None => break,
        }
    }
    at.name().to_owned()
}
