//! Configuration from several places as one: tables are merged, everything else is the last one's.

use serde_json::{Map, Value as Json};
use toml::Value as Toml;

use crate::error::Error;

/// One `--config key=value`, as a table that holds nothing else. The value is TOML; what is no TOML is text.
///
/// # Errors
/// Where there is no `=`, or the key has an empty part.
pub(crate) fn parse(text: &str) -> Result<Json, Error> {
    // The value may be secret, and what is no key may be one.
    let shown = text.split_once('=').map_or("…", |(key, _)| key);
    let wrong =
        |problem: &str| Error::usage(format!("`--config {shown}`: {problem}"), "write `--config key=value`, as in `--config workers=7`");
    let (key, value) = text.split_once('=').ok_or_else(|| wrong("there is no `=`"))?;
    let parts: Vec<&str> = key.split('.').map(str::trim).collect();
    if parts.iter().any(|part| part.is_empty()) {
        return Err(wrong("a part of the key is empty"));
    }
    let value = match value.trim().parse::<Toml>() {
        Ok(value) => from_toml(value),
        Err(_) => Json::String(value.to_owned()),
    };
    Ok(parts.into_iter().rev().fold(value, |inner, part| Json::Object(Map::from_iter([(part.to_owned(), inner)]))))
}

/// Puts `over` on top of `base`.
pub(crate) fn merge(base: &mut Json, over: Json) {
    match (base, over) {
        (Json::Object(base), Json::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key).or_insert(Json::Null), value);
            }
        }
        (base, over) => *base = over,
    }
}

/// TOML as JSON; dates and times become text.
pub(crate) fn from_toml(value: Toml) -> Json {
    match value {
        Toml::String(text) => Json::String(text),
        Toml::Integer(number) => Json::from(number),
        // JSON has no word for what is no number; as text, the error names it.
        Toml::Float(number) => serde_json::Number::from_f64(number).map_or_else(|| Json::String(number.to_string()), Json::Number),
        Toml::Boolean(bool) => Json::Bool(bool),
        Toml::Datetime(time) => Json::String(time.to_string()),
        Toml::Array(items) => Json::Array(items.into_iter().map(from_toml).collect()),
        Toml::Table(table) => from_table(table),
    }
}

/// A TOML table as JSON.
pub(crate) fn from_table(table: toml::Table) -> Json {
    Json::Object(table.into_iter().map(|(key, value)| (key, from_toml(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_toml_and_what_is_no_toml_is_text() {
        let parsed = |text: &str| parse(text).map_err(|error| error.to_string()).unwrap();
        assert_eq!(parsed("workers=7"), json!({"workers": 7}));
        assert_eq!(parsed("database.size=1.5"), json!({"database": {"size": 1.5}}));
        assert_eq!(parsed("image=ami-0abc"), json!({"image": "ami-0abc"}));
        assert_eq!(parsed("version=\"7\""), json!({"version": "7"}));
        assert_eq!(parsed("zones=[\"a\", \"b\"]"), json!({"zones": ["a", "b"]}));
        assert_eq!(parsed("tags={team = \"x\"}"), json!({"tags": {"team": "x"}}));
        assert_eq!(parsed("query=a=b"), json!({"query": "a=b"}));
        assert_eq!(parsed("empty="), json!({"empty": ""}));
        assert_eq!(parsed("day=2024-05-01"), json!({"day": "2024-05-01"}));
        assert_eq!(parsed("two=1\nmore=2"), json!({"two": "1\nmore=2"}), "a line break smuggles in no second key");
    }

    #[test]
    fn what_is_no_assignment_is_refused_with_an_example() {
        for text in ["workers", "=7", "a..b=1", ".a=1"] {
            let error = parse(text).unwrap_err();
            assert!(error.help().unwrap().contains("--config workers=7"), "{text}");
        }
    }

    #[test]
    fn tables_are_merged_and_everything_else_is_the_last_ones() {
        let mut base = json!({"workers": 6, "database": {"size": 100, "zones": ["a"]}});
        merge(&mut base, json!({"database": {"size": 200, "zones": ["b", "c"]}, "image": "ami-1"}));
        assert_eq!(base, json!({"workers": 6, "database": {"size": 200, "zones": ["b", "c"]}, "image": "ami-1"}));
        merge(&mut base, json!({"database": 3}));
        assert_eq!(base["database"], json!(3));
    }
}
