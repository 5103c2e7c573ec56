//! Two worlds compared: one to which things happened, and one to which nothing did.

use std::collections::BTreeSet;

use infra_testing::World;

use crate::place::known_by;

/// Two worlds have the same, but for ids and for what was left behind on purpose.
pub(crate) fn same(world: &World, fair: &World, left: &BTreeSet<String>, parted: bool) -> Result<(), String> {
    let named = |world| content(world, left).into_iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect();
    let (one, other): (Vec<String>, Vec<String>) = match parted {
        true => (named(world), named(fair)),
        false => (content(world, left), content(fair, left)),
    };
    let missing: Vec<&String> = other.iter().filter(|line| !one.contains(line)).collect();
    let more: Vec<&String> = one.iter().filter(|line| !other.contains(line)).collect();
    if !(missing.is_empty() && more.is_empty() && one.len() == other.len()) {
        return Err(format!("the cloud lacks {missing:#?} and has {more:#?}"));
    }
    Ok(())
}

/// What a cloud has, a line an object: its type, what its resource is known by, and what is asked of it.
fn content(world: &World, left: &BTreeSet<String>) -> Vec<String> {
    let lines = world.cloud.without_ids();
    let known = lines.iter().map(|line| {
        let (object, inputs) = line.split_once(' ').unwrap_or((line, ""));
        let (service, kind, name) = parts(object);
        (name, format!("{service}:{kind}:{name} {}", named(&unsigned(&unrevised(inputs)))))
    });
    let mut lines: Vec<String> = known.filter(|(name, _)| !left.contains(*name)).map(|(_, line)| line).collect();
    lines.sort();
    lines
}

/// The service, the type and what the resource is known by, of `toy:net/part:s1/r3`.
fn parts(object: &str) -> (&str, &str, &str) {
    let (service, rest) = object.split_once(':').unwrap_or((object, ""));
    let (kind, name) = rest.split_once(':').unwrap_or((rest, ""));
    (service, kind, known_by(name))
}

/// Inputs without how often an object that they mention was changed: a run that was repeated may have changed one twice.
fn unrevised(inputs: &str) -> String {
    let mut parts = inputs.split(".revision");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + ".revision" + part.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()))
}

/// Inputs without the engine's own tags: of two equal imports, one may have been changed, and so signed.
fn unsigned(inputs: &str) -> String {
    let Ok(serde_json::Value::Object(mut inputs)) = serde_json::from_str(inputs) else { return inputs.to_owned() };
    if let Some(serde_json::Value::Object(tags)) = inputs.get_mut("tags") {
        tags.retain(|key, _| !key.starts_with("infra:"));
        if tags.is_empty() {
            inputs.remove("tags");
        }
    }
    serde_json::Value::Object(inputs).to_string()
}

/// Inputs with names that were given by the engine as those that were known first, without how many there were before: a run
/// that was repeated may have made one twice. Names of the resources that they mention likewise.
fn named(inputs: &str) -> String {
    // What was made in the other stack has a name from there.
    let inputs = inputs.replace("\"name\":\"away-", "\"name\":\"test-");
    let mut parts = inputs.split("\"name\":\"test-");
    let first = parts.next().unwrap_or_default().to_owned();
    let text = parts.fold(first, |text, part| {
        let (generated, rest) = part.split_once('"').unwrap_or((part, ""));
        let stem = generated.rsplit_once('-').map_or(generated, |(stem, _)| stem);
        text + "\"name\":\"test-" + known_by(&stem.replacen('-', "/", 1)) + "\"" + rest
    });
    let mut parts = text.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| match part.split_once('>') {
        Some((name, rest)) => text + "<" + known_by(name) + ">" + rest,
        None => text + "<" + part,
    })
}
