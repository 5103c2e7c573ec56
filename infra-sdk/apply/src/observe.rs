//! Looking at what the cloud has: a few calls a type of resource, whatever their number.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream;
use infra_core::{Address, Graph, Import, Kind, Node, Provider, Schema, Type, Value};
use infra_plan::{Object, Observed, Sight, State};

use crate::asked::{Asked, Inputs};
use crate::error::{Class, ProviderError};
use crate::event::Event;
use crate::provider::{Condition, Found, Handler};
use crate::registry::Registry;
use crate::retry::{Backoff, Caller};

/// Why the cloud could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The state has resources that this engine does not know.
    #[error("the state has a {kind} ({address}), which this engine does not know: use the engine that deployed it")]
    UnknownKind {
        /// The kind.
        kind: Kind,
        /// One of its resources.
        address: Address,
    },
    /// Another region or account could not be reached.
    #[error("failed to reach {provider}, where {address} is: {source}")]
    Reach {
        /// The place.
        provider: Provider,
        /// One of its resources.
        address: Address,
        /// Why.
        source: ProviderError,
    },
    /// A call failed.
    #[error("failed to read {count} of {kind}, {first} first: {source}")]
    Read {
        /// The kind.
        kind: Kind,
        /// How many were asked for.
        count: usize,
        /// The first of them.
        first: Address,
        /// Why.
        source: ProviderError,
    },
}

/// Resources, each with the id of the object that it is to import.
type Wanted<'a> = Vec<(&'a Address, &'a String)>;

/// Reads what resources are to import: objects that the state does not know yet.
pub(crate) async fn observe_imports(
    registry: &Registry,
    wanted: &[(&Node, &Import)],
    caller: Caller<'_>,
    observed: &mut Observed,
) -> Result<(), ObserveError> {
    let mut by_kind: BTreeMap<(&Kind, Option<&Provider>), Wanted<'_>> = BTreeMap::new();
    for (node, import) in wanted {
        let place = (node.address.kind(), node.options.lifecycle.provider.as_ref());
        by_kind.entry(place).or_default().push((&node.address, &import.id));
    }
    for ((kind, provider), wanted) in &by_kind {
        let handler = served(registry, kind, *provider, wanted[0].0).await?;
        let caller = Caller { place: *provider, ..caller };
        for page in wanted.chunks(handler.page().max(1)) {
            let ids: Vec<String> = page.iter().map(|(_, id)| (*id).clone()).collect();
            let failed = |source| ObserveError::Read { kind: Kind::clone(kind), count: page.len(), first: page[0].0.clone(), source };
            let found = caller.call(handler.service(), |_, _| {}, async || handler.read(&ids).await).await.map_err(failed)?;
            let mut found: HashMap<String, Found> = found.into_iter().map(|found| (found.id.clone(), found)).collect();
            for (address, id) in page {
                let found = found.remove(*id);
                if let Some(found) = &found {
                    sound(handler.schema(), &Asked::whole(id), found).map_err(failed)?;
                }
                let seen = found.map_or(Sight::Gone, |found| sight(handler.schema(), found));
                observed.objects.insert((*address).clone(), seen);
            }
        }
    }
    Ok(())
}

/// Reads every object that the state knows.
pub(crate) async fn observe(
    registry: &Registry,
    state: &State,
    graph: Option<&Graph>,
    in_doubt: &BTreeMap<Address, String>,
    caller: Caller<'_>,
    parallel: usize,
) -> Result<Observed, ObserveError> {
    let mut observed = Observed { in_doubt: in_doubt.clone(), ..Observed::default() };
    let seen = async |page: Observed| {
        observed.objects.extend(page.objects);
        for (address, gone) in page.old_gone {
            observed.old_gone.entry(address).or_default().extend(gone);
        }
        Ok::<_, ObserveError>(())
    };
    observe_by_page(registry, state, graph, in_doubt, caller, parallel, seen).await?;
    Ok(observed)
}

/// Reads every object that the state knows, at most `parallel` calls at a time, and tells what was seen page by page. What is
/// in doubt since its type is unknown is not looked at.
pub(crate) async fn observe_by_page<E: From<ObserveError>>(
    registry: &Registry,
    state: &State,
    graph: Option<&Graph>,
    in_doubt: &BTreeMap<Address, String>,
    caller: Caller<'_>,
    parallel: usize,
    mut seen: impl AsyncFnMut(Observed) -> Result<(), E>,
) -> Result<(), E> {
    let declared: HashMap<&Address, &Inputs> =
        graph.into_iter().flat_map(|graph| &graph.nodes).map(|node| (&node.address, &node.inputs)).collect();
    let mut by_kind: BTreeMap<(&Kind, Option<&Provider>), Vec<Known<'_>>> = BTreeMap::new();
    for (address, row) in &state.rows {
        let declared = declared.get(address).copied();
        let objects = row.object.iter().map(|object| Known { address, object, declared, current: true });
        for known in objects.chain(row.old.iter().map(|object| Known { address, object, declared: None, current: false })) {
            by_kind.entry((address.kind(), known.object.lifecycle.provider.as_ref())).or_default().push(known);
        }
    }
    for (_, objects) in by_kind.iter_mut().filter(|((kind, _), _)| registry.handler(kind).is_none()) {
        objects.retain(|known| !in_doubt.contains_key(known.address));
    }
    by_kind.retain(|_, objects| !objects.is_empty());
    let watcher = caller.watcher;
    watcher.hear(Event::Observing { objects: by_kind.values().map(Vec::len).sum() });

    let mut pages = Vec::new();
    for ((kind, provider), objects) in &by_kind {
        let handler = served(registry, kind, *provider, objects[0].address).await?;
        if handler.is_recorded() {
            // The record is all there is to see.
            continue;
        }
        pages.extend(objects.chunks(handler.page().max(1)).map(|page| (Arc::clone(&handler), *kind, *provider, page)));
    }
    let read = stream::iter(pages).map(|(handler, kind, place, page)| async move {
        let failed = |source| ObserveError::Read { kind: Kind::clone(kind), count: page.len(), first: page[0].address.clone(), source };
        let found = read_page(handler.as_ref(), page, Caller { place, ..caller }).await.map_err(failed)?;
        watcher.hear(Event::Observed { objects: page.len() });
        Ok((handler, page, found))
    });
    let mut read = read.buffer_unordered(parallel.max(1));
    while let Some(page) = read.next().await {
        let (handler, page, mut found) = page?;
        let mut observed = Observed::default();
        for known in page {
            let Known { address, object, current, .. } = known;
            let found = found.remove(&object.id);
            let garbled = found.as_ref().and_then(|found| sound(handler.schema(), &known.asked(), found).err());
            if let Some(source) = garbled {
                return Err(ObserveError::Read { kind: address.kind().clone(), count: 1, first: Address::clone(address), source }.into());
            }
            match (found, current) {
                (Some(found), true) => drop(observed.objects.insert((*address).clone(), sight(handler.schema(), found))),
                (None, true) => drop(observed.objects.insert((*address).clone(), Sight::Gone)),
                (None, false) => drop(observed.old_gone.entry((*address).clone()).or_default().insert(object.id.clone())),
                (Some(_), false) => {}
            }
        }
        seen(observed).await?;
    }
    Ok(())
}

