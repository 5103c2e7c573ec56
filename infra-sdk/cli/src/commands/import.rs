//! `infra import`.

use clap::Args;
use infra_apply::{Condition, Handler};
use infra_core::{Address, Value, check_name};
use infra_plan::declaration;
use serde_json::json;

use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::{Error, list};
use crate::exit::Exit;
use crate::nearest::did_you_mean;
use crate::session::Session;
use crate::show::{json_document, print, say};

/// Prints the Rust that declares an object which exists in the cloud already.
///
/// The object is read, and nothing is changed or recorded: put what is printed into the stack's program, and the next
/// deployment takes the object over as it is. What the cloud does not tell, and what is secret, is for you to write; a
/// comment names it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra import web aws:ec2/vpc vpc-0a1b2c --as main
  infra import web aws:ec2/subnet subnet-0a1b2c --as network/public-1 --env production > network.rs")]
pub(crate) struct Import {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    /// The type of resource, as `infra state list` writes it.
    kind: String,

    /// The object's physical id.
    id: String,

    /// The resource's name in the stack, with its scopes.
    #[arg(long = "as", value_name = "NAME")]
    name: String,
}

impl Import {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        for part in self.name.split('/') {
            check_name(part).map_err(|problem| Error::usage(format!("the name `{}`: {problem}", self.name), "see `--help`"))?;
        }
        let session = Session::open(&self.stack, providers)?;
        let cloud = session.cloud().await?;
        let Some(handler) = cloud.registry.handler(&self.kind) else {
            let known: Vec<String> = cloud.registry.schemas().map(|schema| schema.kind.to_string()).collect();
            let problem = format!("there is no type `{}`{}", self.kind, did_you_mean(&self.kind, known.iter().map(String::as_str)));
            return Err(Error::Missing { problem, help: format!("the types are {}", list(&known)) });
        };
        let state = session.place.peek(cloud.memory.as_deref()).await?.unwrap_or_default();
        let address = Address::new(self.kind.as_str(), self.name.as_str());
        let owns = |row: &infra_plan::Row| row.object.iter().chain(&row.old).any(|object| object.id == self.id);
        if let Some((owner, _)) = state.rows.iter().find(|(owner, row)| **owner.kind() == *self.kind && owns(row)) {
            let problem = format!("{} is {owner} of this stack already", self.id);
            let help = "give it another name with `.moved_from(…)` in the program, or `infra state mv`".into();
            return Err(Error::Refused { problem, help });
        }
        if state.rows.contains_key(&address) {
            let problem = format!("the stack has {address} already");
            return Err(Error::Refused { problem, help: "choose another name with `--as`".into() });
        }
        let found = self.read(handler.as_ref()).await?;
        if let Condition::Failed(state) | Condition::Stuck(state) | Condition::Pending(state) = &found.condition {
            say(&format!("The cloud calls {} `{state}`: it can be taken over when it is ready.", self.id));
        }
        let Value::Object(inputs) = &found.inputs else {
            return Err(Error::Refused { problem: format!("the cloud tells nothing of {}", self.id), help: "declare it by hand".into() });
        };
        let source = declaration(handler.schema(), &self.name, &self.id, inputs, &state);
        match self.stack.json {
            true => json_document(&json!({ "address": address, "id": self.id, "source": source }))?,
            false => {
                print(&source)?;
                say(&format!("\nPut this into the program, and see `{}`.", session.command("plan")));
            }
        }
        Ok(Exit::Done)
    }

    async fn read(&self, handler: &dyn Handler) -> Result<infra_apply::Found, Error> {
        let refused =
            |problem: String| Error::Refused { problem, help: "check the id, and that the environment has its account and region".into() };
        let found = handler.read(std::slice::from_ref(&self.id)).await;
        let found = found.map_err(|error| refused(format!("failed to read {}: {error}", self.id)))?;
        let found = found.into_iter().find(|found| found.id == self.id);
        found.ok_or_else(|| refused(format!("there is no {} {}", handler.schema().handle, self.id)))
    }
}
