//! Colours by meaning.

use anstyle::{AnsiColor, Color, Style as Ansi};

/// What a piece of text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Nothing special.
    Plain,
    /// What matters most on its line.
    Strong,
    /// What explains.
    Dim,
    /// What comes.
    Add,
    /// What changes.
    Change,
    /// What becomes another.
    Replace,
    /// What goes.
    Remove,
}

/// Colours text, or leaves it.
pub(super) struct Paint {
    colour: bool,
}

impl Paint {
    pub(super) fn new(colour: bool) -> Paint {
        Paint { colour }
    }

    pub(super) fn with(&self, style: Style, text: &str) -> String {
        let colour = |colour: AnsiColor| Ansi::new().fg_color(Some(Color::Ansi(colour)));
        let ansi = match style {
            Style::Plain => return text.to_owned(),
            Style::Strong => Ansi::new().bold(),
            Style::Dim => Ansi::new().dimmed(),
            Style::Add => colour(AnsiColor::Green),
            Style::Change => colour(AnsiColor::Yellow),
            Style::Replace => colour(AnsiColor::Magenta),
            Style::Remove => colour(AnsiColor::Red),
        };
        if self.colour && !text.is_empty() { format!("{ansi}{text}{ansi:#}") } else { text.to_owned() }
    }
}
