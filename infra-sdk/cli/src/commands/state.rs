//! `infra state`.

use clap::{Args, Subcommand};
use infra_core::Address;
use infra_plan::{Object, Row, State as Recorded};
use serde_json::{Value as Json, json};

use crate::Providers;
use crate::arguments::StackArguments;
use crate::called::called;
use crate::error::Error;
use crate::exit::Exit;
use crate::nearest::did_you_mean;
use crate::session::Session;
use crate::show::{JSON_VERSION, Paint, json_document, print, say, style, width_of_stdout};

/// Shows what is remembered of a deployed stack.
///
/// The state is what the engine knows from its own journal; the cloud is not asked.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state list web
  infra state show web aws:ec2/vpc:main")]
pub(crate) struct State {
    /// What to show.
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Lists the resources and their ids.
    #[command(after_help = "\
Examples:
  infra state list web
  infra state list web --env production --json")]
    List {
        #[command(flatten)]
        stack: StackArguments,
    },
    /// Shows all that is remembered of one resource, or of each.
    #[command(after_help = "\
Examples:
  infra state show web
  infra state show web aws:ec2/vpc:main
  infra state show web main --json")]
    Show {
        #[command(flatten)]
        stack: StackArguments,

        /// The resource's address, as `infra state list` has it; its name is enough where no other has the same.
        address: Option<String>,
    },
}

impl State {
    /// Whether standard output is for machines.
    pub(crate) fn json(&self) -> bool {
        match &self.what {
            What::List { stack } | What::Show { stack, .. } => stack.json,
        }
    }

    /// Runs the command.
    pub(crate) fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        match self.what {
            What::List { stack } => list(&Session::open(&stack, providers)?.state()?, stack.json)?,
            What::Show { stack, address } => show(&Session::open(&stack, providers)?.state()?, address.as_deref(), stack.json)?,
        }
        Ok(Exit::Done)
    }
}

fn list(state: &Recorded, as_json: bool) -> Result<(), Error> {
    if as_json {
        let resource = |(address, row): (&Address, &Row)| json!({ "address": address, "id": id(row), "condition": condition(row) });
        let resources: Vec<Json> = state.rows.iter().map(resource).collect();
        return json_document(&json!({ "v": JSON_VERSION, "resources": resources }));
    }
    if state.rows.is_empty() {
        say("Nothing is deployed.");
    }
    let longest = state.rows.keys().map(|address| address.to_string().chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (address, row) in &state.rows {
        let condition = condition(row).map(|condition| format!("  {}", Paint::On.with(style::NOTE, &condition))).unwrap_or_default();
        let line = format!("{:<longest$}  {}{condition}", address.to_string(), id(row).unwrap_or("-"));
        text.push_str(&line);
        text.push('\n');
    }
    print(&text)
}

fn id(row: &Row) -> Option<&str> {
    row.object.as_ref().map(|object| object.id.as_str())
}

/// What is not as it should be, in a few words.
fn condition(row: &Row) -> Option<String> {
    let problem = row.object.as_ref().and_then(|object| object.problem.clone());
    let doubt = row.intent.as_ref().map(|_| "a call was interrupted".to_owned());
    let old = (!row.old.is_empty()).then(|| format!("{} replaced, not deleted yet", row.old.len()));
    doubt.or(problem).or(old)
}

fn show(state: &Recorded, wanted: Option<&str>, as_json: bool) -> Result<(), Error> {
    let rows: Vec<(&Address, &Row)> = match wanted {
        Some(wanted) => vec![find(state, wanted)?],
        None => state.rows.iter().collect(),
    };
    if as_json {
        let resources: Vec<Json> = rows.iter().map(|(address, row)| document(address, row)).collect();
        return json_document(&json!({ "v": JSON_VERSION, "resources": resources }));
    }
    let blocks: Vec<String> = rows.iter().map(|(address, row)| block(address, row)).collect();
    print(&blocks.join("\n"))
}

fn find<'a>(state: &'a Recorded, wanted: &str) -> Result<(&'a Address, &'a Row), Error> {
    let exact = state.rows.iter().find(|(address, _)| address.to_string() == wanted);
    let by_name: Vec<_> = state.rows.iter().filter(|(address, _)| address.name() == wanted).collect();
    match (exact, by_name.as_slice()) {
        (Some(found), _) => Ok(found),
        (None, [found]) => Ok(*found),
        (None, []) => {
            let known: Vec<String> = state.rows.keys().flat_map(|address| [address.to_string(), address.name().to_owned()]).collect();
            Err(Error::Missing {
                problem: format!("the state has no resource `{wanted}`{}", did_you_mean(wanted, known.iter().map(String::as_str))),
                help: format!("`{}` lists the addresses", called("state list")),
            })
        }
        (None, several) => {
            let addresses: Vec<String> = several.iter().map(|(address, _)| address.to_string()).collect();
            Err(Error::Missing {
                problem: format!("several resources are called `{wanted}`"),
                help: format!("name one of {}", crate::error::list(&addresses)),
            })
        }
    }
}

