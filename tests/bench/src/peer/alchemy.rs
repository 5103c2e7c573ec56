//! Alchemy with a resource that does nothing, and its store of files. It has no plan.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Deed, Peer, found, write};
use crate::shape::Shape;

/// What is installed where no folder is named.
const PACKAGE: &str = "alchemy@0.94";

/// An installation of the package.
#[derive(Debug)]
pub struct Alchemy {
    node: PathBuf,
    modules: PathBuf,
    version: String,
    /// Goes with the installation, where it was made for this run.
    _folder: Option<tempfile::TempDir>,
}

impl Alchemy {
    /// The one whose `node_modules` are in a folder, or else a new one that npm makes.
    ///
    /// # Errors
    /// Why there is none.
    pub fn find(folder: Option<&Path>) -> Result<Alchemy, String> {
        let node = found("node").ok_or("there is no `node`")?;
        let (modules, own) = match folder {
            Some(folder) => (folder.join("node_modules"), None),
            None => {
                let npm = found("npm").ok_or("there is no `npm`")?;
                let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
                let install = ["install", "--silent", "--no-audit", "--no-fund", "--prefix"];
                let made = Command::new(npm).args(install).arg(folder.path()).arg(PACKAGE).output().map_err(|error| error.to_string())?;
                if !made.status.success() {
                    return Err(format!("npm could not install {PACKAGE}: {}", String::from_utf8_lossy(&made.stderr)));
                }
                (folder.path().join("node_modules"), Some(folder))
            }
        };
        let about = modules.join("alchemy/package.json");
        let text = std::fs::read_to_string(&about).map_err(|error| format!("failed to read {}: {error}", about.display()))?;
        let about: serde_json::Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let version = about["version"].as_str().unwrap_or_default().to_owned();
        Ok(Alchemy { node, modules, version, _folder: own })
    }
}

/// The graph as a program of Alchemy. What needs nothing is begun at once, as far as it has no reason to wait.
fn program(shape: Shape, size: usize, revision: u32) -> String {
    let declare = |needs: &str| format!("Nothing(`r${{i}}`, {{ text: `${{i}} v{revision}`, after: {needs} }})");
    let body = match shape {
        Shape::Flat | Shape::Counted => format!("await Promise.all(Array.from({{ length: {size} }}, (_, i) => {}));", declare("[]")),
        Shape::Chain => {
            format!("let last;\nfor (let i = 0; i < {size}; i++) last = await {};", declare("last === undefined ? [] : [last.of]"))
        }
        Shape::Fan => format!(
            "const of = (things) => things.map((thing) => thing.of);\nlet i = 0;\nconst first = await {};\n\
             const rest = await Promise.all(Array.from({{ length: {} }}, (_, at) => {{ const i = at + 1; return {}; }}));\n\
             i = {};\nawait {};",
            declare("[]"),
            size.saturating_sub(2),
            declare("[first.of]"),
            size.saturating_sub(1),
            declare("of([first, ...rest])"),
        ),
    };
    format!(
        "import alchemy, {{ Resource }} from \"alchemy\";\n\
         import {{ FileSystemStateStore }} from \"alchemy/state\";\n\
         const Nothing = Resource(\"bench::Nothing\", async function (id, props) {{\n\
         \x20 if (this.phase === \"delete\") return this.destroy();\n\
         \x20 return {{ ...props, of: id }};\n}});\n\
         const app = await alchemy(\"bench\", {{\n\
         \x20 stage: \"bench\", quiet: true, noTrack: true, stateStore: (scope) => new FileSystemStateStore(scope),\n}});\n\
         {body}\nawait app.finalize();\n"
    )
}

impl Peer for Alchemy {
    fn name(&self) -> String {
        format!("alchemy {}", self.version)
    }

    fn write(&self, folder: &Path, shape: Shape, size: usize, revision: u32) -> Result<(), String> {
        let modules = folder.join("node_modules");
        if !modules.exists() {
            let to = std::fs::canonicalize(&self.modules).map_err(|error| error.to_string())?;
            std::os::unix::fs::symlink(to, modules).map_err(|error| error.to_string())?;
        }
        write(&folder.join("bench.mjs"), &program(shape, size, revision))
    }

    fn command(&self, _: &Path, _: Shape, _: usize, deed: Deed) -> Option<Command> {
        let mut command = Command::new(&self.node);
        command.arg("bench.mjs").env("DO_NOT_TRACK", "1").env("ALCHEMY_TELEMETRY_DISABLED", "1");
        match deed {
            Deed::Plan => return None,
            Deed::Destroy => drop(command.arg("--destroy")),
            // It has no plan; running it again where there is nothing to do is the nearest thing.
            Deed::Apply | Deed::EmptyPlan | Deed::Update => {}
        }
        Some(command)
    }

    fn state(&self) -> &'static str {
        ".alchemy"
    }
}
