//! What can go wrong before anything is compared.

use std::io;
use std::path::PathBuf;

/// What main shows.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// No directory for what was fetched.
    #[error("no cache directory: set INFRA_CACHE_DIR, XDG_CACHE_HOME or HOME")]
    NoCache,
    /// A file or directory of the cache.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no Python.
    #[error("`{python}` cannot be started ({source}): install Python 3.10 or newer")]
    NoPython {
        /// What was started.
        python: String,
        /// Why not.
        source: io::Error,
    },
    /// Neither pip nor venv.
    #[error("this Python has neither pip nor venv: install one of them (Debian, Ubuntu: `apt install python3-venv`)\n{0}")]
    NoPip(String),
    /// pip did not fetch the package.
    #[error("pip cannot fetch {package}; it said:\n{said}")]
    NotFetched {
        /// Name and version.
        package: String,
        /// The end of what pip printed.
        said: String,
    },
    /// The cached package is not the pinned one.
    #[error("{} has the SHA-256 {found}, not the pinned one: remove it and run again", path.display())]
    WrongHash {
        /// The file.
        path: PathBuf,
        /// Its hash, in hexadecimal digits.
        found: String,
    },
    /// The package has another layout.
    #[error("the schemas in {}: {why}", path.display())]
    Layout {
        /// The package.
        path: PathBuf,
        /// What is not as expected.
        why: String,
    },
    /// The user names a type that AWS does not have.
    #[error("AWS has no type `{0}`: names are as in `AWS::EC2::Subnet`")]
    NoType(String),
    /// The user names a type that no contract has.
    #[error(
        "no contract is for `{0}`: name a handle such as `Subnet`, a kind such as `aws:ec2/subnet` or a type such as `AWS::EC2::Subnet`"
    )]
    NoContract(String),
}
