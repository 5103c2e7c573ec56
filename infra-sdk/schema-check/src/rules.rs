//! What AWS says of properties by their path, beside the schema itself.

use serde_json::Value;

/// Paths of properties, each as `Placement/Tenancy`: lists do not show in them.
#[derive(Default)]
pub(crate) struct Rules {
    create_only: Vec<String>,
    conditionally: Vec<String>,
    read_only: Vec<String>,
    deprecated: Vec<String>,
}

/// Whether another value of a property needs another object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replacement {
    /// It does.
    Always,
    /// It does for some values, or for a part of it.
    Sometimes,
    /// It is changed in place.
    Never,
}

impl Rules {
    /// The rules of a type.
    pub(crate) fn of(schema: &Value) -> Rules {
        let paths = |key| schema.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(plain).collect();
        Rules {
            create_only: paths("createOnlyProperties"),
            conditionally: paths("conditionalCreateOnlyProperties"),
            read_only: paths("readOnlyProperties"),
            deprecated: paths("deprecatedProperties"),
        }
    }

    /// Whether another value needs another object.
    pub(crate) fn replacement(&self, path: &str) -> Replacement {
        let below = |paths: &[String]| paths.iter().any(|known| within(known, path));
        match () {
            () if holds(&self.conditionally, path) || below(&self.conditionally) => Replacement::Sometimes,
            () if holds(&self.create_only, path) => Replacement::Always,
            () if below(&self.create_only) => Replacement::Sometimes,
            () => Replacement::Never,
        }
    }

    /// Whether only AWS sets it.
    pub(crate) fn read_only(&self, path: &str) -> bool {
        holds(&self.read_only, path)
    }

    /// Whether it counts: it can be set, and AWS does not advise against it.
    pub(crate) fn counts(&self, path: &str) -> bool {
        !self.read_only(path) && !holds(&self.deprecated, path)
    }
}

/// Whether a path is one of these or lies in one of these.
fn holds(paths: &[String], path: &str) -> bool {
    paths.iter().any(|known| known == path || within(path, known))
}

fn within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

/// `/properties/Volumes/*/Size`, as AWS writes, as `Volumes/Size`.
fn plain(pointer: &str) -> String {
    let parts = pointer.split('/').filter(|part| !matches!(*part, "" | "*" | "items" | "properties"));
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_holds_for_what_lies_in_a_property_and_for_no_other_of_a_longer_name() {
        let rules = Rules::of(&json!({
            "createOnlyProperties": ["/properties/Name", "/properties/Volumes/*/Size"],
            "conditionalCreateOnlyProperties": ["/properties/Type"],
            "readOnlyProperties": ["/properties/Arn"],
            "deprecatedProperties": ["/properties/Old"],
        }));
        assert_eq!(rules.replacement("Name"), Replacement::Always);
        assert_eq!(rules.replacement("Name/Part"), Replacement::Always);
        assert_eq!(rules.replacement("NameServer"), Replacement::Never);
        assert_eq!(rules.replacement("Volumes/Size"), Replacement::Always);
        assert_eq!(rules.replacement("Volumes"), Replacement::Sometimes);
        assert_eq!(rules.replacement("Type"), Replacement::Sometimes);
        assert!(rules.read_only("Arn") && !rules.read_only("ArnOfAnother"));
        assert!(!rules.counts("Arn") && !rules.counts("Old") && rules.counts("Type"));
    }
}
