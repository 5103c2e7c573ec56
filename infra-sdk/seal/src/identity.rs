//! The age identities of a user: secret keys in files outside of every project.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use zeroize::Zeroizing;

use crate::error::GuardError;

/// Where a user's identities are: files as `age-keygen` writes them, the user's own first.
#[derive(Clone, Debug)]
pub struct Identities {
    own: PathBuf,
    more: Vec<PathBuf>,
}

impl Identities {
    /// `own` is the file that is made when a new identity is needed; `more` are looked at too.
    pub fn new(own: impl Into<PathBuf>, more: Vec<PathBuf>) -> Identities {
        Identities { own: own.into(), more }
    }

    /// Every file that is looked at.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.more.iter().chain([&self.own]).cloned().collect()
    }

    /// The recipient of the user's own identity, which is made if there is none: a file that only the user can read.
    ///
    /// # Errors
    /// Where the file cannot be read or made, or has something else in it.
    pub fn own_recipient(&self) -> Result<Recipient, GuardError> {
        if let Some(first) = self.more.iter().find_map(|path| read(path).transpose()) {
            return first.and_then(|found| first_of(found, &self.own)).map(|identity| identity.to_public());
        }
        match read(&self.own)? {
            Some(found) => first_of(found, &self.own).map(|identity| identity.to_public()),
            None => make(&self.own),
        }
    }

    /// All identities that there are.
    ///
    /// # Errors
    /// Where a file is there and cannot be read, or has something else in it.
    pub fn all(&self) -> Result<Vec<Identity>, GuardError> {
        let mut all = Vec::new();
        for path in self.paths() {
            all.extend(read(&path)?.unwrap_or_default());
        }
        Ok(all)
    }
}

fn first_of(identities: Vec<Identity>, path: &Path) -> Result<Identity, GuardError> {
    identities.into_iter().next().ok_or_else(|| GuardError::NotAnIdentity { path: path.to_owned(), line: 1 })
}

/// The identities in a file; `None` where there is no file.
fn read(path: &Path) -> Result<Option<Vec<Identity>>, GuardError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(GuardError::File { action: "read", path: path.to_owned(), source }),
    };
    let mut identities = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |_| GuardError::NotAnIdentity { path: path.to_owned(), line: number };
        identities.push(line.parse::<Identity>().map_err(wrong)?);
    }
    Ok(Some(identities))
}

/// Makes an identity. Written whole under another name first, so that of two runs that make it at once both have the one
/// that came first.
fn make(path: &Path) -> Result<Recipient, GuardError> {
    let failed = |action: &'static str| move |source| GuardError::File { action, path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    private_folder(folder).map_err(failed("make the folder of"))?;
    let identity = Identity::generate();
    let text = Zeroizing::new(format!(
        "# Opens the secrets in the states of infra. Keep a copy: without it they are lost.\n# public key: {}\n{}\n",
        identity.to_public(),
        identity.to_string().expose_secret()
    ));
    let mut own = path.as_os_str().to_owned();
    own.push(format!(".new-{}", std::process::id()));
    let own = PathBuf::from(own);
    let written = private_file(&own).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        // Unlike a rename, a link never takes the place of what is there.
        fs::hard_link(&own, path)
    });
    let _ = fs::remove_file(&own);
    match written {
        Ok(()) => Ok(identity.to_public()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let found = read(path)?.unwrap_or_default();
            first_of(found, path).map(|identity| identity.to_public())
        }
        Err(source) => Err(failed("write")(source)),
    }
}

fn private_file(path: &Path) -> std::io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn an_identity_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/identity.txt");
        let identities = Identities::new(&path, Vec::new());
        assert!(identities.all().unwrap().is_empty(), "looking makes nothing");
        let made = identities.own_recipient().unwrap();
        assert_eq!(identities.own_recipient().unwrap().to_string(), made.to_string());
        assert_eq!(identities.all().unwrap()[0].to_public().to_string(), made.to_string());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn of_many_that_make_it_at_once_all_have_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.txt");
        make(&path).unwrap();
        let before = fs::read(&path).unwrap();
        let second = make(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(Identities::new(&path, Vec::new()).own_recipient().unwrap().to_string(), second.to_string());
    }

    #[test]
    fn what_is_no_identity_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.txt");
        fs::write(&path, "# a comment\n\nhunter2\n").unwrap();
        let error = Identities::new(&path, Vec::new()).all().map(|all| all.len()).unwrap_err().to_string();
        assert!(error.contains("line 3") && !error.contains("hunter2"), "{error}");
    }
}
