//! What can be kept of a damaged journal in a bucket.

use futures::TryStreamExt as _;
use infra_apply::{Damage, Holder, Repaired, StoreError};
use infra_plan::Record;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;

use crate::bucket::Bucket;
use crate::load::{Broken, LoadError, load, remote};
use crate::names::number;
use crate::object::{self, By, Lines};

impl Bucket {
    /// Looks for damage in what opening reads, and repairs it: `agree` is asked with the damage, and if it agrees, the
    /// damaged object and those after it are copied aside, and emptied of what follows the damage. None of them is
    /// deleted, since its name keeps late writers out. Nobody else has the journal meanwhile; none if there is none.
    ///
    /// # Errors
    /// Where another run has it, or the store fails.
    pub async fn repair(&self, holder: &Holder, agree: impl FnOnce(&Damage) -> bool) -> Result<Option<Repaired>, StoreError> {
        let lease = self.lease(holder).await?;
        let repaired = self.repair_held(holder, agree).await;
        lease.release().await?;
        repaired
    }

    async fn repair_held(&self, holder: &Holder, agree: impl FnOnce(&Damage) -> bool) -> Result<Option<Repaired>, StoreError> {
        self.refuse_moved().await?;
        let broken = match load(self.store.as_ref(), &self.names, &self.of, false).await {
            Ok(loaded) => return Ok(loaded.map(|_| Repaired::default())),
            Err(LoadError::Store(error)) => return Err(error),
            Err(LoadError::Broken(broken)) => *broken,
        };
        let after = self.after(&broken).await?;
        let before = broken.before.as_ref().map_or(0, |loaded| loaded.state.serial);
        let damage = Damage {
            line: broken.line,
            problem: format!("{} in {}", broken.problem, self.names.show(&broken.path)),
            kept: before + broken.kept.len() as u64,
            after: self.said(&broken, &after).await?,
        };
        if !agree(&damage) {
            return Ok(Some(Repaired { damage: Some(damage), ..Repaired::default() }));
        }
        let aside = self.cut(holder, &broken, &after).await?;
        Ok(Some(Repaired { torn: 0, damage: Some(damage), aside: Some(aside.into()) }))
    }

    /// The damaged object and all after it.
    async fn after(&self, broken: &Broken) -> Result<Vec<Path>, StoreError> {
        let failed = remote("read", &self.names);
        let listed = self.store.list(Some(&self.names.log())).map_ok(|meta| meta.location);
        let mut paths: Vec<Path> =
            listed.try_filter(|path| futures::future::ready(*path >= broken.path)).try_collect().await.map_err(failed)?;
        paths.sort();
        Ok(paths)
    }

    /// What the lines from the damage on say, where that can be read at all.
    async fn said(&self, broken: &Broken, after: &[Path]) -> Result<Vec<(usize, Option<Record>)>, StoreError> {
        let (mut said, mut at) = (Vec::new(), broken.line);
        for path in after {
            let bytes = self.bytes(path).await?;
            let skip = if *path == broken.path { broken.line - 1 } else { 1 };
            for (_, line) in Lines::of(&bytes).skip(skip) {
                let json = line.and_then(|line| line.get(9..));
                said.push((at, json.and_then(|json| serde_json::from_slice(json).ok())));
                at += 1;
            }
        }
        Ok(said)
    }

    async fn bytes(&self, path: &Path) -> Result<Vec<u8>, StoreError> {
        let failed = remote("read", &self.names);
        let found = self.store.get(path).await.map_err(&failed)?;
        found.bytes().await.map(Vec::from).map_err(failed)
    }

    /// Copies the objects from the damage on aside, then writes them anew up to it. Returns where the copies are.
    async fn cut(&self, holder: &Holder, broken: &Broken, after: &[Path]) -> Result<String, StoreError> {
        let failed = remote("repair", &self.names);
        let mut folder = String::new();
        for path in after {
            let aside = self.names.aside(holder.since, path);
            self.store.put(&aside, self.bytes(path).await?.into()).await.map_err(&failed)?;
            folder = self.names.show(&aside);
        }
        let by = By { run: holder.run.clone(), holder: Some(holder.clone()) };
        let wrong = |error: serde_json::Error| failed(object_store::Error::Generic { store: "journal", source: error.into() });
        let Some(before) = &broken.before else {
            // The first line is damaged: nothing can be kept, and the next opening begins anew.
            for path in after {
                self.store.delete(path).await.map_err(&failed)?;
            }
            return Ok(folder);
        };
        let (mut last, mut records) = (before.last, broken.kept.as_slice());
        let end = after.iter().filter_map(number).max().unwrap_or(before.number);
        for number in before.number + 1..=end {
            let (bytes, sum) = object::write(last, &by, records).map_err(wrong)?;
            self.store.put(&self.names.entry(number), bytes.into()).await.map_err(&failed)?;
            (last, records) = (sum, &[]);
        }
        Ok(folder)
    }
}
