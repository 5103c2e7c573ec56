//! What the tests of the real command share.

#![allow(clippy::unwrap_used, unreachable_pub, dead_code, reason = "a test panics where it fails, and uses a part of what is shared")]

pub mod census;
pub mod leaks;
pub mod project;
pub mod proxy;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A stack's program, built as the command would build it, in a folder where its state and its `infra.toml` are beside it.
pub fn built(stack: &str, folder: &Path) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let built = Command::new(env!("CARGO"))
        .current_dir(&workspace)
        .args(["build", "--quiet", "--package", stack, "--message-format", "json"])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let lines = String::from_utf8(built.stdout).unwrap();
    let messages = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut programs = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    let built = programs.next_back().unwrap_or_else(|| panic!("cargo does not say where the program is: {lines}"));
    let program = folder.join(stack);
    fs::copy(built, &program).unwrap();
    program
}

/// The command, with none of the environment that leads to a cloud. `INFRA_BINARY` names another one than was just built.
pub fn infra(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(binary());
    command.current_dir(folder).stdin(Stdio::null()).args(line.split_whitespace());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") || name == "INFRA_CALLED_AS" {
            command.env_remove(name);
        }
    }
    command.env("AWS_CONFIG_FILE", "/nowhere").env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere").env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// The command's file.
pub fn binary() -> PathBuf {
    std::env::var_os("INFRA_BINARY").map_or_else(|| env!("CARGO_BIN_EXE_infra").into(), PathBuf::from)
}

/// Everything that a run printed.
pub fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
