//! What says whose an object is: its tags, and the token of the create that made it.

use infra_core::{Address, Tags, Value};
use sha2::{Digest as _, Sha256};

/// The tags of a new object: the program's, and what says whose it is.
pub(crate) fn ownership(asked: &Value, stack: &str, address: &Address, token: &str) -> Tags {
    let wanted = asked.as_object().and_then(|asked| asked.get("tags")).and_then(Value::as_object);
    let mut tags: Tags = wanted.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    tags.insert("infra:stack".into(), stack.to_owned());
    tags.insert("infra:resource".into(), address.to_string());
    tags.insert("infra:token".into(), token.to_owned());
    tags
}

/// The idempotency token of a create: the same for the same object of the same resource, whoever computes it.
pub(crate) fn token(stack: &str, salt: &str, address: &Address, made: u64) -> String {
    let mut hash = Sha256::new();
    for part in ["token", stack, salt, &address.to_string(), &made.to_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let half = hash.finalize().iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    format!("{half:032x}")
}
