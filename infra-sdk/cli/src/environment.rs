//! Environments: what the stack's `infra.toml` says of each, and what its program is told there.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use infra_core::{Level, check_name};
use infra_seal::GuardName;
use infra_store::{Location, LocationError};
use serde::Deserialize;
use serde_json::Value as Json;
use toml::Spanned;

use crate::error::{Error, file};
use crate::settings::{from_table, merge};

/// The environment that needs no entry.
pub(crate) const LOCAL: &str = "local";

/// Its region, where infra.toml names no other.
const LOCAL_REGION: &str = "us-west-2";

/// An environment of a stack.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Environment {
    /// Its name.
    pub(crate) name: String,
    /// Its region.
    pub(crate) region: String,
    /// Whose it is; the local cloud's is nobody's.
    pub(crate) account: Option<Account>,
    /// What its program is told, before `--config`.
    pub(crate) config: Json,
    /// Who can open the keys of its journals.
    pub(crate) key: GuardName,
    /// How that is reached, where it is a key of AWS KMS.
    pub(crate) key_access: KeyAccess,
    /// What follows from the starter set's policies, before `--policy`.
    pub(crate) policies: BTreeMap<String, Level>,
    /// Where its state is kept; in the project's folder without one.
    pub(crate) state: Option<Location>,
}

/// An account that an environment must lead to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Account {
    /// Its id, 12 digits.
    pub(crate) id: String,
    /// The profile whose credentials lead there; those of the process's environment otherwise.
    pub(crate) profile: Option<String>,
    /// The ids of other accounts in which resources of the stack may be, each where its own provider says so.
    pub(crate) others: Vec<String>,
}

/// How a key service is reached, where that is not as everything else in the environment is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyAccess {
    /// The key's region, where its name does not say it.
    pub(crate) region: Option<String>,
    /// The profile whose credentials may use it.
    pub(crate) profile: Option<String>,
}

/// `infra.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    config: toml::Table,
    #[serde(default)]
    policies: BTreeMap<String, Level>,
    #[serde(default)]
    env: BTreeMap<String, Spanned<Section>>,
}

/// `[env.NAME]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    region: Option<String>,
    profile: Option<Spanned<String>>,
    account: Option<Spanned<String>>,
    key: Option<Spanned<Key>>,
    state: Option<Spanned<StatePlace>>,
    #[serde(default)]
    accounts: Vec<Spanned<String>>,
    #[serde(default)]
    config: toml::Table,
    #[serde(default)]
    policies: BTreeMap<String, Level>,
}

/// `key`, as who can open it or with what is said beside that in a table.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected who can open keys, or a table with `guard` and `region` or `profile`")]
enum Key {
    Guard(String),
    Table(KeyTable),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyTable {
    guard: String,
    region: Option<String>,
    profile: Option<String>,
}

impl Key {
    fn read(&self, local: bool) -> Result<(GuardName, KeyAccess), String> {
        let parsed = |guard: &str| guard.parse().map_err(|error: infra_seal::NameError| error.to_string());
        let table = match self {
            Key::Guard(guard) => return Ok((parsed(guard)?, KeyAccess::default())),
            Key::Table(table) => table,
        };
        let (guard, access) = (parsed(&table.guard)?, KeyAccess { region: table.region.clone(), profile: table.profile.clone() });
        match &guard {
            GuardName::Kms(_) if local && access.profile.is_some() => Err("`local` is the local cloud, which has no profile".into()),
            GuardName::Kms(_) => Ok((guard, access)),
            other => Err(format!("`{other}` has no region and no profile, which only a key of AWS KMS has")),
        }
    }
}

/// `state`, as a URL or with what is said beside it in a table.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a URL, or a table with `url` and `region`, `endpoint`, `profile` or `lock_table`")]
enum StatePlace {
    Url(String),
    Table(StateTable),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StateTable {
    url: String,
    region: Option<String>,
    endpoint: Option<String>,
    profile: Option<String>,
    lock_table: Option<String>,
}

impl StatePlace {
    fn location(&self) -> Result<Location, LocationError> {
        match self {
            StatePlace::Url(url) => Location::parse(url),
            StatePlace::Table(table) => {
                let mut location = Location::parse(&table.url)?;
                let said = &mut location.options;
                for (own, beside) in [
                    (&mut said.region, &table.region),
                    (&mut said.endpoint, &table.endpoint),
                    (&mut said.profile, &table.profile),
                    (&mut said.lock_table, &table.lock_table),
                ] {
                    if beside.is_some() {
                        own.clone_from(beside);
                    }
                }
                Ok(location)
            }
        }
    }
}

impl Environment {
    /// An environment of the stack whose infra.toml is in `folder`; the file need not be there.
    pub(crate) fn read(stack: &str, folder: &Path, name: &str) -> Result<Environment, Error> {
        let path = folder.join("infra.toml");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(file("read", &path)(error)),
        };
        Source { path: &path, text: &text }.environment(stack, name)
    }

