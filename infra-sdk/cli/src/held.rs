//! A journal that is open for a run, and what keeps others out of it meanwhile.

use std::ops::{Deref, DerefMut};

use infra_apply::Journal;
use infra_apply::lease::Acquired;
use tokio::runtime::Handle;

use crate::show::note;

/// An open journal. Its lease, where it has one, is given back when this goes.
pub(crate) struct Held {
    journal: Journal,
    lease: Option<Acquired>,
}

impl Held {
    /// A journal whose file is locked.
    pub(crate) fn locked(journal: Journal) -> Held {
        Held { journal, lease: None }
    }

    /// A journal under a lease.
    pub(crate) fn leased(journal: Journal, lease: Acquired) -> Held {
        if let Some(before) = lease.taken_from() {
            note(&format!("a run that did not end in good order had the state, and has lost it now: {before}"));
        }
        Held { journal, lease: Some(lease) }
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

impl Drop for Held {
    fn drop(&mut self) {
        let (Some(lease), Ok(runtime)) = (self.lease.take(), Handle::try_current()) else { return };
        // On a thread of its own, since this may be in the middle of something that waits.
        let released = std::thread::spawn(move || runtime.block_on(lease.release())).join();
        if !matches!(released, Ok(Ok(()))) {
            note("the lease on the state could not be given back: it ends by itself in a minute");
        }
    }
}
