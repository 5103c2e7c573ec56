//! A file holds one idea.

use super::source::{Finding, Source};

/// The most lines a file may have.
const MOST: usize = 500;

/// From how many lines on a file is named, to be looked at.
const LONG: usize = 300;

/// Rust files that are too long.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let long = measured(sources).filter(|(_, lines)| *lines > MOST);
    long.map(|(source, lines)| source.finding(MOST + 1, format!("split the file by idea: it has {lines} lines, {MOST} are the most")))
        .collect()
}

/// Rust files that are long, but not too long.
pub(crate) fn notes(sources: &[Source]) -> Vec<String> {
    let long = measured(sources).filter(|(_, lines)| (LONG + 1..=MOST).contains(lines));
    long.map(|(source, lines)| format!("{} has {lines} lines", source.path)).collect()
}

fn measured(sources: &[Source]) -> impl Iterator<Item = (&Source, usize)> {
    sources.iter().filter(|source| source.is_rust()).map(|source| (source, source.text.lines().count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_are_named_and_longer_ones_refused() {
        let sources = [300, 301, 500, 501].map(|lines| Source::new(&format!("{lines}.rs"), &"//\n".repeat(lines)));
        assert_eq!(notes(&sources), ["301.rs has 301 lines", "500.rs has 500 lines"]);
        let found = check(&sources);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("501.rs:501: split the file"));
    }
}
