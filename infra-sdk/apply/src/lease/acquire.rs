//! Taking a lease, keeping it, and giving it back.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::hold::Hold;
use super::holder::{Holder, now};
use super::store::{LEASE_VERSION, Lease, LeaseError, LeaseStore, Seen};

/// How long a lease lasts, and how often it is renewed.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// How long others leave a lease alone that is not renewed.
    pub lasts: Duration,
    /// How often it is renewed.
    pub every: Duration,
}

impl Default for Terms {
    fn default() -> Terms {
        Terms { lasts: Duration::from_secs(60), every: Duration::from_secs(15) }
    }
}

impl Terms {
    /// How long the holder itself thinks that it lasts: less than others do, since a call that begins just before the
    /// end must not arrive after it.
    fn believed(&self) -> Duration {
        self.lasts.saturating_sub(self.every)
    }
}

/// A lease that this run has, renewed in the background for as long as this lives.
pub struct Acquired {
    store: Arc<dyn LeaseStore>,
    lease: Lease,
    /// The tag of what is stored; none once another has it.
    tag: Arc<Mutex<Option<String>>>,
    hold: Hold,
    renewing: JoinHandle<()>,
    taken_from: Option<Holder>,
}

/// Takes a lease.
///
/// A lease past its end is watched for as long as its holder would take to renew it, by this machine's clock alone, and
/// taken over only if nothing happens: so clocks that differ take nothing away from a run that lives.
///
/// # Errors
/// [`LeaseError::Held`] with the holder, where another run has it.
pub async fn acquire(store: Arc<dyn LeaseStore>, holder: Holder, terms: Terms) -> Result<Acquired, LeaseError> {
    loop {
        let seen = checked(store.as_ref(), store.read().await?)?;
        let taken_from = match &seen {
            Some(Seen { lease: Lease { holder: Some(other), .. }, .. }) => {
                let other = other.clone();
                wait_for_its_end(store.as_ref(), seen.as_ref(), &other, terms).await?;
                Some(other)
            }
            _ => None,
        };
        let generation = seen.as_ref().map_or(0, |seen| seen.lease.generation) + 1;
        let lease =
            Lease { version: LEASE_VERSION, generation, holder: Some(holder.clone()), renewed: now(), lasts: terms.lasts.as_secs() };
        let sent = (Instant::now(), SystemTime::now());
        let hold = Hold::new(store.place(), terms.believed());
        hold.renewed(sent, terms.believed());
        // Where another was faster, what it wrote says who it is.
        if let Some(tag) = store.write(&lease, seen.as_ref().map(|seen| seen.tag.as_str())).await? {
            let tag = Arc::new(Mutex::new(Some(tag)));
            let renewing = tokio::spawn(renew(Arc::clone(&store), lease.clone(), Arc::clone(&tag), hold.clone(), terms));
            return Ok(Acquired { store, lease, tag, hold, renewing, taken_from });
        }
    }
}

/// Returns when a lease has ended and its holder shows no life.
async fn wait_for_its_end(store: &dyn LeaseStore, seen: Option<&Seen>, holder: &Holder, terms: Terms) -> Result<(), LeaseError> {
    let held = || LeaseError::Held { place: store.place(), holder: Box::new(holder.clone()) };
    let Some(seen) = seen else { return Ok(()) };
    if now() < seen.lease.renewed.saturating_add(seen.lease.lasts) {
        return Err(held());
    }
    sleep(terms.every + terms.every / 2).await;
    match store.read().await? {
        Some(later) if later.tag == seen.tag => Ok(()),
        Some(Seen { lease: Lease { holder: Some(holder), .. }, .. }) => {
            Err(LeaseError::Held { place: store.place(), holder: Box::new(holder) })
        }
        // It was given back meanwhile: the write that follows fails on its tag, and the next round sees it free.
        _ => Ok(()),
    }
}

