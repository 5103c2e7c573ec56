//! What the program says of a database and AWS has no place for: kept in tags of the engine's.

use infra_core::{OWNERSHIP_PREFIX, Tags};

use super::DbInstanceInputs;

/// The notes on a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Notes {
    pub(super) apply_immediately: Option<bool>,
    pub(super) skip_final_snapshot: Option<bool>,
    pub(super) final_snapshot: Option<String>,
    pub(super) delete_automated_backups: Option<bool>,
    /// The version as it was asked for, of which AWS made a longer one.
    pub(super) engine_version: Option<String>,
    /// The storage as it was asked for, which may have grown by itself.
    pub(super) allocated_storage: Option<i32>,
}

fn key(name: &str) -> String {
    format!("{OWNERSHIP_PREFIX}{name}")
}

impl Notes {
    /// Those that a program asks for.
    pub(super) fn of(inputs: &DbInstanceInputs) -> Notes {
        Notes {
            apply_immediately: inputs.apply_immediately,
            skip_final_snapshot: inputs.skip_final_snapshot,
            final_snapshot: inputs.final_snapshot.clone(),
            delete_automated_backups: inputs.delete_automated_backups,
            engine_version: inputs.engine_version.clone(),
            allocated_storage: inputs.allocated_storage,
        }
    }

    /// From a database's tags.
    pub(super) fn from_tags<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Notes {
        let all: Tags = tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let get = |name: &str| all.get(&key(name));
        let switch = |name: &str| get(name).map(|value| value == "true");
        Notes {
            apply_immediately: switch("apply-immediately"),
            skip_final_snapshot: switch("skip-final-snapshot"),
            final_snapshot: get("final-snapshot").cloned(),
            delete_automated_backups: switch("delete-automated-backups"),
            engine_version: get("engine-version").cloned(),
            allocated_storage: get("allocated-storage").and_then(|value| value.parse().ok()),
        }
    }

    /// As tags.
    pub(super) fn tags(&self) -> Tags {
        let switch = |on: Option<bool>| on.map(|on| on.to_string());
        let all = [
            ("apply-immediately", switch(self.apply_immediately)),
            ("skip-final-snapshot", switch(self.skip_final_snapshot)),
            ("final-snapshot", self.final_snapshot.clone()),
            ("delete-automated-backups", switch(self.delete_automated_backups)),
            ("engine-version", self.engine_version.clone()),
            ("allocated-storage", self.allocated_storage.map(|size| size.to_string())),
        ];
        all.into_iter().filter_map(|(name, value)| Some((key(name), value?))).collect()
    }
}

/// Whether a version is one of those that a beginning stands for: `8.0` for `8.0.36`, and not for `8.01`.
pub(super) fn stands_for(beginning: &str, version: &str) -> bool {
    version.strip_prefix(beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_survive_the_way_to_tags_and_back_beside_others() {
        let notes = Notes {
            apply_immediately: Some(true),
            skip_final_snapshot: Some(false),
            final_snapshot: Some("last".into()),
            delete_automated_backups: Some(false),
            engine_version: Some("8.0".into()),
            allocated_storage: Some(20),
        };
        let mut tags = notes.tags();
        assert_eq!(tags["infra:skip-final-snapshot"], "false");
        tags.insert("Name".into(), "jobs".into());
        assert_eq!(Notes::from_tags(tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))), notes);
        assert_eq!(Notes::from_tags([("Name", "jobs")]), Notes::default());
    }

    #[test]
    fn a_beginning_stands_for_whole_parts_of_a_version() {
        assert!(stands_for("8.0", "8.0.36") && stands_for("16", "16.4") && stands_for("8.0.36", "8.0.36"));
        assert!(!stands_for("8.0", "8.01") && !stands_for("8.0.36", "8.0.3") && !stands_for("1", "16.4"));
    }
}
