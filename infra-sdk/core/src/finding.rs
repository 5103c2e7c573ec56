//! What a policy has against a plan, as data that can cross to the engine.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Diagnostic;

/// What follows from a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing: the policy is not asked.
    Off,
    /// It is shown.
    Warn,
    /// The plan is not performed.
    Deny,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Off => "off",
            Level::Warn => "warn",
            Level::Deny => "deny",
        })
    }
}

/// A violation of a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The policy's name.
    pub policy: String,
    /// What follows from it.
    pub level: Level,
    /// What is wrong with which resource, where it was declared, and what to do.
    pub about: Diagnostic,
    /// Why the program lets this resource violate the policy, if it does; then nothing follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
}

impl Finding {
    /// Whether the plan is not performed because of it.
    pub fn is_denied(&self) -> bool {
        self.level == Level::Deny && self.allowed.is_none()
    }
}
