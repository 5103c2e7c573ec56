//! The planner and what is below it have no async, no network, no clock and no chance in their dependency tree.

use std::io;

use super::source::{Finding, Source};
use crate::cargo::cargo;

/// The crates that are pure, each with its manifest.
const PURE: [(&str, &str); 2] = [("infra-core", "infra-sdk/core/Cargo.toml"), ("infra-plan", "infra-sdk/plan/Cargo.toml")];

/// What they must not depend on, however deep: a name, or the beginning of one that ends in `-`.
const IMPURE: [(&str, &[&str]); 5] = [
    ("async", &["tokio", "tokio-", "async-std", "async-executor", "async-io", "smol", "futures", "futures-", "mio", "polling"]),
    (
        "the network",
        &["reqwest", "hyper", "hyper-", "ureq", "socket2", "rustls", "native-tls", "openssl", "aws-", "infra-aws", "infra-apply"],
    ),
    ("a clock", &["chrono", "time", "jiff", "humantime", "quanta", "web-time"]),
    ("chance", &["rand", "rand_core", "getrandom", "fastrand", "uuid", "ahash"]),
    ("the machine", &["rustix", "nix", "libloading", "dirs", "directories", "home", "walkdir", "tempfile", "sysinfo"]),
];

/// Asks cargo for the trees.
pub(crate) fn check() -> io::Result<Vec<Finding>> {
    let mut found = Vec::new();
    for (package, manifest) in PURE {
        let output = cargo(&["tree", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"]).output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("cargo tree: {}", String::from_utf8_lossy(&output.stderr).trim())));
        }
        found.extend(impure(&String::from_utf8_lossy(&output.stdout), package, &Source::new(manifest, "")));
    }
    Ok(found)
}

/// What a tree, a line each as in `serde v1.0.0`, has that it must not.
fn impure(tree: &str, package: &str, manifest: &Source) -> Vec<Finding> {
    let mut names: Vec<_> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    names.sort_unstable();
    names.dedup();
    let of = |name: &str| {
        IMPURE.iter().find(|(_, names)| names.iter().any(|known| *known == name || (known.ends_with('-') && name.starts_with(known))))
    };
    let found = names.into_iter().filter_map(|name| Some((name, of(name)?.0)));
    let what = |name, kind| {
        format!("{package} depends on `{name}`, and so on {kind}: `cargo tree -p {package} -i {name}` says by what; do without")
    };
    found.map(|(name, kind)| manifest.finding(1, what(name, kind))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_deep_in_the_tree_is_found_and_a_macro_crate_is_not() {
        let tree =
            "infra-plan v0.1.0 (/infra-sdk/plan)\nserde v1.0.0\nthiserror v2.0.0\ntokio-util v0.7.0\nchrono v0.4.0\nchrono v0.4.0 (*)\n";
        let found = impure(tree, "infra-plan", &Source::new("infra-sdk/plan/Cargo.toml", ""));
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("infra-sdk/plan/Cargo.toml:1: infra-plan depends on `chrono`, and so on a clock"));
        assert!(found[1].contains("`tokio-util`, and so on async"));
    }
}
