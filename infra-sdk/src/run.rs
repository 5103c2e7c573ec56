//! A stack's program as a process: a request on standard input, a response on standard output.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use infra_core::program::{Program, RESPONSE_MARK, Request};

/// Runs a stack's program: the whole of a stack's `main.rs`.
///
/// The engine starts the program with the argument `--infra` and a request on standard input, and takes the response
/// from the marked last line of standard output; whatever else the program prints is shown to the user.
pub fn main<M>(program: impl Program<M>) -> ExitCode {
    if std::env::args().nth(1).as_deref() != Some("--infra") {
        let name = std::env::args().next().unwrap_or_default();
        let name = std::path::Path::new(&name).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let _ = writeln!(io::stderr(), "{name} is a stack: deploy it with `infra deploy {name}` (or `cargo xtask deploy {name}`)");
        return ExitCode::from(64);
    }
    match respond(&program) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "failed to answer the engine: {error}");
            ExitCode::FAILURE
        }
    }
}

fn respond<M>(program: &impl Program<M>) -> io::Result<()> {
    let mut request = String::new();
    io::stdin().read_to_string(&mut request)?;
    let request: Request = serde_json::from_str(&request)?;
    let response = serde_json::to_string(&program.run(&request))?;
    let mut out = io::stdout().lock();
    writeln!(out, "{RESPONSE_MARK}{response}")?;
    out.flush()
}
