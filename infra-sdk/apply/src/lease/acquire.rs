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
            // This very run: the answer to its own write got lost.
            Some(Seen { lease: Lease { holder: Some(other), .. }, .. }) if other.run == holder.run => None,
            Some(seen @ Seen { lease: Lease { holder: Some(other), .. }, .. }) => {
                wait_for_its_end(store.as_ref(), seen, other, terms).await?;
                Some(other.clone())
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
async fn wait_for_its_end(store: &dyn LeaseStore, seen: &Seen, holder: &Holder, terms: Terms) -> Result<(), LeaseError> {
    let held = || LeaseError::Held { place: store.place(), holder: Box::new(holder.clone()) };
    if seen.lease.left() > 0 {
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
    let mut pause = terms.every;
    loop {
        sleep(pause).await;
        let mut tag = tag.lock().await;
        let Some(before) = tag.clone() else { return };
        if hold.check().is_err() {
            return;
        }
        let sent = (Instant::now(), SystemTime::now());
        lease.renewed = now();
        pause = match store.write(&lease, Some(&before)).await {
            Ok(Some(new)) => {
                *tag = Some(new);
                hold.renewed(sent, terms.believed());
                terms.every
            }
            Ok(None) => match store.read().await {
                // The answer to an earlier renewal got lost.
                Ok(Some(seen)) if seen.lease.holder == lease.holder && seen.lease.generation == lease.generation => {
                    *tag = Some(seen.tag);
                    Duration::ZERO
                }
                Ok(seen) => {
                    let who = seen.and_then(|seen| seen.lease.holder);
                    hold.lost(who.map_or("it was taken away".to_owned(), |who| format!("it was taken over by {who}")));
                    *tag = None;
                    return;
                }
                Err(_) => terms.every / 5,
            },
            Err(_) => terms.every / 5,
        };
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

#[cfg(test)]
mod tests {
    use super::super::store::MemoryLeases;
    use super::*;
    use crate::store::StoreError;

    fn holder(run: &str) -> Holder {
        Holder { owner: "ann".into(), host: "box".into(), pid: 7, run: run.into(), command: "infra deploy web".into(), since: now() }
    }

    fn leases() -> Arc<MemoryLeases> {
        Arc::new(MemoryLeases::default().on("s3://states/web"))
    }

    async fn take(leases: &Arc<MemoryLeases>, run: &str) -> Result<Acquired, LeaseError> {
        acquire(Arc::clone(leases) as Arc<dyn LeaseStore>, holder(run), Terms::default()).await
    }

    /// The lease as it is when nobody has renewed it for an hour.
    async fn age(leases: &MemoryLeases) {
        let seen = leases.read().await.unwrap().unwrap();
        let old = Lease { renewed: now() - 3600, ..seen.lease };
        leases.write(&old, Some(&seen.tag)).await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_is_told_who_the_first_is_and_comes_in_when_it_has_ended() {
        let leases = leases();
        let first = take(&leases, "1").await.unwrap();
        let refused = take(&leases, "2").await.err().unwrap().to_string();
        assert!(
            refused.contains("another run is using s3://states/web: ann on box (process 7, run 1) with `infra deploy web`"),
            "{refused}"
        );
        let hold = first.hold();
        first.release().await.unwrap();
        assert!(matches!(hold.check(), Err(StoreError::Lost { .. })), "what was given back is no leave to go on");
        let second = take(&leases, "2").await.unwrap();
        assert_eq!((second.generation(), second.taken_from()), (2, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_renewed_for_as_long_as_its_holder_lives() {
        let leases = leases();
        let first = take(&leases, "1").await.unwrap();
        sleep(Duration::from_secs(3600)).await;
        assert!(first.hold().check().is_ok());
        assert!(take(&leases, "2").await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_dead_holders_lease_is_taken_over_with_the_next_generation() {
        let leases = leases();
        let first = take(&leases, "1").await.unwrap();
        drop(first);
        assert!(take(&leases, "2").await.is_err(), "before its end it may be alive");
        age(&leases).await;
        let second = take(&leases, "2").await.unwrap();
        assert_eq!((second.generation(), second.taken_from().unwrap().run.as_str()), (2, "1"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_holder_whose_clock_is_behind_keeps_its_lease_since_it_is_seen_to_live() {
        let leases = leases();
        let first = take(&leases, "1").await.unwrap();
        // As another machine sees it, whose clock is an hour ahead. The renewal after it takes it for its own.
        age(&leases).await;
        assert!(matches!(take(&leases, "2").await, Err(LeaseError::Held { .. })));
        assert!(first.hold().check().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_slept_past_the_end_has_lost_it_and_does_not_get_it_back_by_waking_up() {
        let leases = leases();
        let first = take(&leases, "1").await.unwrap();
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert!(matches!(first.hold().check(), Err(StoreError::Lost { .. })));
        sleep(Duration::from_secs(60)).await;
        assert!(first.hold().check().is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn taken_away_by_force_the_holder_learns_it_at_its_next_renewal() {
        let leases = leases();
        let first = take(&leases, "1").await.unwrap();
        let seen = status(leases.as_ref()).await.unwrap().unwrap();
        sleep(Duration::from_secs(20)).await;
        assert!(release_by_force(leases.as_ref(), &seen).await.unwrap(), "a renewal in between makes it no other lease");
        assert!(!release_by_force(leases.as_ref(), &seen).await.unwrap());
        let second = take(&leases, "2").await.unwrap();
        assert!(second.generation() > first.generation() + 1);
        assert!(!release_by_force(leases.as_ref(), &seen).await.unwrap(), "nobody loses the lease of another");
        sleep(Duration::from_secs(20)).await;
        let lost = first.hold().check().unwrap_err().to_string();
        assert!(lost.contains("taken over by ann on box (process 7, run 2)"), "{lost}");
        first.release().await.unwrap();
        assert!(second.hold().check().is_ok() && take(&leases, "3").await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_is_gone_for_a_moment_costs_nothing_and_for_long_the_lease() {
        /// A store that can be cut off.
        struct Cut(Arc<MemoryLeases>, std::sync::atomic::AtomicBool);
        #[async_trait::async_trait]
        impl LeaseStore for Cut {
            fn place(&self) -> String {
                self.0.place()
            }
            async fn read(&self) -> Result<Option<Seen>, LeaseError> {
                self.0.read().await
            }
            async fn write(&self, lease: &Lease, over: Option<&str>) -> Result<Option<String>, LeaseError> {
                match self.1.load(std::sync::atomic::Ordering::SeqCst) {
                    true => Err(LeaseError::store("write", "there", "no route to host")),
                    false => self.0.write(lease, over).await,
                }
            }
        }
        let store = Arc::new(Cut(leases(), false.into()));
        let cut = |cut: bool| store.1.store(cut, std::sync::atomic::Ordering::SeqCst);
        let held = acquire(Arc::clone(&store) as Arc<dyn LeaseStore>, holder("1"), Terms::default()).await.unwrap();
        cut(true);
        sleep(Duration::from_secs(40)).await;
        cut(false);
        sleep(Duration::from_secs(600)).await;
        assert!(held.hold().check().is_ok());
        cut(true);
        sleep(Duration::from_secs(60)).await;
        assert!(held.hold().check().is_err());
    }
}
