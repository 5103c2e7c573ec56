//! Where this machine keeps what every project's local cloud shares.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::LocalError;

/// The user's folder for our caches: `INFRA_CACHE_DIR`, or else `infra` in the system's place.
pub(crate) fn folder() -> Result<PathBuf, LocalError> {
    folder_from(|name| env::var_os(name), env::home_dir(), env::consts::OS).ok_or(LocalError::NoCacheFolder)
}

/// [`folder`], of a given environment.
fn folder_from(variable: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>, os: &str) -> Option<PathBuf> {
    // A relative path would be another folder for every working directory; the XDG specification
    // has such a value ignored.
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(ours) = absolute("INFRA_CACHE_DIR") {
        return Some(ours);
    }
    let home = home.filter(|home| home.is_absolute());
    let caches = match os {
        "macos" => home?.join("Library/Caches"),
        _ => absolute("XDG_CACHE_HOME").or_else(|| Some(home?.join(".cache")))?,
    };
    Some(caches.join("infra"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)], os: &str) -> Option<PathBuf> {
        folder_from(
            |wanted| {
                let value = variables.iter().find(|(name, _)| *name == wanted)?.1;
                Some(value.into())
            },
            Some("/home/me".into()),
            os,
        )
    }

    #[test]
    fn each_system_has_its_place() {
        assert_eq!(found(&[], "linux"), Some("/home/me/.cache/infra".into()));
        assert_eq!(found(&[], "macos"), Some("/home/me/Library/Caches/infra".into()));
        assert_eq!(found(&[("XDG_CACHE_HOME", "/c")], "linux"), Some("/c/infra".into()));
    }

    #[test]
    fn our_own_variable_wins() {
        let variables = [("INFRA_CACHE_DIR", "/ours"), ("XDG_CACHE_HOME", "/c")];
        assert_eq!(found(&variables, "linux"), Some("/ours".into()));
        assert_eq!(found(&variables, "macos"), Some("/ours".into()));
    }

    #[test]
    fn a_relative_folder_is_no_folder() {
        let variables = [("INFRA_CACHE_DIR", "ours"), ("XDG_CACHE_HOME", "c")];
        assert_eq!(found(&variables, "linux"), Some("/home/me/.cache/infra".into()));
        assert_eq!(folder_from(|_| None, None, "linux"), None);
    }
}
