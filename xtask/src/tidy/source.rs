//! The files that are checked, and what is found in them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::lexer::{self, Lexed};

/// A file of the project.
pub(crate) struct Source {
    /// Its path from the root, with `/` between.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
    /// Of a Rust file, code and comments apart.
    pub(crate) lexed: Lexed,
}

impl Source {
    /// A file of this path and text.
    pub(crate) fn new(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned(), lexed: lexer::lex(text) }
    }

    /// Whether it is Rust.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Something found on a line, counted from 1.
    pub(crate) fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, what: what.into() }
    }

    /// The lines of code, each with its number, without comments and without what stands in strings.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lexed.code.lines().enumerate().map(|(at, line)| (at + 1, line))
    }

    /// The code before the unit tests, which come last.
    pub(crate) fn code_but_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code().take_while(|(_, line)| line.trim() != "#[cfg(test)]")
    }

    /// The lines of comments, each with its number.
    pub(crate) fn comments(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lexed.comments.lines().enumerate().map(|(at, line)| (at + 1, line))
    }
}

/// What is not as it should be, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// All Rust files and manifests below the root, by path; what is built or hidden is left out.
pub(crate) fn all(root: &Path) -> io::Result<Vec<Source>> {
    let (mut sources, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let (path, name) = (folder.join(entry.file_name()), entry.file_name());
            let name = name.to_string_lossy();
            if name.starts_with('.') || name == "target" {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") || name == "Cargo.toml" {
                let text = fs::read_to_string(root.join(&path))?;
                sources.push(Source::new(&path.to_string_lossy().replace('\\', "/"), &text));
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}
