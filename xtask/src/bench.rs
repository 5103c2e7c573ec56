//! `cargo xtask bench`: builds the benchmarks with optimisation and runs one.

use std::ffi::OsString;
use std::io;

use crate::cargo::cargo;

/// Runs a benchmark; its own `--help` says which there are. Whether it went through.
pub(crate) fn run(arguments: &[OsString]) -> io::Result<bool> {
    let mut cargo = cargo(&["run", "--release", "--quiet", "--package", "infra-bench", "--"]);
    let help = if arguments.is_empty() { Some("--help") } else { None };
    Ok(cargo.args(arguments).args(help).status()?.success())
}
