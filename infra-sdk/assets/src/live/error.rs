//! What can go wrong between a folder and an archive or an image.

use std::io;
use std::path::{Path, PathBuf};

use infra_apply::{Class, ProviderError};

/// Why an asset cannot be made. It reads after "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// A file or folder cannot be read or written.
    #[error("{doing} {}: {source}", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no such file or folder.
    #[error("find {what} {}: it is not there", path.display())]
    Missing {
        /// What should be there.
        what: &'static str,
        /// Where it should be.
        path: PathBuf,
    },
    /// Something is not in the form that it should be in.
    #[error("read {}: {problem}", path.display())]
    Form {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A pattern of what is left out is none.
    #[error("read the pattern `{pattern}`: {problem}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong.
        problem: String,
    },
    /// Nothing is left to be packed.
    #[error("pack {what}: nothing is in it")]
    Empty {
        /// The folder or the command.
        what: String,
    },
    /// A folder and a command both have a file.
    #[error("pack {}: both the folder and `{command}` have `{name}`", folder.display())]
    Clash {
        /// The folder.
        folder: PathBuf,
        /// The command.
        command: String,
        /// The file.
        name: String,
    },
    /// An input is not where inputs are.
    #[error("take the input `{input}` of `{command}`: it is not inside {}", folder.display())]
    Outside {
        /// The input.
        input: String,
        /// The command.
        command: String,
        /// The folder that inputs are named from.
        folder: PathBuf,
    },
    /// A command did not end well.
    #[error("run `{command}`: it {why}")]
    Command {
        /// The command.
        command: String,
        /// How it ended and what it said last.
        why: String,
    },
    /// Nothing on this machine builds images.
    #[error("build the image of {}: no builder works here ({})", context.display(), tried.join("; "))]
    NoBuilder {
        /// The context.
        context: PathBuf,
        /// What was tried, each with why it does not work.
        tried: Vec<String>,
    },
    /// What was to be shipped has been changed.
    #[error("take {}: it is not what it was when the plan was made", path.display())]
    Changed {
        /// The folder or file.
        path: PathBuf,
    },
    /// A question is in no form that is known here.
    #[error("read the question: {0}")]
    Question(serde_json::Error),
}

impl AssetError {
    /// What the user can do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            AssetError::Missing { .. } => Some("paths are named from the stack's folder, the one of its infra.toml or Cargo.toml"),
            AssetError::Empty { .. } => Some("correct the folder, or the patterns of what is left out"),
            AssetError::Clash { .. } => {
                Some("leave it out of the folder with `.exclude(…)`, or have the command make it under another name")
            }
            AssetError::Outside { .. } => Some("name a folder that has all inputs with `.folder(…)` of the build"),
            AssetError::NoBuilder { .. } => {
                Some("install or start docker, podman, buildah or buildkit; an OCI layout or a tarball needs no builder")
            }
            AssetError::Changed { .. } => Some("run the command again, so that the plan shows what is deployed"),
            _ => None,
        }
    }

    /// With the path at which reading, or another work on files, failed.
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> AssetError {
        let path = path.to_owned();
        move |source| AssetError::File { doing, path, source }
    }
}

impl From<AssetError> for ProviderError {
    fn from(error: AssetError) -> ProviderError {
        let text = error.to_string();
        let (operation, message) = text.split_once(": ").map_or(("make the asset", text.as_str()), |(doing, why)| (doing, why));
        let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
        ProviderError::new(Class::Invalid, operation, format!("{message}{help}"))
    }
}
