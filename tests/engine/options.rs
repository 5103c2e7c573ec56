//! What a program says of a resource besides its inputs.

mod conditions;
mod delete_before_create;
mod deleted_with;
mod forget;
mod hooks;
mod ignore_changes;
mod protect;
mod provider;
mod replace_on_changes;
mod replace_with;
mod retain_on_delete;
mod timeouts;
mod triggers;

use infra_apply::{Engine, Interrupt, PlanError};
use infra_core::program::Program;
use infra_core::{Diagnostic, Stack};
use infra_plan::{Action, Observed, Plan, RenderOptions, plan_destroy, render};
use infra_testing::{Crash, World};
use infra_tests::{Fleet, Machine, Net, Part, Vault};
use serde_json::json;

fn nothing(_: &Stack) {}

/// What the planner says against a program.
fn refusal<M>(world: &World, program: &impl Program<M>) -> Vec<Diagnostic> {
    match world.plan(program, json!({})) {
        Err(PlanError::Wrong(problems)) => problems,
        other => panic!("{other:?}"),
    }
}

/// What the planner says against destroying a stack.
fn refusal_to_destroy(world: &World) -> Vec<Diagnostic> {
    plan_destroy("test", &world.state, &Observed::default(), ToString::to_string).unwrap_err()
}

fn text<M>(world: &World, program: &impl Program<M>) -> String {
    render(&world.plan(program, json!({})).unwrap(), &RenderOptions { width: 80, colour: false })
}

/// Why a resource is replaced, the first reason.
fn reason(plan: &Plan, name: &str) -> String {
    let found = plan.steps.iter().filter(|step| step.address.name() == name).find_map(|step| match &step.action {
        Action::Create { replaces: Some(replacement), .. } => Some(replacement.reason.to_string()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{name} is not replaced: {:?}", plan.steps))
}
