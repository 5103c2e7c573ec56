//! What the state has to learn from what was seen, where nothing is to be changed.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Value};

use crate::observed::{Observed, Sight};
use crate::record::Record;
use crate::remember::told;
use crate::state::State;

/// The records after which the state says what the cloud has: objects that are gone leave it, outputs are those that
/// were seen. What was asked of an object stays, so that the next plan still shows what differs from it. A row whose
/// last call is in doubt is left alone: that is for the recovery to settle.
pub fn refresh(state: &State, observed: &Observed) -> Vec<Record> {
    let mut records = Vec::new();
    let seen: BTreeSet<&Address> = observed.objects.keys().chain(observed.old_gone.keys()).collect();
    let rows = seen.into_iter().filter_map(|address| state.rows.get_key_value(address));
    for (address, row) in rows.filter(|(_, row)| row.intent.is_none()) {
        let gone = row.old.iter().filter(|object| observed.is_old_gone(address, &object.id));
        records.extend(gone.map(|object| Record::Gone { address: address.clone(), id: object.id.clone() }));
        let Some(object) = &row.object else { continue };
        match observed.objects.get(address) {
            Some(Sight::Gone) => records.push(Record::Gone { address: address.clone(), id: object.id.clone() }),
            Some(Sight::Present { outputs, .. }) => {
                let outputs = told(None, outputs, object);
                if !same(&outputs, &object.outputs, &state.salt) {
                    let mut object = object.clone();
                    object.outputs = outputs;
                    records.push(Record::Settled { address: address.clone(), object });
                }
            }
            None => {}
        }
    }
    records
}

/// Whether two sets of outputs are the same, as far as can be said of those that are kept as digests.
fn same(one: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>, salt: &str) -> bool {
    one.len() == other.len() && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| value.is_same(other, salt)))
}

#[cfg(test)]
mod tests {
    use infra_core::{Lifecycle, Location};

    use super::*;
    use crate::state::Object;

    fn seen(outputs: &BTreeMap<String, Value>) -> Sight {
        Sight::Present { inputs: BTreeMap::new(), outputs: outputs.clone(), failed: None, pending: None }
    }

    #[test]
    fn a_replaced_object_that_is_gone_does_not_take_another_of_the_same_id_along() {
        let mut state = State::new("salt");
        let addresses = ["t:t/role", "t:t/profile"].map(|kind| Address::new(kind, "web"));
        for (address, id) in addresses.iter().flat_map(|address| [(address, "web"), (address, "web-2")]) {
            let object = Object {
                id: id.into(),
                inputs: BTreeMap::new(),
                outputs: BTreeMap::new(),
                dependencies: BTreeSet::new(),
                declared: Location::default(),
                problem: None,
                lifecycle: Lifecycle::default(),
                unfinished: false,
            };
            state.apply(Record::Made { address: address.clone(), object });
        }
        let mut observed = Observed::default();
        observed.old_gone.entry(addresses[0].clone()).or_default().insert("web".into());
        assert_eq!(refresh(&state, &observed), [Record::Gone { address: addresses[0].clone(), id: "web".into() }]);
    }

    #[test]
    fn gone_objects_leave_and_new_outputs_are_kept_while_what_was_asked_stays() {
        let asked = BTreeMap::from([("size".to_owned(), Value::from("small"))]);
        let secret = BTreeMap::from([("key".to_owned(), Value::Secret(Box::new(Value::from("hunter2"))))]);
        // As states have them that were written when they kept no secrets.
        let digests: BTreeMap<String, Value> = secret.iter().map(|(key, value)| (key.clone(), value.digested("salt"))).collect();
        let mut state = State::new("salt");
        for name in ["gone", "same", "changed"] {
            let object = Object {
                id: name.into(),
                inputs: asked.clone(),
                outputs: if name == "same" { digests.clone() } else { secret.clone() },
                dependencies: BTreeSet::new(),
                declared: Location::default(),
                problem: None,
                lifecycle: Lifecycle::default(),
                unfinished: false,
            };
            state.apply(Record::Settled { address: Address::new("t:t/t", name), object });
        }
        let mut observed = Observed::default();
        let other = BTreeMap::from([("key".to_owned(), Value::Secret(Box::new(Value::from("other"))))]);
        observed.objects.insert(Address::new("t:t/t", "gone"), Sight::Gone);
        observed.objects.insert(Address::new("t:t/t", "same"), seen(&secret));
        observed.objects.insert(Address::new("t:t/t", "changed"), seen(&other));

        let records = refresh(&state, &observed);
        assert_eq!(records.len(), 2, "{records:?}");
        assert!(matches!(&records[0], Record::Settled { object, .. } if object.outputs == other), "{records:?}");
        records.into_iter().for_each(|record| state.apply(record));
        assert!(state.object(&Address::new("t:t/t", "gone")).is_none());
        assert_eq!(state.object(&Address::new("t:t/t", "changed")).unwrap().inputs, asked);
        assert!(refresh(&state, &Observed { objects: BTreeMap::new(), ..observed }).is_empty());
    }
}
