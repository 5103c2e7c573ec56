//! Tags of an auto scaling group: each says whether the group's instances get it too.

use infra_core::{Block, Input, Set};
use serde::{Deserialize, Serialize};

/// A tag of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct GroupTag {
    /// The key, up to 128 characters.
    pub key: String,
    /// The value, up to 256 characters.
    pub value: String,
    /// Whether the instances launched from now on get it too.
    pub propagate_at_launch: bool,
}

impl GroupTag {
    /// A tag of the group and of its instances.
    pub fn propagated(key: impl Input<String>, value: impl Input<String>) -> GroupTagBuilder<Set, Set, Set> {
        GroupTag::new().key(key).value(value).propagate_at_launch(true)
    }

    /// A tag of the group only.
    pub fn own(key: impl Input<String>, value: impl Input<String>) -> GroupTagBuilder<Set, Set, Set> {
        GroupTag::new().key(key).value(value).propagate_at_launch(false)
    }
}

#[cfg(feature = "autoscaling")]
pub(super) mod live {
    use aws_sdk_autoscaling::types::{Tag, TagDescription};
    use infra_core::{OWNERSHIP_PREFIX, Tags};

    use super::GroupTag;

    /// Holds how many instances the group waits for: `read` knows nothing else of what a program wants.
    pub(in super::super) const WAIT_FOR_CAPACITY: &str = "infra:wait-for-capacity";

    /// The tags of a new group: the program's, and without propagation all others that the engine gives it.
    pub(in super::super) fn of_new(group: &str, wanted: &[GroupTag], all: &Tags, wait_for_capacity: Option<i32>) -> Vec<Tag> {
        let own = |key: &str, value: &str| GroupTag { key: key.into(), value: value.into(), propagate_at_launch: false };
        let others = all.iter().filter(|(key, _)| !wanted.iter().any(|tag| tag.key == **key)).map(|(key, value)| own(key, value));
        let wait = wait_for_capacity.map(|count| own(WAIT_FOR_CAPACITY, &count.to_string()));
        wanted.iter().cloned().chain(others).chain(wait).map(|tag| to_sdk(group, &tag)).collect()
    }

    pub(in super::super) fn to_sdk(group: &str, tag: &GroupTag) -> Tag {
        key(group, &tag.key).value(&tag.value).propagate_at_launch(tag.propagate_at_launch).build()
    }

    /// What names a tag of a group in a call.
    pub(in super::super) fn key(group: &str, key: &str) -> aws_sdk_autoscaling::types::builders::TagBuilder {
        Tag::builder().resource_id(group).resource_type("auto-scaling-group").key(key)
    }

    /// The program's tags among those of a group.
    pub(in super::super) fn from_sdk(tags: &[TagDescription]) -> Vec<GroupTag> {
        let own = |key: &str| key.starts_with(OWNERSHIP_PREFIX) || key.starts_with("aws:");
        let tags = tags.iter().filter(|tag| !own(tag.key().unwrap_or_default())).map(|tag| GroupTag {
            key: tag.key().unwrap_or_default().to_owned(),
            value: tag.value().unwrap_or_default().to_owned(),
            propagate_at_launch: tag.propagate_at_launch().unwrap_or_default(),
        });
        tags.collect()
    }

    pub(in super::super) fn wait_for_capacity(tags: &[TagDescription]) -> i32 {
        let tag = tags.iter().find(|tag| tag.key() == Some(WAIT_FOR_CAPACITY));
        tag.and_then(|tag| tag.value()?.parse().ok()).unwrap_or_default()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_engines_tags_stay_on_the_group_and_the_programs_go_where_it_says() {
            let wanted = [GroupTag { key: "Name".into(), value: "app".into(), propagate_at_launch: true }];
            let all = Tags::from([("infra:stack".into(), "web".into()), ("Name".into(), "app".into())]);
            let tags = of_new("g", &wanted, &all, Some(2));
            let seen: Vec<_> =
                tags.iter().map(|tag| (tag.key().unwrap(), tag.value().unwrap(), tag.propagate_at_launch().unwrap())).collect();
            assert_eq!(seen, [("Name", "app", true), ("infra:stack", "web", false), (WAIT_FOR_CAPACITY, "2", false)]);
        }
    }
}
