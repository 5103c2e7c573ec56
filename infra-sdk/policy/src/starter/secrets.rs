//! `secret-in-user-data`: user data is read by whoever may look at the machine, from outside or from inside.

use crate::{Review, Violation};

const KINDS: [&str; 3] = ["aws:ec2/instance", "aws:ec2/launch-template", "aws:autoscaling/launch-configuration"];

/// Names of which a value is a secret.
const NAMES: [&str; 8] = ["password", "passwd", "secret", "secret_key", "secret_access_key", "api_key", "token", "private_key"];

pub(super) fn in_user_data(review: &Review) -> Vec<Violation> {
    let mut found = Vec::new();
    for machine in KINDS.iter().flat_map(|kind| review.of_kind(kind)) {
        let (planned, declared) = (machine.input("user_data"), machine.declared_input("user_data"));
        let what = if planned.has_secret() || declared.has_secret() {
            Some("a value that is marked as secret".to_owned())
        } else {
            planned.texts().iter().find_map(|text| spoken(text))
        };
        if let Some(what) = what {
            let problem = format!("{what} stands in user data, which everybody who may describe the machine reads");
            let violation = Violation::of(machine, problem).field("user_data");
            found.push(violation.help("let the machine fetch it with its role, from Secrets Manager or the parameter store"));
        }
    }
    found
}

/// What in a script looks like a secret.
fn spoken(script: &str) -> Option<String> {
    if script.contains("-----BEGIN ") && script.contains("PRIVATE KEY-----") {
        return Some("a private key".to_owned());
    }
    if script.split(|char: char| !char.is_ascii_alphanumeric()).any(is_access_key) {
        return Some("an AWS access key".to_owned());
    }
    script.lines().find_map(assigned).map(|name| format!("a value for `{name}`"))
}

/// Whether a word is an access key's id: its four letters, and sixteen more characters.
fn is_access_key(word: &str) -> bool {
    let known = word.starts_with("AKIA") || word.starts_with("ASIA");
    known && word.len() == 20 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// The name of a secret that a line of shell or of a settings file sets to a literal value.
fn assigned(line: &str) -> Option<String> {
    let line = line.trim();
    if line.starts_with('#') {
        return None;
    }
    for (at, _) in line.match_indices(['=', ':']) {
        let name: String =
            line[..at].trim_end().chars().rev().take_while(|char| char.is_ascii_alphanumeric() || *char == '_' || *char == '-').collect();
        let name: String = name.chars().rev().collect();
        let value = line[at + 1..].trim_start().trim_start_matches(['"', '\'']);
        // What is fetched, taken from the environment or left empty is no secret in clear.
        let literal = value.starts_with(|char: char| char.is_ascii_alphanumeric());
        let plain = name.to_lowercase().replace('-', "_");
        let plain = plain.trim_start_matches('_');
        let is_secret = NAMES.iter().any(|secret| plain == *secret || plain.ends_with(&format!("_{secret}")));
        if is_secret && literal && !name.is_empty() {
            return Some(name);
        }
    }
    None
}
