//! What can go wrong between a journal and its key.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::service_guard::Trouble;

/// Why a key cannot be wrapped or opened. It reads after "failed to …".
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GuardError {
    /// There is no identity file where one is needed.
    #[error("open the key of {of}, which is for {guard}: there is no age identity at {}", list(searched))]
    NoIdentity {
        /// The stack and environment.
        of: String,
        /// Who can open it.
        guard: String,
        /// Where identities were looked for.
        searched: Vec<PathBuf>,
    },
    /// None of the identities, or not this passphrase, opens it.
    #[error("open the key of {of}, which is for {guard}: {held} does not open it")]
    Refused {
        /// The stack and environment.
        of: String,
        /// Who can open it.
        guard: String,
        /// What was tried, in words.
        held: String,
    },
    /// Nobody said the passphrase.
    #[error("open the key of {of}: its passphrase is not in {variable}, and there is no terminal to ask at")]
    NoPassphrase {
        /// The stack and environment.
        of: String,
        /// The environment variable that it is looked for in.
        variable: &'static str,
    },
    /// This program cannot serve that sort of guard.
    #[error("open the key of {of}, which is for {guard}: this engine cannot ask that")]
    Unserved {
        /// The stack and environment.
        of: String,
        /// Who can open it.
        guard: String,
    },
    /// The wrapped key is not what was written.
    #[error("open the key of {of}: the wrapped key in its journal is damaged ({problem})")]
    Damaged {
        /// The stack and environment.
        of: String,
        /// What is wrong.
        problem: String,
    },
    /// A file of identities.
    #[error("{action} the age identity {}: {source}", path.display())]
    File {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of identities has something else in it.
    #[error("read the age identity {}: line {line} is no X25519 secret key", path.display())]
    NotAnIdentity {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// There is no folder to keep an identity in.
    #[error("find a folder for the age identity: neither INFRA_CONFIG_DIR nor XDG_CONFIG_HOME nor HOME is set")]
    Nowhere,
    /// The machine gives no random bytes.
    #[error("make a key: this machine gives no random bytes ({problem})")]
    Randomness {
        /// Why.
        problem: String,
    },
    /// A new key cannot be wrapped.
    #[error("wrap the key of {of} for {guard}: {problem}")]
    Unwrapped {
        /// The stack and environment.
        of: String,
        /// Who was to open it.
        guard: String,
        /// Why.
        problem: String,
    },
    /// The key service.
    #[error("{action} the key of {of} with {guard}: {problem}")]
    Service {
        /// `wrap` or `open`.
        action: &'static str,
        /// The stack and environment.
        of: String,
        /// The key in the service.
        guard: String,
        /// What is the matter.
        trouble: Trouble,
        /// The service's words.
        problem: String,
    },
}

impl GuardError {
    /// What the user can do about it, where that is known.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            GuardError::NoIdentity { .. } => {
                "put the file with the identity there, or name it in INFRA_AGE_IDENTITY; whoever can open the state can add you with `infra state rotate-key --to`"
            }
            GuardError::Refused { .. } => {
                "ask whoever deployed it for the identity or passphrase, or to add you with `infra state rotate-key --to`"
            }
            GuardError::NoPassphrase { .. } => "set INFRA_PASSPHRASE, or run the command at a terminal",
            GuardError::Unserved { .. } => "use an engine that serves this sort of key",
            GuardError::Damaged { .. } => "restore the journal from a backup",
            GuardError::File { .. } | GuardError::NotAnIdentity { .. } => {
                "an identity is a file with a line AGE-SECRET-KEY-1…, as `age-keygen` writes it"
            }
            GuardError::Nowhere => "set INFRA_CONFIG_DIR to a folder outside of the project",
            GuardError::Service { trouble, .. } => trouble.help(),
            GuardError::Unwrapped { .. } | GuardError::Randomness { .. } => return None,
        })
    }
}

/// Why a text does not name a guard.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` names no guard of keys: {problem}; write `age`, `age:age1…`, `passphrase` or `kms:alias/…`")]
pub struct NameError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" or ")
}
