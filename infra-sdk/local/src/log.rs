//! Reads the end of a log.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// How much of a log's end is looked at, in bytes: some 50,000 calls.
const WINDOW: u64 = 4 * 1024 * 1024;

/// The last `lines` lines of the file, or fewer if it has not got as many.
pub(crate) fn tail(path: &Path, lines: usize) -> io::Result<String> {
    let mut log = File::open(path)?;
    let size = log.metadata()?.len();
    log.seek(SeekFrom::Start(size.saturating_sub(WINDOW)))?;
    let mut bytes = Vec::new();
    log.take(WINDOW).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    Ok(all[all.len().saturating_sub(lines)..].join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_come_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, "one\ntwo\nthree\n").unwrap();
        assert_eq!(tail(&path, 2).unwrap(), "two\nthree");
        assert_eq!(tail(&path, 9).unwrap(), "one\ntwo\nthree");
        assert_eq!(tail(&path, 0).unwrap(), "");
    }

    #[test]
    fn a_log_that_is_not_there_is_an_error() {
        assert!(tail(Path::new("/nowhere/at/all"), 1).is_err());
    }
}
