//! What a person waits for: the command's start, a stack's test, the build after an edit; and what the programs weigh.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::child::measure;
use crate::stacks::{airaware_config, world};
use crate::table::{Table, bytes, time, word};

/// Measures the command `infra` where one is given, AirAware's life in a test, and cargo on the stack after an edit.
///
/// # Errors
/// The first that fails.
pub fn run(infra: Option<&Path>, cargo: bool) -> Result<Table, String> {
    let mut table = Table::new(&["what", "figure"]);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    if let Some(infra) = infra {
        for argument in ["--version", "--help"] {
            let once = || Ok(measure(Command::new(infra).arg(argument), folder.path())?.0.wall);
            table.row(vec![word(format!("infra {argument}")), time(best(20, once)?)]);
        }
        table.row(vec![word("the program infra"), bytes(std::fs::metadata(infra).map_or(0, |file| file.len()))]);
    }
    let begun = world();
    let declare = || drop(begun.graph(&airaware::airaware, airaware_config()));
    table.row(vec![word("AirAware declared"), time(best(20, || clocked(declare))?)]);
    let plan = || drop(begun.plan(&airaware::airaware, airaware_config()));
    table.row(vec![word("AirAware planned on the simulated cloud"), time(best(20, || clocked(plan))?)]);
    let deploy = || drop(world().deploy(&airaware::airaware, airaware_config()).complete());
    table.row(vec![word("AirAware deployed on the simulated cloud"), time(best(20, || clocked(deploy))?)]);
    let life = || {
        let mut world = world();
        world.deploy(&airaware::airaware, airaware_config()).complete();
        world.deploy(&airaware::airaware, airaware_config()).complete();
        world.destroy().complete();
    };
    table.row(vec![word("AirAware deployed, deployed again, destroyed"), time(best(20, || clocked(life))?)]);
    if cargo {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let source = root.join("stacks/airaware/src/lib.rs");
        for arguments in [["build", "--package", "airaware", "--bins"].as_slice(), &["test", "--package", "airaware"]] {
            let once = |edited: bool| {
                if edited {
                    touch(&source)?;
                }
                Ok::<_, String>(measure(Command::new("cargo").args(arguments).current_dir(&root), folder.path())?.0.wall)
            };
            once(false)?;
            let name = arguments[0];
            table.row(vec![word(format!("cargo {name} of AirAware after an edit")), time(best(3, || once(true))?)]);
            table.row(vec![word(format!("cargo {name} of AirAware with nothing to do")), time(best(3, || once(false))?)]);
        }
    }
    Ok(table)
}

fn touch(path: &Path) -> Result<(), String> {
    let file = std::fs::File::options().append(true).open(path).map_err(|error| error.to_string())?;
    file.set_modified(std::time::SystemTime::now()).map_err(|error| error.to_string())
}

fn clocked(work: impl FnOnce()) -> Result<Duration, String> {
    let began = Instant::now();
    work();
    Ok(began.elapsed())
}

fn best(tries: u32, mut work: impl FnMut() -> Result<Duration, String>) -> Result<Duration, String> {
    let mut best = Duration::MAX;
    for _ in 0..tries {
        best = best.min(work()?);
    }
    Ok(best)
}
