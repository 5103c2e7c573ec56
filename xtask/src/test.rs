//! `cargo xtask test`: everything that must pass, in one go.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use crate::cargo::cargo;
use crate::{schema_check, tidy};

const USAGE: &str = "\
Runs all tests: what can be checked by reading, `cargo test --workspace`, and the comparison with AWS's schemas.

Usage: cargo xtask test

It needs Rust and Python 3.10 or newer; all else it fetches itself, once: the local AWS that the tests over the wire speak
to, and AWS's schemas, both of pinned and checked versions, into the user's cache.

Example: cargo xtask test";

/// A name, what it does, and how; whether it passed.
type Step = (&'static str, &'static str, fn() -> io::Result<bool>);

const STEPS: [Step; 3] = [
    ("tidy", "checks what can be checked by reading", || tidy::run(&[])),
    // All members in one build: apart, each set of features would compile the AWS SDK again.
    ("cargo test", "runs the tests of all crates; the first time it compiles the AWS SDK, which takes some minutes", || {
        Ok(cargo(&["test", "--workspace", "--no-fail-fast"]).status()?.success())
    }),
    ("schema-check", "compares the resources with AWS's own schemas", || schema_check::run(&[])),
];

/// Runs all steps, each whether or not those before it passed; whether all did.
pub(crate) fn run(arguments: &[OsString]) -> io::Result<bool> {
    if let Some(argument) = arguments.first() {
        let help = argument == "--help" || argument == "-h";
        writeln!(io::stderr(), "{USAGE}")?;
        return Ok(help);
    }
    python()?;
    let mut failed = Vec::new();
    for (at, (name, about, step)) in STEPS.iter().enumerate() {
        writeln!(io::stderr(), "\n[{}/{}] {name}: {about}", at + 1, STEPS.len())?;
        if !step()? {
            failed.push(*name);
        }
    }
    match failed.as_slice() {
        [] => writeln!(io::stderr(), "\nAll passed.")?,
        failed => writeln!(io::stderr(), "\nFailed: {}.", failed.join(", "))?,
    }
    Ok(failed.is_empty())
}

/// Says at once that Python is missing, instead of after minutes of compiling.
fn python() -> io::Result<()> {
    let there = Command::new("python3").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match there {
        Ok(status) if status.success() => Ok(()),
        _ => Err(io::Error::other("there is no `python3`: the local AWS and its schemas need Python 3.10 or newer")),
    }
}
