//! What an interrupted run left open: looked up in the cloud, and taken over or dropped.

use std::collections::BTreeMap;

use infra_core::{Address, Diagnostic, Value};
use infra_plan::{Intent, Object, Record, unsure};

use crate::event::{Doing, Event, Watcher};
use crate::journal::Journal;
use crate::perform::ownership;
use crate::provider::Creation;
use crate::registry::Registry;
use crate::retry::{Patience, retry};
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

/// Settles every open intent of the journal.
pub(crate) async fn recover(
    registry: &Registry,
    journal: &mut Journal,
    stack: &str,
    patience: &Patience,
    watcher: &dyn Watcher,
) -> Result<(), RecoverError> {
    let open: Vec<(Address, Intent)> =
        journal.state().rows.iter().filter_map(|(address, row)| Some((address.clone(), row.intent.clone()?))).collect();
    for (address, intent) in open {
        watcher.hear(Event::Started { address: address.clone(), doing: Doing::Recovering });
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
                    object.lifecycle = object.lifecycle.or(lifecycle);
                    object.problem = Some("a change of it was interrupted".to_owned());
                    Record::Settled { address: address.clone(), object }
                });
                (record.unwrap_or_else(|| Record::Abandoned { address: address.clone() }), id)
            }
            Intent::Create { token, inputs, dependencies, declared, lifecycle } => {
                let unanswered = |problem: String| {
                    let problem = Diagnostic::new(problem).with_resource(&address).with_location(&declared);
                    RecoverError::Unanswered(Box::new(problem.with_help("run the command again when the cloud can be asked")))
                };
                let handler = registry
                    .handler(address.kind())
                    .ok_or_else(|| unanswered(format!("this engine does not know what a {} is", address.kind())))?;
                let salt = &journal.state().salt;
                let asked = Value::Object(unsealed(&handler.schema().inputs, &inputs, &BTreeMap::new(), salt)).without_nulls();
                let tags = ownership(&asked, stack, &address, &token);
                let new = Creation { tags: &tags, token: &token };
                let found = retry(patience, |_, _| {}, async || handler.find(&asked, new).await).await;
                match found.map_err(|error| unanswered(format!("failed to look for what an interrupted run made: {error}")))? {
                    Some(id) => {
                        let problem = Some("it was made by an interrupted run".to_owned());
                        let (id_made, outputs) = (id.clone(), BTreeMap::new());
                        let object = Object { id: id_made, inputs, outputs, dependencies, declared, problem, lifecycle, unfinished: true };
                        (Record::Made { address: address.clone(), object }, id)
                    }
                    None => (Record::Abandoned { address: address.clone() }, "nothing".to_owned()),
                }
            }
        };
        journal.record(record)?;
        watcher.hear(Event::Finished { address, doing: Doing::Recovering, id });
    }
    Ok(())
}
