//! A plan on the screen.

use std::fmt::Write as _;

use infra_plan::{Action, Leave, Plan};

use super::{Paint, style};

/// A plan as a person reads it, at most `width` columns wide.
pub(crate) fn plan(plan: &Plan, width: usize, paint: Paint) -> String {
    let mut text = String::new();
    for step in &plan.steps {
        let (sign, style, what) = match &step.action {
            Action::Create { replaces: None, .. } => ("+", style::GOOD, "create"),
            Action::Create { replaces: Some(_), .. } => ("±", style::CHANGE, "replace"),
            Action::Update { .. } => ("~", style::CHANGE, "update"),
            Action::Delete { why: Leave::Replaced, .. } | Action::Note { .. } | Action::Forget { .. } => continue,
            Action::Delete { .. } => ("-", style::GONE, "delete"),
        };
        let name = super::fit(&format!("{} {}", step.handle, step.address.name()), width.saturating_sub(12));
        let _ = writeln!(text, "  {} {what:<7} {name}", paint.with(style, sign));
    }
    let counts = plan.counts();
    let _ = writeln!(
        text,
        "\n{} to create, {} to update, {} to replace, {} to delete, {} unchanged",
        counts.create, counts.update, counts.replace, counts.delete, counts.unchanged
    );
    text
}
