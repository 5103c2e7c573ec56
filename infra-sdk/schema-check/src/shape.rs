//! A view of a JSON schema as AWS writes them: references followed, alternatives taken together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// How deep references and alternatives may nest before what is below is not looked at.
const DEPTH: usize = 16;

/// Whether an object must have a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Demand {
    /// It need not.
    Never,
    /// Another can stand in for it.
    Perhaps,
    /// It must.
    Always,
}

/// A schema with all its alternatives.
#[derive(Clone)]
pub(crate) struct Shape<'a> {
    root: &'a Value,
    parts: Vec<Part<'a>>,
}

/// One schema of those that hold together.
#[derive(Clone, Copy)]
struct Part<'a> {
    value: &'a Value,
    /// Whether another can hold instead of it.
    alternative: bool,
}

impl<'a> Shape<'a> {
    /// The whole schema of a type, an object.
    pub(crate) fn whole(root: &'a Value) -> Shape<'a> {
        Shape::of(root, root)
    }

    fn of(root: &'a Value, value: &'a Value) -> Shape<'a> {
        let mut parts = Vec::new();
        flatten(root, Part { value, alternative: false }, DEPTH, &mut parts);
        Shape { root, parts }
    }

    /// The primitive types, as JSON Schema names them.
    pub(crate) fn types(&self) -> BTreeSet<&'a str> {
        let types = self.values("type");
        types.flat_map(|ty| ty.as_array().map_or_else(|| vec![ty], |types| types.iter().collect())).filter_map(Value::as_str).collect()
    }

    /// What a list holds.
    pub(crate) fn item(&self) -> Option<Shape<'a>> {
        self.values("items").next().map(|items| Shape::of(self.root, items))
    }

    /// What is inside lists, lists of lists and so on; itself if it is no list.
    pub(crate) fn innermost(&self) -> Shape<'a> {
        (0..DEPTH).fold(self.clone(), |shape, _| shape.item().unwrap_or(shape))
    }

    /// The properties of an object.
    pub(crate) fn properties(&self) -> BTreeMap<&'a str, Shape<'a>> {
        let all = self.values("properties").filter_map(Value::as_object).flatten();
        let mut properties = BTreeMap::<&str, Shape<'_>>::new();
        for (name, value) in all {
            let shape = Shape::of(self.root, value);
            properties.entry(name).and_modify(|known| known.parts.extend(&shape.parts)).or_insert(shape);
        }
        properties
    }

    /// Whether it lists pairs of a name and a value, such as tags, or the tags of the objects that are made together.
    pub(crate) fn is_pairs(&self) -> bool {
        let properties = self.item().map(|item| item.properties()).unwrap_or_default();
        let has = |name| properties.contains_key(name);
        has("Tags") || (has("Value") && (has("Key") || has("Name")))
    }

    /// Whether an object must have this property.
    pub(crate) fn demand(&self, name: &str) -> Demand {
        let names = |part: &Part<'_>, key| {
            part.value.get(key).and_then(Value::as_array).is_some_and(|names| names.iter().any(|known| known == name))
        };
        let demands = self.parts.iter().map(|part| match part {
            _ if ["requiredXor", "requiredOr"].iter().any(|key| names(part, *key)) => Demand::Perhaps,
            _ if !names(part, "required") => Demand::Never,
            Part { alternative: true, .. } => Demand::Perhaps,
            Part { .. } => Demand::Always,
        });
        demands.max().unwrap_or(Demand::Never)
    }

    /// The words that a text must be one of, and whether their case means nothing; none if it can be any text.
    pub(crate) fn words(&self) -> Option<(BTreeSet<&'a str>, bool)> {
        let of = |key| self.values(key).filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect();
        let (exact, loose): (BTreeSet<_>, BTreeSet<_>) = (of("enum"), of("enumCaseInsensitive"));
        let any = !loose.is_empty();
        let words: BTreeSet<_> = exact.into_iter().chain(loose).collect();
        (!words.is_empty()).then_some((words, any))
    }

    /// A number that limits it, by its JSON Schema keyword.
    pub(crate) fn limit(&self, keyword: &'static str) -> Option<u64> {
        self.values(keyword).find_map(Value::as_u64)
    }

    /// Whether the order of a list means something.
    pub(crate) fn is_ordered(&self) -> bool {
        self.values("insertionOrder").all(|ordered| ordered != &Value::Bool(false))
    }

    /// What AWS says of it.
    pub(crate) fn description(&self) -> &'a str {
        self.values("description").find_map(Value::as_str).unwrap_or_default()
    }

    fn values(&self, key: &'static str) -> impl Iterator<Item = &'a Value> {
        self.parts.iter().filter_map(move |part| part.value.get(key))
    }
}

fn flatten<'a>(root: &'a Value, part: Part<'a>, depth: usize, parts: &mut Vec<Part<'a>>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    parts.push(part);
    if let Some(value) = part.value.get("$ref").and_then(Value::as_str).and_then(|path| root.pointer(path.trim_start_matches('#'))) {
        flatten(root, Part { value, ..part }, depth, parts);
    }
    for (key, either) in [("allOf", false), ("anyOf", true), ("oneOf", true)] {
        for value in part.value.get(key).and_then(Value::as_array).into_iter().flatten() {
            flatten(root, Part { value, alternative: part.alternative || either }, depth, parts);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_and_alternatives_are_seen_through() {
        let root = json!({
            "definitions": {"Port": {"type": "integer"}, "Either": {"oneOf": [{"required": ["A"]}, {"required": ["B"]}]}},
            "properties": {
                "Port": {"$ref": "#/definitions/Port"},
                "Ports": {"type": "array", "items": {"$ref": "#/definitions/Port"}},
                "Word": {"anyOf": [{"enum": ["a"]}, {"enum": ["b"]}]},
                "Free": {"type": "string"},
                "Either": {"$ref": "#/definitions/Either", "requiredXor": ["C", "D"], "required": ["E"]},
            },
        });
        let properties = Shape::whole(&root).properties();
        assert_eq!(properties["Port"].types(), ["integer"].into());
        assert_eq!(properties["Ports"].innermost().types(), ["integer"].into());
        assert_eq!(properties["Word"].words(), Some((["a", "b"].into(), false)));
        assert_eq!(properties["Free"].words(), None);
        let demands = ["A", "B", "C", "E", "F"].map(|name| properties["Either"].demand(name));
        assert_eq!(demands, [Demand::Perhaps, Demand::Perhaps, Demand::Perhaps, Demand::Always, Demand::Never]);
    }

    #[test]
    fn a_definition_that_contains_itself_ends() {
        let root =
            json!({"definitions": {"A": {"allOf": [{"$ref": "#/definitions/A"}]}}, "properties": {"A": {"$ref": "#/definitions/A"}}});
        assert!(Shape::whole(&root).properties()["A"].types().is_empty());
    }
}
