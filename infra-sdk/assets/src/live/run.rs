//! A command that is run once, on this machine.

use std::path::PathBuf;

use async_trait::async_trait;
use infra_apply::{Class, Creation, Found, Handler, Invocation, ProviderError, RunOnce, Runner, Scrub, run_command};
use infra_core::{Schema, Value};

use crate::{Run, RunInputs, RunOutputs};

/// How long a command may take where it does not say, in seconds.
const SECONDS: u64 = 10 * 60;

impl RunOnce for Run {
    /// The stack's folder.
    type Client = PathBuf;
    const SERVICE: &'static str = "run";

    async fn run(folder: &PathBuf, want: &RunInputs, token: &str) -> Result<RunOutputs, ProviderError> {
        let line = &want.command;
        let mut environment = vec![("INFRA_TOKEN".to_owned(), token.to_owned())];
        environment.extend(line.environment.clone().unwrap_or_default());
        let folder = line.directory.as_ref().map_or_else(|| folder.clone(), PathBuf::from);
        let seconds = line.seconds.unwrap_or(SECONDS);
        let doing = format!("run `{}`", line.argv.join(" "));
        let failed = |why: &str| ProviderError::new(Class::Other, doing.clone(), format!("it {why}"));
        // Which of them are secret is not known any more here; what is short is none.
        let scrub = Scrub::of(environment.iter().map(|(_, value)| value.as_str()).filter(|value| value.len() >= 8));
        let ended = run_command(Invocation { argv: line.argv.clone(), environment, folder, seconds }, scrub).await;
        let output = ended.map_err(|why| failed(&why))?.ok_or_else(|| failed("wrote more than a mebibyte to its standard output"))?;
        let text = String::from_utf8(output).map_err(|_| failed("wrote to its standard output what is no UTF-8"))?;
        let text = text.trim_end_matches(['\n', '\r']).to_owned();
        Ok(match want.secret_output {
            Some(true) => RunOutputs { stdout: String::new(), secret_stdout: text },
            _ => RunOutputs { stdout: text, secret_stdout: String::new() },
        })
    }
}

/// The handler of [`Run`], which refuses secrets where others could see them.
pub(crate) struct Careful(Runner<Run>);

impl Careful {
    /// For the stack in a folder.
    pub(crate) fn new(folder: PathBuf) -> Careful {
        Careful(Runner::new(folder))
    }
}

/// Whether a word of the command line is, or has, a secret.
fn shows_a_secret(want: &Value) -> bool {
    let command = want.as_object().and_then(|want| want.get("command")).and_then(Value::as_object);
    command.and_then(|command| command.get("argv")).is_some_and(Value::has_secret)
}

#[async_trait]
impl Handler for Careful {
    fn schema(&self) -> &Schema {
        self.0.schema()
    }

    fn service(&self) -> &str {
        self.0.service()
    }

    fn page(&self) -> usize {
        self.0.page()
    }

    async fn run(&self, want: &Value, new: Creation<'_>) -> Result<Value, ProviderError> {
        if shows_a_secret(want) {
            let message = "a secret is among its words, which other users of this machine can see: give it with `.env(…)`";
            return Err(ProviderError::new(Class::Invalid, "run it", message));
        }
        self.0.run(want, new).await
    }

    async fn ran(&self, want: &Value, new: Creation<'_>) -> Result<Option<Value>, ProviderError> {
        self.0.ran(want, new).await
    }

    async fn read(&self, ids: &[String]) -> Result<Vec<Found>, ProviderError> {
        self.0.read(ids).await
    }

    async fn create(&self, want: &Value, new: Creation<'_>) -> Result<String, ProviderError> {
        self.0.create(want, new).await
    }

    async fn update(&self, id: &str, have: &Value, want: &Value) -> Result<(), ProviderError> {
        self.0.update(id, have, want).await
    }

    async fn delete(&self, id: &str) -> Result<(), ProviderError> {
        self.0.delete(id).await
    }

    async fn find(&self, want: &Value, new: Creation<'_>) -> Result<Option<String>, ProviderError> {
        self.0.find(want, new).await
    }
}
