//! Tags, and which of them are the engine's own.

use std::collections::BTreeMap;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// What the keys of the engine's own tags begin with: `infra:stack`, `infra:resource`, `infra:token`.
pub const OWNERSHIP_PREFIX: &str = "infra:";
