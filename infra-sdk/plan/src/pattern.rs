//! Which resources a pattern names, and what was meant by one that names none.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobMatcher};
use infra_core::{Address, Diagnostic};

/// A resource's address or name, in which `*` stands for any letters within one scope and `**` for any scopes.
pub(crate) struct Pattern<'a> {
    text: &'a str,
    /// What the kind must be, where the pattern is that of whole addresses.
    kind: Option<GlobMatcher>,
    name: GlobMatcher,
}

impl<'a> Pattern<'a> {
    /// Reads a pattern that was given as `option`.
    pub(crate) fn new(option: &str, text: &'a str) -> Result<Pattern<'a>, Diagnostic> {
        let (kind, name) = match text.rsplit_once(':') {
            Some((kind, name)) => (Some(glob(option, text, kind, false)?), name),
            None => (None, text),
        };
        Ok(Pattern { text, kind, name: glob(option, text, name, true)? })
    }

    /// Whether it names this resource.
    pub(crate) fn matches(&self, address: &Address) -> bool {
        // What is written out is meant, whatever its letters could stand for.
        let written_out = || self.text == address.name() || self.text == address.to_string();
        let kind = self.kind.as_ref().is_none_or(|kind| kind.is_match(&**address.kind()));
        (kind && self.name.is_match(address.name())) || written_out()
    }

    /// Those that it names among those there are; none is an error that says what could have been meant.
    pub(crate) fn named(&self, option: &str, known: &BTreeSet<Address>) -> Result<BTreeSet<Address>, Diagnostic> {
        let named: BTreeSet<Address> = known.iter().filter(|address| self.matches(address)).cloned().collect();
        if named.is_empty() { Err(unknown(option, self.text, known)) } else { Ok(named) }
    }
}

fn glob(option: &str, whole: &str, part: &str, by_scope: bool) -> Result<GlobMatcher, Diagnostic> {
    let wrong = |error: globset::Error| {
        let problem = Diagnostic::new(format!("is no pattern: {}", error.kind())).with_field(format!("{option} {whole}"));
        problem.with_help("`*` stands for any letters but `/`, `**` for any scopes, `{a,b}` for one of two, as in `web/*`")
    };
    Ok(GlobBuilder::new(part).literal_separator(by_scope).build().map_err(wrong)?.compile_matcher())
}

/// The one resource of this address or name.
pub(crate) fn one(option: &str, text: &str, known: &BTreeSet<Address>) -> Result<Address, Diagnostic> {
    let named: Vec<&Address> = known.iter().filter(|address| address.to_string() == text || address.name() == text).collect();
    match named.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(unknown(option, text, known)),
        several => {
            let all: Vec<String> = several.iter().map(|address| format!("`{address}`")).collect();
            let problem = Diagnostic::new("is the name of more than one resource").with_field(format!("{option} {text}"));
            Err(problem.with_help(format!("give the whole address: {}", all.join(" or "))))
        }
    }
}

/// That nothing is called so.
fn unknown(option: &str, text: &str, known: &BTreeSet<Address>) -> Diagnostic {
    let problem = Diagnostic::new("names no resource of this stack").with_field(format!("{option} {text}"));
    let scope = format!("{}/", text.trim_end_matches('/'));
    if known.iter().any(|address| address.name().starts_with(&scope)) {
        return problem.with_help(format!("it is a scope: `{option} '{scope}**'` names all that is in it"));
    }
    match nearest(text, known) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None if known.is_empty() => problem.with_help("the stack has no resources"),
        None => problem.with_help("`infra graph` and `infra state list` show the addresses there are"),
    }
}

/// The address that was most likely meant, if any is near enough.
fn nearest(wrong: &str, known: &BTreeSet<Address>) -> Option<Address> {
    let far = |name: &str| strsim::damerau_levenshtein(&wrong.to_lowercase(), &name.to_lowercase());
    let distance = |address: &Address| far(address.name()).min(far(&address.to_string()));
    let (away, address) = known.iter().map(|address| (distance(address), address)).min()?;
    (away <= (wrong.chars().count() / 3).max(2)).then(|| address.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> BTreeSet<Address> {
        let of = |kind: &str, name: &str| Address::new(kind, name);
        BTreeSet::from([of("t:net/net", "main"), of("t:net/part", "web/a"), of("t:net/part", "web/b"), of("t:net/part", "web/deep/c")])
    }

    fn named(text: &str) -> Vec<String> {
        let named = Pattern::new("--target", text).and_then(|pattern| pattern.named("--target", &known()));
        match named {
            Ok(named) => named.iter().map(ToString::to_string).collect(),
            Err(problem) => vec![problem.to_string()],
        }
    }

    #[test]
    fn a_pattern_names_addresses_and_names_and_a_star_stays_in_its_scope() {
        assert_eq!(named("main"), ["t:net/net:main"]);
        assert_eq!(named("t:net/net:main"), ["t:net/net:main"]);
        assert_eq!(named("web/*"), ["t:net/part:web/a", "t:net/part:web/b"]);
        assert_eq!(named("web/**"), ["t:net/part:web/a", "t:net/part:web/b", "t:net/part:web/deep/c"]);
        assert_eq!(named("t:net/part:**").len(), 3);
        assert_eq!(named("t:net/*:main"), ["t:net/net:main"]);
        assert_eq!(named("t:*:**").len(), 4);
        assert_eq!(named("web/{a,b}").len(), 2);
        assert_eq!(named("**").len(), 4);
    }

    #[test]
    fn a_pattern_that_names_nothing_is_an_error_that_says_what_was_meant() {
        insta::assert_snapshot!(named("mian").join(""), @r"
        `--target mian`: names no resource of this stack
          help: did you mean `t:net/net:main`?
        ");
        insta::assert_snapshot!(named("web").join(""), @r"
        `--target web`: names no resource of this stack
          help: it is a scope: `--target 'web/**'` names all that is in it
        ");
        insta::assert_snapshot!(named("web/[").join(""), @r"
        `--target web/[`: is no pattern: unclosed character class; missing ']'
          help: `*` stands for any letters but `/`, `**` for any scopes, `{a,b}` for one of two, as in `web/*`
        ");
    }

    #[test]
    fn one_resource_is_named_by_its_address_or_by_a_name_that_no_other_has() {
        let mut known = known();
        assert_eq!(one("--replace", "web/a", &known).unwrap().to_string(), "t:net/part:web/a");
        known.insert(Address::new("t:net/net", "web/a"));
        insta::assert_snapshot!(one("--replace", "web/a", &known).unwrap_err(), @r"
        `--replace web/a`: is the name of more than one resource
          help: give the whole address: `t:net/net:web/a` or `t:net/part:web/a`
        ");
        assert!(one("--replace", "web/*", &known).is_err(), "a replacement is of one resource");
    }
}
