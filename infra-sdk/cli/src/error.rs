//! What can go wrong with a command, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use infra_apply::lease::LeaseError;
use infra_apply::{PlanError, ProviderError, RecoverError, RefreshError, SealError, StoreError};
use infra_assets::live::AssetError;
use infra_core::{Diagnostic, Location};
use infra_local::LocalError;
use infra_seal::{GuardError, NameError};
use infra_store::LocationError;

use crate::called::called;
use crate::exit::Exit;
use crate::nearest::did_you_mean;
use crate::show::path as show_path;

/// Why a command could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The command line is wrong in a way that clap does not see.
    #[error("{problem}")]
    Usage {
        /// What is wrong.
        problem: String,
        /// What to do.
        help: String,
    },
    /// The stacks cannot be listed.
    #[error("failed to find the project's stacks{}", after_colon(.detail))]
    Project {
        /// What cargo says.
        detail: String,
    },
    /// No stack has that name.
    #[error("there is no stack `{name}`{}", did_you_mean(.name, .known.iter().map(String::as_str)))]
    UnknownStack {
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// The stack's program does not compile. The compiler has said why.
    #[error("failed to build the program of stack `{stack}`")]
    Build {
        /// The stack.
        stack: String,
    },
    /// A program cannot be started.
    #[error("failed to run {}", show_path(program))]
    Run {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The stack's program ended badly.
    #[error("the program of stack `{stack}` ended without an answer: {how}")]
    Crashed {
        /// The stack.
        stack: String,
        /// How it ended.
        how: String,
    },
    /// The stack's program ended well, but said nothing.
    #[error("the program of stack `{stack}` gave no answer")]
    NoAnswer {
        /// The stack.
        stack: String,
    },
    /// The stack's program answers in a form that is not known here.
    #[error("the answer of the program of stack `{stack}` cannot be read: {problem}")]
    Foreign {
        /// The stack.
        stack: String,
        /// What does not fit.
        problem: String,
    },
    /// The stack's program says what is wrong with it.
    #[error("{}", lines(.0))]
    Program(Vec<Diagnostic>),
    /// A question of the program's cannot be answered.
    #[error("failed to answer the lookup `{kind}`, asked at {declared}: {problem}")]
    Lookup {
        /// The kind of question.
        kind: String,
        /// Where it was asked.
        declared: Location,
        /// Why.
        problem: String,
        /// What to do.
        help: Option<String>,
    },
    /// An asset of the program's cannot be made.
    #[error("failed to {source}, for the asset at {declared}")]
    Asset {
        /// Where it was asked for.
        declared: Location,
        /// Why.
        source: AssetError,
        /// What to do.
        help: Option<String>,
    },
    /// `infra.toml` is wrong.
    #[error("{}:{line}: {problem}", show_path(path))]
    Settings {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
        /// What to do.
        help: Option<String>,
    },
    /// No environment has that name.
    #[error("stack `{stack}` has no environment `{name}`{}", did_you_mean(.name, .known.iter().map(String::as_str)))]
    UnknownEnvironment {
        /// The stack.
        stack: String,
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
        /// Where they are.
        path: PathBuf,
    },
    /// `lookups.lock` cannot be read.
    #[error("{} cannot be read: {problem}", show_path(path))]
    Pins {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The credentials are those of another account.
    #[error("environment `{environment}` is account {expected}, and the credentials are those of account {actual}")]
    Account {
        /// The environment.
        environment: String,
        /// The account that infra.toml names.
        expected: String,
        /// The account that STS names.
        actual: String,
    },
    /// Whose credentials these are cannot be found out.
    #[error("failed to find out which account environment `{environment}` leads to")]
    WhoAmI {
        /// The environment.
        environment: String,
        /// The profile, if one is named.
        profile: Option<String>,
        /// Why.
        source: ProviderError,
    },
    /// The cloud cannot be spoken to.
    #[error("failed to connect to environment `{environment}`")]
    Connect {
        /// The environment.
        environment: String,
        /// Why.
        source: ProviderError,
    },
    /// The local cloud.
    #[error("failed to {0}")]
    Local(#[from] LocalError),
    /// No plan can be made.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// An interrupted run cannot be settled.
    #[error("failed to settle what an interrupted run left: {0}")]
    Recover(#[from] RecoverError),
    /// The state cannot be brought up to date.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// The journal.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key of a journal cannot be opened or made.
    #[error("failed to {0}")]
    Key(#[from] GuardError),
    /// A guard of keys is named that there cannot be.
    #[error(transparent)]
    KeyName(#[from] NameError),
    /// A secret of the journal cannot be opened.
    #[error("failed to open a secret of the journal: {0}")]
    Sealed(#[from] SealError),
    /// There are sealed secrets, and no key for them.
    #[error("the secrets of {of} are sealed, and the key is not with them")]
    NoKey {
        /// Whose they are.
        of: String,
    },
    /// Where the state is kept cannot be reached.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// Nothing has been deployed.
    #[error("stack `{stack}` has not been deployed to environment `{environment}`")]
    NotDeployed {
        /// The stack.
        stack: String,
        /// The environment.
        environment: String,
        /// The command that deploys it.
        command: String,
    },
    /// Something that is looked for in the state is not there.
    #[error("{problem}")]
    Missing {
        /// What is not there.
        problem: String,
        /// What there is, or what to do.
        help: String,
    },
    /// A change by hand that this state does not bear.
    #[error("{problem}")]
    Refused {
        /// Why not.
        problem: String,
        /// What to do.
        help: String,
    },
    /// A fleet cannot be simulated, tuned or fitted.
    #[error("{}", foresight(.0))]
    Foresight(#[from] infra_autoscale::Error),
    /// A file or folder.
    #[error("failed to {doing} {}", show_path(path))]
    File {
        /// What was being done.
        doing: &'static str,
        /// To which path.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// Standard output is gone.
    #[error("failed to write to standard output")]
    Output {
        /// Why.
        source: io::Error,
    },
    /// The machine has no threads or file handles left.
    #[error("failed to start")]
    Runtime {
        /// Why.
        source: io::Error,
    },
}

impl Error {
    /// A wrong command line.
    pub(crate) fn usage(problem: impl Into<String>, help: impl Into<String>) -> Error {
        Error::Usage { problem: problem.into(), help: help.into() }
    }

    /// How the command ends because of it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Error::Usage { .. } => Exit::Usage,
            _ => Exit::Failed,
        }
    }

    /// The diagnostics that it consists of, if it does.
    pub(crate) fn diagnostics(&self) -> Option<&[Diagnostic]> {
        match self {
            Error::Program(problems) | Error::Plan(PlanError::Wrong(problems)) | Error::Refresh(RefreshError::Wrong(problems)) => {
                Some(problems)
            }
            _ => None,
        }
    }

    /// What to do about it, where that is not in its message.
    pub(crate) fn help(&self) -> Option<String> {
        Some(match self {
            Error::Usage { help, .. } | Error::Missing { help, .. } | Error::Refused { help, .. } => help.clone(),
            Error::Project { .. } => {
                "run it inside a cargo workspace that has stacks, or name a built program with `--program`".into()
            }
            Error::UnknownStack { known, .. } if known.is_empty() => {
                "a stack is a package of the workspace that depends on infra-sdk and has a program; there is none yet".into()
            }
            Error::UnknownStack { known, .. } => format!("the stacks here are {}", list(known)),
            Error::Build { .. } => "correct what the compiler says above".into(),
            Error::Run { .. } => "check that the file exists and may be executed".into(),
            Error::Crashed { .. } => "what it printed before is above; a panic names its line".into(),
            Error::NoAnswer { .. } => "its `main` must be `infra_sdk::main(…)`, and nothing may end the program before it returns".into(),
            Error::Foreign { .. } => "build the program and infra from the same version of infra-sdk".into(),
            Error::Lookup { help, .. } | Error::Asset { help, .. } | Error::Settings { help, .. } => return help.clone(),
            Error::UnknownEnvironment { known, path, .. } => {
                format!("it has {}; others are added to {} as `[env.NAME]` with region and account", list(known), show_path(path))
            }
            Error::Pins { path, .. } => format!("restore {} from version control, or delete it to have all lookups answered anew", show_path(path)),
            Error::Account { .. } => "use the credentials of that account, or correct `account` in the stack's infra.toml".into(),
            Error::WhoAmI { source, .. } if source.class.is_temporary() => {
                "check the network, and AWS_ENDPOINT_URL if it is set, then run the command again".into()
            }
            Error::WhoAmI { profile, .. } => match profile {
                Some(profile) => format!("check the profile `{profile}` in ~/.aws/config; with single sign-on, run `aws sso login --profile {profile}`"),
                None => "give credentials with `profile` in the stack's infra.toml, with AWS_PROFILE, or with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".into(),
            },
            Error::Plan(PlanError::Observe(_)) | Error::Refresh(RefreshError::Observe(_)) => {
                "check that the cloud can be reached and the credentials may read it, then run the command again".into()
            }
            Error::Store(StoreError::Corrupt { .. }) => {
                format!("`{}` shows what of it can be kept, and keeps that if you agree", called("state repair STACK"))
            }
            Error::Key(error) => return error.help().map(str::to_owned),
            Error::Sealed(_) | Error::NoKey { .. } => "restore the journal, or the exported state, as it was written: with its record of the key".into(),
            Error::Store(StoreError::Lease(LeaseError::Held { .. })) => {
                format!("`{}` says more; `{}` takes it away from a run that is not alive any more", called("lock status STACK"), called("unlock STACK"))
            }
            Error::NotDeployed { command, .. } => format!("deploy it with `{command}`"),
            _ => return None,
        })
    }
}

/// What was being done: measurements are read and fitted, the rest is simulated.
fn foresight(error: &infra_autoscale::Error) -> String {
    match error {
        infra_autoscale::Error::File { .. } | infra_autoscale::Error::Fit { .. } => format!("failed to {error}"),
        _ => format!("failed to simulate: {error}"),
    }
}

/// Names the path in an error of the file system.
pub(crate) fn file<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
    move |source| Error::File { doing, path: path.to_owned(), source }
}

/// Names as people list them.
pub(crate) fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => "none".into(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

fn lines(problems: &[Diagnostic]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn after_colon(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}
