//! One thing that takes a while and cannot say how long.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a spinner moves.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// A spinner on a terminal, for as long as it lives; nothing anywhere else.
pub(crate) struct Busy(ProgressBar);

impl Busy {
    /// Shows what is being done.
    pub(crate) fn new(doing: String) -> Busy {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(spinner()).with_message(doing);
        bar.enable_steady_tick(TICK);
        Busy(bar)
    }

    /// Shows what is being done now.
    pub(crate) fn now(&self, doing: String) {
        self.0.set_message(doing);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A spinner, what is being done, and how long it has taken once that is worth saying.
pub(super) fn spinner() -> ProgressStyle {
    let style = ProgressStyle::with_template("{spinner} {msg}{took}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    style.tick_strings(&["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏", " "]).with_key("took", took)
}

/// The seconds that a line has been there, from the second on.
pub(super) fn took(state: &indicatif::ProgressState, to: &mut dyn std::fmt::Write) {
    let seconds = state.elapsed().as_secs();
    if seconds > 0 {
        // What is written to is text in memory.
        let _ = write!(to, "  {}", crate::show::duration(Duration::from_secs(seconds)).replace(".0s", "s"));
    }
}
