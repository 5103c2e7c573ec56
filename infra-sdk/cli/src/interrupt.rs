//! What a run does when it is asked to stop.

use infra_apply::Interrupt;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use crate::exit::Exit;

/// Hears SIGINT and SIGTERM for as long as it lives. The first asks the run to stop in good order; the second ends the
/// process at once, which the journal is made for: what was under way is settled by the next run.
pub(crate) struct Ears(Option<JoinHandle<()>>);

impl Ears {
    /// Begins to listen; `told` is called at the first signal.
    pub(crate) fn listen(interrupt: &Interrupt, told: impl Fn() + Send + 'static) -> Ears {
        let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        let (Ok(mut int), Ok(mut term)) = signals else { return Ears(None) };
        let interrupt = interrupt.clone();
        Ears(Some(tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = int.recv() => {}
                    _ = term.recv() => {}
                }
                if interrupt.is_requested() {
                    std::process::exit(Exit::Interrupted.code().into());
                }
                interrupt.request();
                told();
            }
        })))
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.abort();
        }
    }
}
