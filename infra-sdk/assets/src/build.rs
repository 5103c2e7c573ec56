//! A command that makes files of other files.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long a build may take where it does not say, in seconds.
const SECONDS: u64 = 30 * 60;

/// A command that makes files, as `pip install` does: run in a scratch folder that has its inputs and nothing else, and run
/// again only when one of them, or the command itself, has changed.
///
/// What it makes goes into the folder that the variable `OUT` names, or [`Build::OUT`] in its arguments. It has the engine's
/// own environment too, which does not count as an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    pub(crate) argv: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) environment: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) inputs: Vec<String>,
    pub(crate) seconds: u64,
}

impl Build {
    /// In an argument: the folder that the archive is made of.
    pub const OUT: &'static str = "{out}";

    /// A program, by its path or found on the `PATH`, without arguments yet. No shell looks at them.
    pub fn new(program: impl Into<String>) -> Build {
        Build { argv: vec![program.into()], environment: BTreeMap::new(), folder: None, inputs: Vec::new(), seconds: SECONDS }
    }

    /// A line for `sh -c`.
    pub fn shell(line: impl Into<String>) -> Build {
        Build::new("sh").arg("-c").arg(line)
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Build {
        self.argv.push(argument.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Build {
        arguments.into_iter().fold(self, Build::arg)
    }

    /// Sets a variable of its environment. It is part of the question that the program asks, so it is no place for a secret:
    /// that is better left to the environment in which the engine runs.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Build {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// The folder that its inputs are named from, itself named from the stack's folder.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<String>) -> Build {
        self.folder = Some(folder.into());
        self
    }

    /// Adds a file or folder that it needs. It must be inside the folder that inputs are named from.
    #[must_use]
    pub fn input(mut self, path: impl Into<String>) -> Build {
        self.inputs.push(path.into());
        self
    }

    /// Adds files and folders that it needs.
    #[must_use]
    pub fn inputs(self, paths: impl IntoIterator<Item = impl Into<String>>) -> Build {
        paths.into_iter().fold(self, Build::input)
    }

    /// How long it may take, in whole seconds and at least one; half an hour where nothing is said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Build {
        self.seconds = timeout.as_secs().max(1);
        self
    }
}