    /// Whether it is the local cloud.
    pub(crate) fn is_local(&self) -> bool {
        self.account.is_none()
    }
}

/// An infra.toml and where it is.
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn environment(&self, stack: &str, name: &str) -> Result<Environment, Error> {
        let mut settings: Settings =
            toml::from_str(self.text).map_err(|error| self.wrong(error.span(), error.message().to_owned(), None))?;
        for (name, section) in &settings.env {
            check_name(name).map_err(|problem| self.wrong(Some(section.span()), format!("environment `{name}`: {problem}"), None))?;
        }
        let known: Vec<String> = settings.env.keys().cloned().collect();
        let section = match settings.env.remove(name) {
            Some(section) => section,
            None if name == LOCAL => Spanned::new(0..0, Section::default()),
            None => {
                let mut known: Vec<String> = std::iter::once(LOCAL.to_owned()).chain(known).collect();
                known.sort();
                known.dedup();
                return Err(Error::UnknownEnvironment {
                    stack: stack.to_owned(),
                    name: name.to_owned(),
                    known,
                    path: self.path.to_owned(),
                });
            }
        };
        let (span, section) = (section.span(), section.into_inner());
        let (region, account) = if name == LOCAL { self.local(&section)? } else { self.cloud(name, &section, span)? };
        let (key, key_access) = match &section.key {
            None => (GuardName::Age(Vec::new()), KeyAccess::default()),
            Some(key) => key.get_ref().read(name == LOCAL).map_err(|problem| self.wrong(Some(key.span()), problem, None))?,
        };
        let state = section
            .state
            .as_ref()
            .map(|state| state.get_ref().location().map_err(|error| self.wrong(Some(state.span()), error.to_string(), None)));
        let mut config = from_table(settings.config);
        merge(&mut config, from_table(section.config));
        let mut policies = settings.policies;
        policies.extend(section.policies);
        let state = state.transpose()?;
        Ok(Environment { name: name.to_owned(), region, account, config, key, key_access, policies, state })
    }

    fn local(&self, section: &Section) -> Result<(String, Option<Account>), Error> {
        let here = section.profile.iter().chain(&section.account).chain(&section.accounts).next().map(Spanned::span);
        if here.is_some() {
            let help = "remove it, or give the environment another name than `local`";
            return Err(self.wrong(here, "`local` is the local cloud, which has no account and no profile".into(), Some(help)));
        }
        Ok((section.region.clone().unwrap_or_else(|| LOCAL_REGION.to_owned()), None))
    }

    fn cloud(&self, name: &str, section: &Section, span: Range<usize>) -> Result<(String, Option<Account>), Error> {
        let missing = |key: &str, help: &str| self.wrong(Some(span.clone()), format!("environment `{name}` has no `{key}`"), Some(help));
        let region = section.region.clone().ok_or_else(|| missing("region", "add one, as in `region = \"eu-west-1\"`"))?;
        let account = section.account.as_ref();
        let account =
            account.ok_or_else(|| missing("account", "add its id, as in `account = \"123456789012\"`: nothing else is ever changed"))?;
        for id in &section.accounts {
            self.check_account(id)?;
        }
        self.check_account(account)?;
        let profile = section.profile.as_ref().map(|profile| profile.get_ref().clone());
        let others = section.accounts.iter().map(|id| id.get_ref().clone()).collect();
        Ok((region, Some(Account { id: account.get_ref().clone(), profile, others })))
    }

