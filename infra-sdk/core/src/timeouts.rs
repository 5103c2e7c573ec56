//! How long the engine may take for a resource, where its own patience is too long or too short.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long making, changing and deleting a resource may take, its waits and repeated calls included; whatever is not set
/// takes as long as the engine is patient. For `.timeouts(…)` on a resource:
///
/// ```
/// use infra_core::timeouts::{Timeouts, hours, minutes};
///
/// let slow = Timeouts::new().create(minutes(90)).delete(hours(2));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeouts {
    /// Of its making, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    create: Option<u64>,
    /// Of a change, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    update: Option<u64>,
    /// Of its end, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delete: Option<u64>,
}

impl Timeouts {
    /// None set.
    #[must_use]
    pub fn new() -> Timeouts {
        Timeouts::default()
    }

    /// Making it, until it is ready, takes at most so long; whole seconds count, and one at least.
    #[must_use]
    pub fn create(self, most: Duration) -> Timeouts {
        Timeouts { create: Some(seconds_of(most)), ..self }
    }

    /// Changing it, until it is ready again, takes at most so long; whole seconds count, and one at least.
    #[must_use]
    pub fn update(self, most: Duration) -> Timeouts {
        Timeouts { update: Some(seconds_of(most)), ..self }
    }

    /// Deleting it, until it is gone, takes at most so long; whole seconds count, and one at least. It is kept with the
    /// object, so that it holds too when the program does not declare the resource any more.
    #[must_use]
    pub fn delete(self, most: Duration) -> Timeouts {
        Timeouts { delete: Some(seconds_of(most)), ..self }
    }

    /// What is set for its making.
    pub fn for_create(&self) -> Option<Duration> {
        self.create.map(Duration::from_secs)
    }

    /// What is set for a change.
    pub fn for_update(&self) -> Option<Duration> {
        self.update.map(Duration::from_secs)
    }

    /// What is set for its end.
    pub fn for_delete(&self) -> Option<Duration> {
        self.delete.map(Duration::from_secs)
    }

    /// Whether none is set.
    pub fn is_default(&self) -> bool {
        *self == Timeouts::default()
    }

    /// What is set here, and otherwise there.
    #[must_use]
    pub fn or(self, other: Timeouts) -> Timeouts {
        Timeouts { create: self.create.or(other.create), update: self.update.or(other.update), delete: self.delete.or(other.delete) }
    }
}

fn seconds_of(most: Duration) -> u64 {
    most.as_secs().max(1)
}

/// So many seconds.
pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// So many minutes.
pub const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(60))
}

/// So many hours.
pub const fn hours(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(60 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_written_in_seconds_and_nothing_else_is() {
        let timeouts = Timeouts::new().create(minutes(20)).delete(Duration::from_millis(10));
        assert_eq!(serde_json::to_string(&timeouts).unwrap(), r#"{"create":1200,"delete":1}"#);
        assert_eq!(serde_json::from_str::<Timeouts>("{}").unwrap(), Timeouts::new());
        assert_eq!(timeouts.for_update(), None);
        assert_eq!(Timeouts::new().delete(hours(1)).or(timeouts), Timeouts::new().create(minutes(20)).delete(seconds(3600)));
    }
}
