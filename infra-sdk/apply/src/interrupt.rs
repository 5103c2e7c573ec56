//! How a run is asked to stop.

use std::sync::Arc;

use tokio::sync::watch;

/// Asked once, a run starts no further step and no further wait, lets the calls under way finish, and ends. What has not
/// finished after [`Patience::drain`](crate::Patience) is left in doubt, for the next run to settle.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<watch::Sender<bool>>);

impl Default for Interrupt {
    fn default() -> Interrupt {
        Interrupt(Arc::new(watch::Sender::new(false)))
    }
}

impl Interrupt {
    /// One that nobody has asked for.
    pub fn new() -> Interrupt {
        Interrupt::default()
    }

    /// Asks the run to stop.
    pub fn request(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was asked.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends when it is asked.
    pub(crate) async fn requested(&self) {
        // It cannot fail: the sender is here.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }

    /// Waits for something unless it is asked meanwhile, or was before; then nothing.
    pub(crate) async fn unless<T>(&self, wait: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.requested() => None,
            done = wait => Some(done),
        }
    }
}
