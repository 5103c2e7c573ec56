//! The simulated cloud: objects with ids, references that hold, and a list of every call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use infra_apply::{Class, Connector, ProviderError, Registry};
use infra_core::{Kind, Provider, Schema, Value};

use crate::compare::mentions;
use crate::crash::Life;
use crate::fault::Fault;
use crate::handler::MockHandler;
use crate::invent;
use crate::traffic::{Quota, Traffic, service};

/// What was asked of the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Reading, however many objects at once.
    Read,
    /// Making an object.
    Create,
    /// Changing an object.
    Update,
    /// Deleting an object.
    Delete,
    /// Looking for what an interrupted create made.
    Find,
    /// Running an action.
    Run,
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What was asked.
    pub verb: Verb,
    /// Of which type.
    pub kind: Kind,
    /// Of which resource of the stack; empty for reads.
    pub name: String,
}

/// An object of the simulated cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct MockObject {
    /// Its type.
    pub kind: Kind,
    /// The resource's name in the stack.
    pub name: String,
    /// What was asked of it, with secrets in clear, as a cloud has them.
    pub inputs: BTreeMap<String, Value>,
    /// What it says of itself.
    pub outputs: BTreeMap<String, Value>,
    /// The idempotency token it was made with.
    pub token: String,
    /// How often it was changed, plus one.
    pub revision: u64,
    /// Where it is, as its provider is written; empty where the environment says.
    pub place: String,
}

/// A cloud that exists only in memory. Clones are the same cloud.
#[derive(Clone, Default)]
pub struct MockCloud(Arc<Mutex<Contents>>);

#[derive(Clone, Default)]
pub(crate) struct Contents {
    pub(crate) objects: BTreeMap<String, MockObject>,
    pub(crate) schemas: BTreeMap<Kind, Arc<Schema>>,
    calls: Vec<Call>,
    faults: Vec<Fault>,
    gone: BTreeSet<String>,
    /// The types whose objects go with what an input of theirs refers to, and that input.
    contained: BTreeSet<(String, String)>,
    /// The values that inputs have whatever is asked, by type and input.
    insists: BTreeMap<(String, String), Value>,
    /// The types whose objects are those of another type, and that one.
    aliases: BTreeMap<Kind, Kind>,
    /// What the places are called that cannot be reached.
    locked: String,
    next: u64,
    pub(crate) life: Life,
    pub(crate) nature: Nature,
    /// What each service whose rate is limited has to grant.
    quotas: BTreeMap<String, Quota>,
    /// How often each young object has been read.
    reads: BTreeMap<String, u32>,
    /// Why objects do not become ready until they are changed, by the resource's name.
    pub(crate) stuck: BTreeMap<String, String>,
    /// What each run of an action was given, by its type and the resource's name.
    runs: BTreeMap<(String, String), Vec<BTreeMap<String, Value>>>,
}

/// How quick the cloud is.
#[derive(Clone, Copy, Default)]
pub(crate) struct Nature {
    /// What the time that each call takes is made from; without it, none takes any.
    pub(crate) latency: Option<u64>,
    ready_after: u32,
    seen_after: u32,
}

/// The region in which a program's resources are that say no other.
const HOME: &str = "home";

/// Leads to the places of a simulated cloud.
struct MockConnector(MockCloud);

#[async_trait]
impl Connector for MockConnector {
    async fn connect(&self, provider: &Provider) -> Result<Registry, ProviderError> {
        let locked = self.0.contents().locked.clone();
        if !locked.is_empty() && provider.to_string().contains(&locked) {
            return Err(ProviderError::new(Class::Denied, "connect", format!("nobody is let into {provider}")));
        }
        let place = Provider { access: BTreeMap::new(), ..provider.clone() };
        Ok(self.0.registry_at(&place.to_string()))
    }
}

/// What a read says of an object.
pub(crate) enum Seen {
    NotYet,
    Pending,
    Ready,
}

