//! Running an action, once.

use infra_core::{Diagnostic, Value};
use infra_plan::Want;

use super::{Failure, Subject};
use crate::error::{Class, ProviderError};
use crate::provider::Creation;
use crate::retry::{Caller, Patience};

impl Subject<'_, '_> {
    /// Runs an action, once: what a cloud refuses for now has not run, and is tried again. What may have run is not, in this
    /// run, since it may be running still. Says too whether that is so.
    pub(super) async fn run(&self, asked: &Value, new: Creation<'_>, begun_before: bool) -> (Result<(String, Value), ProviderError>, bool) {
        let mut in_doubt = false;
        // It may take as long as an object until it is ready, and all of that is one call.
        let patience = Patience { call: self.caller.patience.ready, ..self.caller.patience };
        let caller = Caller { patience, ..self.caller };
        let ran = caller
            .call(self.handler.service(), self.notice(), async || {
                if begun_before && let Some(outputs) = self.handler.ran(asked, new).await? {
                    return Ok(Ok(outputs));
                }
                // A call that never comes back leaves it at that.
                in_doubt = true;
                match self.handler.run(asked, new).await {
                    Err(error) if error.class == Class::Unavailable => Ok(Err(error)),
                    answer => {
                        in_doubt = false;
                        answer.map(Ok)
                    }
                }
            })
            .await;
        let told = ran.and_then(|answer| answer).map(|outputs| (new.token.to_owned(), self.bench.scrub.marked(&outputs)));
        (told, in_doubt)
    }

    /// That an action was not run, or may not have been.
    pub(super) fn not_run(&self, error: &ProviderError, in_doubt: bool, want: &Want) -> Failure {
        let failure = self.failed("run it", error, Some(want));
        match failure {
            Failure::Step(problem) if in_doubt => {
                let help = "it may have run, and may still: see what it did, and run the command again, which runs it again";
                Failure::Step(Diagnostic { help: None, ..problem }.with_help(help))
            }
            Failure::Step(problem) if problem.help.is_none() => {
                Failure::Step(problem.with_help("correct what made it fail, and run the command again: it is run again"))
            }
            other => other,
        }
    }
}
