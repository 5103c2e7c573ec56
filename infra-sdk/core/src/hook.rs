//! Commands that run before and after the steps of a resource, as data.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Expr, Input};

/// When a hook runs. A replacement is a create and a delete, each with its hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before the object is made: a failure keeps it from being made.
    BeforeCreate,
    /// After the object was made and is ready: a failure is recorded with it, and the next deployment tries again.
    AfterCreate,
    /// Before the object is changed in place: a failure keeps it from being changed.
    BeforeUpdate,
    /// After the object was changed and is ready: a failure is recorded with it, and the next deployment tries again.
    AfterUpdate,
    /// Before the object is deleted: a failure keeps it from being deleted.
    BeforeDelete,
    /// After the object is gone: a failure is told, and not tried again.
    AfterDelete,
}

impl Moment {
    /// Whether it belongs to the end of an object, so that it is remembered with the object.
    pub fn is_of_the_end(self) -> bool {
        matches!(self, Moment::BeforeDelete | Moment::AfterDelete)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Moment::BeforeCreate => "before it is made",
            Moment::AfterCreate => "after it is made",
            Moment::BeforeUpdate => "before it is changed",
            Moment::AfterUpdate => "after it is changed",
            Moment::BeforeDelete => "before it is deleted",
            Moment::AfterDelete => "after it is deleted",
        })
    }
}

/// A command and when it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hook {
    /// When.
    pub moment: Moment,
    /// What.
    pub command: Command,
}

/// How long a command may take where it does not say, in seconds.
const SECONDS: u64 = 10 * 60;

/// A command of the machine on which the engine runs: a program and its arguments, taken as they are. No shell looks at
/// them, unless [`Command::shell`] is asked for one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The program, then its arguments.
    pub argv: Vec<Expr>,
    /// Variables beside those of the engine's own environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, Expr>,
    /// The working directory, from the stack's folder; that folder itself where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// After how many seconds it is ended, with all that it started.
    pub seconds: u64,
}

impl Command {
    /// A program, by its path or found on the `PATH`, without arguments yet.
    pub fn new(program: impl Input<String>) -> Command {
        Command { argv: vec![program.into_expr()], environment: BTreeMap::new(), directory: None, seconds: SECONDS }
    }

    /// A line for `sh -c`. What it needs of other resources is better given in the environment than put into the line,
    /// where the shell would take it apart.
    pub fn shell(line: impl Input<String>) -> Command {
        Command::new("sh").arg("-c").arg(line)
    }

    /// Adds an argument. It can be seen by other users of the machine, so a secret is refused here.
    #[must_use]
    pub fn arg(mut self, argument: impl Input<String>) -> Command {
        self.argv.push(argument.into_expr());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(self, arguments: impl IntoIterator<Item = impl Input<String>>) -> Command {
        arguments.into_iter().fold(self, Command::arg)
    }

    /// Sets a variable of its environment: the place for secrets.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Input<String>) -> Command {
        self.environment.insert(name.into(), value.into_expr());
        self
    }

    /// Sets the working directory, from the stack's folder.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<String>) -> Command {
        self.directory = Some(directory.into());
        self
    }

    /// How long it may take, in whole seconds and at least one; ten minutes where nothing is said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Command {
        self.seconds = timeout.as_secs().max(1);
        self
    }

    /// Every expression in it.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.argv.iter().chain(self.environment.values())
    }

    /// Every expression in it.
    pub fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.argv.iter_mut().chain(self.environment.values_mut())
    }
}

impl fmt::Display for Command {
    /// The program and its arguments, as far as they are known; the environment is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.argv.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { " " })?;
            match part.value().as_ref().and_then(|value| value.as_str().filter(|_| !value.has_secret())) {
                Some(word) if !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || c.is_control()) => f.write_str(word)?,
                _ => write!(f, "{part}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Output;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed_and_without_its_environment() {
        let secret = Output::<String>::from_expr(Expr::lit("hunter2")).secret();
        let command = Command::new("psql").args(["-f", "a file.sql"]).arg(secret.clone()).env("PGPASSWORD", secret);
        assert_eq!(command.to_string(), "psql -f \"a file.sql\" (secret)");
        assert_eq!(command.timeout(Duration::from_millis(10)).seconds, 1);
    }
}