    fn check_account(&self, account: &Spanned<String>) -> Result<(), Error> {
        let (span, id) = (account.span(), account.get_ref());
        if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.wrong(
                Some(span),
                format!("`{id}` is no account id"),
                Some("an account id has 12 digits, as in \"123456789012\""),
            ));
        }
        Ok(())
    }

    fn wrong(&self, span: Option<Range<usize>>, problem: String, help: Option<&str>) -> Error {
        let before = span.and_then(|span| self.text.get(..span.start)).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Error::Settings { path: PathBuf::from(self.path), line, problem, help: help.map(str::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const GOOD: &str = r#"
[config]
workers = 6
database = { size = 100, kind = "postgres" }

[env.production]
region = "eu-west-1"
account = "123456789012"
profile = "prod"
accounts = ["210987654321"]

[env.production.config]
database = { size = 500 }

[env.local.config]
workers = 1
"#;

    fn read(text: &str, name: &str) -> Result<Environment, Error> {
        Source { path: Path::new("stacks/web/infra.toml"), text }.environment("web", name)
    }

    fn problem(text: &str, name: &str) -> String {
        let error = read(text, name).unwrap_err();
        std::iter::once(error.to_string()).chain(error.help().map(|help| format!("help: {help}"))).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn an_environment_has_its_own_configuration_over_the_common_one() {
        let production = read(GOOD, "production").unwrap();
        assert_eq!(production.config, json!({"workers": 6, "database": {"size": 500, "kind": "postgres"}}));
        assert_eq!(
            production.account,
            Some(Account { id: "123456789012".into(), profile: Some("prod".into()), others: vec!["210987654321".into()] })
        );
        assert!(!production.is_local());
        let local = read(GOOD, "local").unwrap();
        assert_eq!((local.config["workers"].clone(), local.region.as_str(), local.is_local()), (json!(1), "us-west-2", true));
    }

    #[test]
    fn an_environment_may_be_stricter_than_the_others() {
        let text = "[policies]\na = \"warn\"\nb = \"off\"\n[env.local.policies]\na = \"deny\"\n";
        let policies = read(text, "local").unwrap().policies;
        assert_eq!(policies, BTreeMap::from([("a".to_owned(), Level::Deny), ("b".to_owned(), Level::Off)]));
        assert!(problem("[policies]\na = \"never\"\n", "local").contains("unknown variant `never`, expected one of `off`, `warn`, `deny`"));
    }

    #[test]
    fn local_needs_no_entry_and_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let local = Environment::read("web", folder.path(), "local").unwrap();
        assert_eq!((local.config, local.account), (json!({}), None));
    }

    #[test]
    fn an_environment_says_who_can_open_the_keys_of_its_journals() {
        let key = |line: &str| read(&format!("[env.local]\n{line}\n"), "local").map(|environment| environment.key.to_string());
        assert_eq!(key("").unwrap(), "age");
        assert_eq!(key("key = \"kms:alias/infra\"").unwrap(), "kms:alias/infra");
        let table = "[env.local]\nkey = { guard = \"kms:alias/infra\", region = \"eu-west-1\" }\n";
        let access = read(table, "local").unwrap().key_access;
        assert_eq!(access, KeyAccess { region: Some("eu-west-1".into()), profile: None });
        assert!(key("key = { guard = \"age\", region = \"eu-west-1\" }").unwrap_err().to_string().contains("only a key of AWS KMS"));
        assert!(key("key = { guard = \"kms:alias/infra\", profile = \"keys\" }").unwrap_err().to_string().contains("has no profile"));
        insta::assert_snapshot!(key("key = \"hunter2\"").unwrap_err(), @"stacks/web/infra.toml:2: `hunter2` names no guard of keys: there is no such sort; write `age`, `age:age1…`, `passphrase` or `kms:alias/…`");
    }

    #[test]
    fn a_state_is_kept_where_its_environment_says() {
        let with = |state: &str| format!("[env.a]\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n{state}\n");
        assert_eq!(read(&with(""), "a").unwrap().state, None);
        let url = read(&with("state = \"s3://states/team?lock_table=locks\""), "a").unwrap().state.unwrap();
        let table = read(&with("state = { url = \"s3://states/team\", lock_table = \"locks\" }"), "a").unwrap().state.unwrap();
        assert_eq!((url.shown(), url.options.lock_table.as_deref(), &url), ("s3://states/team", Some("locks"), &table));
        let wrong = problem(&with("state = \"states\""), "a");
        assert!(wrong.starts_with("stacks/web/infra.toml:4: `states` is no place for a state"), "{wrong}");
    }

    #[test]
    fn an_unknown_environment_is_answered_with_those_there_are() {
        insta::assert_snapshot!(problem(GOOD, "prodution"), @r"
        stack `web` has no environment `prodution`; did you mean `production`?
        help: it has `local` and `production`; others are added to stacks/web/infra.toml as `[env.NAME]` with region and account
        ");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        insta::assert_snapshot!(problem("[env.a]\nregoin = \"eu-west-1\"\n", "a"), @"stacks/web/infra.toml:2: unknown field `regoin`, expected one of `region`, `profile`, `account`, `key`, `state`, `accounts`, `config`, `policies`");
        insta::assert_snapshot!(problem("[env.a]\nregion = 7\n", "local"), @"stacks/web/infra.toml:2: invalid type: integer `7`, expected a string");
        insta::assert_snapshot!(problem("[config]\nworkers = \n", "local"), @"stacks/web/infra.toml:2: string values must be quoted, expected literal string");
        insta::assert_snapshot!(problem("\n[env.a]\naccount = \"123456789012\"\n", "a"), @r#"
        stacks/web/infra.toml:2: environment `a` has no `region`
        help: add one, as in `region = "eu-west-1"`
        "#);
        insta::assert_snapshot!(problem("[env.a]\nregion = \"eu-west-1\"\n", "a"), @r#"
        stacks/web/infra.toml:1: environment `a` has no `account`
        help: add its id, as in `account = "123456789012"`: nothing else is ever changed
        "#);
        insta::assert_snapshot!(problem("[env.a]\nregion = \"eu-west-1\"\naccount = \"1234\"\n", "a"), @r#"
        stacks/web/infra.toml:3: `1234` is no account id
        help: an account id has 12 digits, as in "123456789012"
        "#);
        insta::assert_snapshot!(problem("[env.local]\n\nprofile = \"prod\"\n", "local"), @"
        stacks/web/infra.toml:3: `local` is the local cloud, which has no account and no profile
        help: remove it, or give the environment another name than `local`
        ");
        insta::assert_snapshot!(problem("[env.\"a/b\"]\nregion = \"x\"\n", "local"), @"stacks/web/infra.toml:1: environment `a/b`: `/` is not allowed in a name; use letters, digits, `-`, `_` and `.`");
    }
}
