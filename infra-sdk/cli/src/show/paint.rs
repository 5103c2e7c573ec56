//! Colours, and how much room there is.

use anstyle::{AnsiColor, Style};

/// Whether text is painted. What is printed through `anstream` may always be: it takes colours away where standard
/// error or output is no terminal, or NO_COLOR is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// It is.
    On,
    /// It is not.
    Off,
}

impl Paint {
    /// For text that goes to standard error without `anstream`.
    pub(crate) fn stderr() -> Paint {
        match anstream::AutoStream::choice(&std::io::stderr()) {
            anstream::ColorChoice::Never => Paint::Off,
            _ => Paint::On,
        }
    }

    /// For text that goes to standard output.
    pub(crate) fn stdout() -> Paint {
        match anstream::AutoStream::choice(&std::io::stdout()) {
            anstream::ColorChoice::Never => Paint::Off,
            _ => Paint::On,
        }
    }

    /// The text in a style.
    pub(crate) fn with(self, style: Style, text: &str) -> String {
        match self {
            Paint::On => format!("{style}{text}{style:#}"),
            Paint::Off => text.to_owned(),
        }
    }
}

/// What the colours mean.
pub(crate) mod style {
    use super::{AnsiColor, Style};

    /// Something failed.
    pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
    /// What to do.
    pub(crate) const HELP: Style = AnsiColor::Cyan.on_default();
    /// Good to know.
    pub(crate) const NOTE: Style = AnsiColor::Yellow.on_default().bold();
    /// Something is made, or done.
    pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
    /// Something goes.
    pub(crate) const GONE: Style = AnsiColor::Red.on_default();
    /// A heading or a name.
    pub(crate) const STRONG: Style = Style::new().bold();
    /// What may be overlooked.
    pub(crate) const FAINT: Style = Style::new().dimmed();
}

/// Columns of the terminal behind standard error; 100 where there is none.
pub(crate) fn width_of_stderr() -> usize {
    terminal_size::terminal_size_of(std::io::stderr()).map_or(100, |(width, _)| usize::from(width.0))
}

/// Columns of the terminal behind standard output; 100 where there is none.
pub(crate) fn width_of_stdout() -> usize {
    terminal_size::terminal_size_of(std::io::stdout()).map_or(100, |(width, _)| usize::from(width.0))
}

/// The text in at most `room` columns. Of what is too long, the end stays: it is what tells one ARN from another.
pub(crate) fn fit(text: &str, room: usize) -> String {
    let length = text.chars().count();
    if length <= room {
        return text.to_owned();
    }
    let end: String = text.chars().skip(length - room.saturating_sub(1).min(length)).collect();
    if room == 0 { String::new() } else { format!("…{end}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_keeps_its_end() {
        assert_eq!(fit("vpc-0123", 8), "vpc-0123");
        assert_eq!(fit("arn:aws:lb/app/web/50dc", 12), "…pp/web/50dc");
        assert_eq!(fit("abc", 1), "…");
        assert_eq!(fit("abc", 0), "");
    }

    #[test]
    fn unpainted_text_has_no_escape_codes() {
        assert_eq!(Paint::Off.with(style::ERROR, "error:"), "error:");
        assert!(Paint::On.with(style::ERROR, "error:").contains('\u{1b}'));
    }
}
