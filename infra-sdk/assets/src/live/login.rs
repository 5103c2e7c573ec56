//! Who pushes: as `docker login` or `podman login` has left it on this machine.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::registry::Credentials;

/// The file in which logins are.
#[derive(Default, Deserialize)]
struct Config {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
}

#[derive(Default, Deserialize)]
struct Auth {
    auth: Option<String>,
}

/// What a helper that keeps passwords says.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "Username")]
    username: String,
    #[serde(rename = "Secret")]
    secret: String,
}

/// The login for a registry, if there is one. What cannot be read is as if it were not there: the registry then says that
/// it lets nobody in.
pub(crate) fn found(host: &str) -> Option<Credentials> {
    let set = |name: &str| env::var_os(name).map(PathBuf::from);
    let home = set("HOME").unwrap_or_default();
    let docker = set("DOCKER_CONFIG").unwrap_or_else(|| home.join(".docker")).join("config.json");
    let podman = set("REGISTRY_AUTH_FILE").or_else(|| Some(set("XDG_RUNTIME_DIR")?.join("containers/auth.json")));
    std::iter::once(docker).chain(podman).find_map(|path| in_file(&path, host))
}

fn in_file(path: &Path, host: &str) -> Option<Credentials> {
    let config: Config = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let helper = config.helpers.get(host).or(config.store.as_ref().filter(|_| config.auths.contains_key(host)));
    if let Some(told) = helper.and_then(|helper| ask(helper, host)) {
        return Some(told);
    }
    let of_host = |name: &str| name.trim_start_matches("https://").trim_start_matches("http://").split('/').next() == Some(host);
    let auth = config.auths.iter().find(|(name, _)| of_host(name))?.1.auth.as_ref()?;
    let plain = String::from_utf8(STANDARD.decode(auth).ok()?).ok()?;
    let (username, password) = plain.split_once(':')?;
    Some(Credentials::new(username, password))
}

fn ask(helper: &str, host: &str) -> Option<Credentials> {
    let mut command = Command::new(format!("docker-credential-{helper}"));
    let mut child = command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    child.stdin.take()?.write_all(host.as_bytes()).ok()?;
    let output = child.wait_with_output().ok().filter(|output| output.status.success())?;
    let told: Told = serde_json::from_slice(&output.stdout).ok()?;
    Some(Credentials::new(told.username, told.secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_found_by_the_registrys_host_and_by_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let config = serde_json::json!({"auths": {
            "https://ghcr.io/v2/": {"auth": STANDARD.encode("me:tok:en")},
            "localhost:5000": {"auth": STANDARD.encode("you:pass")},
            "empty.example": {},
        }});
        fs::write(&path, config.to_string()).unwrap();
        assert_eq!(in_file(&path, "ghcr.io").unwrap(), Credentials::new("me", "tok:en"));
        assert_eq!(in_file(&path, "localhost:5000").unwrap(), Credentials::new("you", "pass"));
        assert!(in_file(&path, "localhost").is_none() && in_file(&path, "empty.example").is_none());
        assert!(in_file(&folder.path().join("none.json"), "ghcr.io").is_none());
    }
}
