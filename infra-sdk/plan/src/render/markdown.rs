//! A plan as Markdown: for a comment on a pull request.

use super::moves::whence;
use crate::plan::{Action, Leave, Plan, Step};

use super::page::Page;
use super::style::Paint;
use super::{Style, absent, counted, is_hidden, is_of_creation, replaced};

/// How many characters GitHub takes in a comment.
pub const COMMENT_LIMIT: usize = 65_536;

/// Columns of a diff inside a comment.
const WIDTH: usize = 110;

/// What is kept free for saying what was cut.
const RESERVE: usize = 400;

/// The plan as Markdown of at most `limit` bytes: what it comes to, a table of what happens to which resource, and below it
/// each resource's differences, folded. What there is no room for is left out from the end, and that is said, with the
/// `command` that shows it.
pub fn markdown(plan: &Plan, command: &str, limit: usize) -> String {
    let counted: Vec<String> = counted(plan).into_iter().map(|(_, said)| said).collect();
    let counted = match (plan.has_changes(), counted.is_empty()) {
        (false, _) => "nothing to do".to_owned(),
        (true, true) => "only outputs change".to_owned(),
        (true, false) => counted.join(", "),
    };
    let mut text = format!("### Plan for `{}`: {counted}\n", plan.stack);
    let room = limit.saturating_sub(RESERVE);
    let steps: Vec<&Step> = plan.steps.iter().enumerate().filter(|(at, _)| !is_hidden(plan, *at)).map(|(_, step)| step).collect();
    let moved = plan.moves.iter().map(|moved| {
        let what = whence(moved);
        format!("| `>` | `{}` | {} | {} |\n", moved.to.name(), moved.handle, cell(&what))
    });
    let rows: Vec<String> = moved.chain(steps.iter().filter_map(|step| row(plan, step))).collect();
    let (mut cut_rows, mut cut_details) = (0, 0);
    if !rows.is_empty() {
        text.push_str("\n|   | resource | type | what happens |\n|---|---|---|---|\n");
        // The table may have half of the room, so that some of the details are there too.
        for row in &rows {
            match cut_rows == 0 && text.len() + row.len() <= room / 2 {
                true => text.push_str(row),
                false => cut_rows += 1,
            }
        }
    }
    for step in steps {
        let Some(detail) = detail(plan, step) else { continue };
        match cut_details == 0 && text.len() + detail.len() <= room {
            true => text.push_str(&detail),
            false => cut_details += 1,
        }
    }
    let outputs = outputs(plan);
    let outputs_cut = text.len() + outputs.len() > room;
    if !outputs_cut {
        text.push_str(&outputs);
    }
    for note in absent::deferred(plan).iter().chain(&absent::left_out(plan)).chain(&plan.notes) {
        let note = format!("\n> {}\n", html(note));
        if text.len() + note.len() <= room {
            text.push_str(&note);
        }
    }
    let cut = [
        (cut_rows, format!("{cut_rows} lines of the table")),
        (cut_details, format!("the details of {cut_details} resources")),
        (usize::from(outputs_cut), "the outputs".to_owned()),
    ];
    let cut: Vec<String> = cut.into_iter().filter(|(count, _)| *count > 0).map(|(_, what)| what).collect();
    if !cut.is_empty() {
        text.push_str(&format!("\n**Cut, since a comment takes {limit} characters:** {}. `{command}` shows all.\n", cut.join(", ")));
    }
    text
}

