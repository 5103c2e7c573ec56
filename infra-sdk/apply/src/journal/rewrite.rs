//! A journal written anew, record by record, as when its key is another one from now on.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use infra_plan::Record;

use super::file::{lock, read_all};
use super::read::{Header, Read};
use super::{FileLog, SealError, line};
use crate::store::StoreError;

impl FileLog {
    /// Writes every record of a journal anew as `change` gives it, with `more` after them. The journal is locked
    /// meanwhile, and whoever looks sees the old one or the new one, whole; nothing is left of the old one's file.
    /// Records keep their numbers. `None` if there is no journal.
    pub fn rewrite(
        path: &Path,
        of: &str,
        mut change: impl FnMut(Record) -> Result<Record, SealError>,
        more: impl FnOnce(&[Record]) -> Vec<Record>,
    ) -> Result<Option<u64>, StoreError> {
        let mut file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::io("open", path, source)),
        };
        lock(&file, path)?;
        let bytes = read_all(&mut file, path)?;
        let mut records = Vec::new();
        let read = Read::all(&bytes, path, of, |record| records.push(record.clone()))?;
        let records = records.into_iter().map(&mut change).collect::<Result<Vec<_>, _>>();
        let mut records = records.map_err(|SealError(problem)| StoreError::Unsealed { problem })?;
        records.extend(more(&records));

        let io = |source| StoreError::io("write", path, source);
        let (mut whole, header) = (Vec::new(), Header::new(of, &read.start.salt));
        let mut last = line::write(0, &header, &mut whole).map_err(|error| io(error.into()))?;
        for record in &records {
            last = line::write(last, record, &mut whole).map_err(|error| io(error.into()))?;
        }
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        // Nobody else writes there, as the journal is locked; what an interrupted rewriting left is written over.
        let mut into = File::create(&new).map_err(io)?;
        into.write_all(&whole).and_then(|()| into.sync_all()).map_err(io)?;
        // It is sealed by what is to be nowhere any more; and nothing is wrong where there is none.
        FileLog::forget_snapshot(path)?;
        std::fs::rename(&new, path).map_err(io)?;
        if let Some(folder) = path.parent() {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
        }
        Ok(Some(records.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use infra_core::Address;

    use super::*;

    const OF: &str = "web/local";

    fn forgotten(name: &str) -> Record {
        Record::Forgotten { address: Address::new("t:t/t", name) }
    }

    #[tokio::test]
    async fn a_rewritten_journal_has_the_new_records_under_the_old_numbers_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        assert_eq!(FileLog::rewrite(&path, OF, Ok, |_| Vec::new()).unwrap(), None);
        let (mut journal, _) = FileLog::open(&path, OF, || "salt".into()).unwrap();
        journal.record(forgotten("a")).await.unwrap();
        journal.record(forgotten("b")).await.unwrap();
        let locked = FileLog::rewrite(&path, OF, Ok, |_| Vec::new());
        assert!(matches!(locked, Err(StoreError::Locked { .. })));
        drop(journal);

        let before = std::fs::read(&path).unwrap();
        let refused = FileLog::rewrite(&path, OF, |_| Err(SealError("no".into())), |_| Vec::new());
        assert!(matches!(refused, Err(StoreError::Unsealed { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), before, "nothing happens unless every record can be written");

        let change = |record: Record| Ok(if record == forgotten("a") { forgotten("x") } else { record });
        assert_eq!(FileLog::rewrite(&path, OF, change, |_| vec![forgotten("c")]).unwrap(), Some(3));
        let history = FileLog::history(&path, OF).unwrap().unwrap();
        assert_eq!(history.records, [forgotten("x"), forgotten("b"), forgotten("c")]);
        assert_eq!((history.start.salt.as_str(), std::fs::read_dir(folder.path()).unwrap().count()), ("salt", 1));
        let (mut journal, found) = FileLog::open(&path, OF, || "other".into()).unwrap();
        journal.record(forgotten("d")).await.unwrap();
        assert_eq!((journal.state().serial, found.torn), (4, 0));
    }

    #[test]
    fn who_had_the_old_file_open_before_cannot_write_to_it_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        drop(FileLog::open(&path, OF, || "salt".into()).unwrap());
        let early = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        FileLog::rewrite(&path, OF, Ok, |_| Vec::new()).unwrap();
        assert!(matches!(lock(&early, &path), Err(StoreError::Locked { .. })));
    }
}
