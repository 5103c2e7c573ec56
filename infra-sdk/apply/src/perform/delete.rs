//! Ending an object, and seeing it go.

use infra_core::{Diagnostic, Hook, Moment};
use infra_plan::{Intent, Record};

use super::{Failure, Subject};
use crate::error::gone_is_success;
use crate::event::Event;
use crate::provider::Condition;
use crate::retry::Backoff;
use crate::time::spoken;

impl Subject<'_, '_> {
    pub(super) async fn delete(&self, id: &str, hooks: &[Hook]) -> Result<String, Failure> {
        self.bench.run_hooks(self.address, hooks, Moment::BeforeDelete, None).await.map_err(Failure::Step)?;
        if self.handler.is_recorded() {
            // There is nothing but the record, and nothing to be undone.
            self.bench.note(Record::Gone { address: self.address.clone(), id: id.to_owned() })?;
            self.bench.run_hooks(self.address, hooks, Moment::AfterDelete, None).await.map_err(Failure::Step)?;
            return Ok(id.to_owned());
        }
        let intent = Intent::Delete { id: id.to_owned() };
        self.bench.record(Record::Begun { address: self.address.clone(), intent }).await?;
        let deleted = self.change(async || gone_is_success(self.handler.delete(id).await)).await;
        deleted.map_err(|error| self.failed(&format!("delete {id}"), &error, None))?;
        let mut backoff = Backoff::between_looks();
        loop {
            match self.read(id).await.map_err(|error| self.failed(&format!("see {id} go"), &error, None))? {
                None => break,
                Some(found) if backoff.elapsed() <= self.caller.patience.ready && !self.time.is_over() => {
                    let state = match found.condition {
                        Condition::Ready => "still there".to_owned(),
                        Condition::Pending(state) | Condition::Stuck(state) | Condition::Failed(state) => state,
                    };
                    self.bench.watcher.hear(Event::Waiting { address: self.address.clone(), state });
                    self.wait(&mut backoff).await?;
                }
                Some(_) => {
                    let problem = format!("{id} was deleted and has not gone after {}", spoken(self.time.taken()));
                    let problem = Diagnostic::new(problem).with_resource(self.address);
                    return Err(Failure::Step(
                        problem.with_help(format!("run the command again: it goes on waiting; {}", self.time.describe())),
                    ));
                }
            }
        }
        self.bench.note(Record::Gone { address: self.address.clone(), id: id.to_owned() })?;
        self.bench.run_hooks(self.address, hooks, Moment::AfterDelete, None).await.map_err(Failure::Step)?;
        Ok(id.to_owned())
    }
}
