//! Where in the program something was declared.

use std::fmt;
use std::panic;

use serde::{Deserialize, Serialize};

/// A place in a program's source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The file as the compiler knew it, relative to the workspace as a rule.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl Location {
    /// The place that called the `#[track_caller]` function this is called from.
    #[track_caller]
    pub fn caller() -> Location {
        let caller = panic::Location::caller();
        Location { file: caller.file().to_owned(), line: caller.line() }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
