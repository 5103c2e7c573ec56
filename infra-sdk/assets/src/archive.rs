//! A folder as a zip archive.

use infra_core::{LocalFile, Lookup, Stack, Stop};
use serde::{Deserialize, Serialize};

use crate::Build;

/// A folder as a zip archive, whose bytes depend on the names and contents of its files and on nothing else: they are
/// sorted, all of the same time, and readable by all; what is executable stays so. A link is packed as what it leads to.
///
/// What an `.infraignore` in the folder or below it names, in the form of a `.gitignore`, is left out; `.git` always is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) exclude: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) gitignore: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) build: Option<Build>,
}

impl Archive {
    /// All that is in a folder, which is named from the stack's own.
    pub fn dir(folder: impl Into<String>) -> Archive {
        Archive { folder: Some(folder.into()), exclude: Vec::new(), gitignore: false, build: None }
    }

    /// What a command makes, and nothing else.
    pub fn built(build: Build) -> Archive {
        Archive { folder: None, exclude: Vec::new(), gitignore: false, build: Some(build) }
    }

    /// Leaves out what fits a pattern of `.gitignore`'s form: `*.pyc` anywhere, `tests/` for folders, `/notes.md` at the top.
    #[must_use]
    pub fn exclude(mut self, pattern: impl Into<String>) -> Archive {
        self.exclude.push(pattern.into());
        self
    }

    /// Leaves out, too, what git ignores by the `.gitignore` of the folder and those above and below it.
    #[must_use]
    pub fn gitignore(mut self) -> Archive {
        self.gitignore = true;
        self
    }

    /// Adds what a command makes. Its inputs are named from the archive's folder, unless it has one of its own.
    #[must_use]
    pub fn with(mut self, build: Build) -> Archive {
        self.build = Some(build);
        self
    }

    /// Has it packed: the archive as a file of this machine, with the SHA-256 of its bytes.
    ///
    /// # Errors
    /// [`Stop::Unanswered`] where the engine has not packed it yet: pass it on with `?`, and the program is run again.
    #[track_caller]
    pub fn add(self, stack: &Stack) -> Result<LocalFile, Stop> {
        stack.lookup(self)
    }
}

impl Lookup for Archive {
    const KIND: &'static str = "asset:archive";
    const LOCAL: bool = true;
    type Answer = LocalFile;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_says_only_what_was_said() {
        let question = serde_json::to_value(Archive::dir("lambda")).unwrap();
        assert_eq!(question, serde_json::json!({"folder": "lambda"}));
        let archive = Archive::dir("lambda").exclude("*.pyc").gitignore().with(Build::shell("make").input("Makefile"));
        assert_eq!(serde_json::from_value::<Archive>(serde_json::to_value(&archive).unwrap()).unwrap(), archive);
    }
}
