//! Parts of a program that can be run only when a value is known.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::program::Outcome;
use crate::{Address, Diagnostic, Expr, Location, Output, Stack};

/// A part of a program that waits for a value, and the scope of everything that it declares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deferral {
    /// The scope, with those around it: `network/zones`.
    pub scope: String,
    /// The value that it waits for.
    pub until: Expr,
    /// Whether the value was known to this run of the program, so that the graph has what the part declares.
    pub answered: bool,
    /// Where it was declared.
    pub declared: Location,
}

impl Deferral {
    /// Whether a resource is one that it declares.
    pub fn holds(&self, address: &Address) -> bool {
        address.name().strip_prefix(&self.scope).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl Stack {
    /// Declares what depends on a value that may be known only after a deployment: a resource for each item of a list that
    /// the cloud makes, say. What `declare` is given is the value, and the stack in a scope called `name`, which everything
    /// that it declares must be added to.
    ///
    /// Where the value is not known yet, `declare` is not called: the plan says what is waited for, what is there already in
    /// that scope stays as it is, and the same deployment goes on with it once the value is known.
    #[track_caller]
    pub fn after<T, R>(&self, name: impl AsRef<str>, value: &Output<T>, declare: impl FnOnce(&Stack, T) -> R)
    where
        T: DeserializeOwned,
        R: Outcome,
    {
        let (scoped, declared) = (self.scope(name), Location::caller());
        let scope = scoped.prefix().trim_end_matches('/').to_owned();
        let about = |problem: String| Diagnostic::new(problem).with_field(format!("after {scope}")).with_location(&declared);
        let answer = self.with(|shared| {
            if let Some(first) = shared.graph.deferrals.iter().find(|deferral| deferral.scope == scope) {
                let problem = about(format!("two parts of the stack are deferred under this name; the other is at {}", first.declared));
                shared.problems.push(problem.with_help("rename one of them"));
                return None;
            }
            let answer = shared.known.get(&scope).cloned();
            let (until, answered) = (value.expr().clone(), answer.is_some());
            shared.graph.deferrals.push(Deferral { scope: scope.clone(), until, answered, declared: declared.clone() });
            answer
        });
        let Some(answer) = answer else { return };
        match serde_json::from_value(answer) {
            Ok(value) => {
                let outer = self.with(|shared| shared.within.replace(scoped.prefix().to_owned()));
                let outcome = declare(&scoped, value).outcome();
                self.with(|shared| {
                    shared.within = outer;
                    shared.stop = shared.stop.take().or(outcome.err());
                });
            }
            Err(error) => {
                let problem = about(format!("the value is not of the type that the program expects: {error}"));
                self.with(|shared| shared.problems.push(problem.with_help("take the value in the type that the output has")));
            }
        }
    }
}
