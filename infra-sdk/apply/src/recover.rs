//! What an interrupted run left open: looked up in the cloud, and taken over or dropped.

use std::collections::BTreeMap;

use futures::future::join_all;
use infra_core::{Address, Diagnostic, Value};
use infra_plan::{Intent, Object, Record, unsure};

use crate::event::{Doing, Event, Watcher};
use crate::journal::Journal;
use crate::making::ownership;
use crate::observe::outputs;
use crate::provider::Creation;
use crate::registry::Registry;
use crate::retry::{Backoff, Patience, retry};
use crate::scrub::Scrub;
use crate::store::StoreError;
use crate::unseal::unsealed;

/// Why recovery could not finish.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The journal.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The cloud could not be asked.
    #[error("{0}")]
    Unanswered(Box<Diagnostic>),
}

/// Settles every open intent of the journal that `settles` names.
pub(crate) async fn recover(
    registry: &Registry,
    journal: &mut Journal,
    stack: &str,
    patience: &Patience,
    watcher: &dyn Watcher,
    settles: &dyn Fn(&Address) -> bool,
) -> Result<(), RecoverError> {
    let rows = journal.state().rows.iter().filter(|(address, _)| settles(address));
    let open: Vec<(Address, Intent)> = rows.filter_map(|(address, row)| Some((address.clone(), row.intent.clone()?))).collect();
    for (address, _) in &open {
        watcher.hear(Event::Started { address: address.clone(), doing: Doing::Recovering });
    }
    // All at once, since each may take as long as a cloud needs to show what it has.
    let salt = &journal.state().salt;
    let searches = open.iter().map(|(address, intent)| search(registry, stack, salt, patience, address, intent));
    let mut found: BTreeMap<Address, Option<(String, Outputs)>> = BTreeMap::new();
    for ((address, _), made) in open.iter().zip(join_all(searches).await) {
        found.insert(address.clone(), made?);
    }
    for (address, intent) in open {
        let (record, id) = match intent {
            // The object is still in the row: planning compares it with the cloud, and repeats what is missing. Where a
            // change may have happened, it may use more than it did, and what the cloud never tells is not known.
            Intent::Delete { id } => (Record::Abandoned { address: address.clone() }, id),
            Intent::Update { id, inputs, dependencies, lifecycle } => {
                let object = journal.state().object(&address).filter(|object| object.id == id).cloned();
                let record = object.map(|mut object| {
                    if let Some(handler) = registry.handler(address.kind()) {
                        object.inputs = unsure(&handler.schema().inputs, &object.inputs, &inputs);
                    }
                    object.dependencies.extend(dependencies);
                    object.lifecycle = object.lifecycle.or(&lifecycle);
                    object.problem = Some("a change of it was interrupted".to_owned());
                    Record::Settled { address: address.clone(), object }
                });
                (record.unwrap_or_else(|| Record::Abandoned { address: address.clone() }), id)
            }
            Intent::Create { inputs, dependencies, declared, lifecycle, .. } => match found.remove(&address).flatten() {
                Some((id, outputs)) => {
                    let problem = Some("it was made by an interrupted run".to_owned());
                    let object = Object { id: id.clone(), inputs, outputs, dependencies, declared, problem, lifecycle, unfinished: true };
                    (Record::Made { address: address.clone(), object }, id)
                }
                None => (Record::Abandoned { address: address.clone() }, "nothing".to_owned()),
            },
        };
        journal.record(record).await?;
        watcher.hear(Event::Finished { address, doing: Doing::Recovering, id });
    }
    Ok(())
}

/// What is told of an object.
type Outputs = BTreeMap<String, Value>;

/// The object that an interrupted create made, if it did, and what it told; nothing for other intents. What was made a moment ago may not
/// be found everywhere yet, and what is not found is made again: so it is looked for a while.
async fn search(
    registry: &Registry,
    stack: &str,
    salt: &str,
    patience: &Patience,
    address: &Address,
    intent: &Intent,
) -> Result<Option<(String, Outputs)>, RecoverError> {
    let Intent::Create { token, inputs, declared, lifecycle, .. } = intent else { return Ok(None) };
    let unanswered = |problem: String| {
        let problem = Diagnostic::new(problem).with_resource(address).with_location(declared);
        RecoverError::Unanswered(Box::new(problem.with_help("run the command again when the cloud can be asked")))
    };
    let handler = registry.handler_at(address.kind(), lifecycle.provider.as_ref()).await;
    let handler = handler.map_err(|error| unanswered(format!("failed to reach where an interrupted run was: {error}")))?;
    let handler = handler.ok_or_else(|| unanswered(format!("this engine does not know what a {} is", address.kind())))?;
    if handler.maker().is_some() {
        // What was made and not recorded is nowhere.
        return Ok(None);
    }
    let asked = Value::Object(unsealed(&handler.schema().inputs, inputs, &BTreeMap::new(), salt)).without_nulls();
    let scrub = Scrub::default();
    scrub.note(&asked);
    let tags = ownership(&asked, stack, address, token);
    let new = Creation { tags: &tags, token };
    let mut backoff = Backoff::new();
    loop {
        let found = retry(
            patience,
            |_, _| {},
            async || match handler.schema().action {
                true => Ok(handler.ran(&asked, new).await?.map(|told| (token.clone(), outputs(handler.schema(), &scrub.marked(&told))))),
                false => Ok(handler.find(&asked, new).await?.map(|id| (id, Outputs::new()))),
            },
        );
        let found = found
            .await
            .map_err(|error| unanswered(scrub.scrubbed(&format!("failed to look for what an interrupted run made: {error}"))))?;
        // Whoever can tell what came of an action tells it at once.
        if found.is_some() || handler.schema().action || backoff.elapsed() + backoff.upcoming() > patience.seen {
            return Ok(found);
        }
        backoff.wait().await;
    }
}
