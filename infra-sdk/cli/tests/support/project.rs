//! A stack of the workspace in a folder of its own, with a local cloud of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use infra_local::{LocalCloud, Status};
use tempfile::TempDir;

use super::census::{Census, census, difference};
use super::{built, infra, text};

/// A local cloud with a folder to deploy a stack from. Both end with it.
pub struct Project {
    folder: TempDir,
    stack: String,
    program: PathBuf,
    /// Where the local cloud is.
    pub endpoint: String,
    /// Words after each command on the stack.
    pub words: String,
    /// What else is in the environment of each.
    pub variables: Vec<(String, String)>,
}

impl Project {
    /// For AirAware, with its own settings.
    pub fn airaware() -> Project {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Project::of("airaware", &fs::read_to_string(workspace.join("stacks/airaware/infra.toml")).unwrap())
    }

    /// For a stack with these settings.
    pub fn of(stack: &str, settings: &str) -> Project {
        let folder = TempDir::new().unwrap();
        let program = built(stack, folder.path());
        fs::write(folder.path().join("infra.toml"), settings).unwrap();
        let started = infra(folder.path(), "local start").output().unwrap();
        assert!(started.status.success(), "{}", text(&started));
        let Status::Running { endpoint, .. } = cloud(folder.path()).status().unwrap() else { panic!("the local cloud does not run") };
        let (stack, words, variables) = (stack.to_owned(), String::new(), Vec::new());
        Project { folder, stack, program, endpoint: endpoint.url, words, variables }
    }

    /// A file of it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes every command from now on one on an environment that is reached at `url`, and is another than the local cloud
    /// as far as the command knows.
    pub fn reach(&mut self, environment: &str, url: &str) {
        self.words = format!(" --env {environment}");
        self.variables = [("AWS_ENDPOINT_URL", url), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
    }

    /// A command on the stack, as `deploy --yes`.
    pub fn command(&self, line: &str) -> Command {
        let words: Vec<&str> = line.split(' ').collect();
        // The stack's name comes after the command's own, of which there may be two.
        let own = if matches!(words[0], "state" | "lock") { 2 } else { 1 };
        let line = [&words[..own], &[self.stack.as_str()], &words[own..]].concat().join(" ");
        let mut command = infra(self.folder.path(), &format!("{line}{}", self.words));
        command.arg("--program").arg(&self.program).envs(self.variables.iter().cloned());
        command.env("INFRA_CONFIG_DIR", self.path("config"));
        command
    }

    /// Runs a command that goes well; what it printed.
    #[track_caller]
    pub fn ends(&self, line: &str) -> String {
        let output = self.command(line).output().unwrap();
        assert!(output.status.success(), "{line}:\n{}", text(&output));
        text(&output)
    }

    /// What the cloud has.
    pub fn census(&self) -> Census {
        census(&self.endpoint)
    }

    /// Makes sure that the cloud has that and nothing else.
    #[track_caller]
    pub fn has(&self, expected: &Census, when: &str) {
        let found = self.census();
        assert!(found == *expected, "{when}:\n{}", difference(&found, expected));
    }

    /// Makes sure that of everything in the cloud that has the stack's tag the state knows.
    #[track_caller]
    pub fn knows_all(&self, when: &str) {
        let listed = self.command("state list --json").output().unwrap();
        let known: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap_or_default();
        let known = known["resources"].as_array().into_iter().flatten();
        let known: BTreeSet<&str> = known.filter_map(|resource| resource["address"].as_str()).collect();
        let found = self.census();
        let tagged = found.keys().filter_map(|sort| sort.split_once(" of ").map(|(_, address)| address));
        let untracked: Vec<&str> = tagged.filter(|address| !known.contains(address)).collect();
        assert!(untracked.is_empty(), "{when}: nothing is known of {untracked:?}");
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = cloud(self.folder.path()).stop();
    }
}

fn cloud(folder: &Path) -> LocalCloud {
    LocalCloud::in_folder(folder.join(".infra/local"))
}
