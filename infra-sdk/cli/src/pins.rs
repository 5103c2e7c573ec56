//! `lookups.lock`: the answers to a program's questions, pinned so that a plan changes only when somebody changes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::error::{Error, file};
use crate::folder;

/// The version of the file's form.
const VERSION: u32 = 1;

/// Answers by the key of their question.
pub(crate) type Answers = BTreeMap<String, Json>;

/// The pinned answers of one environment, and the file that they are in.
#[derive(Debug)]
pub(crate) struct Pins {
    path: PathBuf,
    environment: String,
    content: Content,
}

/// The file: sorted, so that a difference between two versions of it is what was answered differently.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    environments: BTreeMap<String, Answers>,
}

impl Pins {
    /// The pins of an environment in a file, which need not be there.
    pub(crate) fn read(path: &Path, environment: &str) -> Result<Pins, Error> {
        let content = match fs::read_to_string(path) {
            Ok(text) => parse(&text).map_err(|problem| Error::Pins { path: path.to_owned(), problem })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Content { version: VERSION, environments: BTreeMap::new() },
            Err(error) => return Err(file("read", path)(error)),
        };
        Ok(Pins { path: path.to_owned(), environment: environment.to_owned(), content })
    }

    /// The environment's answers.
    pub(crate) fn answers(&self) -> Answers {
        self.content.environments.get(&self.environment).cloned().unwrap_or_default()
    }

    /// Makes these the environment's answers, all of them; other environments keep theirs.
    pub(crate) fn write(&mut self, answers: Answers) -> Result<(), Error> {
        if answers == self.answers() {
            return Ok(());
        }
        match answers.is_empty() {
            true => drop(self.content.environments.remove(&self.environment)),
            false => drop(self.content.environments.insert(self.environment.clone(), answers)),
        }
        let text = serde_json::to_string_pretty(&self.content).map_err(|error| file("write", &self.path)(error.into()))?;
        folder::write(&self.path, format!("{text}\n").as_bytes())
    }
}

fn parse(text: &str) -> Result<Content, String> {
    let content: Content = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match content.version {
        VERSION => Ok(content),
        other => Err(format!("it has version {other}, and this infra reads version {VERSION}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pins_are_read_back_as_they_were_written_and_other_environments_keep_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lookups.lock");
        let answers = |zone: &str| Answers::from([("aws:ec2/availability-zones {}".to_owned(), json!({"zones": [zone, null]}))]);
        for environment in ["staging", "production"] {
            Pins::read(&path, environment).unwrap().write(answers(environment)).unwrap();
        }
        assert_eq!(Pins::read(&path, "staging").unwrap().answers(), answers("staging"));
        assert_eq!(Pins::read(&path, "other").unwrap().answers(), Answers::new());
        insta::assert_snapshot!(fs::read_to_string(&path).unwrap(), @r#"
        {
          "version": 1,
          "environments": {
            "production": {
              "aws:ec2/availability-zones {}": {
                "zones": [
                  "production",
                  null
                ]
              }
            },
            "staging": {
              "aws:ec2/availability-zones {}": {
                "zones": [
                  "staging",
                  null
                ]
              }
            }
          }
        }
        "#);
    }

    #[test]
    fn nothing_to_pin_makes_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lookups.lock");
        Pins::read(&path, "staging").unwrap().write(Answers::new()).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_damaged_or_newer_file_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lookups.lock");
        for text in ["<<<<<<< HEAD", r#"{"version": 1}"#, r#"{"version": 2, "environments": {}}"#] {
            fs::write(&path, text).unwrap();
            let error = Pins::read(&path, "staging").unwrap_err();
            assert!(error.to_string().contains("lookups.lock cannot be read: "), "{error}");
            assert!(error.help().unwrap().contains("restore"));
        }
    }
}
