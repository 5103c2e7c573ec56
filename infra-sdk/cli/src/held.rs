//! A journal that is open for a run, and what keeps others out of it meanwhile.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use infra_apply::Journal;
use infra_apply::lease::Acquired;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::interrupt::before_an_end;
use crate::show::note;

/// How long whoever ends the command waits for its lease to be given back.
const PATIENCE: Duration = Duration::from_secs(3);

/// An open journal. Its lease, where it has one, is given back when this goes.
pub(crate) struct Held {
    journal: Journal,
    lease: Arc<Mutex<Option<Acquired>>>,
    /// Gives it back where a signal ends the command.
    watch: Option<JoinHandle<()>>,
}

impl Held {
    /// A journal whose file is locked.
    pub(crate) fn locked(journal: Journal) -> Held {
        Held { journal, lease: Arc::default(), watch: None }
    }

    /// A journal under a lease.
    pub(crate) fn leased(journal: Journal, lease: Acquired) -> Held {
        if let Some(before) = lease.taken_from() {
            note(&format!("a run that did not end in good order had the state, and has lost it now: {before}"));
        }
        let lease = Arc::new(Mutex::new(Some(lease)));
        let seen = Arc::clone(&lease);
        let watch = before_an_end(async move || {
            let lease = taken(&seen);
            if let Some(lease) = lease
                && !matches!(timeout(PATIENCE, lease.release()).await, Ok(Ok(())))
            {
                not_given_back();
            }
        });
        Held { journal, lease, watch }
    }
}

impl Deref for Held {
    type Target = Journal;

    fn deref(&self) -> &Journal {
        &self.journal
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Journal {
        &mut self.journal
    }
}

fn taken(lease: &Mutex<Option<Acquired>>) -> Option<Acquired> {
    lease.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn not_given_back() {
    note("the lease on the state could not be given back: it ends by itself in a minute");
}

impl Drop for Held {
    fn drop(&mut self) {
        let (Some(lease), Ok(runtime)) = (taken(&self.lease), Handle::try_current()) else { return };
        if let Some(watch) = self.watch.take() {
            watch.abort();
        }
        // On a thread of its own, since this may be in the middle of something that waits.
        let released = std::thread::spawn(move || runtime.block_on(lease.release())).join();
        if !matches!(released, Ok(Ok(()))) {
            not_given_back();
        }
    }
}
