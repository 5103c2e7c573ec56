//! What is known of a resource's conditions, triggers and hooks, what of it refuses a plan, and what of it lasts.

use infra_core::{Address, Check, Diagnostic, Expr, Hook, Lifecycle, Node, Terms};

use crate::decide::about;
use crate::outlook::Outlooks;
use crate::plan::{Action, Step};

/// A node's terms with everything put in that is known now.
pub(crate) fn known(node: &Node, outlooks: &Outlooks<'_>) -> Result<Terms, Diagnostic> {
    let terms = node.options.terms.try_map(&mut |expr| outlooks.evaluate(expr));
    terms.map_err(|error| about(node, "options", error.to_string()))
}

/// Whether all of it is known but what belongs to a create or an update.
pub(crate) fn whole(terms: &Terms) -> bool {
    let mut known = true;
    let hooks = terms.hooks.iter().filter(|hook| hook.moment.is_of_the_end()).cloned().collect();
    Terms { hooks, ..terms.clone() }.visit(&mut |_| known = false);
    known
}

/// What of a resource's terms cannot be planned with: a condition that does not hold, and a secret where it would be seen.
pub(crate) fn refuse(node: &Node, terms: &Terms) -> Result<(), Diagnostic> {
    if let Some(Check { message, .. }) = terms.preconditions.iter().find(|check| check.holds() == Some(false)) {
        return Err(about(node, "precondition", format!("does not hold: {message}")));
    }
    for Hook { moment, command } in &terms.hooks {
        if command.argv.iter().any(Expr::has_secret) {
            let problem =
                format!("the command that runs {moment} has a secret among its arguments, which everybody on the machine can see");
            return Err(about(node, "hook", problem).with_help("give it in the environment: `.env(\"NAME\", secret)`"));
        }
        if moment.is_of_the_end() && command.environment.values().any(Expr::has_secret) {
            let problem = format!("the command that runs {moment} needs a secret, which nobody knows any more when the program is gone");
            return Err(about(node, "hook", problem).with_help("let the command look the secret up, by a name that is none"));
        }
    }
    Ok(())
}

/// What lasts of an object's terms for as long as it does: `said` by the program, with what is known of its `terms`. `id`
/// tells the id of another resource's object, and `salt` is that of the state's digests.
pub fn lasting(said: &Lifecycle, terms: &Terms, id: &dyn Fn(&Address) -> Option<String>, salt: &str) -> Lifecycle {
    let ids = |others: &std::collections::BTreeSet<Address>| others.iter().filter_map(|other| Some((other.clone(), id(other)?))).collect();
    let mut lifecycle = said.clone();
    lifecycle.deleted_with = ids(&terms.deleted_with);
    lifecycle.replace_with = ids(&terms.replace_with);
    let triggers: Option<Vec<_>> = terms.triggers.iter().map(|trigger| Some(trigger.value()?.digested(salt))).collect();
    lifecycle.triggers = triggers.unwrap_or_default();
    let last = terms.hooks.iter().filter(|hook| hook.moment.is_of_the_end()).filter_map(|hook| {
        let mut hook = hook.clone();
        for expr in hook.command.argv.iter_mut().chain(hook.command.environment.values_mut()) {
            *expr = Expr::Lit(expr.value()?.digested(salt));
        }
        Some(hook)
    });
    lifecycle.hooks = last.collect();
    lifecycle
}

/// What the reader should know of conditions that are known not to hold, of objects that stay as they are.
pub(crate) fn notes(steps: &[Step]) -> Vec<String> {
    let mut notes = Vec::new();
    for step in steps {
        let Action::Note { want, .. } = &step.action else { continue };
        for check in want.terms.postconditions.iter().filter(|check| check.holds() == Some(false)) {
            notes.push(format!("a postcondition of {} does not hold: {}", step.address, check.message));
        }
    }
    notes
}
