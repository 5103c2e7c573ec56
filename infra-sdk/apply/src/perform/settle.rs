//! What an object is to be and is: the difference, the wait until it is ready, and its record.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Diagnostic, Expr, Moment, Value};
use infra_plan::{Change, Record, Want, differences, echoed, remembered};

use super::{Failure, Subject};
use crate::event::Event;
use crate::observe::{fields, outputs};
use crate::provider::{Condition, Found};
use crate::retry::Backoff;
use crate::time::spoken;
use crate::unseal::unsealed;

impl Subject<'_, '_> {
    /// Brings an object to what is wanted: changes what differs, waits until it is ready, runs the hooks that are `due`,
    /// and records it.
    pub(super) async fn settle(
        &self,
        id: &str,
        mut found: Found,
        want: &Want,
        inputs: &BTreeMap<String, Expr>,
        asked: &Value,
        due: BTreeSet<Moment>,
    ) -> Result<String, Failure> {
        let differing = self.differing(id, &found, inputs);
        if !differing.is_empty() {
            let have = self.as_taken(self.with_recorded(id, &found), asked);
            let updated = self.change(async || self.handler.update(id, &have, asked).await).await;
            updated.map_err(|error| self.failed("change it", &error, Some(want)))?;
            found = self.ready(id, want).await?;
            let have = fields(self.with_recorded(id, &found));
            self.persistent(id, &have, inputs);
        } else if found.condition != Condition::Ready {
            found = self.ready(id, want).await?;
        }
        let secret = |input: &str| asked.as_object().and_then(|asked| asked.get(input)).is_some_and(Value::has_secret);
        let outputs = echoed(self.schema(), outputs(self.schema(), &found.outputs), secret);
        outputs.values().for_each(|output| self.bench.scrub.note(output));
        let broken = self.broken_promise(&outputs, asked, want).map(|problem| problem.with_location(&want.declared));
        let (lifecycle, broken) = self.bench.afterwards(self.address, want, (id, &outputs), due, broken).await;
        let mut object = self.bench.object(id, want, lifecycle, self.recordable(inputs), outputs);
        object.problem = broken.as_ref().map(|problem| problem.problem.clone());
        self.bench.note(Record::Settled { address: self.address.clone(), object })?;
        match broken {
            Some(problem) => Err(Failure::Step(problem)),
            None => Ok(id.to_owned()),
        }
    }

    /// What differs from what is wanted, of all that the cloud tells; of what it never tells, by what was recorded.
    pub(super) fn differing(&self, id: &str, found: &Found, inputs: &BTreeMap<String, Expr>) -> Vec<Change> {
        let have = fields(self.with_recorded(id, found));
        differences(&self.schema().inputs, &have, inputs, &self.bench.journal().state().salt.clone())
    }

    /// What the cloud tells of an object, and of what it never tells, what was recorded.
    pub(super) fn with_recorded(&self, id: &str, found: &Found) -> Value {
        let journal = self.bench.journal();
        let recorded = journal.state().object(self.address).filter(|object| object.id == id);
        let none = BTreeMap::new();
        let recorded = recorded.map_or(&none, |object| &object.inputs);
        let have = remembered(&self.schema().inputs, &fields(found.inputs.clone()), recorded);
        Value::Object(have)
    }

    /// Inputs as a handler can take them, without digests.
    pub(super) fn as_taken(&self, have: Value, asked: &Value) -> Value {
        let (none, salt) = (BTreeMap::new(), self.bench.journal().state().salt.clone());
        let have = unsealed(&self.schema().inputs, &fields(have), asked.as_object().unwrap_or(&none), &salt);
        Value::Object(have).without_nulls()
    }

    /// What still differs after the change is said, and not tried for ever.
    pub(super) fn persistent(&self, id: &str, have: &BTreeMap<String, Value>, inputs: &BTreeMap<String, Expr>) {
        let told: Vec<_> = self.schema().inputs.iter().filter(|field| !field.write_only).cloned().collect();
        let salt = self.bench.journal().state().salt.clone();
        for change in differences(&told, have, inputs, &salt) {
            let has = change.old.map_or("nothing".into(), |old| old.redacted().to_string());
            let wants = change.new.map_or("nothing".into(), |new| new.to_string());
            self.bench.watcher.hear(Event::Noticed {
                address: self.address.clone(),
                message: format!("the cloud keeps `{}` of {id} at {has} and does not take {wants}", change.path),
            });
        }
    }

    /// An output that was promised to be the value of an input, and is not.
    pub(super) fn broken_promise(&self, outputs: &BTreeMap<String, Value>, asked: &Value, want: &Want) -> Option<Diagnostic> {
        let asked = asked.as_object()?;
        self.schema().outputs.iter().find_map(|output| {
            let input = output.echo.as_ref().filter(|input| !want.ignored.contains(*input))?;
            let (promised, got) = (asked.get(input)?, outputs.get(&output.name)?);
            (promised.reveal() != got.reveal()).then(|| {
                let (promised, got) = (promised.redacted(), got.redacted());
                Diagnostic::new(format!("the cloud has {got} where {promised} was asked for"))
                    .with_resource(self.address)
                    .with_field(&output.name)
                    .with_help(format!("set `{input}` to {got}, which is what the cloud made of it"))
            })
        })
    }

    pub(super) async fn ready(&self, id: &str, want: &Want) -> Result<Found, Failure> {
        let mut backoff = Backoff::between_looks();
        loop {
            let (state, limit) = match self.read(id).await.map_err(|error| self.failed("read it", &error, Some(want)))? {
                Some(found) => match &found.condition {
                    Condition::Ready => return Ok(found),
                    Condition::Pending(state) => (state.clone(), self.caller.patience.ready),
                    Condition::Stuck(state) => {
                        let state = self.bench.scrub.scrubbed(state);
                        let problem = Diagnostic::new(format!("{id} does not become ready: {state}"));
                        let problem = problem.with_resource(self.address).with_location(&want.declared);
                        return Err(Failure::Step(problem.with_help("change what keeps it from that, and run the command again")));
                    }
                    Condition::Failed(state) => {
                        let state = self.bench.scrub.scrubbed(state);
                        let problem = Diagnostic::new(format!("{id} has failed: the cloud calls it `{state}`"));
                        let problem = problem.with_resource(self.address).with_location(&want.declared);
                        return Err(Failure::Step(problem.with_help("look it up in the cloud's console; the next deployment replaces it")));
                    }
                },
                // What was just made may not be seen everywhere yet; what is not seen for long has vanished.
                None => ("not visible yet".to_owned(), self.caller.patience.long),
            };
            if backoff.elapsed() > limit || self.time.is_over() {
                let state = self.bench.scrub.scrubbed(&state);
                let problem = Diagnostic::new(format!("{id} is still `{state}` after {}", spoken(self.time.taken())));
                let problem = problem.with_resource(self.address).with_location(&want.declared);
                return Err(Failure::Step(
                    problem.with_help(format!("run the command again: it goes on waiting; {}", self.time.describe())),
                ));
            }
            let state = self.bench.scrub.scrubbed(&state);
            self.bench.watcher.hear(Event::Waiting { address: self.address.clone(), state });
            self.wait(&mut backoff).await?;
        }
    }
}
