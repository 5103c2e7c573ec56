//! Builds a stack's program with cargo.

use std::io::{BufReader, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use cargo_metadata::Message;

use crate::error::Error;
use crate::progress::Busy;
use crate::stacks::StackPackage;

/// Builds the program of a stack in the workspace at `root`, and gives its path. What the compiler says is shown as
/// cargo shows it.
pub(crate) fn build(root: &Path, stack: &StackPackage) -> Result<PathBuf, Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let colour = if std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() { "always" } else { "never" };
    let mut command = Command::new(&cargo);
    command
        .args([
            "build",
            "--quiet",
            "--color",
            colour,
            "--message-format=json-render-diagnostics",
            "--package",
            &stack.id,
            "--bin",
            &stack.binary,
        ])
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let busy = Busy::new(format!("building {}", stack.name));
    let run = |source| Error::Run { program: PathBuf::from(&cargo), source };
    let mut cargo = command.spawn().map_err(run)?;
    let said = cargo.stderr.take().map(|mut stderr| {
        thread::spawn(move || {
            let mut said = Vec::new();
            // What could be read before an error is what there is to show.
            let _ = stderr.read_to_end(&mut said);
            said
        })
    });
    let mut built = None;
    if let Some(stdout) = cargo.stdout.take() {
        for message in Message::parse_stream(BufReader::new(stdout)) {
            if let Ok(Message::CompilerArtifact(artifact)) = message
                && artifact.target.name == stack.binary
                && let Some(executable) = artifact.executable
            {
                built = Some(executable.into_std_path_buf());
            }
        }
    }
    let status = cargo.wait().map_err(run)?;
    drop(busy);
    if let Some(said) = said.and_then(|said| said.join().ok()) {
        // Standard error that is gone takes nothing from the build.
        let _ = std::io::stderr().write_all(&said);
    }
    built.filter(|_| status.success()).ok_or_else(|| Error::Build { stack: stack.name.clone() })
}
