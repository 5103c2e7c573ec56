//! What a run does when it is asked to stop.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use infra_apply::Interrupt;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use crate::exit::Exit;
use crate::progress::Progress;

/// How many runs hear signals themselves.
static EARS: AtomicUsize = AtomicUsize::new(0);

/// Does something before the process ends by a SIGINT or SIGTERM that no run hears: while it plans, and while it asks.
pub(crate) fn before_an_end<F: Future<Output = ()> + Send>(act: impl FnOnce() -> F + Send + 'static) -> Option<JoinHandle<()>> {
    let (Ok(mut int), Ok(mut term)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else { return None };
    Some(tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = int.recv() => {}
                _ = term.recv() => {}
            }
            if EARS.load(Ordering::SeqCst) == 0 {
                act().await;
                std::process::exit(Exit::Interrupted.code().into());
            }
        }
    }))
}

/// Hears SIGINT and SIGTERM for as long as it lives. The first asks the run to stop in good order; the second ends the
/// process at once, which the journal is made for: what was under way is settled by the next run.
pub(crate) struct Ears {
    task: Option<JoinHandle<()>>,
    _silence: Arc<Silence>,
}

impl Ears {
    /// Begins to listen, for a run whose progress is shown.
    pub(crate) fn listen(interrupt: &Interrupt, progress: &Arc<Progress>) -> Ears {
        let silence = Arc::new(Silence::begin());
        EARS.fetch_add(1, Ordering::SeqCst);
        let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        let (Ok(mut int), Ok(mut term)) = signals else { return Ears { task: None, _silence: silence } };
        let (interrupt, progress, echo) = (interrupt.clone(), Arc::clone(progress), Arc::clone(&silence));
        let task = tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = int.recv() => {}
                    _ = term.recv() => {}
                }
                if interrupt.is_requested() {
                    progress.end();
                    progress.abandoned();
                    echo.end();
                    std::process::exit(Exit::Interrupted.code().into());
                }
                interrupt.request();
                progress.interrupted();
            }
        });
        Ears { task: Some(task), _silence: silence }
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        EARS.fetch_sub(1, Ordering::SeqCst);
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

/// For as long as it lives, the terminal does not show `^C` where it is typed, which would tear the progress apart.
struct Silence(Option<Termios>);

impl Silence {
    fn begin() -> Silence {
        let stdin = std::io::stdin();
        // A job in the background that touched the terminal would be stopped for it.
        let in_front = tcgetpgrp(&stdin).is_ok_and(|group| group == rustix::process::getpgrp());
        if !stdin.is_terminal() || !in_front {
            return Silence(None);
        }
        let Ok(old) = tcgetattr(&stdin) else { return Silence(None) };
        let mut new = old.clone();
        new.local_modes.remove(LocalModes::ECHOCTL);
        Silence(tcsetattr(&stdin, OptionalActions::Now, &new).is_ok().then_some(old))
    }

    /// Gives the terminal back as it was.
    fn end(&self) {
        if let Some(old) = &self.0 {
            // There is nothing to be done about a terminal that does not want to.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, old);
        }
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        self.end();
    }
}
