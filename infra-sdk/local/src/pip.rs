//! Installs the locked packages with pip, and follows how far it is.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::{LocalError, file};
use crate::{Event, log};

/// The settings of pip that say how to reach an index. All others are ours to choose: with the
/// user's `PIP_TARGET`, say, the packages would land elsewhere.
const REACHING: [&str; 14] = [
    "PIP_CACHE_DIR",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_CONFIG_FILE",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_KEYRING_PROVIDER",
    "PIP_NO_CACHE_DIR",
    "PIP_NO_INDEX",
    "PIP_PROXY",
    "PIP_RETRIES",
    "PIP_TRUSTED_HOST",
];

/// Installs what the file `requirements` locks, by wheels alone and by their hashes, with the pip
/// of the interpreter `python`. Everything that pip says goes to the file `log`.
pub(crate) fn install(python: &Path, requirements: &Path, log: &Path, on_event: &mut dyn FnMut(Event)) -> Result<(), LocalError> {
    let mut pip = private(python);
    pip.args(["-I", "-m", "pip", "install", "--no-input", "--require-hashes"])
        .args(["--only-binary", ":all:", "--requirement"])
        .arg(requirements);
    let text = std::fs::read_to_string(requirements).map_err(file("read", requirements))?;
    let of = locked(&text);
    let mut done = 0;
    let succeeded = run(&mut pip, log, |line| {
        if let Some(package) = package_begun(line) {
            on_event(Event::Fetching { package: package.to_owned(), done, of });
        }
        if is_package_line(line) {
            done = (done + 1).min(of);
        }
    })?;
    succeeded.then_some(()).ok_or_else(|| LocalError::NotInstalled { log: log.to_path_buf(), tail: log::tail(log, 15).unwrap_or_default() })
}

/// Runs a program to its end with everything it says in the file `log`, and tells whether it
/// succeeded. Every line of its standard output is shown to `on_line`.
pub(crate) fn run(command: &mut Command, log: &Path, mut on_line: impl FnMut(&str)) -> Result<bool, LocalError> {
    let mut written = File::options().create(true).append(true).open(log).map_err(file("open", log))?;
    let errors = written.try_clone().map_err(file("open", log))?;
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).spawn().map_err(ran(command.get_program()))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            writeln!(written, "{line}").map_err(file("write", log))?;
            on_line(&line);
        }
    }
    let status = child.wait().map_err(ran(command.get_program()))?;
    Ok(status.success())
}

/// A command of the interpreter `python` that the user's own settings for Python and pip do not
/// change, but for those that say how to reach an index.
pub(crate) fn private(python: &Path) -> Command {
    let mut command = Command::new(python);
    for (name, _) in std::env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        let pips = name.starts_with("PIP_") && !REACHING.contains(&name);
        if pips || name.starts_with("PYTHON") {
            command.env_remove(name);
        }
    }
    // Stronger than the user's configuration file, where `user = true` would break the install.
    command.env("PIP_USER", "0").env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    command
}

/// Names the program in an error of running it.
fn ran(program: &OsStr) -> impl FnOnce(std::io::Error) -> LocalError {
    let program = program.into();
    move |source| LocalError::Run { program, source }
}

/// How many packages a lock has, those for other systems included.
fn locked(requirements: &str) -> usize {
    requirements.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphanumeric())).count()
}

/// The name of the package that pip begins with this line of its output.
fn package_begun(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("Collecting ")?;
    rest.split(|c: char| "=<>!~[; ".contains(c)).next().filter(|name| !name.is_empty())
}

/// Whether pip is through with another line of the lock: fetched, or not for this system.
fn is_package_line(line: &str) -> bool {
    line.starts_with("Collecting ") || line.starts_with("Ignoring ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pip_s_lines_tell_the_package() {
        let line = "Collecting boto3==1.44.5 (from -r requirements.txt (line 7))";
        assert_eq!(package_begun(line), Some("boto3"));
        assert_eq!(package_begun("Collecting moto[s3]==5.2.5 (from -r r)"), Some("moto"));
        assert_eq!(package_begun("  Downloading boto3.whl (140 kB)"), None);
        assert_eq!(package_begun("Collecting "), None);
    }

    #[test]
    fn the_lock_s_packages_are_counted() {
        let lock = "# made\nblinker==1.9.0 \\\n    --hash=sha256:ab\n    # via flask\nboto3==1 \\\n";
        assert_eq!(locked(lock), 2);
        assert!(locked(crate::program::REQUIREMENTS) > 20);
    }

    #[test]
    fn what_a_program_says_is_logged_and_followed() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo wrong >&2; echo two; exit 3"]);
        let succeeded = run(&mut command, &log, |line| lines.push(line.to_owned())).unwrap();
        assert!(!succeeded);
        assert_eq!(lines, ["one", "two"]);
        assert!(std::fs::read_to_string(log).unwrap().contains("wrong"));
    }
}
