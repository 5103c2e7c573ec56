//! Progress for machines: one JSON object a line on standard output.
//!
//! Every line has `v`, the version of this form, and `event`. The events of the engine, with their fields:
//!
//! | event | fields |
//! |---|---|
//! | `reading`, `read` | `objects` |
//! | `started` | `address`, `type`, `doing` |
//! | `waiting` | `address`, `type`, `state` |
//! | `retrying` | `address`, `type`, `error`, `after` |
//! | `finished` | `address`, `type`, `doing`, `id`, `took` |
//! | `failed` | `address`, `type`, `doing`, `took`, `problem` |
//! | `skipped` | `address`, `type`, `because_of` |
//! | `noticed` | `address`, `type`, `message` |
//! | `interrupted` | |
//!
//! `at`, `took` and `after` are seconds, `doing` is one of `creating`, `updating`, `deleting` and `recovering`. Around
//! them, commands write `planned` with a `plan`, `ended` with the counts and outputs, and `error` with a `message`.

use std::time::Duration;

use infra_apply::{Doing, Event};
use infra_core::Address;
use serde_json::{Value as Json, json};

use super::{Names, Show};
use crate::show::json_line;

/// Lines of JSON.
pub(super) struct JsonLines {
    names: Names,
}

impl JsonLines {
    pub(super) fn new(names: Names) -> JsonLines {
        JsonLines { names }
    }

    fn fields(&self, event: &Event, took: Duration) -> (&'static str, Json) {
        let about = |address: &Address, more: Json| {
            let mut fields = json!({ "address": address, "type": self.names.handle(address) });
            crate::settings::merge(&mut fields, more);
            fields
        };
        match event {
            Event::Observing { objects } => ("reading", json!({ "objects": objects })),
            Event::Observed { objects } => ("read", json!({ "objects": objects })),
            Event::Started { address, doing } => ("started", about(address, json!({ "doing": word(*doing) }))),
            Event::Waiting { address, state } => ("waiting", about(address, json!({ "state": state }))),
            Event::Retrying { address, error, after } => ("retrying", about(address, json!({ "error": error, "after": seconds(*after) }))),
            Event::Finished { address, doing, id } => {
                ("finished", about(address, json!({ "doing": word(*doing), "id": id, "took": seconds(took) })))
            }
            Event::Failed { address, doing, problem } => {
                ("failed", about(address, json!({ "doing": word(*doing), "took": seconds(took), "problem": problem })))
            }
            Event::Skipped { address, because_of } => ("skipped", about(address, json!({ "because_of": because_of }))),
            Event::Noticed { address, message } => ("noticed", about(address, json!({ "message": message }))),
        }
    }
}

impl Show for JsonLines {
    fn event(&self, event: &Event, at: Duration, took: Duration) {
        let (name, mut fields) = self.fields(event, took);
        crate::settings::merge(&mut fields, json!({ "at": seconds(at) }));
        // A reader that is gone is no reason to stop a deployment.
        let _ = json_line(name, fields);
    }

    fn begin(&self, _: usize) {}

    fn interrupted(&self) {
        let _ = json_line("interrupted", json!({}));
    }

    fn end(&self) {}
}

fn word(doing: Doing) -> &'static str {
    match doing {
        Doing::Creating => "creating",
        Doing::Running => "running",
        Doing::Updating => "updating",
        Doing::Deleting => "deleting",
        Doing::Recovering => "recovering",
    }
}

/// Seconds, to the millisecond.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_flat_and_says_whom_it_is_about() {
        let lines = JsonLines::new(Names::default());
        let event = Event::Finished { address: Address::new("aws:ec2/vpc", "main"), doing: Doing::Creating, id: "vpc-1".into() };
        let (name, fields) = lines.fields(&event, Duration::from_micros(2_100_400));
        assert_eq!(name, "finished");
        assert_eq!(fields, json!({"address": "aws:ec2/vpc:main", "type": "vpc", "doing": "creating", "id": "vpc-1", "took": 2.1}));
    }
}
