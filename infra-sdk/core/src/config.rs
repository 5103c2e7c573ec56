//! Configuration: what `infra.toml` and the command line say, as the stack's own struct.

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::Diagnostic;

/// Reads configuration as a `C`. A missing, mistyped or unknown key is an error that names it.
pub fn decode<C: DeserializeOwned>(config: Json) -> Result<C, Vec<Diagnostic>> {
    let mut unknown = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let decoded = {
        let tracked = serde_path_to_error::Deserializer::new(config, &mut track);
        serde_ignored::deserialize::<_, _, C>(tracked, |path| unknown.push(path.to_string()))
    };
    let mut problems: Vec<Diagnostic> = unknown
        .into_iter()
        .map(|key| {
            Diagnostic::new("the stack has no such setting")
                .with_field(format!("config.{key}"))
                .with_help("check the spelling against the stack's configuration struct, or remove the key")
        })
        .collect();
    match decoded {
        Ok(config) if problems.is_empty() => return Ok(config),
        Ok(_) => {}
        Err(error) => {
            let path = track.path().to_string();
            let field = if path == "." { "config".to_owned() } else { format!("config.{path}") };
            problems.push(
                Diagnostic::new(error.to_string())
                    .with_field(field)
                    .with_help("set it in the stack's infra.toml under `[config]`, or with `--config key=value`"),
            );
        }
    }
    Err(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Config {
        workers: u32,
        database: Database,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Database {
        size: u32,
    }

    fn problem(config: Json) -> String {
        decode::<Config>(config).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn good_configuration_is_read() {
        let config = decode::<Config>(json!({"workers": 6, "database": {"size": 100}})).unwrap();
        assert_eq!(config, Config { workers: 6, database: Database { size: 100 } });
    }

    #[test]
    fn a_mistyped_key_is_named_with_its_path() {
        assert!(problem(json!({"workers": 6, "database": {"size": "big"}})).contains("`config.database.size`: invalid type"));
    }

    #[test]
    fn a_missing_key_is_named() {
        assert!(problem(json!({"database": {"size": 1}})).contains("missing field `workers`"));
    }

    #[test]
    fn an_unknown_key_is_refused_wherever_it_stands() {
        assert!(problem(json!({"workers": 6, "database": {"size": 1, "sise": 2}})).contains("`config.database.sise`"));
    }
}