/// A row without its secrets.
fn document(address: &Address, row: &Row) -> Json {
    json!({
        "address": address,
        "condition": condition(row),
        "object": row.object.as_ref().map(object),
        "replaced": row.old.iter().map(object).collect::<Vec<_>>(),
    })
}

fn object(object: &Object) -> Json {
    let redacted = |values: &std::collections::BTreeMap<String, infra_core::Value>| -> Json {
        Json::Object(values.iter().map(|(name, value)| (name.clone(), value.redacted())).collect())
    };
    json!({
        "id": object.id,
        "declared": object.declared.to_string(),
        "needs": object.dependencies,
        "inputs": redacted(&object.inputs),
        "outputs": redacted(&object.outputs),
    })
}

fn block(address: &Address, row: &Row) -> String {
    let mut text = format!("{}\n", Paint::On.with(style::STRONG, &address.to_string()));
    let mut line = |name: &str, value: &str| text.push_str(&format!("  {name:<9} {value}\n"));
    if let Some(condition) = condition(row) {
        line("condition", &condition);
    }
    let Some(object) = &row.object else { return text };
    line("id", &object.id);
    line("declared", &object.declared.to_string());
    for need in &object.dependencies {
        line("needs", &need.to_string());
    }
    for old in &row.old {
        line("replaced", &old.id);
    }
    for (title, values) in [("inputs", &object.inputs), ("outputs", &object.outputs)] {
        if !values.is_empty() {
            text.push_str(&format!("  {title}\n{}", crate::show::outputs(values, 4, width_of_stdout(), Paint::Off)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use infra_core::{Location, Value};
    use infra_plan::Record;

    use super::*;

    fn state() -> Recorded {
        let mut state = Recorded::new("salt");
        for (kind, name) in [("aws:ec2/vpc", "main"), ("aws:ec2/subnet", "main"), ("aws:ec2/subnet", "public/a")] {
            let secret = Value::Secret(Box::new(Value::from("hunter2"))).sealed("salt");
            let object = Object {
                id: format!("{name}-1"),
                inputs: BTreeMap::from([("key".to_owned(), secret)]),
                outputs: BTreeMap::new(),
                dependencies: Default::default(),
                declared: Location::default(),
                problem: None,
            };
            state.apply(Record::Settled { address: Address::new(kind, name), object });
        }
        state
    }

    #[test]
    fn a_resource_is_found_by_address_or_by_a_name_that_no_other_has() {
        let state = state();
        assert_eq!(find(&state, "aws:ec2/vpc:main").unwrap().0.to_string(), "aws:ec2/vpc:main");
        assert_eq!(find(&state, "public/a").unwrap().0.to_string(), "aws:ec2/subnet:public/a");
        let several = find(&state, "main").unwrap_err();
        assert_eq!(several.help().unwrap(), "name one of `aws:ec2/subnet:main` and `aws:ec2/vpc:main`");
        assert!(find(&state, "aws:ec2/vpc:mian").unwrap_err().to_string().ends_with("did you mean `aws:ec2/vpc:main`?"));
    }

    #[test]
    fn a_secret_is_hidden_in_every_form() {
        let state = state();
        let (address, row) = find(&state, "public/a").unwrap();
        for text in [block(address, row), document(address, row).to_string()] {
            assert!(text.contains("(secret)") && !text.contains("digest"), "{text}");
        }
    }
}
