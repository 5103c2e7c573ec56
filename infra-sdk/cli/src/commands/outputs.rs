//! `infra outputs`.

use std::collections::BTreeMap;

use clap::Args;
use infra_core::Value;

use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::{Error, list};
use crate::exit::Exit;
use crate::nearest::did_you_mean;
use crate::session::Session;
use crate::show::{Paint, json_document, outputs, plain, print, say, width_of_stdout};

/// Prints the outputs of a deployed stack.
///
/// They are those of the last deployment that went through; the cloud is not asked. Secrets are hidden, unless they are
/// asked for with `--show-secrets`, which needs whatever opens the key of the state.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra outputs web
  infra outputs web --env production --json
  curl \"$(infra outputs web url)\"
  infra outputs web password --show-secrets")]
pub(crate) struct Outputs {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    /// Prints the value of this output alone: text as it is, anything else as JSON.
    pub(crate) name: Option<String>,

    /// Prints secrets in clear.
    #[arg(long)]
    pub(crate) show_secrets: bool,
}

impl Outputs {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        let state = session.state().await?;
        let exports = match self.show_secrets {
            true => revealed(session.opened(state).await?.exports),
            false => state.exports,
        };
        match &self.name {
            Some(name) => {
                let names: Vec<String> = exports.keys().cloned().collect();
                let value = exports.get(name).ok_or_else(|| Error::Missing {
                    problem: format!(
                        "stack `{}` has no output `{name}`{}",
                        session.stack,
                        did_you_mean(name, names.iter().map(String::as_str))
                    ),
                    help: format!("its outputs are {}", list(&names)),
                })?;
                if value.has_secret() {
                    return Err(Error::Missing {
                        problem: format!("the output `{name}` is secret"),
                        help: "pass `--show-secrets` to print it".into(),
                    });
                }
                match self.stack.json {
                    true => json_document(&value.redacted())?,
                    false => print(&format!("{}\n", plain(value)))?,
                }
            }
            None if self.stack.json => {
                let shown: BTreeMap<_, _> = exports.iter().map(|(name, value)| (name, value.redacted())).collect();
                json_document(&shown)?;
            }
            None if exports.is_empty() => say(&format!("{} has no outputs.", session.stack)),
            None => print(&outputs(&exports, 0, width_of_stdout(), Paint::stdout()))?,
        }
        Ok(Exit::Done)
    }
}

/// The outputs in clear. What only a digest is known of, from before secrets were kept, stays hidden.
fn revealed(exports: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut exports = exports;
    let Ok(()) = exports.values_mut().try_for_each(|value| {
        value.each_secret::<std::convert::Infallible>(&mut |secret| {
            if let Value::Secret(inner) = secret {
                *secret = (**inner).clone();
            }
            Ok(())
        })
    });
    exports
}
