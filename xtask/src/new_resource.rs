//! `cargo xtask new-resource`: drafts the file of a resource from AWS's schema, and wires it in.

mod edit;
mod order;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cargo::root;
use crate::schema_check;
use edit::Service;
use order::Order;

const USAGE: &str = "\
Drafts the file of a resource from AWS's own schema: its fields with their types, what is required, what replaces, the
permissions, and a handler with nothing in it; names it in the service's mod.rs; and begins a test over the wire.
Whatever a person has to write is marked, and `cargo xtask tidy` refuses it until it is written.

Usage: cargo xtask new-resource <SERVICE> <NAME> --cloud <TYPE>

  <SERVICE>  the folder in infra-sdk/aws/src, as in ec2
  <NAME>     the Rust type, AWS's own noun, as in VpcPeeringConnection
  <TYPE>     AWS's type, as in AWS::EC2::VPCPeeringConnection

Example: cargo xtask new-resource ec2 Volume --cloud AWS::EC2::Volume";

/// Drafts one; whether the arguments were right.
pub(crate) fn run(arguments: &[OsString]) -> io::Result<bool> {
    let mut err = io::stderr().lock();
    let order = match Order::read(arguments) {
        Ok(order) => order,
        Err(why) => {
            writeln!(err, "{why}{USAGE}")?;
            return Ok(why.is_empty());
        }
    };
    let Drafted { files, taken } = draft(root(), &order)?;
    for path in files {
        writeln!(err, "wrote {}", path.strip_prefix(root()).unwrap_or(&path).display())?;
    }
    for name in taken {
        writeln!(err, "`{name}` is there already: the derive makes it now, so remove the other and move its `impl`s")?;
    }
    writeln!(
        err,
        "\nNext: rewrite what is marked, write the handler's five functions and the test, then `cargo xtask schema-check --type {}`\n\
         and `cargo xtask test`. Another file of the service shows how.",
        order.name
    )?;
    Ok(true)
}

/// What was done.
struct Drafted {
    /// The files that are new or changed.
    files: Vec<PathBuf>,
    /// Names of the draft that something else in the service has.
    taken: Vec<String>,
}

/// Writes the files.
fn draft(root: &Path, order: &Order) -> io::Result<Drafted> {
    let folder = root.join("infra-sdk/aws/src").join(&order.service);
    let (file, module) = (folder.join(format!("{}.rs", order.module())), folder.join("mod.rs"));
    let declared = fs::read_to_string(&module).map_err(|error| {
        let how =
            "a new service needs a folder with a mod.rs, a feature and its SDK crate in infra-sdk/aws/Cargo.toml, and a line in src/lib.rs";
        io::Error::other(format!("read {}: {error}; {how}", module.display()))
    })?;
    if file.exists() || folder.join(order.module()).exists() {
        return Err(io::Error::other(format!("{} is there already", file.display())));
    }
    let service =
        Service::read(&declared).ok_or_else(|| io::Error::other(format!("{} has no `crate::resources!(…)`", module.display())))?;
    let text = scaffold(order, &service)?;
    let public = edit::public(&text);
    let taken = public.iter().filter(|name| edit::is_taken(&declared, name)).cloned().collect();
    let declared = edit::declare(&declared, order, &public);
    let tests = root.join("infra-sdk/aws/tests/wire");
    let (test, main) = (tests.join(format!("{}.rs", order.test())), tests.join("main.rs"));
    let wired = edit::module(&fs::read_to_string(&main)?, &order.test());
    let files = [(file, text), (module, declared), (test, edit::test(order)), (main, wired)];
    let files: io::Result<Vec<_>> = files.into_iter().map(|(path, text)| fs::write(&path, text).map(|()| path)).collect();
    let files = files?;
    // The draft is made to be edited, so it may stay unformatted where there is no rustfmt.
    let _ = Command::new("rustfmt").args(["--edition", "2024"]).args([&files[0], &files[2]]).current_dir(root).status();
    Ok(Drafted { files, taken })
}

fn scaffold(order: &Order, service: &Service) -> io::Result<String> {
    let arguments = ["scaffold", &order.cloud, "--handle", &order.name, "--service", &service.feature, "--client", &service.client];
    let output = schema_check::program().args(arguments).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("there is no draft of `{}`", order.cloud)));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}
