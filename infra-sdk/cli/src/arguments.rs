//! The command line: what all commands share. Each command's own arguments are in its file.

use std::path::PathBuf;

use clap::{Args, Parser};
use infra_plan::Selection;

use crate::commands::Command;
use crate::session::quoted;

/// Infrastructure as ordinary Rust programs.
///
/// A stack is a cargo package whose program declares resources. `infra` builds the program, runs it to learn what it
/// declares, compares that with what it remembers and with what the cloud has, and makes the cloud as it was declared.
#[derive(Parser)]
#[command(
    name = "infra",
    version,
    max_term_width = 100,
    help_expected = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  infra deploy hello                    deploys examples/hello to the local cloud
  infra plan web --env production       shows what a deployment would change
  infra outputs web url                 prints one output of a stack
  infra destroy hello                   deletes all of it

Exit codes: 0 done, 1 failed, 2 the plan has changes (with --exit-code), 3 a policy denies the
plan, 64 wrong usage, 130 interrupted."
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Which stack, in which environment.
#[derive(Args, Clone, Debug)]
pub(crate) struct StackArguments {
    /// The stack: the name of its cargo package.
    pub(crate) stack: String,

    /// The environment, as the stack's infra.toml names it; `local` is the local cloud and needs no entry.
    #[arg(long, short, value_name = "NAME", default_value = "local")]
    pub(crate) env: String,

    /// A program that is built already, instead of the cargo package.
    #[arg(long, value_name = "PATH")]
    pub(crate) program: Option<PathBuf>,

    /// The folder of that program's infra.toml [default: the program's own].
    #[arg(long, value_name = "PATH", requires = "program")]
    pub(crate) folder: Option<PathBuf>,

    /// Where the state is kept, over what infra.toml says: s3://bucket/folder, gs://…, az://… or file:///folder.
    #[arg(long, value_name = "URL", env = "INFRA_STATE", hide_env_values = true)]
    pub(crate) state: Option<String>,

    /// Writes JSON to standard output, and nothing else there.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the stack's program is told.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ProgramArguments {
    /// Sets a key of the configuration, over what infra.toml says. Dots lead into tables; the value is TOML, or else text.
    #[arg(long = "config", value_name = "KEY=VALUE")]
    pub(crate) config: Vec<String>,

    /// Answers the program's lookups anew, instead of taking the answers pinned in lookups.lock.
    #[arg(long)]
    pub(crate) refresh_lookups: bool,
}

/// What plans are judged by.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PolicyArguments {
    /// Sets what follows from a policy of the starter set, over what infra.toml says in [policies]: off, warn or deny.
    #[arg(long = "policy", value_name = "NAME=LEVEL")]
    pub(crate) policies: Vec<String>,
}

/// How changes are made.
#[derive(Args, Clone, Debug)]
pub(crate) struct ChangeArguments {
    /// Does not ask before it changes anything.
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// How many resources are worked on at a time.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) parallel: u16,
}

/// Which of the stack's resources are meant.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TargetArguments {
    /// Takes only these resources, and leaves all else as it is: an address or name, in which `*` stands for any letters
    /// within a scope and `**` for any scopes. May be repeated.
    #[arg(long = "target", value_name = "PATTERN")]
    targets: Vec<String>,

    /// Leaves these resources as they are, and with them what cannot change without them. May be repeated.
    #[arg(long = "exclude", value_name = "PATTERN")]
    excludes: Vec<String>,

    /// Takes also what needs the targets, directly or not.
    #[arg(long, requires = "targets")]
    with_dependants: bool,
}

/// Which of the resources that a program declares are meant, and how.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct SelectionArguments {
    #[command(flatten)]
    targets: TargetArguments,

    /// Takes also what the targets need, directly or not.
    #[arg(long, requires = "targets")]
    with_needs: bool,

    /// Replaces this resource, although nothing asks for it: an address, or a name that no other has. May be repeated.
    #[arg(long, value_name = "ADDRESS")]
    replace: Vec<String>,
}

impl TargetArguments {
    /// As the planner takes it.
    pub(crate) fn selection(&self) -> Selection {
        let (targets, excludes) = (self.targets.clone(), self.excludes.clone());
        Selection { targets, excludes, with_dependants: self.with_dependants, ..Selection::default() }
    }

    /// As words of a command line, each with what it is for.
    pub(crate) fn words(&self) -> Vec<String> {
        let targets = self.targets.iter().map(|pattern| format!("--target {}", quoted(pattern)));
        let excludes = self.excludes.iter().map(|pattern| format!("--exclude {}", quoted(pattern)));
        targets.chain(excludes).chain(self.with_dependants.then(|| "--with-dependants".to_owned())).collect()
    }
}

impl SelectionArguments {
    /// As the planner takes it.
    pub(crate) fn selection(&self) -> Selection {
        Selection { with_needs: self.with_needs, replace: self.replace.clone(), ..self.targets.selection() }
    }

    /// As words of a command line, each with what it is for.
    pub(crate) fn words(&self) -> Vec<String> {
        let replace = self.replace.iter().map(|address| format!("--replace {}", quoted(address)));
        self.targets.words().into_iter().chain(self.with_needs.then(|| "--with-needs".to_owned())).chain(replace).collect()
    }
}
