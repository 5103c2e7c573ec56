//! Terraform with `terraform_data`, which it has in itself: no plugin, no network.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Deed, Peer, found, write};
use crate::shape::Shape;

/// The `terraform` of this machine.
#[derive(Clone, Debug)]
pub struct Terraform {
    program: PathBuf,
    version: String,
}

impl Terraform {
    /// The one in the path, if there is one.
    pub fn find() -> Option<Terraform> {
        let program = found("terraform")?;
        let output = Command::new(&program).arg("version").env("CHECKPOINT_DISABLE", "1").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text.lines().next()?.trim_start_matches("Terraform v").to_owned();
        Some(Terraform { program, version })
    }
}

/// The graph in Terraform's language.
fn program(shape: Shape, size: usize, revision: u32) -> String {
    if shape == Shape::Counted {
        return format!(
            "resource \"terraform_data\" \"r\" {{\n  count = {size}\n  input = {{ text = \"${{count.index}} v{revision}\" }}\n}}\n"
        );
    }
    let mut text = String::new();
    for number in 0..size {
        let needs: Vec<String> = shape.needs(number, size).map(|need| format!("terraform_data.r{need}.id")).collect();
        let (needs, name) = (needs.join(", "), format!("r{number}"));
        let _ = writeln!(
            text,
            "resource \"terraform_data\" \"{name}\" {{\n  input = {{ text = \"{number} v{revision}\", after = [{needs}] }}\n}}"
        );
    }
    text
}

impl Peer for Terraform {
    fn name(&self) -> String {
        format!("terraform {}", self.version)
    }

    fn write(&self, folder: &Path, shape: Shape, size: usize, revision: u32) -> Result<(), String> {
        write(&folder.join("main.tf"), &program(shape, size, revision))
    }

    fn command(&self, _: &Path, _: Shape, _: usize, deed: Deed) -> Option<Command> {
        let mut command = Command::new(&self.program);
        command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1").env_remove("TF_LOG");
        match deed {
            Deed::Plan | Deed::EmptyPlan => command.args(["plan", "-input=false", "-no-color", "-lock=false"]),
            Deed::Apply | Deed::Update => command.args(["apply", "-input=false", "-no-color", "-auto-approve"]),
            Deed::Destroy => command.args(["destroy", "-input=false", "-no-color", "-auto-approve"]),
        };
        Some(command)
    }

    fn state(&self) -> &'static str {
        "terraform.tfstate"
    }
}