impl MockCloud {
    /// A cloud with nothing in it.
    pub fn new() -> MockCloud {
        MockCloud::default()
    }

    /// The objects, by id.
    pub fn objects(&self) -> BTreeMap<String, MockObject> {
        self.contents().objects.clone()
    }

    /// The one object of the resource called `name`, whatever its type; `None` if there is none, or more.
    pub fn object(&self, kind: &str, name: &str) -> Option<(String, MockObject)> {
        let contents = self.contents();
        let mut found = contents.objects.iter().filter(|(_, object)| &*object.kind == kind && object.name == name);
        let first = found.next()?;
        found.next().is_none().then(|| (first.0.clone(), first.1.clone()))
    }

    /// What each run of an action was given so far, the first one first, with secrets in clear; runs whose answer was lost
    /// are among them.
    pub fn runs(&self, kind: &str, name: &str) -> Vec<BTreeMap<String, Value>> {
        self.contents().runs.get(&(kind.to_owned(), name.to_owned())).cloned().unwrap_or_default()
    }

    /// Every call so far but reads, in order, as `create subnet public-1`.
    pub fn changes(&self) -> Vec<String> {
        let contents = self.contents();
        let changes = contents.calls.iter().filter(|call| !matches!(call.verb, Verb::Read | Verb::Find));
        let line = |call: &Call| {
            format!("{} {} {}", format!("{:?}", call.verb).to_lowercase(), call.kind.rsplit('/').next().unwrap_or_default(), call.name)
        };
        changes.map(line).collect()
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.contents().calls.clone()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.contents().calls.clear();
    }

    /// Makes calls to come fail.
    pub fn inject(&self, fault: Fault) {
        self.contents().faults.push(fault);
    }

    /// Takes back the failures that have not happened yet.
    pub fn heal(&self) {
        self.contents().faults.clear();
    }

    /// Deletes the object of a resource behind the engine's back; says whether there was one.
    pub fn remove(&self, kind: &str, name: &str) -> bool {
        let Some((id, _)) = self.object(kind, name) else { return false };
        let mut contents = self.contents();
        contents.gone.insert(id.clone());
        contents.objects.remove(&id).is_some()
    }

    /// Changes an input of a resource's object behind the engine's back; says whether there was one.
    pub fn change(&self, kind: &str, name: &str, input: &str, value: impl Into<Value>) -> bool {
        let Some((id, _)) = self.object(kind, name) else { return false };
        let mut contents = self.contents();
        let object = contents.objects.get_mut(&id);
        object.map(|object| object.inputs.insert(input.to_owned(), value.into())).is_some()
    }

    /// Makes the object of a resource one of another type, under the same id and name: as a cloud's object is whose type
    /// has another name now. Says whether there was one.
    pub fn retype(&self, kind: &str, name: &str, schema: Schema) -> bool {
        let Some((id, _)) = self.object(kind, name) else { return false };
        let mut contents = self.contents();
        let Some(object) = contents.objects.get_mut(&id) else { return false };
        object.kind = schema.kind.clone();
        object.outputs = invent::outputs(&schema, &id, &object.inputs, object.revision);
        contents.schemas.insert(schema.kind.clone(), Arc::new(schema));
        true
    }

    /// Lets a type be another name of `kind`: what a resource of the one makes, one of the other finds under the same id. All
    /// that is told of objects and calls, and all that is asked for by type, is of `kind`.
    pub fn alias(&self, other: &str, kind: &str) {
        self.contents().aliases.insert(Kind::from(other), Kind::from(kind));
    }

    /// Lets the objects of a type go with the object that one of their inputs refers to, as what is in a container does;
    /// they do not keep it from being deleted.
    pub fn contain(&self, kind: &str, input: &str) {
        self.contents().contained.insert((kind.to_owned(), input.to_owned()));
    }

    /// Lets the cloud give an input of a type a value of its own, whatever is asked of it.
    pub fn insist(&self, kind: &str, input: &str, value: impl Into<Value>) {
        self.contents().insists.insert((kind.to_owned(), input.to_owned()), value.into());
    }

