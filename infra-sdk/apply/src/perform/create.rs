//! Making an object, once, whatever gets lost on the way.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Expr, Lifecycle, Moment, Value};
use infra_plan::{Intent, Object, Record, Want};

use super::{Failure, Subject};
use crate::beside::Own;
use crate::error::{Class, ProviderError};
use crate::observe::outputs;
use crate::ownership::{ownership, token};
use crate::provider::Creation;
use crate::retry::Backoff;

impl Subject<'_, '_> {
    pub(super) async fn create(&self, want: &Want) -> Result<String, Failure> {
        let (bench, address) = (self.bench, self.address);
        let inputs = bench.evaluated(address, want)?;
        // The outputs that are known of it, if any, are those of the object whose place the new one takes.
        let terms = bench.terms(address, want, Own::Unknown).map_err(Failure::Step)?;
        bench.check_before(address, want, &terms)?;
        bench.run_hooks(address, &terms.hooks, Moment::BeforeCreate, Some(&want.declared)).await.map_err(Failure::Step)?;
        let due = BTreeSet::from([Moment::AfterCreate]);
        let lifecycle = bench.lifecycle(want, &terms, due.clone());
        let (salt, made) = {
            let journal = bench.journal();
            (journal.state().salt.clone(), journal.state().made.get(address).copied().unwrap_or_default())
        };
        let token = token(bench.stack, &salt, address, made);
        let asked = self.asked(&inputs);
        let tags = ownership(&asked, bench.stack, address, &token);
        let new = Creation { tags: &tags, token: &token };
        // Whoever performs a plan without the recovery before it finds what an interrupted run made all the same.
        let begun = |intent: &Intent| matches!(intent, Intent::Create { token: other, .. } if *other == token);
        let begun_before = bench.journal().state().rows.get(address).and_then(|row| row.intent.as_ref()).is_some_and(begun);
        bench
            .record(Record::Begun {
                address: address.clone(),
                intent: Intent::Create {
                    token: token.clone(),
                    inputs: self.recordable(&inputs),
                    dependencies: want.dependencies.clone(),
                    declared: want.declared.clone(),
                    lifecycle: lifecycle.clone(),
                },
            })
            .await?;
        let (made, in_doubt) = match self.handler.maker() {
            Some(maker) => (maker.make(&asked), false),
            None if self.schema().action => self.run(&asked, new, begun_before).await,
            None => {
                let (made, in_doubt) = self.made(&asked, new, begun_before).await;
                (made.map(|id| (id, Value::Null)), in_doubt)
            }
        };
        let (id, told) = match made {
            Ok(made) => made,
            Err(error) if error.made.is_some() => {
                let id = error.made.clone().unwrap_or_default();
                let object = self.unfinished(&id, want, lifecycle, &inputs, &Value::Null, &error.to_string());
                bench.note(Record::Made { address: address.clone(), object })?;
                return Err(self.failed(&format!("finish {id}, which was made"), &error, Some(want)));
            }
            Err(error) => {
                // Only an answer of the service says that nothing was made; without one, the intent stays open.
                if !in_doubt && !error.class.is_temporary() {
                    bench.note(Record::Abandoned { address: address.clone() })?;
                }
                return Err(match self.schema().action {
                    true => self.not_run(&error, in_doubt, want),
                    false => self.failed("create it", &error, Some(want)),
                });
            }
        };
        let problem = "it was made, and was not ready when it was last seen";
        let object = self.unfinished(&id, want, lifecycle, &inputs, &told, problem);
        bench.note(Record::Made { address: address.clone(), object })?;
        let found = self.ready(&id, want).await?;
        self.settle(&id, found, want, &inputs, &asked, due).await
    }

    /// An object that was made and is not as it should be yet.
    pub(super) fn unfinished(
        &self,
        id: &str,
        want: &Want,
        lifecycle: Lifecycle,
        inputs: &BTreeMap<String, Expr>,
        told: &Value,
        problem: &str,
    ) -> Object {
        let mut object = self.bench.object(id, want, lifecycle, self.recordable(inputs), outputs(self.schema(), told));
        object.problem = Some(self.bench.scrub.scrubbed(problem));
        object.unfinished = true;
        object
    }

    /// Makes the object, once: after an answer that got lost, it is looked for before it is made again. Says too whether
    /// an answer got lost: then an error of a later try does not mean that nothing was made. Where the service did not even
    /// say that it failed, what was made may not be found everywhere yet, so it is looked for a while.
    pub(super) async fn made(&self, asked: &Value, new: Creation<'_>, mut in_doubt: bool) -> (Result<String, ProviderError>, bool) {
        let mut unheard = false;
        let made = self
            .change(async || {
                if in_doubt && let Some(id) = self.made_before(asked, new, unheard).await? {
                    return Ok(id);
                }
                // A call that never comes back leaves it at that.
                let before = std::mem::replace(&mut in_doubt, true);
                unheard = true;
                let answer = self.handler.create(asked, new).await;
                let lost = answer.as_ref().err().filter(|error| error.class == Class::Unavailable);
                (in_doubt, unheard) = (before || lost.is_some(), lost.is_some_and(|error| error.code.is_none()));
                answer
            })
            .await;
        (made, in_doubt)
    }

    /// What an earlier try made, if it did: looked for once, or for a while.
    async fn made_before(&self, asked: &Value, new: Creation<'_>, patiently: bool) -> Result<Option<String>, ProviderError> {
        let mut backoff = Backoff::new();
        loop {
            let found = self.handler.find(asked, new).await?;
            if found.is_some() || !patiently || backoff.elapsed() + backoff.upcoming() > self.caller.patience.seen {
                return Ok(found);
            }
            backoff.wait().await;
        }
    }
}
