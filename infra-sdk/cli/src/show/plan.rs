//! A plan on the screen.

use infra_plan::{COMMENT_LIMIT, Plan, RenderOptions, render};

use super::Paint;

/// A plan as a person reads it, at most `width` columns wide.
pub(crate) fn plan(plan: &Plan, width: usize, paint: Paint) -> String {
    render(plan, &RenderOptions { width, colour: paint == Paint::On })
}

/// A plan as a comment on a pull request; `command` shows what had to be cut.
pub(crate) fn markdown(plan: &Plan, command: &str) -> String {
    infra_plan::markdown(plan, command, COMMENT_LIMIT)
}
