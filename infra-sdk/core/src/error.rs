//! What can be wrong with a program, as data that can cross to the engine.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Address, Location};

/// One thing that is wrong, with where it was declared and what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The resource it is about, if it is about one.
    pub resource: Option<Address>,
    /// The field, as a path such as `ingress[2].from_port`, or the configuration key.
    pub field: Option<String>,
    /// What is wrong, as a sentence without its full stop.
    pub problem: String,
    /// What the user can do about it.
    pub help: Option<String>,
    /// Where it was declared.
    pub declared: Option<Location>,
}

impl Diagnostic {
    /// A diagnostic that says only what is wrong; the `with` functions add the rest.
    pub fn new(problem: impl Into<String>) -> Diagnostic {
        Diagnostic { resource: None, field: None, problem: problem.into(), help: None, declared: None }
    }

    /// Names the resource.
    #[must_use]
    pub fn with_resource(mut self, resource: &Address) -> Diagnostic {
        self.resource = Some(resource.clone());
        self
    }

    /// Names the field or key.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Diagnostic {
        self.field = Some(field.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Says where.
    #[must_use]
    pub fn with_location(mut self, declared: &Location) -> Diagnostic {
        self.declared = Some(declared.clone());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.resource, &self.field) {
            (Some(resource), Some(field)) => write!(f, "{resource}: `{field}`: ")?,
            (Some(resource), None) => write!(f, "{resource}: ")?,
            (None, Some(field)) => write!(f, "`{field}`: ")?,
            (None, None) => {}
        }
        write!(f, "{}", self.problem)?;
        if let Some(declared) = &self.declared {
            write!(f, "\n  declared at {declared}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum EvalError {
    /// A function was given what it cannot take.
    #[error("`{function}`: {problem}")]
    Function {
        /// The function's name in `ops`.
        function: &'static str,
        /// What is wrong with its arguments.
        problem: String,
    },
    /// A resource has no output of that name.
    #[error("{resource} has no output `{output}`")]
    NoSuchOutput {
        /// The resource.
        resource: Address,
        /// The output's name.
        output: String,
    },
}
