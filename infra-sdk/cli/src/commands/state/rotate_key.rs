//! `infra state rotate-key`.

use clap::Args;
use infra_plan::Record;
use infra_seal::GuardName;
use serde_json::json;

use super::words::count;
use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::Error;
use crate::session::Session;
use crate::show::{json_line, print, say};

/// Seals all secrets of a state with a new key, and may say who can open it.
///
/// The journal is written anew with every secret of its history under the new key, and the old key is in it no more: who
/// had that can open copies that were made before, and nothing that is written from now on. `--to` names who can open the
/// new key; without it that is who infra.toml names with `key`, or else the age identity of this user, which is made if
/// there is none. A key of AWS KMS is called with the stack and the environment as its encryption context.
///
/// Of a state in a bucket the old objects are emptied. A bucket that keeps versions still has what was in them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state rotate-key web
  infra state rotate-key web --env production --to age
  infra state rotate-key web --env production --to kms:alias/infra
  infra state rotate-key web --env production --to passphrase")]
pub(super) struct RotateKey {
    #[command(flatten)]
    pub(super) stack: StackArguments,

    /// Who can open the new key: `age`, `age:RECIPIENT,…`, `passphrase`, or `kms:` with a key's alias, id or ARN.
    #[arg(long, value_name = "GUARD", value_parser = |text: &str| text.parse::<GuardName>())]
    to: Option<GuardName>,
}

impl RotateKey {
    /// Runs the command.
    pub(super) async fn run(self, providers: Providers<'_>) -> Result<(), Error> {
        let session = Session::open(&self.stack, providers)?;
        let state = session.history().await?.state();
        let old = match &state.key {
            Some(key) => Some(session.open_key(key).await?),
            None => None,
        };
        let guard = self.to.as_ref().unwrap_or(&session.environment.key);
        let (new, wrapped) = session.new_key(guard).await?;
        let change = |mut record: Record| {
            if let Some(old) = &old {
                old.open_record(&mut record)?;
            }
            if let Some(key) = record.key_mut() {
                key.clone_from(&wrapped);
            }
            new.seal_record(&mut record)?;
            Ok(record)
        };
        let keyed = |records: &[Record]| match records.iter().any(|record| record.clone().key_mut().is_some()) {
            true => Vec::new(),
            false => vec![Record::Keyed { key: wrapped.clone() }],
        };
        let records = session.place.rewrite(change, keyed).await?.ok_or_else(|| session.not_deployed())?;
        let before = state.key.map(|key| key.id);
        if self.stack.json {
            let fields = json!({ "key": wrapped.id, "guard": wrapped.guard, "before": before, "records": records });
            return json_line("rotated", fields);
        }
        let records = count(usize::try_from(records).unwrap_or(usize::MAX), "record");
        print(&format!("The secrets of {} are sealed with the new key {}: {records}.\n", session.place.of(), wrapped.id))?;
        say(&format!("It opens for {}.", wrapped.guard));
        if guard != &session.environment.key {
            say(&format!("A later rotation without `--to` takes `{}`, as long as infra.toml says nothing else.", session.environment.key));
        }
        Ok(())
    }
}
