//! A policy: a name, what follows from a violation, and the function that finds them.

use std::fmt;

use infra_core::{Address, Diagnostic, Level};

use crate::{Leaving, Resource, Review};

/// What finds the violations of a policy.
type Judge = Box<dyn Fn(&Review) -> Vec<Violation> + Send + Sync>;

/// A rule that plans are judged by.
pub struct Policy {
    name: String,
    level: Level,
    judge: Judge,
}

/// Something that violates a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    pub(crate) resource: Option<Address>,
    pub(crate) about: Diagnostic,
}

impl Policy {
    /// A policy against which no plan is performed.
    pub fn deny(name: impl Into<String>, judge: impl Fn(&Review) -> Vec<Violation> + Send + Sync + 'static) -> Policy {
        Policy { name: name.into(), level: Level::Deny, judge: Box::new(judge) }
    }

    /// A policy whose violations are shown.
    pub fn warn(name: impl Into<String>, judge: impl Fn(&Review) -> Vec<Violation> + Send + Sync + 'static) -> Policy {
        Policy { name: name.into(), level: Level::Warn, judge: Box::new(judge) }
    }

    /// The same policy with another consequence.
    #[must_use]
    pub fn at(mut self, level: Level) -> Policy {
        self.level = level;
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What follows from a violation.
    pub fn level(&self) -> Level {
        self.level
    }

    pub(crate) fn violations(&self, review: &Review) -> Vec<Violation> {
        (self.judge)(review)
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.level)
    }
}

impl Violation {
    /// By a resource.
    pub fn of(resource: &Resource, problem: impl Into<String>) -> Violation {
        let about = Diagnostic::new(problem).with_resource(&resource.address).with_location(&resource.declared);
        Violation { resource: Some(resource.address.clone()), about }
    }

    /// By something that leaves the stack.
    pub fn of_leaving(leaving: &Leaving, problem: impl Into<String>) -> Violation {
        Violation { resource: Some(leaving.address.clone()), about: Diagnostic::new(problem).with_resource(&leaving.address) }
    }

    /// By the stack as a whole.
    pub fn of_stack(problem: impl Into<String>) -> Violation {
        Violation { resource: None, about: Diagnostic::new(problem) }
    }

    /// In this field, as a path.
    #[must_use]
    pub fn field(mut self, path: impl Into<String>) -> Violation {
        self.about = self.about.with_field(path);
        self
    }

    /// This can be done about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Violation {
        self.about = self.about.with_help(help);
        self
    }
}