    /// Lets every call take up to a second of virtual time, the same for the same seed, so that calls overlap. A call that
    /// is under way when its run dies arrives all the same.
    pub fn take_time(&self, seed: u64) {
        self.contents().nature.latency = Some(seed);
    }

    /// Lets a service grant so many calls a second, and save up to `burst` of them; the others are refused as
    /// [`Class::Throttled`]. A service is the part of a kind between `:` and `/`, as `ec2` in `aws:ec2/vpc`.
    pub fn limit_rate(&self, service: &str, per_second: f64, burst: f64) {
        self.contents().quotas.insert(service.to_owned(), Quota::new(per_second, burst));
    }

    /// Lets a service whose rate is limited grant another number of calls a second from so long after a run's first call on.
    pub fn change_rate(&self, service: &str, after: Duration, per_second: f64) {
        if let Some(quota) = self.contents().quotas.get_mut(service) {
            quota.change(after, per_second);
        }
    }

    /// What became of the calls to a service whose rate is limited, in the last run.
    pub fn traffic(&self, service: &str) -> Traffic {
        self.contents().quotas.get(service).map(Quota::traffic).unwrap_or_default()
    }

    /// Lets objects that are made from now on be `pending` for their first so many reads.
    pub fn ready_after(&self, reads: u32) {
        self.contents().nature.ready_after = reads;
    }

    /// Lets the object of the resource called `name` not become ready until it is changed, for this reason.
    pub fn stick(&self, name: &str, why: &str) {
        self.contents().stuck.insert(name.to_owned(), why.to_owned());
    }

    /// Lets objects that are made from now on be invisible to their first so many reads, as in a cloud whose answers
    /// come from copies that lag behind.
    pub fn seen_after(&self, reads: u32) {
        self.contents().nature.seen_after = reads;
    }

    /// Another cloud that is as this one is now.
    #[must_use]
    pub fn fork(&self) -> MockCloud {
        MockCloud(Arc::new(Mutex::new(self.contents().clone())))
    }

