//! A command that is run once.

use std::collections::BTreeMap;

use infra_core::{Block, Command, Expr, Input, Outputs, Resource, Value};
use serde::{Deserialize, Serialize};

/// A command that is run once on the machine of the engine, and again only when its words or one of its triggers change:
/// `Run::new("schema").command(Command::new("psql").arg("-f").arg("schema.sql").env("PGPASSWORD", password)).triggers([sha256])`.
///
/// What is in its environment, where it runs and how long it may take do not run it again, so that a new password does not.
/// Secrets go into the environment; one among the words is refused. One that fails is told, and run again by the next
/// deployment; `INFRA_TOKEN` in its environment is the same then. Nothing is undone when it leaves the stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Run, id = RunId, outputs = RunOutputs, kind = "run:local/command", action)]
pub struct RunInputs {
    /// What is run: a `Command`, as hooks are.
    pub command: CommandLine,
    /// Whether what it prints is a secret: then it is `secret_stdout`, and `stdout` is empty. Default: false.
    pub secret_output: Option<bool>,
}

/// What came of a [`Run`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Run)]
pub struct RunOutputs {
    /// What it wrote to its standard output, without the line ends at its end; at most a mebibyte.
    pub stdout: String,
    /// The same, where that is a secret.
    #[output(secret)]
    pub secret_stdout: String,
}

/// A command with all that it needs: a `Command` is one.
#[derive(Clone, PartialEq, Serialize, Deserialize, Block)]
pub struct CommandLine {
    /// The program, then its arguments.
    pub argv: Vec<String>,
    /// Variables beside those of the engine's own environment.
    #[input(local)]
    pub environment: Option<BTreeMap<String, String>>,
    /// The working directory. Default: the stack's folder.
    #[input(local)]
    pub directory: Option<String>,
    /// After how many seconds it is ended, with all that it started. Default: 600.
    #[input(local)]
    pub seconds: Option<u64>,
}

impl std::fmt::Debug for CommandLine {
    /// Without the environment, which is where secrets are.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommandLine").field("argv", &self.argv).field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl Input<CommandLine> for Command {
    fn into_expr(self) -> Expr {
        let mut fields = BTreeMap::from([
            ("argv".to_owned(), Expr::List(self.argv)),
            ("seconds".to_owned(), Expr::Lit(Value::Number(self.seconds.into()))),
        ]);
        if !self.environment.is_empty() {
            fields.insert("environment".to_owned(), Expr::Object(self.environment));
        }
        if let Some(directory) = self.directory {
            fields.insert("directory".to_owned(), Expr::lit(directory.as_str()));
        }
        Expr::Object(fields)
    }
}
