//! What all services' tags have in common: which are the program's, and what must be set and removed.

use infra_core::{OWNERSHIP_PREFIX, Tags};

/// The key of the tag that tells what a step made.
pub(crate) fn token_key() -> String {
    format!("{OWNERSHIP_PREFIX}token")
}

/// The program's tags among all of an object: without the engine's and AWS's own.
pub(crate) fn of_program<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Tags {
    let own = |key: &str| key.starts_with(OWNERSHIP_PREFIX) || key.starts_with("aws:");
    tags.into_iter().filter(|(key, _)| !own(key)).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Whether one of the tags is the token of a step.
pub(crate) fn has_token<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>, token: &str) -> bool {
    tags.into_iter().any(|(key, value)| key == token_key() && value == token)
}

/// What must be set and which keys must go, to come from `have` to `want`. Nothing wanted leaves all as it is.
pub(crate) fn changes(have: Option<&Tags>, want: Option<&Tags>) -> (Tags, Vec<String>) {
    let none = Tags::new();
    let (Some(want), have) = (want, have.unwrap_or(&none)) else { return (Tags::new(), Vec::new()) };
    let set = want.iter().filter(|(key, value)| have.get(*key) != Some(value));
    let set = set.map(|(key, value)| (key.clone(), value.clone())).collect();
    let unset = have.keys().filter(|key| !want.contains_key(*key)).cloned().collect();
    (set, unset)
}
