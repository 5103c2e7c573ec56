//! Sentences in lines that end between words.

use std::path::Path;

use textwrap::{Options, WordSeparator, WordSplitter};

/// The text in lines of at most `width` columns, of which all but the first begin with `indent`. Without a width, as in a
/// log, it stays as it is, so that it can be searched. Words that are too long, such as paths, are never broken.
pub(crate) fn wrap(text: &str, width: Option<usize>, indent: &str) -> String {
    let Some(width) = width else { return text.to_owned() };
    let options = Options::new(width.max(20)).subsequent_indent(indent).break_words(false);
    textwrap::fill(text, options.word_separator(WordSeparator::AsciiSpace).word_splitter(WordSplitter::NoHyphenation))
}

/// Columns of the terminal behind standard error, if there is one.
pub(crate) fn room() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| usize::from(width.0))
}

/// A path as it is shortest from here.
pub(crate) fn path(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let short = path.strip_prefix(&here).ok().filter(|short| !short.as_os_str().is_empty());
    short.unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_a_log_keeps_its_lines() {
        assert_eq!(wrap("one two three four five six", Some(20), "  "), "one two three four\n  five six");
        assert_eq!(wrap("/a/path/that/is/longer/than/the/line", Some(20), ""), "/a/path/that/is/longer/than/the/line");
        assert_eq!(wrap("one two three four five six", None, "  "), "one two three four five six");
    }

    #[test]
    fn colours_take_no_room() {
        let red = crate::show::Paint::On.with(crate::show::style::ERROR, "error:");
        assert_eq!(wrap(&format!("{red} one two three"), Some(20), "  "), format!("{red} one two three"));
    }

    #[test]
    fn a_path_below_is_shown_from_here() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(path(&here.join("src/lib.rs")), "src/lib.rs");
        assert_eq!(path(Path::new("/elsewhere/x")), "/elsewhere/x");
    }
}
