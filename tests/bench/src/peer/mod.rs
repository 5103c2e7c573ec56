//! Other engines, each given the same graphs in its own language.

pub mod alchemy;
pub mod ours;
pub mod terraform;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::{Cost, measure};
use crate::shape::Shape;

/// What is asked of every engine, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Plans a deployment of all of it.
    Plan,
    /// Deploys it.
    Apply,
    /// Plans again, where there is nothing to do.
    EmptyPlan,
    /// Deploys it again, with another text in every resource.
    Update,
    /// Deletes all.
    Destroy,
}

impl Deed {
    /// All of them.
    pub const ALL: [Deed; 5] = [Deed::Plan, Deed::Apply, Deed::EmptyPlan, Deed::Update, Deed::Destroy];

    /// Its name in a table.
    pub fn name(self) -> &'static str {
        match self {
            Deed::Plan => "plan",
            Deed::Apply => "apply",
            Deed::EmptyPlan => "empty plan",
            Deed::Update => "update",
            Deed::Destroy => "destroy",
        }
    }

    /// Whether it is about the graph's second revision.
    pub fn revision(self) -> u32 {
        if matches!(self, Deed::Update | Deed::Destroy) { 2 } else { 1 }
    }
}

/// An engine that is measured.
pub trait Peer {
    /// Its name and version.
    fn name(&self) -> String;

    /// Writes a revision of the graph into a folder, in the engine's own language.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    fn write(&self, folder: &Path, shape: Shape, size: usize, revision: u32) -> Result<(), String>;

    /// The command that does a deed there; none where the engine has no such thing.
    fn command(&self, folder: &Path, shape: Shape, size: usize, deed: Deed) -> Option<Command>;

    /// The files and folders that its state is in, inside the folder.
    fn state(&self) -> &'static str;
}

/// What a deed cost, and how big the state is after it.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    /// The deed.
    pub deed: Deed,
    /// What it took.
    pub cost: Cost,
    /// The size of the state, in bytes.
    pub state: u64,
}

/// Lets an engine do all deeds on a graph, in a folder of its own. Every deed is a process.
///
/// # Errors
/// The first that fails.
pub fn life(peer: &dyn Peer, shape: Shape, size: usize) -> Result<Vec<Done>, String> {
    let folder = tempfile::tempdir().map_err(|error| format!("failed to make a folder: {error}"))?;
    let mut all = Vec::new();
    for deed in Deed::ALL {
        peer.write(folder.path(), shape, size, deed.revision())?;
        let Some(mut command) = peer.command(folder.path(), shape, size, deed) else { continue };
        let (cost, _) = measure(command.current_dir(folder.path()), folder.path())?;
        all.push(Done { deed, cost, state: occupied(&folder.path().join(peer.state())) });
    }
    Ok(all)
}

/// How many bytes a file has, or all files below a folder.
fn occupied(path: &Path) -> u64 {
    let Ok(about) = std::fs::symlink_metadata(path) else { return 0 };
    match std::fs::read_dir(path) {
        Ok(entries) if about.is_dir() => entries.flatten().map(|entry| occupied(&entry.path())).sum(),
        _ => about.len(),
    }
}

/// Where a program is, if it can be found.
pub(crate) fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("failed to write {}: {error}", path.display()))
}
