//! Physical names, where the program gives none.

use infra_core::Address;
use sha2::{Digest as _, Sha256};

/// The letters of a name's suffix: no vowels, so that no words come out.
const LETTERS: &[u8; 20] = b"bcdfghjkmnpqrstvwxz2";

/// A name from the stack, the resource's own name and a suffix of six letters, at most `longest` characters.
///
/// The suffix is fixed by the stack, its environment, the address and how many objects the resource has had: the same
/// plan has the same name, an interrupted create finds its object again, and a replacement has another name than what
/// it replaces.
pub(crate) fn generated(stack: &str, salt: &str, address: &Address, made: u64, longest: u16) -> String {
    let mut hash = Sha256::new();
    for part in [stack, salt, &address.to_string(), &made.to_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let suffix: String = hash.finalize().iter().take(6).map(|byte| LETTERS[usize::from(*byte) % LETTERS.len()] as char).collect();
    // The strictest services take letters, digits and hyphens only, beginning with a letter.
    let readable: String = format!("{stack}-{}", address.name()).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let readable = readable.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let room = usize::from(longest).saturating_sub(suffix.len() + 1);
    let readable = readable[..readable.len().min(room)].trim_end_matches('-');
    if readable.is_empty() { suffix } else { format!("{readable}-{suffix}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_readable_short_enough_and_new_for_each_object() {
        let address = Address::new("aws:elbv2/load-balancer", "zone/flask_front");
        let first = generated("airaware", "salt", &address, 0, 32);
        assert!(first.starts_with("airaware-zone-flask-front-"), "{first}");
        assert!(first.len() <= 32);
        assert_ne!(first, generated("airaware", "salt", &address, 1, 32));
        assert_eq!(first, generated("airaware", "salt", &address, 0, 32));
        let short = generated("airaware", "salt", &address, 0, 12);
        assert!(short.len() <= 12 && !short.contains("--"), "{short}");
    }
}