/// A resource in the table.
fn row(plan: &Plan, step: &Step) -> Option<String> {
    let (mark, what) = match &step.action {
        Action::Create { replaces: None, .. } if step.runs => (">", "runs".to_owned()),
        Action::Create { replaces: None, .. } => ("+", "created".to_owned()),
        Action::Create { replaces: Some(replacement), .. } => (if step.runs { ">" } else { "±" }, replaced(plan, step, replacement)),
        Action::Update { changes, .. } => {
            let paths: Vec<&str> = changes.iter().map(|difference| difference.change.path.as_str()).take(4).collect();
            let more = if changes.len() > paths.len() { format!(" and {} more", changes.len() - paths.len()) } else { String::new() };
            let drifts = changes.iter().any(|difference| difference.drift);
            let drift = if drifts { " (changed outside of infra)" } else { "" };
            ("~", format!("changed: {}{more}{drift}", paths.join(", ")))
        }
        Action::Adopt { id, changes, .. } => {
            let paths: Vec<&str> = changes.iter().map(|difference| difference.change.path.as_str()).take(4).collect();
            let more = if changes.len() > paths.len() { format!(" and {} more", changes.len() - paths.len()) } else { String::new() };
            let changed = if paths.is_empty() { String::new() } else { format!(", and changed: {}{more}", paths.join(", ")) };
            ("<", format!("{id} is imported{changed}"))
        }
        Action::Delete { why: Leave::Replaced, .. } => ("-", "deleted: left by an earlier replacement".to_owned()),
        Action::Delete { .. } => ("-", "**deleted**".to_owned()),
        Action::Sweep { with, .. } => ("-", format!("**deleted** with {}", with.name())),
        Action::Retain { .. } => ("!", "leaves the stack, kept in the cloud".to_owned()),
        Action::Forget { .. } => ("!", "has vanished from the cloud".to_owned()),
        Action::Note { .. } => return None,
    };
    Some(format!("| `{mark}` | `{}` | {} | {} |\n", step.address.name(), step.handle, cell(&what)))
}

/// A resource's differences, folded; none where the table says it all.
fn detail(plan: &Plan, step: &Step) -> Option<String> {
    let mut page = Page { text: String::new(), paint: Paint::new(false), width: WIDTH, indent: 0, marks: true };
    match &step.action {
        Action::Create { want, replaces: None } => {
            page.fields(want);
            page.hooks(&want.terms.hooks, is_of_creation);
        }
        Action::Create { want, replaces: Some(replacement) } => {
            if let Some(first) = &replacement.delete_first {
                page.remark(Style::Replace, 0, &format!("the old one is deleted first: {first}"));
            }
            page.differences(&replacement.changes);
            page.hooks(&want.terms.hooks, is_of_creation);
        }
        Action::Update { changes, .. } | Action::Adopt { changes, .. } => page.differences(changes),
        Action::Sweep { .. } | Action::Delete { .. } | Action::Retain { .. } | Action::Forget { .. } | Action::Note { .. } => return None,
    }
    if page.text.is_empty() {
        return None;
    }
    let mark = match &step.action {
        Action::Create { replaces: None, .. } => "+",
        Action::Create { .. } => "±",
        Action::Adopt { .. } => "<",
        _ => "~",
    };
    let remark = match &step.action {
        Action::Create { replaces: Some(replacement), .. } => format!(": {}", html(&replaced(plan, step, replacement))),
        _ => String::new(),
    };
    let title = format!("<code>{mark}</code> {} <b>{}</b>{remark}", html(&step.handle), html(step.address.name()));
    Some(folded(&title, &page.text))
}

fn outputs(plan: &Plan) -> String {
    let mut page = Page { text: String::new(), paint: Paint::new(false), width: WIDTH, indent: 0, marks: true };
    page.exports(&plan.exports);
    if page.text.is_empty() { String::new() } else { folded("Outputs", page.text.trim_end()) }
}

/// Something that can be unfolded, with a diff in it. The fence is longer than any in the diff.
fn folded(title: &str, diff: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for char in diff.chars() {
        run = if char == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    format!("\n<details><summary>{title}</summary>\n\n{fence}diff\n{}\n{fence}\n\n</details>\n", diff.trim_end())
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace(['\n', '\r'], " ")
}

/// Text of ours in the table, which may be bold.
fn cell(text: &str) -> String {
    html(text).replace('|', "\\|")
}
