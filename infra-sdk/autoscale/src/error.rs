//! What can go wrong, in words that read after "failed to simulate".

use infra_core::Location;

/// Why a fleet cannot be simulated, fitted or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The stack has no group of this name.
    #[error("the stack has no auto scaling group, service or environment `{name}`; it has {}", list(.known))]
    NoSuchGroup {
        /// The name that was asked for.
        name: String,
        /// The groups there are.
        known: Vec<String>,
    },
    /// The stack's program does not yield a stack.
    #[error("the stack's program does not run: {0}")]
    Program(String),
    /// A resource says something that cannot be simulated.
    #[error("{resource}: `{field}` {problem} (declared at {declared}); {help}")]
    Resource {
        /// The resource's address.
        resource: String,
        /// The field.
        field: String,
        /// What is wrong with it.
        problem: String,
        /// Where the program declares the resource.
        declared: Location,
        /// What to do.
        help: String,
    },
    /// A fleet, a load or a setting makes no sense.
    #[error("{what}: {problem}; {help}")]
    Setting {
        /// Which setting.
        what: String,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        help: String,
    },
    /// The load asks more of a host than any measurement has seen.
    #[error(
        "the load asks {asked:.0} requests a minute of a host and the measurements end at {seen:.0}: {:.2} times is too far to \
         extrapolate; measure a host under more load, or allow it with `Capacity::extrapolating`", .asked / .seen
    )]
    Extrapolation {
        /// Requests a minute that a host would get.
        asked: f64,
        /// The most that a host was seen to get.
        seen: f64,
    },
    /// A file of measurements cannot be read.
    #[error("read {path}: {problem}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The measurements do not say what a host can do.
    #[error("fit the measurements: {problem}; {help}")]
    Fit {
        /// What is wrong with them.
        problem: String,
        /// What to do.
        help: String,
    },
}

impl Error {
    pub(crate) fn setting(what: impl Into<String>, problem: impl Into<String>, help: impl Into<String>) -> Error {
        Error::Setting { what: what.into(), problem: problem.into(), help: help.into() }
    }

    pub(crate) fn fit(problem: impl Into<String>, help: impl Into<String>) -> Error {
        Error::Fit { problem: problem.into(), help: help.into() }
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ") }
}
