//! `cargo xtask schema-check`: compares the contracts of AWS resources with AWS's own schemas.

use std::ffi::OsString;
use std::io;
use std::process::Command;

use crate::cargo::cargo;

/// The program that compares, with these arguments; it builds without the AWS SDK.
pub(crate) fn program() -> Command {
    cargo(&["run", "--quiet", "--package", "infra-schema-check", "--"])
}

/// Runs it; whether it found nothing wrong.
pub(crate) fn run(arguments: &[OsString]) -> io::Result<bool> {
    Ok(program().args(arguments).status()?.success())
}
