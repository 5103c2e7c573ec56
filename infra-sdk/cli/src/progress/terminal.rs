//! Progress on a terminal: a line for each resource under way, finished ones above, the total at the bottom.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use infra_apply::{Doing, Event};
use infra_core::Address;

use super::busy::{TICK, spinner, took};
use super::{Names, Show, words};
use crate::show::{Paint, duration, fit, style, width_of_stderr, wrap};

/// Lines that move.
pub(super) struct Terminal {
    names: Names,
    paint: Paint,
    multi: MultiProgress,
    drawn: Mutex<Drawn>,
}

/// What is on the screen.
#[derive(Default)]
struct Drawn {
    running: HashMap<Address, (Doing, ProgressBar)>,
    total: Option<ProgressBar>,
    reading: Option<ProgressBar>,
}

impl Terminal {
    pub(super) fn new(names: Names) -> Terminal {
        let multi = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        Terminal { names, paint: Paint::stderr(), multi, drawn: Mutex::default() }
    }

    fn drawn(&self) -> MutexGuard<'_, Drawn> {
        // The worst of a half drawn screen is that it looks so.
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn print(&self, line: &str) {
        // A terminal that is gone is no reason to stop a deployment.
        let _ = self.multi.println(line);
    }

    /// A line for a resource under way, above the total.
    fn start(&self, address: &Address, doing: Doing) {
        let bar = ProgressBar::new_spinner().with_style(spinner());
        let mut drawn = self.drawn();
        let bar = match &drawn.total {
            Some(total) => self.multi.insert_before(total, bar),
            None => self.multi.add(bar),
        };
        bar.set_message(self.running(address, doing, ""));
        bar.enable_steady_tick(TICK);
        drawn.running.insert(address.clone(), (doing, bar));
    }

    /// What a resource is at, in one line.
    fn change(&self, address: &Address, at: &str) {
        if let Some((doing, bar)) = self.drawn().running.get(address) {
            bar.set_message(self.running(address, *doing, at));
        }
    }

    fn running(&self, address: &Address, doing: Doing, at: &str) -> String {
        // Room for the spinner before it and the time after it.
        let room = width_of_stderr().saturating_sub(12);
        let mut text = format!("{} {}", words::doing(doing), self.names.short(address));
        if !at.is_empty() {
            text = format!("{text}: {at}");
        }
        cut(&text, room)
    }

    /// Takes a resource's line away.
    fn stop(&self, address: &Address) {
        let mut drawn = self.drawn();
        if let Some((_, bar)) = drawn.running.remove(address) {
            bar.finish_and_clear();
            self.multi.remove(&bar);
        }
        if let Some(total) = &drawn.total {
            total.inc(1);
        }
    }

    fn finished(&self, address: &Address, doing: Doing, id: &str, took: Duration) -> String {
        let (verb, name, took) = (words::done(doing), self.names.short(address), duration(took));
        let room = width_of_stderr().saturating_sub(verb.len() + took.len() + 7);
        let name = cut(&name, room);
        let id = match room.saturating_sub(name.chars().count() + 2) {
            // The name is what people know; an id that would be two letters tells nobody anything. Nor does one that
            // is the name once more.
            0..8 => String::new(),
            _ if name.ends_with(&format!(" {id}")) => String::new(),
            left => format!("  {}", self.paint.with(style::FAINT, &fit(id, left))),
        };
        format!("{} {verb} {name}{id}  {}", self.paint.with(style::GOOD, "✓"), self.paint.with(style::FAINT, &took))
    }

    fn read(&self, objects: usize) {
        if objects > 0 {
            let template = "{spinner} reading {pos}/{len} resources{took}";
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("took", took);
            let bar = self.multi.add(ProgressBar::new(objects as u64).with_style(style));
            bar.enable_steady_tick(TICK);
            self.drawn().reading = Some(bar);
        }
    }

    fn clear_reading(&self) {
        if let Some(bar) = self.drawn().reading.take() {
            bar.finish_and_clear();
            self.multi.remove(&bar);
        }
    }
}

impl Show for Terminal {
    fn event(&self, event: &Event, _: Duration, took: Duration) {
        match event {
            Event::Observing { objects } => self.read(*objects),
            Event::Observed { objects } => {
                let drawn = self.drawn();
                if let Some(bar) = &drawn.reading {
                    bar.inc(*objects as u64);
                }
                let done = drawn.reading.as_ref().is_some_and(|bar| Some(bar.position()) == bar.length());
                drop(drawn);
                if done {
                    self.clear_reading();
                }
            }
            Event::Started { address, doing } => self.start(address, *doing),
            Event::Waiting { address, state } => self.change(address, state),
            Event::Retrying { address, error, after, attempt, left } => {
                let (after, left) = (duration(*after), duration(*left));
                self.change(address, &format!("again in {after} (attempt {attempt}, gives up in {left}), as {error}"));
            }
            Event::Throttled { service, rate } => {
                let text = cut(&words::throttled(service, *rate), width_of_stderr().saturating_sub(6));
                self.print(&format!("{} {text}", self.paint.with(style::NOTE, "note:")));
            }
            Event::LeftInDoubt { address } => {
                self.stop(address);
                let text = cut(&format!("left in doubt: {}", self.names.short(address)), width_of_stderr().saturating_sub(2));
                self.print(&format!("{} {text}", self.paint.with(style::NOTE, "?")));
            }
            Event::Finished { address, doing, id } => {
                self.stop(address);
                self.print(&self.finished(address, *doing, id, took));
            }
            Event::Failed { address, doing, .. } => {
                self.stop(address);
                let text = format!("failed to {} {}", words::infinitive(*doing), self.names.short(address));
                let text = cut(&text, width_of_stderr().saturating_sub(12));
                self.print(&format!("{} {text}  {}", self.paint.with(style::GONE, "✗"), self.paint.with(style::FAINT, &duration(took))));
            }
            Event::Noticed { address, message } => {
                let note = format!("{} {}: {message}", self.paint.with(style::NOTE, "note:"), self.names.short(address));
                self.print(&wrap(&note, Some(width_of_stderr()), "  "));
            }
            Event::Skipped { .. } => {}
        }
    }

    fn begin(&self, steps: usize) {
        self.clear_reading();
        let bar = if self.paint == Paint::On { "{bar:24.green/dim}" } else { "{bar:24}" };
        let template = format!("  {bar} {{pos}}/{{len}}{{took}}");
        let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let style = style.progress_chars("━━─").with_key("took", took);
        let total = self.multi.add(ProgressBar::new(steps as u64).with_style(style));
        total.enable_steady_tick(TICK);
        self.drawn().total = Some(total);
    }

    fn interrupted(&self) {
        let text = "stopping: what is under way has 8 seconds to finish; Ctrl-C again stops at once";
        self.print(&self.paint.with(style::NOTE, &cut(text, width_of_stderr())));
    }

    fn end(&self) {
        self.clear_reading();
        let mut drawn = self.drawn();
        for (_, (_, bar)) in drawn.running.drain() {
            bar.finish_and_clear();
        }
        if let Some(total) = drawn.total.take() {
            total.finish_and_clear();
        }
        let _ = self.multi.clear();
    }
}

/// The text in one line of at most `room` columns, with its end cut off.
fn cut(text: &str, room: usize) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    if text.chars().count() <= room {
        return text;
    }
    text.chars().take(room.saturating_sub(1)).chain(std::iter::once('…')).collect()
}
