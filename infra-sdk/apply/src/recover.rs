//! What an interrupted run left open: looked up in the cloud, and taken over or dropped, each on its own.
//!
//! What the cloud cannot tell stays open. Nothing else waits for it: the plan leaves it and what needs it alone.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use infra_core::{Address, Location, Value};
use infra_plan::{Intent, Object, Record, unsure};

use crate::event::{Doing, Event};
use crate::journal::Journal;
use crate::observe::outputs;
use crate::ownership::ownership;
use crate::provider::Creation;
use crate::registry::Registry;
use crate::retry::{Backoff, Caller};
use crate::scrub::Scrub;
use crate::store::StoreError;
use crate::unseal::unsealed;

/// Why recovery could not finish. What the cloud cannot tell is no such error, but [`InDoubt`].
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The journal.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A call that an interrupted run began, and of which the cloud could not tell what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct InDoubt {
    /// The resource.
    pub address: Address,
    /// Where the program declared it, as far as that is known.
    pub declared: Option<Location>,
    /// The token of its create, which its tag `infra:token` has where the type has tags.
    pub token: Option<String>,
    /// The physical name that it was to have, or the id that it has.
    pub name: Option<String>,
    /// Why the cloud could not tell: reads after "in doubt: ".
    pub problem: String,
}

/// Settles the open intents of the journal that `settles` names; returns those of them that stay open.
pub(crate) async fn recover(
    registry: &Registry,
    journal: &mut Journal,
    stack: &str,
    caller: Caller<'_>,
    settles: &dyn Fn(&Address) -> bool,
) -> Result<Vec<InDoubt>, RecoverError> {
    let rows = journal.state().rows.iter().filter(|(address, _)| settles(address));
    let open: Vec<(Address, Intent)> = rows.filter_map(|(address, row)| Some((address.clone(), row.intent.clone()?))).collect();
    for (address, _) in &open {
        caller.watcher.hear(Event::Started { address: address.clone(), doing: Doing::Recovering });
    }
    // All at once, since each may take as long as a cloud needs to show what it has.
    let salt = journal.state().salt.clone();
    let search = async |(address, intent)| {
        let found = search(registry, stack, &salt, caller, &address, &intent).await;
        (address, intent, found)
    };
    let mut searches: FuturesUnordered<_> = open.into_iter().map(search).collect();
    let mut in_doubt = Vec::new();
    while let Some((address, intent, found)) = searches.next().await {
        let found = match found {
            Ok(found) => found,
            Err(problem) => {
                in_doubt.push(doubt(registry, address, &intent, problem));
                continue;
            }
        };
        let (record, id) = settled(registry, journal, &address, intent, found);
        journal.record(record).await?;
        caller.watcher.hear(Event::Finished { address, doing: Doing::Recovering, id });
    }
    in_doubt.sort_by(|one, other| one.address.cmp(&other.address));
    Ok(in_doubt)
}

/// The record that ends an intent, and the id it is about.
fn settled(
    registry: &Registry,
    journal: &Journal,
    address: &Address,
    intent: Intent,
    found: Option<(String, Outputs)>,
) -> (Record, String) {
    match intent {
        // The object is still in the row: planning compares it with the cloud, and repeats what is missing. Where a change
        // may have happened, it may use more than it did, and what the cloud never tells is not known.
        Intent::Delete { id } => (Record::Abandoned { address: address.clone() }, id),
        Intent::Update { id, inputs, dependencies, lifecycle } => {
            let object = journal.state().object(address).filter(|object| object.id == id).cloned();
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
        Intent::Create { .. } => match found.and_then(|(id, outputs)| Some(Object { outputs, ..intent.made(&id)? })) {
            Some(object) => {
                let id = object.id.clone();
                (Record::Made { address: address.clone(), object }, id)
            }
            None => (Record::Abandoned { address: address.clone() }, "nothing".to_owned()),
        },
    }
}

/// What is known of a call that stays open.
fn doubt(registry: &Registry, address: Address, intent: &Intent, problem: String) -> InDoubt {
    let (declared, token, name) = match intent {
        Intent::Create { token, inputs, declared, .. } => {
            let schema = registry.handler(address.kind()).map(|handler| handler.schema());
            let field = schema.and_then(|schema| schema.physical_name()).map_or("name", |(field, _)| &field.name);
            let name = inputs.get(field).and_then(Value::as_str).map(str::to_owned);
            (Some(declared.clone()), Some(token.clone()), name)
        }
        Intent::Update { id, .. } | Intent::Delete { id } => (None, None, Some(id.clone())),
    };
    InDoubt { address, declared, token, name, problem }
}

/// What is told of an object.
type Outputs = BTreeMap<String, Value>;

/// The object that an interrupted create made, if it did, and what it told; nothing for other intents. What was made a
/// moment ago may not be found everywhere yet, and what is not found is made again: so it is looked for a while. Otherwise
/// why that cannot be said.
async fn search(
    registry: &Registry,
    stack: &str,
    salt: &str,
    caller: Caller<'_>,
    address: &Address,
    intent: &Intent,
) -> Result<Option<(String, Outputs)>, String> {
    let unknown = || format!("this engine does not know what a {} is", address.kind());
    let provider = match intent {
        Intent::Create { lifecycle, .. } => lifecycle.provider.as_ref(),
        Intent::Update { .. } | Intent::Delete { .. } => None,
    };
    let handler = registry.handler_at(address.kind(), provider).await;
    let handler = handler.map_err(|error| format!("failed to reach where it was begun: {error}"))?.ok_or_else(unknown)?;
    if handler.maker().is_some() {
        // What was made and not recorded is nowhere.
        return Ok(None);
    }
    let caller = Caller { place: provider, ..caller };
    let Intent::Create { token, inputs, .. } = intent else { return Ok(None) };
    let asked = Value::Object(unsealed(&handler.schema().inputs, inputs, &BTreeMap::new(), salt)).without_nulls();
    let scrub = Scrub::default();
    scrub.note(&asked);
    let tags = ownership(&asked, stack, address, token);
    let new = Creation { tags: &tags, token };
    let mut backoff = Backoff::new();
    loop {
        let found = caller.call(
            handler.service(),
            |_, _| {},
            async || match handler.schema().action {
                true => Ok(handler.ran(&asked, new).await?.map(|told| (token.clone(), outputs(handler.schema(), &scrub.marked(&told))))),
                false => Ok(handler.find(&asked, new).await?.map(|id| (id, Outputs::new()))),
            },
        );
        let found = found.await.map_err(|error| scrub.scrubbed(&format!("failed to look for it: {error}")))?;
        // Whoever can tell what came of an action tells it at once.
        if found.is_some() || handler.schema().action || backoff.elapsed() + backoff.upcoming() > caller.patience.seen {
            return Ok(found);
        }
        backoff.wait().await;
    }
}
