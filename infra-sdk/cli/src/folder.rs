//! Where a project keeps what the command writes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, file};

/// The project that a folder is in: the nearest cargo workspace around it, else the nearest package, else itself.
pub(crate) fn project(folder: &Path) -> PathBuf {
    let mut package = None;
    for place in folder.ancestors() {
        let manifest = place.join("Cargo.toml");
        if let Ok(text) = fs::read_to_string(&manifest) {
            if text.parse::<toml::Table>().is_ok_and(|manifest| manifest.contains_key("workspace")) {
                return place.to_owned();
            }
            package.get_or_insert(place);
        }
    }
    package.unwrap_or(folder).to_owned()
}

/// The folder that this process was started in.
pub(crate) fn current() -> Result<PathBuf, Error> {
    std::env::current_dir().map_err(file("find", Path::new(".")))
}

/// The project's `.infra`, made if need be. It keeps itself out of git.
pub(crate) fn made(project: &Path) -> Result<PathBuf, Error> {
    let folder = infra(project);
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        fs::create_dir_all(&folder).map_err(file("make", &folder))?;
        fs::write(&ignore, "*\n").map_err(file("write", &ignore))?;
    }
    Ok(folder)
}

/// The project's `.infra`, which need not be there.
pub(crate) fn infra(project: &Path) -> PathBuf {
    project.join(".infra")
}

/// Writes a file whole: whoever reads it sees the old content or the new one.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    use std::io::Write as _;
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(file("make", folder))?;
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(file("write", path))?;
    new.write_all(content).map_err(file("write", path))?;
    new.persist(path).map_err(|error| file("write", path)(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_the_workspace_else_the_package_else_the_folder_itself() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("stacks/web/src");
        fs::create_dir_all(&deep).unwrap();
        assert_eq!(project(&deep), deep);
        fs::write(folder.path().join("stacks/web/Cargo.toml"), "[package]\n").unwrap();
        assert_eq!(project(&deep), folder.path().join("stacks/web"));
        fs::write(folder.path().join("Cargo.toml"), "[workspace]\n").unwrap();
        assert_eq!(project(&deep), folder.path());
    }

    #[test]
    fn what_is_written_replaces_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/file");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }
}
