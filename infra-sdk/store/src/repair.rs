//! What can be kept of a damaged journal in a bucket.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use infra_apply::lease::Hold;
use infra_apply::salvage::{Salvaged, salvage};
use infra_apply::{Damage, Holder, Repaired, StoreError};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;

use crate::bucket::Bucket;
use crate::load::{AT_A_TIME, LoadError, load, remote};
use crate::log::{BucketLog, create};
use crate::names::Names;
use crate::object::{Anew, By};
use crate::remains::{Place, Remains};
use crate::rewrite::whole;
use crate::snapshot;

impl Bucket {
    /// Looks for damage in the whole log, and repairs it: `agree` is asked with what that means, and if it agrees, the
    /// journal is written anew with all that can be known: the records before the damage, the state that a snapshot has
    /// instead of those that are lost, and the records after that. The damaged objects stay where they are, since their
    /// names keep late writers out, and are copied aside. Whoever looks sees the damaged journal or the repaired one,
    /// whenever this dies. Nobody else has the journal meanwhile; none if there is none.
    ///
    /// # Errors
    /// Where another run has it, or the store fails.
    pub async fn repair(&self, holder: &Holder, agree: impl FnOnce(&Repaired) -> bool) -> Result<Option<Repaired>, StoreError> {
        let lease = self.lease(holder).await?;
        let repaired = self.repair_held(holder, &lease.hold(), agree).await;
        lease.release().await?;
        repaired
    }

    async fn repair_held(
        &self,
        holder: &Holder,
        hold: &Hold,
        agree: impl FnOnce(&Repaired) -> bool,
    ) -> Result<Option<Repaired>, StoreError> {
        self.refuse_moved().await?;
        let error = match load(self.store.as_ref(), &self.names, &self.of, true).await {
            Ok(loaded) => return Ok(loaded.map(|_| Repaired::default())),
            Err(error @ (LoadError::Broken(_) | LoadError::Store(StoreError::Corrupt { .. }))) => error,
            Err(LoadError::Store(error)) => return Err(error),
        };
        let failed = remote("read", &self.names);
        let remains = Remains::read(self.store.as_ref(), &self.names, &self.of).await.map_err(failed)?;
        let (lines, places) = remains.lines();
        let show = |place: &Place| self.names.show(&remains.pieces[place.piece].path);
        let mut salvaged = salvage(&self.of, &lines, &remains.points(&places)).map_err(|unknown| {
            let place = &places[unknown.line];
            StoreError::Newer { path: show(place).into(), line: place.line, problem: unknown.problem }
        })?;
        if salvaged.gaps.is_empty() {
            return Err(error.told(&self.names));
        }
        for gap in &mut salvaged.gaps {
            if let Some(problem) = &places[gap.line].problem {
                gap.problem.clone_from(problem);
            }
        }
        let damages = salvaged.gaps.iter().map(|gap| Damage::of(gap, &lines, |at| (places[at].line, Some(show(&places[at])))));
        let mut repaired = Repaired { damages: damages.collect(), last: salvaged.state.serial, ..Repaired::default() };
        if agree(&repaired) {
            let damaged = salvaged.gaps.iter().flat_map(|gap| gap.line..gap.end.max(gap.line + 1));
            let damaged: BTreeSet<usize> = damaged.map(|line| places[line].piece).collect();
            repaired.aside = Some(self.copied_aside(holder, &remains, &damaged).await?.into());
            self.renew(holder, hold, &remains, salvaged).await?;
        }
        Ok(Some(repaired))
    }

    /// Copies damaged objects aside. Returns the folder where the copies are.
    async fn copied_aside(&self, holder: &Holder, remains: &Remains, damaged: &BTreeSet<usize>) -> Result<String, StoreError> {
        let failed = remote("make a copy of what is damaged in", &self.names);
        let pieces = damaged.iter().map(|piece| &remains.pieces[*piece]);
        let copies = pieces.filter_map(|piece| Some((self.names.aside(holder.since, &piece.path), piece.bytes.clone()?)));
        let copied = futures::stream::iter(copies).map(|(aside, bytes)| async move { self.store.put(&aside, bytes.into()).await });
        copied.buffer_unordered(AT_A_TIME).try_for_each(|_| async { Ok(()) }).await.map_err(failed)?;
        Ok(self.names.show(&self.names.all_aside(holder.since)))
    }

    /// Writes what is left anew, from where it counts with one more object.
    async fn renew(&self, holder: &Holder, hold: &Hold, remains: &Remains, salvaged: Salvaged) -> Result<(), StoreError> {
        let failed = remote("repair", &self.names);
        let Salvaged { start: Some(start), records, state, .. } = salvaged else {
            // Not even whose journal it is can be known: the next opening begins anew. The first object goes last, so that
            // what is left of a repair that died is no journal.
            let mut paths: Vec<&Path> = remains.pieces.iter().filter(|piece| piece.bytes.is_some()).map(|piece| &piece.path).collect();
            paths.sort();
            for path in paths.into_iter().rev() {
                self.store.delete(path).await.map_err(&failed)?;
            }
            return Ok(());
        };
        let wrong =
            |error: serde_json::Error| StoreError::Remote { action: "repair", place: self.shown().to_owned(), source: error.into() };
        let (bytes, last) = whole(&self.of, &start.salt, &records).map_err(wrong)?;
        let anew = Anew { name: Names::anew(remains.next, &holder.run), last };
        create(self.store.as_ref(), &self.names.rewritten().join(anew.name.as_str()), bytes).await.map_err(&failed)?;
        hold.check()?;
        let by = By { run: holder.run.clone(), holder: Some(holder.clone()) };
        let mut log = BucketLog::before(remains.next, Arc::clone(&self.store), self.names.clone(), self.of.clone(), holder.run.clone());
        if !log.put_anew(&by, &anew).await? {
            return Err(log.fenced().await);
        }
        // From here on it is repaired. Older snapshots are of objects that may be damaged.
        let (at, snapshot) = log.snapshot_of(state);
        snapshot::replace(&self.store, &self.names, at, &snapshot).await.map_err(failed)
    }
}
