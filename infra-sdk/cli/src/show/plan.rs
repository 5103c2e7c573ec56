//! A plan on the screen.

use infra_plan::{Plan, RenderOptions, render};

use super::Paint;

/// A plan as a person reads it, at most `width` columns wide.
pub(crate) fn plan(plan: &Plan, width: usize, paint: Paint) -> String {
    render(plan, &RenderOptions { width, colour: paint == Paint::On })
}
