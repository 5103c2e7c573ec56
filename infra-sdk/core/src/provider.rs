//! Where a resource is, if that is not where the environment says: another region or another account.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in a cloud and the way into it, as data. A cloud's crate makes them: `Aws::region("us-east-1")`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Provider {
    /// Whose it is, as in `aws`: what the kinds of its resources begin with.
    pub cloud: String,
    /// What tells one place from another, as `region` and `account` do. What is not said is as the environment has it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub place: BTreeMap<String, String>,
    /// How to get there, as a `role` or a `profile`: the same place may have many ways in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub access: BTreeMap<String, String>,
}

impl Provider {
    /// Whether an object that is at one is at the other too: whatever the way in, the place is the same.
    pub fn is_same_place(one: Option<&Provider>, other: Option<&Provider>) -> bool {
        let place = |provider: Option<&Provider>| {
            provider.filter(|provider| !provider.place.is_empty()).map(|p| (p.cloud.clone(), p.place.clone()))
        };
        place(one) == place(other)
    }
}

impl fmt::Display for Provider {
    /// `aws (account 123456789012, region us-east-1)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cloud)?;
        for (at, (name, value)) in self.place.iter().chain(&self.access).enumerate() {
            write!(f, "{}{name} {value}", if at == 0 { " (" } else { ", " })?;
        }
        f.write_str(if self.place.is_empty() && self.access.is_empty() { "" } else { ")" })
    }
}

impl From<&Provider> for Provider {
    fn from(provider: &Provider) -> Provider {
        provider.clone()
    }
}
