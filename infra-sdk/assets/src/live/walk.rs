//! The files of a folder that are shipped, in an order that nothing but their names decides.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::digest::{self, Hash};
use super::error::AssetError;

/// The file whose patterns say what is left out.
const IGNORE: &str = ".infraignore";

/// Never shipped: what keeps versions, and what the command itself writes.
const NEVER: [&str; 3] = [".git", ".infra", IGNORE];

/// What is left out of a folder.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rules<'a> {
    /// Patterns of `.gitignore`'s form.
    pub(crate) exclude: &'a [String],
    /// Whether what git ignores is left out.
    pub(crate) gitignore: bool,
}

/// A file that is shipped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Member {
    /// Its name from the folder, with `/` between the parts.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Whether it may be run.
    pub(crate) executable: bool,
    /// Its length in bytes.
    pub(crate) length: u64,
}

impl Member {
    /// Adds its name, whether it may be run, and its content to a digest.
    pub(crate) fn digest_into(&self, hash: &mut Hash) -> Result<(), AssetError> {
        let (content, _) = digest::of_file(&self.path)?;
        hash.text(&self.name).text(if self.executable { "x" } else { "-" }).text(&content);
        Ok(())
    }
}

/// The files of a folder and below it, by name, without what its `.infraignore` says. Links are followed.
pub(crate) fn members(folder: &Path, rules: Rules<'_>) -> Result<Vec<Member>, AssetError> {
    walked(folder, rules, true)
}

/// The files of a folder and below it, by name, whatever is in an `.infraignore`.
pub(crate) fn members_unfiltered(folder: &Path) -> Result<Vec<Member>, AssetError> {
    walked(folder, Rules::default(), false)
}

fn walked(folder: &Path, rules: Rules<'_>, filtered: bool) -> Result<Vec<Member>, AssetError> {
    if !folder.is_dir() {
        return Err(AssetError::Missing { what: "the folder", path: folder.to_owned() });
    }
    let (excluded, root) = (matcher(folder, rules.exclude)?, folder.to_owned());
    let mut walk = WalkBuilder::new(folder);
    walk.standard_filters(false).follow_links(true).require_git(false);
    if filtered {
        walk.add_custom_ignore_filename(IGNORE);
    }
    walk.git_ignore(rules.gitignore).parents(rules.gitignore);
    walk.filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        let name = entry.file_name().to_str().unwrap_or_default();
        entry.path() == root || !(filtered && NEVER.contains(&name) || excluded.matched(entry.path(), is_folder).is_ignore())
    });
    let mut members = Vec::new();
    for entry in walk.build() {
        let unreadable = |error: ignore::Error| AssetError::Form { path: folder.to_owned(), problem: error.to_string() };
        let entry = entry.map_err(unreadable)?;
        if let Some(partial) = entry.error() {
            return Err(AssetError::Form { path: entry.path().to_owned(), problem: partial.to_string() });
        }
        if entry.file_type().is_some_and(|kind| kind.is_dir()) {
            continue;
        }
        members.push(member(folder, entry.path(), &entry.metadata().map_err(unreadable)?)?);
    }
    members.sort();
    Ok(members)
}

/// What is shipped of one file.
pub(crate) fn member(folder: &Path, path: &Path, metadata: &Metadata) -> Result<Member, AssetError> {
    use std::os::unix::fs::PermissionsExt as _;
    let wrong = |problem: &str| AssetError::Form { path: path.to_owned(), problem: problem.to_owned() };
    if !metadata.is_file() {
        return Err(wrong("it is neither a file nor a folder"));
    }
    let parts = path.strip_prefix(folder).map_err(|_| wrong("it is not in its folder"))?.components();
    let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
    let name = parts.ok_or_else(|| wrong("its name is no UTF-8"))?.join("/");
    let executable = metadata.permissions().mode() & 0o111 != 0;
    Ok(Member { name, path: path.to_owned(), executable, length: metadata.len() })
}

fn matcher(folder: &Path, patterns: &[String]) -> Result<Gitignore, AssetError> {
    let wrong = |pattern: &str, error: ignore::Error| AssetError::Pattern { pattern: pattern.to_owned(), problem: error.to_string() };
    let mut builder = GitignoreBuilder::new(folder);
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(|error| wrong(pattern, error))?;
    }
    builder.build().map_err(|error| wrong(&patterns.join(" "), error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        folder
    }

    fn names(folder: &Path, exclude: &[&str], gitignore: bool) -> Vec<String> {
        let exclude: Vec<String> = exclude.iter().map(|&pattern| pattern.to_owned()).collect();
        members(folder, Rules { exclude: &exclude, gitignore }).unwrap().into_iter().map(|member| member.name).collect()
    }

    #[test]
    fn what_is_left_out_is_what_the_patterns_say_at_every_depth() {
        let folder = folder(&["b.py", "a.py", "a.pyc", "deep/c.py", "deep/c.pyc", "tests/t.py", "deep/tests", ".env", ".git/HEAD"]);
        assert_eq!(names(folder.path(), &[], false).len(), 8);
        assert_eq!(names(folder.path(), &["*.pyc", "tests/", "/.env"], false), ["a.py", "b.py", "deep/c.py", "deep/tests"]);
        fs::write(folder.path().join(".infraignore"), "*.pyc\n!a.pyc\n").unwrap();
        fs::write(folder.path().join("deep/.infraignore"), "c.py\n").unwrap();
        assert_eq!(names(folder.path(), &["tests"], false), [".env", "a.py", "a.pyc", "b.py"]);
    }

    #[test]
    fn what_git_ignores_is_left_out_only_where_that_is_asked() {
        let folder = folder(&["app/main.js", "app/node_modules/x.js", ".gitignore"]);
        fs::write(folder.path().join(".gitignore"), "node_modules\n").unwrap();
        assert_eq!(names(&folder.path().join("app"), &[], false), ["main.js", "node_modules/x.js"]);
        assert_eq!(names(&folder.path().join("app"), &[], true), ["main.js"]);
    }

    #[test]
    fn a_link_is_what_it_leads_to_and_one_that_leads_nowhere_is_an_error() {
        let folder = folder(&["common/lib.py", "app/main.py"]);
        symlink("../common", folder.path().join("app/common")).unwrap();
        fs::set_permissions(folder.path().join("app/main.py"), fs::Permissions::from_mode(0o755)).unwrap();
        let app = members(&folder.path().join("app"), Rules::default()).unwrap();
        let found: Vec<(&str, bool)> = app.iter().map(|member| (member.name.as_str(), member.executable)).collect();
        assert_eq!(found, [("common/lib.py", false), ("main.py", true)]);
        symlink("nowhere", folder.path().join("app/broken")).unwrap();
        let error = members(&folder.path().join("app"), Rules::default()).unwrap_err().to_string();
        assert!(error.contains("app/broken"), "{error}");
    }

    #[test]
    fn a_folder_that_is_not_there_and_a_pattern_that_is_none_are_named() {
        let error = members(Path::new("/no/such"), Rules::default()).unwrap_err();
        assert_eq!(error.to_string(), "find the folder /no/such: it is not there");
        assert!(error.help().is_some());
        let error = members(folder(&[]).path(), Rules { exclude: &["a{b".to_owned()], gitignore: false }).unwrap_err().to_string();
        assert!(error.starts_with("read the pattern `a{b`: "), "{error}");
    }
}
