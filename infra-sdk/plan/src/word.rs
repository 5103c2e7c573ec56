//! A person's word on what became of a create that is in doubt.

use infra_core::Address;
use thiserror::Error;

use crate::state::{Intent, State};

/// Why a person cannot say what became of a call.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SettleError {
    /// Nothing is remembered under the address.
    #[error("the state has no resource `{0}`")]
    Absent(Address),
    /// No call of it was interrupted.
    #[error("nothing about `{0}` is in doubt")]
    NoDoubt(Address),
    /// What was interrupted is no create, so that its object is known.
    #[error("what was interrupted on `{0}` is not its making: an engine that knows the type finds out by itself")]
    NotACreate(Address),
    /// The row has that object already.
    #[error("`{id}` is an object of `{address}` that the state knows already, and not one that the interrupted create made")]
    Known {
        /// The resource.
        address: Address,
        /// The id.
        id: String,
    },
}

impl State {
    /// Whether a person can say what became of an interrupted create; `made` is the id of what it made, if it did. A record
    /// of such a word where there is no doubt changes nothing.
    ///
    /// # Errors
    /// Why not.
    pub fn check_settle(&self, address: &Address, made: Option<&str>) -> Result<(), SettleError> {
        let row = self.rows.get(address).ok_or_else(|| SettleError::Absent(address.clone()))?;
        match &row.intent {
            None => return Err(SettleError::NoDoubt(address.clone())),
            Some(Intent::Create { .. }) => {}
            Some(Intent::Update { .. } | Intent::Delete { .. }) => return Err(SettleError::NotACreate(address.clone())),
        }
        let known = made.filter(|made| row.object.iter().chain(&row.old).any(|object| object.id == *made));
        known.map_or(Ok(()), |id| Err(SettleError::Known { address: address.clone(), id: id.to_owned() }))
    }

    /// Settles a create in doubt as a person says.
    pub(crate) fn decide(&mut self, address: &Address, made: Option<&str>) {
        if self.check_settle(address, made).is_err() {
            return;
        }
        let Some(row) = self.rows.get_mut(address) else { return };
        let intent = row.intent.take();
        if let Some(object) = made.and_then(|id| intent?.made(id)) {
            *self.made.entry(address.clone()).or_default() += 1;
            if let Some(old) = row.object.replace(object) {
                row.old.push(old);
            }
        }
        self.drop_if_empty(address);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use infra_core::{Location, Value};

    use super::*;
    use crate::record::Record;
    use crate::sample::{address, state};

    #[test]
    fn a_create_in_doubt_is_settled_by_a_word_and_nothing_else_is() {
        let mut state = state();
        let create = Intent::Create {
            token: "t".into(),
            inputs: BTreeMap::from([("size".to_owned(), Value::from("small"))]),
            dependencies: BTreeSet::from([address("b")]),
            declared: Location::default(),
            lifecycle: Default::default(),
        };
        assert_eq!(state.check_settle(&address("a"), None), Err(SettleError::NoDoubt(address("a"))));
        assert_eq!(state.check_settle(&address("z"), None), Err(SettleError::Absent(address("z"))));
        state.apply(Record::Begun { address: address("a"), intent: create.clone() });
        state.apply(Record::Begun { address: address("new"), intent: create });
        let known = SettleError::Known { address: address("a"), id: "a-1".into() };
        assert_eq!(state.check_settle(&address("a"), Some("a-1")), Err(known));
        state.apply(Record::Decided { address: address("a"), made: Some("a-2".into()) });
        state.apply(Record::Decided { address: address("new"), made: None });
        let row = &state.rows[&address("a")];
        assert_eq!((row.intent.is_none(), row.old[0].id.as_str(), state.made[&address("a")]), (true, "a-1", 2));
        let object = row.object.as_ref().unwrap();
        assert_eq!((object.id.as_str(), object.unfinished, object.inputs.len()), ("a-2", true, 1));
        assert!(!state.rows.contains_key(&address("new")) && !state.made.contains_key(&address("new")));
        state.apply(Record::Begun { address: address("b"), intent: Intent::Delete { id: "b-1".into() } });
        let before = state.rows.clone();
        for made in [None, Some("x".to_owned())] {
            assert_eq!(state.check_settle(&address("b"), made.as_deref()), Err(SettleError::NotACreate(address("b"))));
            state.apply(Record::Decided { address: address("b"), made });
        }
        assert_eq!(state.rows, before);
    }
}
