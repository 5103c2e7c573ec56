//! What the journal costs: records, bytes and syncs a step, and its size beside that of the stack.

use std::time::Instant;

use crate::operate::{Operation, operate};
use crate::shape::Shape;
use crate::table::{Table, bytes, count, ratio, time, word};

/// Deploys, changes and destroys graphs of these sizes, on a journal in `folder`.
///
/// # Errors
/// The first that fails.
#[allow(clippy::cast_precision_loss, reason = "two places are shown")]
pub fn run(folder: &std::path::Path, shape: Shape, sizes: &[usize]) -> Result<Table, String> {
    let columns = ["shape", "resources", "deed", "time", "records a step", "bytes a step", "syncs a step", "journal", "a resource"];
    let mut table = Table::new(&columns);
    for size in sizes {
        let folder = tempfile::tempdir_in(folder).map_err(|error| error.to_string())?;
        let (journal, mut before) = (folder.path().join("journal"), 0);
        let deeds = [
            ("apply", 1, Operation::Apply),
            ("empty apply", 1, Operation::Apply),
            ("update", 2, Operation::Apply),
            ("destroy", 2, Operation::Destroy),
        ];
        for (name, revision, operation) in deeds {
            let began = Instant::now();
            let counts = operate(shape, *size, revision, operation, &journal)?;
            let took = began.elapsed();
            let a_step = |number: u64| number as f64 / counts.steps.max(1) as f64;
            table.row(vec![
                word(shape.name()),
                count(*size as u64),
                word(name),
                time(took),
                ratio(a_step(counts.records), 2),
                ratio(a_step(counts.bytes - before), 0),
                ratio(a_step(counts.syncs), 2),
                bytes(counts.bytes),
                bytes(counts.bytes / *size as u64),
            ]);
            before = counts.bytes;
        }
    }
    Ok(table)
}
