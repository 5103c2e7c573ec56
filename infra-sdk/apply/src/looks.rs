//! Looks at objects of one type that are due at the same time: one read for all of them.
//!
//! There is one look at a time at the objects of a type in a place. Whoever finds that nobody looks does it for all that wait
//! to be told, and for those that would have to look soon themselves. A cloud that reads a hundred objects in a request is so
//! asked as often for a hundred that are being made as for one.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::pending;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use infra_core::{Kind, Provider};
use tokio::sync::{MutexGuard, oneshot};
use tokio::time::{Instant, timeout};

use crate::asked::{Asked, Sought};
use crate::error::ProviderError;
use crate::provider::Found;

/// The queues of all types and places.
#[derive(Default)]
pub(crate) struct Looks(Mutex<BTreeMap<(Kind, String), Arc<Queue>>>);

impl Looks {
    /// Where those stand who look at objects of a type in a place.
    pub(crate) fn queue(&self, kind: &Kind, place: Option<&Provider>) -> Arc<Queue> {
        let place = place.map(Provider::to_string).unwrap_or_default();
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(queues.entry((kind.clone(), place)).or_default())
    }
}

/// Those who look at objects of one type in one place.
#[derive(Default)]
pub(crate) struct Queue {
    /// Whoever holds it looks.
    turn: tokio::sync::Mutex<()>,
    askers: Mutex<Vec<Asker>>,
    /// How many steps wait between two looks.
    pub(crate) waiting: AtomicUsize,
}

struct Asker {
    sought: Arc<Sought>,
    /// From when on it would be told: one that waits between two looks, not just after the last.
    from: Instant,
    tell: oneshot::Sender<Option<Found>>,
}

/// Whose turn it is to look.
pub(crate) enum Turn<'a> {
    /// The asker's own, for as long as this is held.
    Own(MutexGuard<'a, ()>),
    /// Another looked, and this is what there is of the object.
    Told(Option<Found>),
    /// Another's look failed, which need not be for this object's sake; or it took too long.
    Unanswered,
}

/// What came of a look at several objects.
pub(crate) enum Look {
    /// What there is of the asker's own.
    Told(Option<Found>),
    /// It was at the asker's own alone, and failed.
    Failed(ProviderError),
    /// Others were in it, and it failed, which need not be for this object's sake.
    Unanswered,
}

impl Queue {
    fn askers(&self) -> std::sync::MutexGuard<'_, Vec<Asker>> {
        self.askers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, sought: &Arc<Sought>, from: Instant) -> oneshot::Receiver<Option<Found>> {
        let (tell, told) = oneshot::channel();
        self.askers().push(Asker { sought: Arc::clone(sought), from, tell });
        told
    }

    /// The turn to look, where nobody looks.
    pub(crate) fn free(&self) -> Option<Turn<'_>> {
        self.turn.try_lock().ok().map(Turn::Own)
    }

    /// Waits to be told of an object by whoever looks next, or for the turn to look: no longer than `patience`.
    pub(crate) async fn turn(&self, sought: &Arc<Sought>, patience: Duration) -> Turn<'_> {
        let mut told = self.ask(sought, Instant::now());
        let turn = async {
            tokio::select! {
                biased;
                told = &mut told => told.map_or(Turn::Unanswered, Turn::Told),
                turn = self.turn.lock() => Turn::Own(turn),
            }
        };
        match timeout(patience, turn).await.unwrap_or(Turn::Unanswered) {
            // The last look may have told it while it came to its turn.
            Turn::Own(turn) => told.try_recv().map_or(Turn::Own(turn), Turn::Told),
            other => other,
        }
    }

    /// Looks at an object with all others that are due, at most `page` in all, and tells them; `read` makes the call.
    pub(crate) async fn look(
        &self,
        _turn: MutexGuard<'_, ()>,
        sought: &Arc<Sought>,
        page: usize,
        read: impl AsyncFnOnce(&[Asked<'_>]) -> Result<Vec<Found>, ProviderError>,
    ) -> Look {
        let others = self.due(page.saturating_sub(1), sought.id());
        let all = std::iter::once(sought).chain(others.iter().map(|other| &other.sought));
        let objects: Vec<Asked<'_>> = all.map(|one| one.asked()).collect();
        match read(&objects).await {
            Ok(found) => {
                let mut found: HashMap<String, Found> = found.into_iter().map(|found| (found.id.clone(), found)).collect();
                for Asker { sought, tell, .. } in others {
                    // Whoever does not listen any more has been stopped.
                    drop(tell.send(found.remove(sought.id())));
                }
                Look::Told(found.remove(sought.id()))
            }
            Err(error) if others.is_empty() => Look::Failed(error),
            Err(_) => Look::Unanswered,
        }
    }

    /// Takes those out of the queue who would be told now, first come first, and those who listen no more. No two of them, and
    /// none with `own`, ask for the same object, of which one could be asked for less than the other.
    fn due(&self, most: usize, own: &str) -> Vec<Asker> {
        let now = Instant::now();
        let mut askers = self.askers();
        askers.retain(|asker| !asker.tell.is_closed());
        let mut ids = HashSet::from([own.to_owned()]);
        let (mut due, mut left) = (Vec::new(), Vec::new());
        for asker in std::mem::take(&mut *askers) {
            let taken = due.len() < most && asker.from <= now && ids.insert(asker.sought.id().to_owned());
            if taken { due.push(asker) } else { left.push(asker) }
        }
        *askers = left;
        due
    }

    /// What another's look tells of an object, for one that will not look itself before `wait` is over; never, where nobody
    /// looks in its second half.
    pub(crate) async fn overhear(&self, sought: &Arc<Sought>, wait: Duration) -> Option<Found> {
        match self.ask(sought, Instant::now() + wait / 2).await {
            Ok(found) => found,
            // The look failed, of which those are told who look for themselves.
            Err(_) => pending().await,
        }
    }
}
