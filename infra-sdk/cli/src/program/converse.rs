//! One run of a stack's program: a request to it, a response from it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use infra_core::GRAPH_VERSION;
use infra_core::program::{RESPONSE_MARK, Request, Response};
use serde_json::Value as Json;

use crate::error::Error;

/// Runs a program in a folder and gives its response. Whatever else it prints goes to standard error.
pub(crate) fn converse(program: &Path, folder: &Path, request: &Request) -> Result<Response, Error> {
    let run = |source| Error::Run { program: program.to_owned(), source };
    let question = serde_json::to_vec(request).map_err(|error| run(error.into()))?;
    let mut child = Command::new(program)
        .arg("--infra")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(run)?;
    if let Some(mut stdin) = child.stdin.take() {
        // From a thread, as a program that prints before it reads would otherwise stand still, and so would this. One
        // that ends without reading is found out by its silence.
        thread::spawn(move || stdin.write_all(&question));
    }
    let mut answer = None;
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).map_err(run)? > 0 {
            match line.strip_prefix(RESPONSE_MARK.as_bytes()) {
                Some(response) => answer = Some(response.to_vec()),
                None => drop(std::io::stderr().write_all(&line)),
            }
            line.clear();
        }
    }
    let status = child.wait().map_err(run)?;
    let stack = request.stack.clone();
    match answer {
        Some(answer) => read(&stack, &answer),
        None if status.success() => Err(Error::NoAnswer { stack }),
        None => Err(Error::Crashed { stack, how: ending(status) }),
    }
}

fn read(stack: &str, answer: &[u8]) -> Result<Response, Error> {
    let foreign = |problem: String| Error::Foreign { stack: stack.to_owned(), problem };
    let json: Json = serde_json::from_slice(answer).map_err(|error| foreign(format!("it is no JSON ({error})")))?;
    // Looked at before the rest, as the rest of another version may be anything.
    let version = json.get("graph").and_then(|graph| graph.get("version"));
    if let Some(version) = version.filter(|version| **version != GRAPH_VERSION) {
        return Err(foreign(format!("its graph has version {version}, and this infra reads version {GRAPH_VERSION}")));
    }
    serde_json::from_value(json).map_err(|error| foreign(error.to_string()))
}

fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(101), _) => "it panicked".into(),
        (Some(code), _) => format!("it exited with code {code}"),
        (None, Some(signal)) => format!("signal {signal} ended it"),
        (None, None) => "it was ended".into(),
    }
}