    /// A registry that serves these types of resource from this cloud.
    pub fn registry<'a>(&self, schemas: impl IntoIterator<Item = &'a Schema>) -> Registry {
        let mut contents = self.contents();
        for schema in schemas {
            if contents.schemas.get(&schema.kind).is_none_or(|known| **known != *schema) {
                contents.schemas.insert(schema.kind.clone(), Arc::new(schema.clone()));
            }
        }
        drop(contents);
        let mut registry = self.registry_at("");
        let home = BTreeMap::from([("region".to_owned(), HOME.to_owned())]);
        registry.connect_with(home, Arc::new(MockConnector(self.clone())));
        registry
    }

    fn registry_at(&self, place: &str) -> Registry {
        let contents = self.contents();
        let known = contents.schemas.values().map(|schema| {
            let kind = contents.aliases.get(&schema.kind).unwrap_or(&schema.kind);
            MockHandler::new(self.clone(), schema.clone(), kind.clone(), place.to_owned())
        });
        let mut registry = Registry::new();
        known.for_each(|handler| registry.insert(Arc::new(handler)));
        drop(contents);
        registry
    }

    /// Lets nobody into the places whose description has this text in it, or everybody again where it is empty.
    pub fn lock_out(&self, place: &str) {
        self.contents().locked = place.to_owned();
    }

    pub(crate) fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contents {
    /// Notes a call, and fails it before the act if a fault says so; returns its number in the run.
    pub(crate) fn begin(&mut self, verb: Verb, kind: &Kind, name: &str) -> Result<usize, ProviderError> {
        let number = self.life.call()?;
        self.calls.push(Call { verb, kind: kind.clone(), name: name.to_owned() });
        self.fault(verb, name, false).map(|()| number)
    }

    /// A run begins: its time does, too.
    pub(crate) fn renew_quotas(&mut self) {
        self.quotas.values_mut().for_each(Quota::renew);
    }

    /// Refuses a call that is one too many.
    pub(crate) fn arrive(&mut self, kind: &Kind) -> Result<(), ProviderError> {
        let service = service(kind);
        match self.quotas.get_mut(service).is_none_or(|quota| quota.grants(tokio::time::Instant::now())) {
            true => Ok(()),
            false => Err(ProviderError::new(Class::Throttled, "Call", format!("there are too many calls to {service}"))),
        }
    }

    /// Whether an answer is never to come.
    pub(crate) fn is_silent(&mut self, verb: Verb, name: &str, after: bool) -> bool {
        let meant = |fault: &&mut Fault| {
            fault.silent && fault.verb == verb && fault.name == name && fault.after_the_act == after && fault.times > 0
        };
        self.faults.iter_mut().find(meant).map(|fault| fault.times -= 1).is_some()
    }

    /// Fails the call after the act if a fault says so, or nobody is there to hear of it.
    pub(crate) fn end(&mut self, number: usize, verb: Verb, name: &str) -> Result<(), ProviderError> {
        self.life.answer(number)?;
        self.fault(verb, name, true)
    }

    /// Notes that an object is read, and says what the reader sees of it.
    pub(crate) fn see(&mut self, id: &str) -> Seen {
        let Some(reads) = self.reads.get_mut(id) else { return Seen::Ready };
        *reads += 1;
        match *reads {
            reads if reads <= self.nature.seen_after => Seen::NotYet,
            reads if reads <= self.nature.seen_after + self.nature.ready_after => Seen::Pending,
            _ => Seen::Ready,
        }
    }

    /// Whether a search is to find nothing.
    pub(crate) fn is_blind(&mut self, verb: Verb, name: &str) -> bool {
        let blind = self.faults.iter_mut().find(|fault| fault.blind && fault.verb == verb && fault.name == name && fault.times > 0);
        blind.map(|fault| fault.times -= 1).is_some()
    }

    fn fault(&mut self, verb: Verb, name: &str, after: bool) -> Result<(), ProviderError> {
        let meant = |fault: &&mut Fault| {
            fault.verb == verb && fault.name == name && fault.after_the_act == after && fault.times > 0 && !fault.blind && !fault.silent
        };
        for fault in self.faults.iter_mut().filter(meant) {
            if fault.later > 0 {
                fault.later -= 1;
                continue;
            }
            fault.times -= 1;
            let error = ProviderError::new(fault.class, format!("{verb:?}"), fault.message.clone());
            return Err(ProviderError { code: fault.code.clone(), ..error });
        }
        Ok(())
    }

    pub(crate) fn create(
        &mut self,
        schema: &Schema,
        kind: &Kind,
        place: &str,
        name: &str,
        inputs: BTreeMap<String, Value>,
        token: &str,
    ) -> Result<String, ProviderError> {
        self.refuse_dead_references(&inputs)?;
        self.refuse_doubles(schema, kind, place, &inputs)?;
        let inputs = self.as_insisted(kind, inputs);
        self.next += 1;
        let id = invent::id(kind, self.next);
        let outputs = invent::outputs(schema, &id, &inputs, 1);
        let (name, token, place) = (name.to_owned(), token.to_owned(), place.to_owned());
        let object = MockObject { kind: kind.clone(), name, inputs, outputs, token, revision: 1, place };
        self.objects.insert(id.clone(), object);
        self.reads.insert(id.clone(), 0);
        Ok(id)
    }

    /// Runs an action; what came of it is invented.
    pub(crate) fn run(
        &mut self,
        schema: &Schema,
        name: &str,
        inputs: BTreeMap<String, Value>,
    ) -> Result<BTreeMap<String, Value>, ProviderError> {
        self.refuse_dead_references(&inputs)?;
        let runs = self.runs.entry((schema.kind.to_string(), name.to_owned())).or_default();
        runs.push(inputs.clone());
        Ok(invent::outputs(schema, &invent::id(&schema.kind, runs.len() as u64), &inputs, 1))
    }

    pub(crate) fn update(&mut self, schema: &Schema, id: &str, want: BTreeMap<String, Value>) -> Result<(), ProviderError> {
        self.refuse_dead_references(&want)?;
        let missing = || ProviderError::new(Class::NotFound, "Update", format!("there is no {id}"));
        let kind = self.objects.get(id).map_or(&schema.kind, |object| &object.kind);
        let insisted = self.as_insisted(kind, BTreeMap::new());
        let object = self.objects.get_mut(id).ok_or_else(missing)?;
        for (field, value) in want {
            let replace = schema.input(&field).is_some_and(|field| field.replace);
            if replace && object.inputs.get(&field) != Some(&value) {
                return Err(ProviderError::new(Class::Invalid, "Update", format!("`{field}` cannot be changed")));
            }
            object.inputs.insert(field, value);
        }
        self.stuck.remove(&object.name);
        object.inputs.extend(insisted);
        object.revision += 1;
        object.outputs = invent::outputs(schema, id, &object.inputs, object.revision);
        Ok(())
    }

    pub(crate) fn delete(&mut self, id: &str) -> Result<(), ProviderError> {
        let going = self.goes_with(id);
        let uses = |object: &MockObject| going.iter().any(|id| object.inputs.values().any(|value| mentions(value, id)));
        let user = self.objects.iter().find(|(other, object)| !going.contains(*other) && uses(object));
        if let Some((user, _)) = user {
            return Err(ProviderError::new(Class::InUse, "Delete", format!("{id} is used by {user}")));
        }
        for id in going {
            if self.objects.remove(&id).is_some() {
                self.gone.insert(id);
            }
        }
        Ok(())
    }

    /// Inputs as the cloud keeps them.
    fn as_insisted(&self, kind: &str, mut inputs: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        let of = self.insists.iter().filter(|((of, _), _)| of == kind);
        inputs.extend(of.map(|((_, input), value)| (input.clone(), value.clone())));
        inputs
    }

    /// An object and all that it contains, directly or not.
    fn goes_with(&self, id: &str) -> BTreeSet<String> {
        let (mut going, mut left) = (BTreeSet::new(), vec![id.to_owned()]);
        while let Some(id) = left.pop() {
            let inside = |object: &MockObject| {
                let mut inputs = self.contained.iter().filter(|(kind, _)| *kind == *object.kind);
                inputs.any(|(_, input)| object.inputs.get(input).is_some_and(|value| mentions(value, &id)))
            };
            left.extend(self.objects.iter().filter(|(_, object)| inside(object)).map(|(id, _)| id.clone()));
            going.insert(id);
        }
        going
    }

    fn refuse_dead_references(&self, inputs: &BTreeMap<String, Value>) -> Result<(), ProviderError> {
        match self.gone.iter().find(|gone| inputs.values().any(|value| mentions(value, gone))) {
            Some(gone) => Err(ProviderError::new(Class::Invalid, "Create", format!("{gone} does not exist any more"))),
            None => Ok(()),
        }
    }

    fn refuse_doubles(&self, schema: &Schema, kind: &Kind, place: &str, inputs: &BTreeMap<String, Value>) -> Result<(), ProviderError> {
        let name = schema.physical_name().map(|(field, _)| vec![field.name.clone()]);
        for set in schema.unique.iter().chain(&name) {
            let same = |object: &&MockObject| {
                object.kind == *kind
                    && object.place == place
                    && set.iter().all(|field| inputs.contains_key(field) && object.inputs.get(field) == inputs.get(field))
            };
            if self.objects.values().any(|object| same(&object)) {
                return Err(ProviderError::new(
                    Class::Exists,
                    "Create",
                    format!("there is one with the same {} already", set.join(" and ")),
                ));
            }
        }
        Ok(())
    }
}
