//! What can go wrong with what is remembered.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::lease::{Holder, LeaseError};

/// Why a journal cannot be read or written. Nothing has been changed in it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk or its permissions.
    #[error("failed to {action} the journal {}: {source}", path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An earlier record of this run could not be written.
    #[error("nothing more is recorded in this run, since an earlier record could not be: run the command again")]
    Broken,
    /// The state is not the one that a plan was made for.
    #[error("the plan was made when the journal had {planned} records, and it has {serial} now: plan again")]
    MovedOn {
        /// How many records there were.
        planned: u64,
        /// How many there are.
        serial: u64,
    },
    /// Another run has it.
    #[error("another run is using the journal {}{}: wait until it has ended", path.display(), who(holder.as_deref()))]
    Locked {
        /// The file.
        path: PathBuf,
        /// Who it is, where that is known.
        holder: Option<Box<Holder>>,
    },
    /// This run's leave to change something has ended.
    #[error("this run has lost its lease on {place}, since {why}: nothing more is recorded and no cloud is called; run the command again")]
    Lost {
        /// What the lease is on.
        place: String,
        /// How it was lost.
        why: String,
    },
    /// Another run has written since this one opened it.
    #[error("another run has written to the journal {place} since this one opened it{}: nothing more is recorded; run the command again", who(holder.as_deref()))]
    Fenced {
        /// The journal.
        place: String,
        /// Who it is, where that is known.
        holder: Option<Box<Holder>>,
    },
    /// A store elsewhere.
    #[error("failed to {action} the journal {place}: {source}")]
    Remote {
        /// What was being done.
        action: &'static str,
        /// The journal.
        place: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Its lease.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// It was moved to another place.
    #[error("the journal {place} was moved to {to}: name that place as `state` in infra.toml, or with `--state`")]
    Elsewhere {
        /// Where it was.
        place: String,
        /// Where it is.
        to: String,
    },
    /// It is not as it was written.
    #[error(
        "the journal {} is damaged at line {line}: {problem}; restore the file from a backup; what is in the cloud carries the tag `infra:stack`",
        path.display()
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A line of it is whole, and says what this engine does not know.
    #[error("line {line} of the journal {} is whole, but {problem}: use the engine that wrote it", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is not understood.
        problem: String,
    },
    /// A newer engine wrote it.
    #[error("the journal {} has format {found}, and this engine reads format {known}: use the newer engine", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format that is read here.
        known: u32,
    },
    /// A record has a secret that cannot be sealed, and none is written in clear.
    #[error("failed to seal a secret for the journal: {problem}")]
    Unsealed {
        /// Why.
        problem: String,
    },
    /// It belongs to another stack or environment.
    #[error("the journal {} is that of {of}, not of {wanted}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        of: String,
        /// Whose was expected.
        wanted: String,
    },
}

fn who(holder: Option<&Holder>) -> String {
    holder.map(|holder| format!(", {holder}")).unwrap_or_default()
}

impl StoreError {
    /// An error of the disk.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> StoreError {
        StoreError::Io { action, path: path.to_owned(), source }
    }
}
