//! An example says first how it is run.

use super::source::{Finding, Source};

/// Examples and stacks whose first line does not say how they are run.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let mains = sources.iter().filter(|source| {
        let folder = source.path.split('/').next().unwrap_or_default();
        source.path.ends_with("/src/main.rs") && ["examples", "stacks"].contains(&folder)
    });
    let silent = mains.filter(|source| !source.text.starts_with("//! Run with"));
    silent.map(|source| source.finding(1, "begin with `//! Run with: cargo xtask deploy NAME`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_that_does_not_say_how_it_is_run_is_found() {
        let sources = [
            Source::new("examples/a/src/main.rs", "//! Run with: cargo xtask deploy a\n"),
            Source::new("examples/b/src/main.rs", "//! A network.\n"),
            Source::new("infra-sdk/cli/src/main.rs", "//! The command.\n"),
        ];
        let found = check(&sources);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("examples/b/src/main.rs:1: "));
    }
}
