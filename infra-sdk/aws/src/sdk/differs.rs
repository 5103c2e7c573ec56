//! Whether a part of the inputs differs, as the planner sees it: what is not said is not managed.

use serde::Serialize;
use serde_json::Value;

/// Whether `want` says anything that `have` does not.
pub(crate) fn differs(have: &impl Serialize, want: &impl Serialize) -> bool {
    match (serde_json::to_value(have), serde_json::to_value(want)) {
        (Ok(have), Ok(want)) => !covers(&have, &want),
        // What cannot be compared is sent again, which changes nothing if it was the same.
        _ => true,
    }
}

fn covers(have: &Value, want: &Value) -> bool {
    match (have, want) {
        (_, Value::Null) => true,
        (Value::Null, Value::Array(want)) => want.is_empty(),
        (Value::Object(have), Value::Object(want)) => want.iter().all(|(key, want)| covers(have.get(key).unwrap_or(&Value::Null), want)),
        (Value::Array(have), Value::Array(want)) => {
            have.len() == want.len() && have.iter().zip(want).all(|(have, want)| covers(have, want))
        }
        _ => have == want,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_said_can_differ() {
        assert!(!differs(&json!({"a": 1, "b": [{"c": 1, "d": 2}]}), &json!({"a": null, "b": [{"c": 1}]})));
        assert!(differs(&json!({"b": [{"c": 1}]}), &json!({"b": [{"c": 2}]})));
        assert!(differs(&json!({"b": [1, 2]}), &json!({"b": [1]})));
        assert!(differs(&json!(null), &json!({"a": 1})));
    }
}
