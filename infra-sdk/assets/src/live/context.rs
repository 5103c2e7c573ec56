//! What an image is made of: the digest of a Dockerfile's context, as a builder would see it.

use std::fs;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::digest::Hash;
use super::error::AssetError;
use super::walk::{Member, members_unfiltered};
use crate::Image;

/// The digest of a context with all that is said of the build, as in `sha256:…`.
pub(crate) fn digest(image: &Image, context: &Path) -> Result<String, AssetError> {
    let dockerfile = context.join(image.dockerfile.as_deref().unwrap_or("Dockerfile"));
    if context.is_dir() && !dockerfile.is_file() {
        return Err(AssetError::Missing { what: "the Dockerfile", path: dockerfile });
    }
    let members = members_unfiltered(context)?;
    let ignored = Ignored::of(context, &dockerfile)?;
    let mut hash = Hash::default();
    hash.text("image 1");
    for said in [&image.dockerfile, &image.target, &image.platform] {
        hash.text(said.as_deref().unwrap_or("-"));
    }
    hash.texts(image.build_args.keys()).texts(image.build_args.values());
    let content = fs::read_to_string(&dockerfile).map_err(AssetError::file("read", &dockerfile))?;
    hash.text(&content);
    members.iter().filter(|member| !ignored.has(member)).try_for_each(|member| member.digest_into(&mut hash))?;
    Ok(format!("sha256:{}", hash.hex()))
}

/// The patterns of a `.dockerignore`, in their order: the last that fits says what holds.
struct Ignored(Vec<(bool, Gitignore)>);

impl Ignored {
    /// Those of the Dockerfile's own, `Dockerfile.dockerignore`, or else of the context's.
    fn of(context: &Path, dockerfile: &Path) -> Result<Ignored, AssetError> {
        let own = dockerfile.with_file_name(format!("{}.dockerignore", dockerfile.file_name().unwrap_or_default().to_string_lossy()));
        let file = if own.is_file() { own } else { context.join(".dockerignore") };
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Ignored(Vec::new())),
            Err(error) => return Err(AssetError::file("read", &file)(error)),
        };
        text.lines()
            .map(str::trim)
            .filter(|line| !(line.is_empty() || line.starts_with('#')))
            .map(pattern)
            .collect::<Result<_, _>>()
            .map(Ignored)
    }

    fn has(&self, member: &Member) -> bool {
        let fits = |patterns: &Gitignore| patterns.matched_path_or_any_parents(&member.name, false).is_ignore();
        self.0.iter().rev().find(|(_, patterns)| fits(patterns)).is_some_and(|(again, _)| !again)
    }
}

/// Whether a pattern takes files in again, and the pattern: from the root of the context, whatever it begins with.
fn pattern(line: &str) -> Result<(bool, Gitignore), AssetError> {
    let wrong = |error: ignore::Error| AssetError::Pattern { pattern: line.to_owned(), problem: error.to_string() };
    let (again, rest) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest.trim()));
    let mut builder = GitignoreBuilder::new("");
    builder.add_line(None, &format!("/{}", rest.trim_start_matches("./").trim_matches('/'))).map_err(wrong)?;
    Ok((again, builder.build().map_err(wrong)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(ignore: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in ["app/main.py", "app/main.pyc", "notes.md", "docs/readme.md", "docs/notes.md"] {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        fs::write(folder.path().join("Dockerfile"), "FROM scratch\nCOPY app /\n").unwrap();
        fs::write(folder.path().join(".dockerignore"), ignore).unwrap();
        folder
    }

    #[test]
    fn the_digest_is_of_what_a_builder_sees() {
        let context = context("# not sent\n**/*.pyc\n*.md\ndocs\n!docs/readme.md\nDockerfile\n");
        let image = Image::dockerfile("web");
        let first = digest(&image, context.path()).unwrap();
        let after = |file: &str, content: &str| {
            fs::write(context.path().join(file), content).unwrap();
            digest(&image, context.path()).unwrap()
        };
        for ignored in ["app/main.pyc", "notes.md", "docs/notes.md"] {
            assert_eq!(after(ignored, "changed"), first, "{ignored}");
        }
        let readme = after("docs/readme.md", "changed");
        let main = after("app/main.py", "changed");
        let dockerfile = after("Dockerfile", "FROM scratch\n");
        assert!(first != readme && readme != main && main != dockerfile);
    }

    #[test]
    fn what_is_said_of_the_build_counts() {
        let context = context("");
        let digests = [
            Image::dockerfile("web"),
            Image::dockerfile("web").target("prod"),
            Image::dockerfile("web").platform("linux/arm64"),
            Image::dockerfile("web").build_arg("V", "1"),
            Image::dockerfile("web").build_arg("V", "2"),
        ];
        let mut digests: Vec<String> = digests.iter().map(|image| digest(image, context.path()).unwrap()).collect();
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), 5);
        let missing = digest(&Image::dockerfile("web").file("Other"), context.path()).unwrap_err().to_string();
        assert!(missing.starts_with("find the Dockerfile ") && missing.ends_with("Other: it is not there"), "{missing}");
    }
}