/// Renews a lease until it is lost. A store that does not answer is asked again until the hold has ended by itself.
async fn renew(store: Arc<dyn LeaseStore>, mut lease: Lease, tag: Arc<Mutex<Option<String>>>, hold: Hold, terms: Terms) {
    loop {
        sleep(terms.every).await;
        let mut tag = tag.lock().await;
        let Some(before) = tag.clone() else { return };
        if hold.check().is_err() {
            return;
        }
        let sent = (Instant::now(), SystemTime::now());
        lease.renewed = now();
        match store.write(&lease, Some(&before)).await {
            Ok(Some(new)) => {
                *tag = Some(new);
                hold.renewed(sent, terms.believed());
            }
            Ok(None) => match store.read().await {
                // The answer to an earlier renewal got lost.
                Ok(Some(seen)) if seen.lease.holder == lease.holder && seen.lease.generation == lease.generation => *tag = Some(seen.tag),
                Ok(seen) => {
                    let who = seen.and_then(|seen| seen.lease.holder);
                    hold.lost(who.map_or("it was taken away".to_owned(), |who| format!("it was taken over by {who}")));
                    *tag = None;
                    return;
                }
                Err(_) => {}
            },
            Err(_) => {}
        }
    }
}

impl Acquired {
    /// For how long it still lasts.
    pub fn hold(&self) -> Hold {
        self.hold.clone()
    }

    /// Which run of all that held it this is.
    pub fn generation(&self) -> u64 {
        self.lease.generation
    }

    /// From whom it was taken over, if it was not free: that run may have left something undone.
    pub fn taken_from(&self) -> Option<&Holder> {
        self.taken_from.as_ref()
    }

    /// Gives it back. A lease that cannot be given back ends by itself.
    ///
    /// # Errors
    /// Where the store cannot be asked.
    pub async fn release(self) -> Result<(), LeaseError> {
        self.hold.lost("it was given back".to_owned());
        // Not in the middle of a renewal, whose tag would be lost.
        let tag = self.tag.lock().await.take();
        let Some(tag) = tag else { return Ok(()) };
        let free = Lease { holder: None, renewed: now(), ..self.lease.clone() };
        self.store.write(&free, Some(&tag)).await.map(|_| ())
    }
}

impl Drop for Acquired {
    fn drop(&mut self) {
        self.renewing.abort();
        self.hold.lost("it was given back".to_owned());
    }
}

/// The lease as it is now, whoever has it; none if nobody ever had.
///
/// # Errors
/// Where the store cannot be asked.
pub async fn status(store: &dyn LeaseStore) -> Result<Option<Seen>, LeaseError> {
    checked(store, store.read().await?)
}

/// Takes a lease away from its holder, if it is still the one that was seen. The holder notices at its next renewal, and
/// its journal refuses its next record. Says whether it was.
///
/// # Errors
/// Where the store cannot be asked.
pub async fn release_by_force(store: &dyn LeaseStore, seen: &Seen) -> Result<bool, LeaseError> {
    let free = Lease { holder: None, renewed: now(), generation: seen.lease.generation + 1, ..seen.lease.clone() };
    // Renewed meanwhile it has another tag, and is the same lease all the same.
    let mut tag = seen.tag.clone();
    loop {
        if store.write(&free, Some(&tag)).await?.is_some() {
            return Ok(true);
        }
        match checked(store, store.read().await?)? {
            Some(now) if now.lease.generation == seen.lease.generation && now.lease.holder.is_some() => tag = now.tag,
            _ => return Ok(false),
        }
    }
}

fn checked(store: &dyn LeaseStore, seen: Option<Seen>) -> Result<Option<Seen>, LeaseError> {
    match seen {
        Some(seen) if seen.lease.version > LEASE_VERSION => Err(LeaseError::Unreadable {
            place: store.place(),
            problem: format!("it has form {}, and this engine reads form {LEASE_VERSION}: use the newer engine", seen.lease.version),
        }),
        seen => Ok(seen),
    }
}
