//! What is done beside the calls of a step: conditions are looked at, hooks run, and what lasts of both is recorded.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Attr, Check, Diagnostic, EvalError, Hook, Lifecycle, Location, Moment, Terms, Value};
use infra_plan::{Want, lasting};

use crate::event::Event;
use crate::hook::{self, Invocation};
use crate::perform::{Bench, Failure};

/// What is known of a resource's own outputs while it is worked on.
#[derive(Clone, Copy)]
pub(crate) enum Own<'a> {
    /// Nothing: those that are recorded, if any, are of the object whose place another takes.
    Unknown,
    /// What is recorded of the object with this id, which may not be recorded itself yet.
    Recorded(&'a str),
    /// What the cloud has just told of the object with this id, and is not recorded yet.
    Told(&'a str, &'a BTreeMap<String, Value>),
}

impl Bench<'_> {
    /// A step's terms with what earlier steps gave put in; with what is known of the resource's `own` outputs.
    pub(crate) fn terms(&self, address: &Address, want: &Want, own: Own<'_>) -> Result<Terms, Diagnostic> {
        let journal = self.journal();
        let known = |attr: &Attr| {
            Ok(match own {
                Own::Unknown if attr.resource == *address => None,
                Own::Recorded(id) | Own::Told(id, _) if attr.resource == *address && attr.output == "id" => Some(Value::from(id)),
                Own::Told(_, outputs) if attr.resource == *address => outputs.get(&attr.output).cloned(),
                _ => journal.state().output(attr),
            })
        };
        let terms = want.terms.try_map(&mut |expr| {
            let expr = expr.evaluate(&known)?;
            if let Some(value) = expr.value() {
                self.scrub.note(&value);
            }
            Ok(expr)
        });
        terms.map_err(|error: EvalError| Diagnostic::new(error.to_string()).with_resource(address).with_location(&want.declared))
    }

    /// What lasts of an object's terms, with hooks that are `due` before all is done.
    pub(crate) fn lifecycle(&self, want: &Want, terms: &Terms, due: BTreeSet<Moment>) -> Lifecycle {
        let journal = self.journal();
        let state = journal.state();
        let id = |other: &Address| state.object(other).map(|object| object.id.clone());
        let due = due.into_iter().filter(|moment| terms.hooks.iter().any(|hook| hook.moment == *moment)).collect();
        Lifecycle { due, ..lasting(&want.lifecycle, terms, &id, &state.salt) }
    }

    /// Looks at what must hold before a step.
    pub(crate) fn check_before(&self, address: &Address, want: &Want, terms: &Terms) -> Result<(), Failure> {
        hold(&terms.preconditions, "precondition")
            .map_err(|problem| Failure::Step(problem.with_resource(address).with_location(&want.declared)))
    }

    /// After an object is as it should be, and has told its `outputs`: looks at what must hold of it, then runs the hooks of these moments. Returns
    /// what lasts, with the hooks that are still to run, and what was wrong.
    pub(crate) async fn afterwards(
        &self,
        address: &Address,
        want: &Want,
        (id, outputs): (&str, &BTreeMap<String, Value>),
        moments: BTreeSet<Moment>,
        broken: Option<Diagnostic>,
    ) -> (Lifecycle, Option<Diagnostic>) {
        let terms = match self.terms(address, want, Own::Told(id, outputs)) {
            Ok(terms) => terms,
            Err(problem) => return (self.lifecycle(want, &want.terms, moments), broken.or(Some(problem))),
        };
        let located = |problem: Diagnostic| problem.with_resource(address).with_location(&want.declared);
        let broken = broken.or_else(|| hold(&terms.postconditions, "postcondition").map_err(located).err());
        if broken.is_some() {
            return (self.lifecycle(want, &terms, moments), broken);
        }
        for moment in &moments {
            if let Err(problem) = self.run_hooks(address, &terms.hooks, *moment, Some(&want.declared)).await {
                return (self.lifecycle(want, &terms, moments), Some(problem));
            }
        }
        (self.lifecycle(want, &terms, BTreeSet::new()), None)
    }

    /// Runs the hooks of a moment, one after the other, until one fails.
    pub(crate) async fn run_hooks(
        &self,
        address: &Address,
        hooks: &[Hook],
        moment: Moment,
        declared: Option<&Location>,
    ) -> Result<(), Diagnostic> {
        for hook in hooks.iter().filter(|hook| hook.moment == moment) {
            let shown = self.scrub.scrubbed(&hook.command.to_string());
            let about = |problem: String| {
                let problem = Diagnostic::new(self.scrub.scrubbed(&problem)).with_resource(address).with_field("hook");
                declared.into_iter().fold(problem, |problem, declared| problem.with_location(declared))
            };
            let invocation = invocation(hook, self.folder).map_err(|why| about(format!("`{shown}` cannot run {moment}: {why}")))?;
            self.journal.check().map_err(|error| about(error.to_string()))?;
            // A command may use what earlier steps made, as a dependant does.
            self.journal.flush().await.map_err(|error| about(error.to_string()))?;
            self.watcher.hear(Event::Waiting { address: address.clone(), state: format!("`{shown}`, which runs {moment}") });
            if let Err(why) = hook::run(invocation, self.scrub.clone()).await {
                let help = match moment {
                    Moment::AfterDelete => "the object is gone: do by hand what the command was to do",
                    _ => "correct it and run the command again: it continues where it stopped",
                };
                return Err(about(format!("`{shown}`, which runs {moment}, {why}")).with_help(help));
            }
        }
        Ok(())
    }
}

/// Whether all conditions hold; the first that does not otherwise.
fn hold(checks: &[Check], what: &str) -> Result<(), Diagnostic> {
    for check in checks {
        let problem = match (check.holds(), check.condition.refs().into_iter().next()) {
            (Some(true), _) => continue,
            (None, Some(attr)) => format!("cannot be told, since the cloud has not told `{attr}`: {}", check.message),
            _ => format!("does not hold: {}", check.message),
        };
        return Err(Diagnostic::new(problem).with_field(what));
    }
    Ok(())
}

/// A hook's command with all that it needs, in clear.
fn invocation(hook: &Hook, folder: &std::path::Path) -> Result<Invocation, String> {
    let text = |expr: &infra_core::Expr| match expr.value() {
        Some(Value::Digest(_)) => Err("it needs a secret of which only a digest is kept".to_owned()),
        Some(value) => value.as_str().map(str::to_owned).ok_or_else(|| format!("{value:?} is no text")),
        None => Err(format!("{expr} is not known")),
    };
    let command = &hook.command;
    let argv = command.argv.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let environment =
        command.environment.iter().map(|(name, value)| Ok((name.clone(), text(value)?))).collect::<Result<Vec<_>, String>>()?;
    let folder = command.directory.as_ref().map_or_else(|| folder.to_owned(), |directory| folder.join(directory));
    Ok(Invocation { argv, environment, folder, seconds: command.seconds })
}
