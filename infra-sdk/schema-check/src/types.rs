//! Whether a type of ours can be what AWS's schema asks for.

use std::collections::BTreeSet;

use infra_core::Type;

use crate::shape::Shape;

/// How the two differ, in words.
pub(crate) fn differences(ty: &Type, shape: &Shape<'_>) -> Vec<String> {
    if shape.is_pairs() {
        // Ours is a map, or a field for each name that is known.
        return Vec::new();
    }
    let theirs = shape.types();
    match ty {
        Type::List(item) | Type::Set(item) => match shape.item() {
            Some(inner) => differences(item, &inner),
            None => mismatch("a list", &["array"], &theirs),
        },
        Type::Map(_) | Type::Block(_) => mismatch("an object", &["object"], &theirs),
        Type::Json => mismatch("a JSON document", &["object", "array", "string"], &theirs),
        Type::Bool if is_switch(shape) => Vec::new(),
        Type::Bool => scalar("true or false", &["boolean"], shape),
        Type::Int => scalar("an integer", &["integer", "number"], shape),
        Type::Float => scalar("a number", &["number"], shape),
        Type::String | Type::Id(_) => scalar("text", &["string"], shape),
        Type::Choice(ours) => {
            let differs = scalar("text", &["string"], shape);
            if differs.is_empty() { words(ours, only(shape).as_ref().unwrap_or(shape)) } else { differs }
        }
    }
}

fn scalar(ours: &str, fit: &[&str], shape: &Shape<'_>) -> Vec<String> {
    let inner = only(shape);
    mismatch(ours, fit, &inner.as_ref().unwrap_or(shape).types())
}

fn mismatch(ours: &str, fit: &[&str], theirs: &BTreeSet<&str>) -> Vec<String> {
    if theirs.is_empty() || theirs.iter().any(|ty| fit.contains(ty)) {
        return Vec::new();
    }
    let theirs: Vec<_> = theirs.iter().map(|ty| described(ty)).collect();
    vec![format!("{ours} here, and {} for AWS", theirs.join(" or "))]
}

fn described(ty: &str) -> &str {
    match ty {
        "boolean" => "true or false",
        "integer" => "an integer",
        "number" => "a number",
        "string" => "text",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}

/// The property of an object that has no other.
fn only<'a>(shape: &Shape<'a>) -> Option<Shape<'a>> {
    let properties = shape.properties();
    if properties.len() == 1 { properties.into_values().next() } else { None }
}

/// Two words, one for each of true and false.
fn is_switch(shape: &Shape<'_>) -> bool {
    let words: Vec<_> = shape.words().map(|(words, _)| words.into_iter().collect()).unwrap_or_default();
    matches!(words[..], ["disabled", "enabled"] | ["false", "true"] | ["no", "yes"] | ["off", "on"])
}

fn words(ours: &[String], shape: &Shape<'_>) -> Vec<String> {
    let Some((theirs, any_case)) = shape.words() else { return Vec::new() };
    let same = |a: &str, b: &str| if any_case { a.eq_ignore_ascii_case(b) } else { a == b };
    let unknown: Vec<_> =
        ours.iter().filter(|word| !theirs.iter().any(|known| same(known, word))).map(|word| format!("`{word}`")).collect();
    let lacking: Vec<_> =
        theirs.iter().filter(|word| !ours.iter().any(|known| same(known, word))).map(|word| format!("`{word}`")).collect();
    let mut found = Vec::new();
    if !unknown.is_empty() {
        found.push(format!("AWS does not know {}", unknown.join(", ")));
    }
    if !lacking.is_empty() {
        found.push(format!("lacks {}, which AWS takes", lacking.join(", ")));
    }
    found
}

#[cfg(test)]
mod tests {
    use infra_core::Typed as _;
    use serde_json::{Value, json};

    use super::*;

    fn compared(ty: Type, theirs: Value) -> Vec<String> {
        let root = json!({ "properties": { "Field": theirs } });
        differences(&ty, &Shape::whole(&root).properties()["Field"])
    }

    fn choice(words: &[&str]) -> Type {
        Type::Choice(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn equal_types_do_not_differ() {
        let none = Vec::<String>::new();
        assert_eq!(compared(i32::ty(), json!({"type": "integer"})), none);
        assert_eq!(compared(i32::ty(), json!({"type": "number"})), none);
        assert_eq!(compared(Type::Id("VpcId".into()), json!({"type": "string"})), none);
        assert_eq!(compared(Type::Json, json!({"type": ["object", "string"]})), none);
        assert_eq!(compared(Vec::<String>::ty(), json!({"type": "array", "items": {"type": "string"}})), none);
        assert_eq!(compared(Type::Map(Box::new(Type::String)), json!({"type": "object"})), none);
    }

    #[test]
    fn other_types_differ_in_words() {
        assert_eq!(compared(i32::ty(), json!({"type": "string"})), ["an integer here, and text for AWS"]);
        assert_eq!(compared(f64::ty(), json!({"type": "integer"})), ["a number here, and an integer for AWS"]);
        assert_eq!(compared(String::ty(), json!({"type": "array"})), ["text here, and a list for AWS"]);
        assert_eq!(
            compared(Vec::<i32>::ty(), json!({"type": "array", "items": {"type": "boolean"}})),
            ["an integer here, and true or false for AWS"]
        );
        assert_eq!(compared(Type::Block(Vec::new()), json!({"type": "string"})), ["an object here, and text for AWS"]);
    }

    #[test]
    fn tags_are_a_map_and_dimensions_too() {
        for name in ["Key", "Name"] {
            let pairs = json!({"type": "array", "items": {"type": "object", "properties": {name: {"type": "string"}, "Value": {"type": "string"}}}});
            assert!(compared(Type::Map(Box::new(Type::String)), pairs).is_empty());
        }
        let others = json!({"type": "array", "items": {"type": "object", "properties": {"Port": {"type": "integer"}}}});
        assert_eq!(compared(Type::Map(Box::new(Type::String)), others), ["an object here, and a list for AWS"]);
    }

    #[test]
    fn an_object_of_one_property_can_be_said_by_its_value() {
        let object = json!({"type": "object", "properties": {"Arn": {"type": "string"}}});
        assert!(compared(String::ty(), object.clone()).is_empty());
        assert!(compared(Vec::<String>::ty(), json!({"type": "array", "items": object})).is_empty());
    }

    #[test]
    fn words_that_only_one_of_both_has_are_named() {
        let found = compared(choice(&["a", "b"]), json!({"type": "string", "enum": ["b", "c"]}));
        assert_eq!(found, ["AWS does not know `a`", "lacks `c`, which AWS takes"]);
        assert!(compared(choice(&["A"]), json!({"type": "string", "enumCaseInsensitive": ["a"]})).is_empty());
        assert!(compared(choice(&["a"]), json!({"type": "string"})).is_empty());
        assert_eq!(compared(choice(&["a"]), json!({"type": "boolean"})), ["text here, and true or false for AWS"]);
    }

    #[test]
    fn two_words_for_yes_and_no_are_true_and_false() {
        assert!(compared(Type::Bool, json!({"type": "string", "enum": ["disabled", "enabled"]})).is_empty());
        assert_eq!(compared(Type::Bool, json!({"type": "string", "enum": ["optional", "required"]})).len(), 1);
    }
}
