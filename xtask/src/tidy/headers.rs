//! Every file says on its first line what it is for.

use super::source::{Finding, Source};

/// Rust files without a `//!` at the top.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let missing = sources.iter().filter(|source| source.is_rust() && !source.text.starts_with("//!"));
    missing.map(|source| source.finding(1, "begin with a `//!` that says what the file is for, in one to three lines")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_header_is_found() {
        let sources =
            [Source::new("a.rs", "//! Says it.\n"), Source::new("b.rs", "fn main() {}\n"), Source::new("Cargo.toml", "[package]\n")];
        let found = check(&sources);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("b.rs:1: begin with a `//!`"));
    }
}
