//! `infra refresh`.

use clap::Args;
use infra_apply::Journal;
use infra_plan::Record;
use serde_json::json;

use crate::Providers;
use crate::arguments::{StackArguments, TargetArguments};
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
  infra refresh web --dry-run --target 'workers/*'
  infra refresh web --env production --json")]
pub(crate) struct Refresh {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) targets: TargetArguments,

    /// Shows what would be recorded, and records nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl Refresh {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        // Nothing deployed is an error before the local cloud is started for it.
        session.state().await?;
        let cloud = session.cloud().await?;
        let names = cloud.names();
        let progress = Progress::new(self.stack.json, names.clone());
        let (engine, selection) = (cloud.engine(None), self.targets.selection());
        let (seen, known) = match self.dry_run {
            true => {
                let state = session.place.peek(cloud.memory.as_deref()).await?.unwrap_or_default();
                let journal = Journal::in_memory(session.opened(state).await?);
                (engine.drift(&journal, &selection, &progress).await, journal.state().rows.len())
            }
            false => {
                let mut journal = session.journal(cloud).await?;
                session.unlock(&mut journal, None).await?;
                engine.recover_destroy_within(&session.stack, &mut journal, &selection, &progress).await?;
                let seen = engine.refresh_within(&mut journal, &selection, &progress).await;
                (seen, journal.state().rows.len())
            }
        };
        progress.end();
        let records = seen?;
        let (mut gone, mut changed) = (Vec::new(), Vec::new());
        for record in &records {
            match record {
                Record::Gone { address, id } => gone.push((address, id)),
                Record::Settled { address, object } => changed.push((address, &object.id)),
                _ => {}
            }
        }
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
                let of_which = if self.dry_run { "remembered, and nothing recorded" } else { "left" };
                let what = format!("{} gone, {} with other outputs than before", gone.len(), changed.len());
                print(&format!("\n{} {of_which}: {what}.\n", count(known)))?;
                say(&format!("`{}` shows what a deployment would do about it.", session.command("plan")));
            }
        }
        Ok(Exit::Done)
    }
}
