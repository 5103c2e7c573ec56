//! Physical names, where the program gives none.

use infra_core::{Address, PhysicalName};
use sha2::{Digest as _, Sha256};

/// The letters of a name's suffix: no vowels, so that no words come out.
const LETTERS: &[u8; 20] = b"bcdfghjkmnpqrstvwxz2";

/// What a name begins with that could not begin as it would.
const BEGINNING: &str = "x-";

/// A name from the stack, the resource's own name and a suffix of six letters, of those that are `allowed`.
///
/// The suffix is fixed by the stack, its environment, the address and how many objects the resource has had: the same
/// plan has the same name, an interrupted create finds its object again, and a replacement has another name than what
/// it replaces.
pub(crate) fn generated(stack: &str, salt: &str, address: &Address, made: u64, allowed: &PhysicalName) -> String {
    let mut hash = Sha256::new();
    for part in [stack, salt, &address.to_string(), &made.to_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let suffix: String = hash.finalize().iter().take(6).map(|byte| LETTERS[usize::from(*byte) % LETTERS.len()] as char).collect();
    let mut readable = readable(&format!("{stack}-{}", address.name()));
    if allowed.lower_case {
        readable.make_ascii_lowercase();
    }
    let begins = format!("{readable}-").to_ascii_lowercase();
    if !begins.starts_with(|c: char| c.is_ascii_alphabetic()) || allowed.reserved.iter().any(|reserved| begins.starts_with(reserved)) {
        readable.insert_str(0, BEGINNING);
    }
    let room = usize::from(allowed.longest).saturating_sub(suffix.len() + 1);
    let readable = readable[..readable.len().min(room)].trim_end_matches('-');
    if readable.is_empty() { suffix } else { format!("{readable}-{suffix}") }
}

/// A text with no more in it than the strictest services take: letters, digits and single hyphens, beginning with a letter.
fn readable(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let readable = words.collect::<Vec<_>>().join("-");
    readable.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_most(longest: u16) -> PhysicalName {
        PhysicalName { longest, ..PhysicalName::default() }
    }

    fn of(stack: &str, name: &str, allowed: &PhysicalName) -> String {
        generated(stack, "salt", &Address::new("aws:x/y", name), 0, allowed)
    }

    #[test]
    fn a_name_is_readable_short_enough_and_new_for_each_object() {
        let address = Address::new("aws:elbv2/load-balancer", "zone/flask_front");
        let first = generated("airaware", "salt", &address, 0, &at_most(32));
        assert!(first.starts_with("airaware-zone-flask-front-"), "{first}");
        assert!(first.len() <= 32);
        assert_ne!(first, generated("airaware", "salt", &address, 1, &at_most(32)));
        assert_eq!(first, generated("airaware", "salt", &address, 0, &at_most(32)));
        let short = generated("airaware", "salt", &address, 0, &at_most(12));
        assert!(short.len() <= 12 && !short.contains("--"), "{short}");
    }

    #[test]
    fn a_name_has_upper_case_letters_only_where_the_cloud_takes_them() {
        let lower = PhysicalName { lower_case: true, ..at_most(63) };
        assert!(of("Hydra", "Batch/DB_main", &at_most(63)).starts_with("Hydra-Batch-DB-main-"));
        let name = of("Hydra", "Batch/DB_main", &lower);
        assert!(name.starts_with("hydra-batch-db-main-"), "{name}");
        assert_eq!(name, name.to_ascii_lowercase());
    }

    #[test]
    fn a_name_has_single_hyphens_and_begins_with_a_letter_whatever_the_program_calls_things() {
        for (stack, name) in [("a_-b", "c__d-"), ("a-", "-/_x_"), ("7up", "web"), ("2026", "1/2"), ("_", ".")] {
            for longest in [63, 14, 13, 12, 9, 8, 7, 6] {
                let name = of(stack, name, &at_most(longest));
                let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
                assert!(plain && !name.contains("--") && name.len() <= usize::from(longest) && !name.ends_with('-'), "{name}");
                assert!(longest < 9 || name.starts_with(|c: char| c.is_ascii_alphabetic()), "{name}");
            }
        }
        assert!(of("7up", "web", &at_most(63)).starts_with("up-web-"));
        assert!(of("2026", "1/2", &at_most(63)).starts_with("x-"));
    }

    #[test]
    fn a_name_does_not_begin_as_the_cloud_keeps_for_itself() {
        let balancer = PhysicalName { reserved: vec!["internal-".into()], ..at_most(32) };
        assert!(of("internal", "web", &balancer).starts_with("x-internal-web-"));
        assert!(of("Internal", "web", &balancer).starts_with("x-Internal-web-"));
        assert!(of("internals", "web", &balancer).starts_with("internals-web-"));
        let parameter = PhysicalName { reserved: vec!["aws".into(), "ssm".into()], ..at_most(1011) };
        assert!(of("awsome", "key", &parameter).starts_with("x-awsome-key-"));
        assert!(of("web", "aws", &parameter).starts_with("web-aws-"));
    }
}