/// The handler of a type in a place, of which there is a resource.
async fn served(
    registry: &Registry,
    kind: &Kind,
    provider: Option<&Provider>,
    address: &Address,
) -> Result<Arc<dyn Handler>, ObserveError> {
    let handler = registry.handler_at(kind, provider).await.map_err(|source| ObserveError::Reach {
        provider: provider.cloned().unwrap_or_default(),
        address: address.clone(),
        source,
    })?;
    handler.ok_or_else(|| ObserveError::UnknownKind { kind: Kind::clone(kind), address: address.clone() })
}

/// An object that the state knows.
struct Known<'a> {
    address: &'a Address,
    object: &'a Object,
    /// What the program says of it.
    declared: Option<&'a Inputs>,
    /// Whether it is the resource's, and not one that was replaced.
    current: bool,
}

impl<'a> Known<'a> {
    /// Of an object that was replaced, only whether it is still there.
    fn asked(&self) -> Asked<'a> {
        if self.current { Asked::managed(self.object, self.declared) } else { Asked::presence(&self.object.id) }
    }
}

/// Reads a page of objects. One that an interrupted run made a moment ago may not be seen everywhere yet: before it is
/// taken for gone, and made again, it is looked for a while.
async fn read_page(handler: &dyn Handler, page: &[Known<'_>], caller: Caller<'_>) -> Result<HashMap<String, Found>, ProviderError> {
    let asked: Vec<Asked<'_>> = page.iter().map(Known::asked).collect();
    let found = caller.call(handler.service(), |_, _| {}, async || handler.look(&asked).await).await?;
    let mut all: HashMap<String, Found> = found.into_iter().map(|found| (found.id.clone(), found)).collect();
    let mut backoff = Backoff::new();
    loop {
        let young = page.iter().filter(|known| known.current && known.object.problem.is_some());
        let unseen: Vec<Asked<'_>> = young.filter(|known| !all.contains_key(&known.object.id)).map(Known::asked).collect();
        if unseen.is_empty() || backoff.elapsed() + backoff.upcoming() > caller.patience.seen {
            return Ok(all);
        }
        backoff.wait().await;
        let found = caller.call(handler.service(), |_, _| {}, async || handler.look(&unseen).await).await?;
        all.extend(found.into_iter().map(|found| (found.id.clone(), found)));
    }
}

fn sight(schema: &Schema, found: Found) -> Sight {
    let (failed, pending) = match found.condition {
        Condition::Failed(state) => (Some(state), None),
        Condition::Pending(state) | Condition::Stuck(state) => (None, Some(state)),
        Condition::Ready => (None, None),
    };
    Sight::Present { outputs: outputs(schema, &found.outputs), inputs: fields(found.inputs), failed, pending }
}

/// An object's fields.
pub(crate) fn fields(value: Value) -> BTreeMap<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => BTreeMap::new(),
    }
}

/// What the cloud says of an object, with what the schema calls secret marked as such.
pub(crate) fn outputs(schema: &Schema, said: &Value) -> BTreeMap<String, Value> {
    let mut outputs = fields(said.clone());
    for output in schema.outputs.iter().filter(|output| output.secret) {
        if let Some(value) = outputs.get_mut(&output.name).filter(|value| !matches!(value, Value::Secret(_))) {
            *value = Value::Secret(Box::new(std::mem::replace(value, Value::Null)));
        }
    }
    outputs
}

/// Refuses an answer that cannot be true: an object of this type that lacks what was asked for and none can be without. Taken for
/// true, it would replace the object.
pub(crate) fn sound(schema: &Schema, asked: &Asked<'_>, found: &Found) -> Result<(), ProviderError> {
    let wrong = |what: String| Err(ProviderError::new(Class::Other, "read", format!("the answer about {} {what}", found.id)));
    let Value::Object(inputs) = &found.inputs else { return wrong("is no object with inputs".into()) };
    let told =
        schema.inputs.iter().filter(|field| field.required && !field.write_only && field.ty != Type::Json && asked.wants(&field.name));
    match { told }.find(|field| inputs.get(&field.name).is_none_or(Value::is_null)) {
        Some(field) => wrong(format!("lacks `{}`, without which there is no {}", field.name, schema.handle)),
        None => Ok(()),
    }
}
