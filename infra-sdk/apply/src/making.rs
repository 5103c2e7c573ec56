//! What makes an object or runs an action, once: with a token, whatever becomes of the answers.

use infra_core::{Address, Diagnostic, Tags, Value};
use infra_plan::Want;
use sha2::{Digest as _, Sha256};

use crate::error::{Class, ProviderError};
use crate::perform::{Failure, Subject};
use crate::provider::Creation;
use crate::retry::retry;

impl Subject<'_, '_> {
    /// Makes the object, once: after an answer that got lost, it is looked for before it is made again. Says too whether
    /// an answer got lost: then an error of a later try does not mean that nothing was made.
    pub(crate) async fn made(&self, asked: &Value, new: Creation<'_>, mut in_doubt: bool) -> (Result<String, ProviderError>, bool) {
        let made = retry(&self.bench.patience, self.notice(), async || {
            if in_doubt && let Some(id) = self.handler.find(asked, new).await? {
                return Ok(id);
            }
            let answer = self.handler.create(asked, new).await;
            in_doubt |= matches!(&answer, Err(error) if error.class == Class::Unavailable);
            answer
        })
        .await;
        (made, in_doubt)
    }

    /// Runs an action, once: what a cloud refuses for now has not run, and is tried again. What may have run is not, in this
    /// run, since it may be running still. Says too whether that is so.
    pub(crate) async fn run(&self, asked: &Value, new: Creation<'_>, begun_before: bool) -> (Result<(String, Value), ProviderError>, bool) {
        let mut in_doubt = false;
        let ran = retry(&self.bench.patience, self.notice(), async || {
            if begun_before && let Some(outputs) = self.handler.ran(asked, new).await? {
                return Ok(Ok(outputs));
            }
            match self.handler.run(asked, new).await {
                Err(error) if error.class == Class::Unavailable => {
                    in_doubt = true;
                    Ok(Err(error))
                }
                answer => answer.map(Ok),
            }
        })
        .await;
        let told = ran.and_then(|answer| answer).map(|outputs| (new.token.to_owned(), self.bench.scrub.marked(&outputs)));
        (told, in_doubt)
    }

    /// That an action was not run, or may not have been.
    pub(crate) fn not_run(&self, error: &ProviderError, in_doubt: bool, want: &Want) -> Failure {
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

/// The tags of a new object: the program's, and what says whose it is.
pub(crate) fn ownership(asked: &Value, stack: &str, address: &Address, token: &str) -> Tags {
    let wanted = asked.as_object().and_then(|asked| asked.get("tags")).and_then(Value::as_object);
    let mut tags: Tags = wanted.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    tags.insert("infra:stack".into(), stack.to_owned());
    tags.insert("infra:resource".into(), address.to_string());
    tags.insert("infra:token".into(), token.to_owned());
    tags
}

/// The idempotency token of a create: the same for the same object of the same resource, whoever computes it.
pub(crate) fn token(stack: &str, salt: &str, address: &Address, made: u64) -> String {
    let mut hash = Sha256::new();
    for part in ["token", stack, salt, &address.to_string(), &made.to_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
