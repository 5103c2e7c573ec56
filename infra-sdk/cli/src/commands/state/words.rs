//! Records as people read them: what happened, to which resource, and with which id.

use infra_plan::{Intent, Record, State};
use serde_json::{Value as Json, json};

/// A record in a few words.
#[derive(Debug, PartialEq)]
pub(super) struct Words {
    /// What happened.
    pub(super) what: String,
    /// The resource, if it is about one.
    pub(super) address: Option<String>,
    /// The physical id, where it is known.
    pub(super) id: Option<String>,
    /// The address that the resource was moved to.
    pub(super) to: Option<String>,
}

/// A record in words; `before` is the state that it is applied to.
pub(super) fn words(record: &Record, before: &State) -> Words {
    let about = |what: &str, address: &infra_core::Address, id: Option<&str>| Words {
        what: what.into(),
        address: Some(address.to_string()),
        id: id.map(str::to_owned),
        to: None,
    };
    let alone = |what: String| Words { what, address: None, id: None, to: None };
    let known = |address| before.object(address).map(|object| object.id.as_str());
    match record {
        Record::Begun { address, intent: Intent::Create { .. } } => about("create begun", address, None),
        Record::Begun { address, intent: Intent::Update { id, .. } } => about("update begun", address, Some(id)),
        Record::Begun { address, intent: Intent::Delete { id } } => about("delete begun", address, Some(id)),
        Record::Made { address, object } => about("made", address, Some(&object.id)),
        Record::Settled { address, object } => about("settled", address, Some(&object.id)),
        Record::Gone { address, id } => about("gone", address, Some(id)),
        Record::Abandoned { address } => about("nothing changed", address, known(address)),
        Record::Exported { exports } => alone(format!("{} recorded", count(exports.len(), "output"))),
        Record::Decided { address, made: Some(id) } => about("said to be made", address, Some(id)),
        Record::Decided { address, made: None } => about("said not made", address, None),
        Record::Keyed { key } => alone(format!("key {} for {}", key.id, key.guard)),
        Record::Referenced { references } => alone(format!("references to {} recorded", count(references.len(), "stack"))),
        Record::Moved { from, to } | Record::Retyped { from, to } => {
            Words { to: Some(to.to_string()), ..about("moved", from, known(from)) }
        }
        Record::Handed { address, stack } => Words { to: Some(format!("stack {stack}")), ..about("handed over", address, known(address)) },
        Record::Taken { address, row, stack, .. } => {
            let id = row.object.as_ref().map(|object| object.id.as_str());
            about(&format!("taken from {stack}"), address, id)
        }
        Record::Delivered { address } => about("delivered", address, None),
        Record::Forgotten { address } => about("forgotten", address, known(address)),
        Record::Recovered { state } => alone(match before.serial.saturating_add(1) {
            only if only == state.serial => format!("record {only} is lost; the state after it is known"),
            first => format!("records {first} to {} are lost; the state after them is known", state.serial),
        }),
        Record::Restored { undoes: Some(number), .. } => alone(format!("record {number} undone")),
        Record::Restored { state, undoes: None } => alone(format!("{} imported", count(state.rows.len(), "resource"))),
    }
}

impl Words {
    /// As one line, without its end.
    pub(super) fn line(&self) -> String {
        let address = self.address.as_deref().map(|address| format!("  {address}")).unwrap_or_default();
        let to = self.to.as_deref().map(|to| format!(" to {to}")).unwrap_or_default();
        let id = self.id.as_deref().map(|id| format!("  {id}")).unwrap_or_default();
        format!("{:<15}{address}{to}{id}", self.what).trim_end().to_owned()
    }

    /// For machines, with the number that the record or line has.
    pub(super) fn document(&self, numbered: &str, number: u64) -> Json {
        json!({ numbered: number, "what": self.what, "address": self.address, "to": self.to, "id": self.id })
    }
}

/// `1 resource`, `3 resources`.
pub(super) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use infra_core::Address;

    use super::super::row::tests::state;
    use super::*;

    #[test]
    fn a_record_is_one_line_with_the_resource_and_its_id() {
        let (state, address) = (state(), Address::new("aws:ec2/subnet", "public/a"));
        let lines = [
            Record::Gone { address: address.clone(), id: "public/a-1".into() },
            Record::Moved { from: address.clone(), to: Address::new("aws:ec2/subnet", "b") },
            Record::Forgotten { address },
            Record::Restored { state: Box::new(state.clone()), undoes: Some(4) },
            Record::Restored { state: Box::new(state.clone()), undoes: None },
            Record::Exported { exports: Default::default() },
            Record::Recovered { state: Box::new(State { serial: 4, ..state.clone() }) },
            Record::Recovered { state: Box::new(State { serial: 9, ..state.clone() }) },
        ]
        .map(|record| words(&record, &state).line());
        assert_eq!(
            lines,
            [
                "gone             aws:ec2/subnet:public/a  public/a-1",
                "moved            aws:ec2/subnet:public/a to aws:ec2/subnet:b  public/a-1",
                "forgotten        aws:ec2/subnet:public/a  public/a-1",
                "record 4 undone",
                "3 resources imported",
                "0 outputs recorded",
                "record 4 is lost; the state after it is known",
                "records 4 to 9 are lost; the state after them is known",
            ]
        );
    }
}
