//! `infra refresh`.

use clap::Args;
use infra_plan::Record;
use serde_json::json;

use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::session::Session;
use crate::show::{json_line, print, say};

/// Records what the cloud has now, and changes nothing there.
///
/// Resources that are gone leave the state, and outputs become what the cloud says of them. What was asked of a resource
/// stays in the state, so that `infra plan` still shows what somebody changed behind the stack's back.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra refresh web
  infra refresh web --env production --json")]
pub(crate) struct Refresh {
    #[command(flatten)]
    pub(crate) stack: StackArguments,
}

impl Refresh {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        // Nothing deployed is an error before the local cloud is started for it.
        session.state()?;
        let cloud = session.cloud().await?;
        let mut journal = session.journal(cloud)?;
        session.unlock(&mut journal, None).await?;
        let names = cloud.names();
        let progress = Progress::new(self.stack.json, names.clone());
        let engine = cloud.engine(None);
        engine.recover(&mut journal, &session.stack, &progress).await?;
        let refreshed = engine.refresh(&mut journal, &progress).await;
        progress.end();
        let records = refreshed?;
        let (mut gone, mut changed) = (Vec::new(), Vec::new());
        for record in &records {
            match record {
                Record::Gone { address, id } => gone.push((address, id)),
                Record::Settled { address, object } => changed.push((address, &object.id)),
                _ => {}
            }
        }
        let known = journal.state().rows.len();
        if self.stack.json {
            let listed = |of: &[(&infra_core::Address, &String)]| -> Vec<_> {
                of.iter().map(|(address, id)| json!({ "address": address, "id": id })).collect()
            };
            json_line("refreshed", json!({ "resources": known, "gone": listed(&gone), "changed": listed(&changed) }))?;
            return Ok(Exit::Done);
        }
        for (address, id) in &gone {
            print(&format!("  gone     {}  {id}\n", names.short(address)))?;
        }
        for (address, id) in &changed {
            print(&format!("  changed  {}  {id}\n", names.short(address)))?;
        }
        let count = |number: usize| if number == 1 { "1 resource".to_owned() } else { format!("{number} resources") };
        match gone.len() + changed.len() {
            0 => print(&format!("The state of {} in {} is up to date: {}.\n", session.stack, session.environment.name, count(known)))?,
            _ => {
                print(&format!("\n{} left: {} gone, {} with other outputs than before.\n", count(known), gone.len(), changed.len()))?;
                say(&format!("`{}` shows what a deployment would do about it.", session.command("plan")));
            }
        }
        Ok(Exit::Done)
    }
}
