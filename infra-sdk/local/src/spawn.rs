//! Starts the server's process, apart from the command that does it.

use std::env;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::error::{LocalError, file};
use crate::run_folder::RunFolder;
use crate::{Endpoint, program};

/// Settings of moto: without them AWS's own IAM policies do not exist, what instances refer to is
/// not looked at, a certificate takes a minute, and any page in a browser could read the answers.
const SETTINGS: [(&str, &str); 7] = [
    ("MOTO_ACCOUNT_ID", Endpoint::ACCOUNT),
    ("MOTO_ACM_VALIDATION_WAIT", "1"),
    ("MOTO_DISABLE_GLOBAL_CORS", "true"),
    ("MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION", "1"),
    ("MOTO_ENABLE_AMI_VALIDATION", "1"),
    ("MOTO_ENABLE_KEYPAIR_VALIDATION", "1"),
    ("MOTO_IAM_LOAD_MANAGED_POLICIES", "true"),
];

/// What the user may have set for other things, and would change the server.
const FOREIGN: [&str; 9] =
    ["AWS_", "FLASK_", "INITIAL_NO_AUTH_ACTION_COUNT", "MOTO_", "PYTHON", "S3_", "SF_EXECUTION_HISTORY_TYPE", "TEST_", "WERKZEUG_"];

/// Starts a server for the run folder with the interpreter `python`. With `owner`, the server
/// ends when that process, the caller's own, does.
pub(crate) fn server(python: &Path, run: &RunFolder, owner: Option<u32>) -> Result<Child, LocalError> {
    let folder = run.make()?;
    let program = program_in(&folder);
    program::write(&program)?;
    let (log, older) = (run.log(), run.older_log());
    if log.exists() {
        fs::rename(&log, &older).map_err(file("rename", &log))?;
    }
    let output = File::create(&log).map_err(file("write", &log))?;
    let errors = output.try_clone().map_err(file("open", &log))?;
    let mut command = Command::new(python);
    for (name, _) in env::vars_os() {
        let foreign = name.to_str().is_some_and(|name| FOREIGN.iter().any(|prefix| name.starts_with(prefix)));
        if foreign {
            command.env_remove(name);
        }
    }
    command
        .args(["-B", "-I"])
        .arg(&program)
        .arg(&folder)
        .args(owner.map(|pid| pid.to_string()))
        .envs(SETTINGS)
        // Nothing that the server's libraries do may ever reach a real account.
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        // It outlives the command and must not keep the command's folder from being unmounted.
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(|source| LocalError::Run { program: python.to_path_buf(), source })
}

/// Where the server's program is in its run folder, given with its absolute path.
pub(crate) fn program_in(folder: &Path) -> std::path::PathBuf {
    folder.join("server")
}
