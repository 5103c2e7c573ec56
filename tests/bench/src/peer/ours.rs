//! Our own engine, in a process of its own like the others.

use std::path::Path;
use std::process::Command;

use super::{Deed, Peer};
use crate::shape::Shape;

/// This program, called again with one operation.
#[derive(Clone, Copy, Debug)]
pub struct Ours;

impl Peer for Ours {
    fn name(&self) -> String {
        "infra".into()
    }

    fn write(&self, _: &Path, _: Shape, _: usize, _: u32) -> Result<(), String> {
        Ok(())
    }

    fn command(&self, folder: &Path, shape: Shape, size: usize, deed: Deed) -> Option<Command> {
        let operation = match deed {
            Deed::Plan | Deed::EmptyPlan => "plan",
            Deed::Apply | Deed::Update => "apply",
            Deed::Destroy => "destroy",
        };
        let mut command = Command::new(std::env::current_exe().ok()?);
        command.args(["operate", "--shape", shape.name(), "--size", &size.to_string(), "--operation", operation]);
        command.args(["--revision", &deed.revision().to_string(), "--journal"]).arg(folder.join(self.state()));
        Some(command)
    }

    fn state(&self) -> &'static str {
        "journal"
    }
}
