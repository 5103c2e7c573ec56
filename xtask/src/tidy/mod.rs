//! `cargo xtask tidy`: checks what can be checked by reading the sources, each rule in a file of its own.

mod borders;
mod examples;
mod headers;
mod lengths;
mod lexer;
mod purity;
mod resources;
mod source;
mod words;

use std::ffi::OsString;
use std::io::{self, Write as _};

use crate::cargo::root;
use source::{Finding, Source};

const USAGE: &str = "\
Checks what can be checked by reading: headers, lengths, names, unfinished places, a test for each resource, and which
crate may use what. Each finding says where it is and what to do.

Usage: cargo xtask tidy

Example: cargo xtask tidy";

/// A rule looks at all sources at once.
type Rule = fn(&[Source]) -> Vec<Finding>;

const RULES: [Rule; 6] = [headers::check, lengths::check, words::check, examples::check, resources::check, borders::check];

/// Whether there is nothing to find.
pub(crate) fn run(arguments: &[OsString]) -> io::Result<bool> {
    let mut out = io::stderr().lock();
    if let Some(argument) = arguments.first() {
        writeln!(out, "{USAGE}")?;
        return Ok(argument == "--help" || argument == "-h");
    }
    let sources = source::all(root())?;
    for note in lengths::notes(&sources) {
        writeln!(out, "note: {note}")?;
    }
    let mut findings: Vec<_> = RULES.iter().flat_map(|rule| rule(&sources)).collect();
    findings.extend(purity::check()?);
    findings.sort();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    match findings.len() {
        0 => writeln!(out, "{} files are tidy", sources.len())?,
        count => writeln!(out, "{count} findings in {} files", sources.len())?,
    }
    Ok(findings.is_empty())
}
