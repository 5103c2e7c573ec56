//! How many instructions an operation takes, and how that grows when the graph doubles: counted by valgrind, and so the same
//! on every machine, however busy it is.

use std::path::Path;
use std::process::Command;

use crate::child::measure;
use crate::peer::found;
use crate::shape::Shape;
use crate::table::{Table, count, ratio, word};

/// What is counted: a deployment, a plan of what is unchanged, a deployment of another revision, and a destruction.
const DEEDS: [(&str, &str, &str); 4] =
    [("apply", "apply", "1"), ("empty plan", "plan", "1"), ("update", "apply", "2"), ("destroy", "destroy", "2")];

/// Counts the instructions of all deeds on a graph, by `program`, which is this one.
///
/// # Errors
/// Where there is no valgrind, or a deed fails.
pub fn counted(program: &Path, shape: Shape, size: usize) -> Result<Vec<(&'static str, u64)>, String> {
    let valgrind = found("valgrind").ok_or("there is no `valgrind`")?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    for (name, operation, revision) in DEEDS {
        let mut command = Command::new(&valgrind);
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
        command.args(["operate", "--shape", shape.name(), "--size", &size.to_string(), "--revision", revision]);
        command.args(["--operation", operation, "--journal"]).arg(folder.path().join("journal"));
        measure(&mut command, folder.path())?;
        let said = std::fs::read_to_string(folder.path().join("stderr")).map_err(|error| error.to_string())?;
        let number = said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
        all.push((name, number.ok_or("valgrind has not said how many instructions there were")?));
    }
    Ok(all)
}

/// Counts them for graphs of these shapes, of a size and of twice that.
///
/// # Errors
/// The first that fails; and where twice the resources take more than `most` times the instructions.
#[allow(clippy::cast_precision_loss, reason = "two places are shown")]
pub fn run(shapes: &[Shape], size: usize, most: f64) -> Result<Table, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let columns = ["shape", "deed", "resources", "instructions", "a resource", "of twice as many", "times"];
    let mut table = Table::new(&columns);
    for shape in shapes {
        let (one, two) = (counted(&program, *shape, size)?, counted(&program, *shape, 2 * size)?);
        for ((deed, one), (_, two)) in one.into_iter().zip(two) {
            let times = two as f64 / one as f64;
            table.row(vec![
                word(shape.name()),
                word(deed),
                count(size as u64),
                count(one),
                count(one / size as u64),
                count(two),
                ratio(times, 2),
            ]);
            if times > most {
                return Err(format!(
                    "{deed} of a {} graph takes {times:.2} times as much for twice as many\n{}",
                    shape.name(),
                    table.text()
                ));
            }
        }
    }
    Ok(table)
}
