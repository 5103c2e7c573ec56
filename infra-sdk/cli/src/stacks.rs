//! The stacks of a cargo workspace: its packages that depend on infra-sdk and have a program.

use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use crate::error::Error;

/// A stack that is a package.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StackPackage {
    /// Its name, which is the stack's.
    pub(crate) name: String,
    /// The package, as cargo identifies it.
    pub(crate) id: String,
    /// The program among its binaries.
    pub(crate) binary: String,
    /// The folder of its Cargo.toml.
    pub(crate) folder: PathBuf,
}

/// A workspace's stacks.
#[derive(Debug)]
pub(crate) struct Stacks {
    /// The workspace's folder.
    pub(crate) root: PathBuf,
    /// Its stacks, by name.
    pub(crate) stacks: Vec<StackPackage>,
}

impl Stacks {
    /// Those of the workspace that a folder is in.
    pub(crate) fn around(folder: &Path) -> Result<Stacks, Error> {
        let metadata = MetadataCommand::new().current_dir(folder).no_deps().exec().map_err(|error| {
            let detail = match error {
                cargo_metadata::Error::CargoMetadata { stderr } => stderr.trim().trim_start_matches("error: ").replace('\n', " "),
                cargo_metadata::Error::Io(error) => format!("cargo cannot be run: {error}"),
                other => other.to_string(),
            };
            Error::Project { detail }
        })?;
        Ok(Stacks::of(&metadata))
    }

    fn of(metadata: &Metadata) -> Stacks {
        let mut stacks: Vec<StackPackage> = metadata.workspace_packages().into_iter().filter_map(stack).collect();
        stacks.sort_by(|a, b| a.name.cmp(&b.name));
        Stacks { root: metadata.workspace_root.clone().into_std_path_buf(), stacks }
    }

    /// The names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.stacks.iter().map(|stack| stack.name.clone()).collect()
    }

    /// The stack of that name.
    pub(crate) fn find(&self, name: &str) -> Result<&StackPackage, Error> {
        let unknown = || Error::UnknownStack { name: name.to_owned(), known: self.names() };
        self.stacks.iter().find(|stack| stack.name == name).ok_or_else(unknown)
    }
}

fn stack(package: &Package) -> Option<StackPackage> {
    let needs = package.dependencies.iter().any(|need| need.name == "infra-sdk" && need.kind == DependencyKind::Normal);
    if !needs {
        return None;
    }
    let binaries: Vec<&str> = package.targets.iter().filter(|target| target.is_bin()).map(|target| target.name.as_str()).collect();
    let name = package.name.to_string();
    let binary = match package.default_run.as_deref().or(binaries.iter().find(|binary| **binary == name).copied()) {
        Some(binary) => binary,
        None => binaries.first()?,
    };
    let folder = package.manifest_path.parent()?.to_path_buf().into_std_path_buf();
    Some(StackPackage { id: package.id.to_string(), binary: binary.to_owned(), folder, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stacks_of_this_workspace_are_its_packages_with_a_program_over_infra_sdk() {
        let stacks = Stacks::around(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let hello = stacks.find("hello").unwrap();
        assert_eq!((hello.binary.as_str(), hello.folder.as_path()), ("hello", stacks.root.join("examples/hello").as_path()));
        assert!(!stacks.names().contains(&"infra-cli".to_owned()));
        let error = stacks.find("helo").unwrap_err();
        assert_eq!(error.to_string(), "there is no stack `helo`; did you mean `hello`?");
        assert!(error.help().unwrap().contains("`hello`"));
    }

    #[test]
    fn outside_a_workspace_cargo_says_why_and_the_help_what_else_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let error = Stacks::around(folder.path()).unwrap_err();
        assert!(error.to_string().contains("could not find `Cargo.toml`"), "{error}");
        assert!(error.help().unwrap().contains("--program"));
    }
}
