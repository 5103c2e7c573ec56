//! What people do to a state by hand: an address changed, a resource forgotten. The cloud is not touched.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Lifecycle};
use thiserror::Error;

use crate::record::Record;
use crate::state::{Intent, Row, State};

/// Why a resource cannot have another address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MoveError {
    /// Nothing is remembered under the old address.
    #[error("the state has no resource `{0}`")]
    Absent(Address),
    /// The new address has a resource already.
    #[error("the state has a resource `{0}` already: move or forget that one first")]
    Taken(Address),
    /// Inputs and outputs of one type mean nothing to another.
    #[error("`{from}` is a {}, and `{to}` would be a {}: only the name of a resource can change", from.kind(), to.kind())]
    OtherKind {
        /// The old address.
        from: Address,
        /// The new address.
        to: Address,
    },
    /// What was interrupted is looked for in the cloud by its old address.
    #[error("a call on `{0}` was interrupted, and the cloud knows it by that address: deploy or refresh first, which settles it")]
    InDoubt(Address),
}

impl Record {
    /// Whether it was written by hand, so to say: by a command that changes the state and not the cloud.
    pub fn is_surgery(&self) -> bool {
        matches!(self, Record::Moved { .. } | Record::Forgotten { .. } | Record::Restored { .. } | Record::Decided { .. })
    }
}

impl State {
    /// Whether a resource can be moved to another address. A record of a move that cannot be changes nothing.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn check_move(&self, from: &Address, to: &Address) -> Result<(), MoveError> {
        if !self.rows.contains_key(from) {
            return Err(MoveError::Absent(from.clone()));
        }
        if from.kind() != to.kind() {
            return Err(MoveError::OtherKind { from: from.clone(), to: to.clone() });
        }
        self.check_place(from, to)
    }

    /// As [`check_move`](State::check_move), also to another type: that its objects have the same ids is for the program
    /// to say.
    ///
    /// # Errors
    /// Why it cannot be moved.
    pub fn check_place(&self, from: &Address, to: &Address) -> Result<(), MoveError> {
        let row = self.rows.get(from).ok_or_else(|| MoveError::Absent(from.clone()))?;
        if self.rows.contains_key(to) {
            return Err(MoveError::Taken(to.clone()));
        }
        if row.intent.is_some() {
            return Err(MoveError::InDoubt(from.clone()));
        }
        Ok(())
    }

    /// Resources whose objects need each other in a circle, and those that need them: none of them could be made first.
    /// Empty where there is no such circle.
    pub fn circle(&self) -> Vec<Address> {
        let mut waiting: BTreeMap<&Address, usize> = BTreeMap::new();
        let mut users: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
        for (address, row) in &self.rows {
            let needs: BTreeSet<&Address> = row.object.iter().chain(&row.old).flat_map(|object| &object.dependencies).collect();
            let needs: Vec<&Address> = needs.into_iter().filter(|need| *need != address && self.rows.contains_key(need)).collect();
            waiting.insert(address, needs.len());
            needs.into_iter().for_each(|need| users.entry(need).or_default().push(address));
        }
        let mut free: Vec<&Address> = waiting.iter().filter(|(_, needs)| **needs == 0).map(|(address, _)| *address).collect();
        while let Some(address) = free.pop() {
            waiting.remove(address);
            for user in users.remove(address).unwrap_or_default() {
                let Some(needs) = waiting.get_mut(user) else { continue };
                *needs -= 1;
                if *needs == 0 {
                    free.push(user);
                }
            }
        }
        waiting.into_keys().cloned().collect()
    }

    /// An imported state as it may take this one's place: without empty rows, and with a count of
    /// objects after which no name is given twice.
    #[must_use]
    pub fn replaced_by(&self, mut imported: State) -> State {
        imported.rows.retain(|_, row| *row != Row::default());
        let mut before = self.clone();
        before.rows.keys().cloned().collect::<Vec<_>>().iter().for_each(|address| before.forget(address));
        for (address, made) in before.made {
            let count = imported.made.entry(address).or_default();
            *count = made.max(*count);
        }
        imported
    }

    /// Gives a resource another address, wherever it is mentioned.
    pub(crate) fn rename(&mut self, from: &Address, to: &Address) {
        if self.check_place(from, to).is_err() {
            return;
        }
        // Whoever still mentions the new address means an object that is gone, and not this one.
        self.unmention(to);
        if let Some(row) = self.rows.remove(from) {
            self.rows.insert(to.clone(), row);
        }
        for needs in self.rows.values_mut().flat_map(mentions) {
            if needs.remove(from) {
                needs.insert(to.clone());
            }
        }
        for lifecycle in self.rows.values_mut().flat_map(lifecycles) {
            lifecycle.readdress(from, Some(to));
        }
        // Both addresses have had these objects: neither may give a new one the name of one that exists.
        let made = self.made.get(from).copied().unwrap_or_default();
        if made > 0 {
            let new = self.made.entry(to.clone()).or_default();
            *new = made.max(*new);
        }
    }

    /// Drops a resource's row.
    pub(crate) fn forget(&mut self, address: &Address) {
        let Some(row) = self.rows.remove(address) else { return };
        self.unmention(address);
        // The next object must not take over what an interrupted create may have left.
        if matches!(row.intent, Some(Intent::Create { .. })) {
            *self.made.entry(address.clone()).or_default() += 1;
        }
    }

    /// Lets nothing need a resource any more.
    pub(crate) fn unmention(&mut self, address: &Address) {
        for needs in self.rows.values_mut().flat_map(mentions) {
            needs.remove(address);
        }
        for lifecycle in self.rows.values_mut().flat_map(lifecycles) {
            lifecycle.readdress(address, None);
        }
    }
}

/// Every set of dependencies in a row.
fn mentions(row: &mut Row) -> impl Iterator<Item = &mut BTreeSet<Address>> {
    let objects = row.object.iter_mut().chain(&mut row.old).map(|object| &mut object.dependencies);
    objects.chain(row.intent.as_mut().and_then(|intent| match intent {
        Intent::Create { dependencies, .. } | Intent::Update { dependencies, .. } => Some(dependencies),
        Intent::Delete { .. } => None,
    }))
}

/// What is remembered of every object in a row.
fn lifecycles(row: &mut Row) -> impl Iterator<Item = &mut Lifecycle> {
    let objects = row.object.iter_mut().chain(&mut row.old).map(|object| &mut object.lifecycle);
    objects.chain(row.intent.as_mut().and_then(|intent| match intent {
        Intent::Create { lifecycle, .. } | Intent::Update { lifecycle, .. } => Some(lifecycle),
        Intent::Delete { .. } => None,
    }))
}

#[cfg(test)]
mod tests {
    use infra_core::{Location, Value};

    use super::*;
    use crate::sample::{address, object, state};

    fn moved(state: &State, from: &str, to: &str) -> State {
        let mut state = state.clone();
        state.apply(Record::Moved { from: address(from), to: address(to) });
        state
    }

    #[test]
    fn a_moved_resource_is_needed_under_its_new_address_and_neither_address_repeats_a_name() {
        let state = moved(&state(), "a", "c");
        assert_eq!(state.rows.keys().cloned().collect::<Vec<_>>(), [address("b"), address("c")]);
        assert_eq!(state.object(&address("b")).unwrap().dependencies, BTreeSet::from([address("c")]));
        assert_eq!((state.made[&address("a")], state.made[&address("c")], state.serial), (1, 1, 3));
        let back = moved(&state, "c", "a");
        assert_eq!(back.object(&address("b")).unwrap().dependencies, BTreeSet::from([address("a")]));
    }

    #[test]
    fn a_move_that_cannot_be_changes_nothing_and_says_why() {
        let mut state = state();
        let elsewhere = Address::new("t:t/u", "a");
        assert_eq!(state.check_move(&address("x"), &address("y")), Err(MoveError::Absent(address("x"))));
        assert_eq!(state.check_move(&address("a"), &address("b")), Err(MoveError::Taken(address("b"))));
        assert_eq!(state.check_move(&address("a"), &address("a")), Err(MoveError::Taken(address("a"))));
        let other = MoveError::OtherKind { from: address("a"), to: elsewhere.clone() };
        assert_eq!(state.check_move(&address("a"), &elsewhere), Err(other));
        for to in [address("a"), address("b"), elsewhere.clone()] {
            let mut after = state.clone();
            after.apply(Record::Moved { from: address("a"), to });
            assert_eq!((&after.rows, &after.made), (&state.rows, &state.made));
        }
        let mut retyped = state.clone();
        retyped.apply(Record::Retyped { from: address("a"), to: elsewhere.clone() });
        assert_eq!(retyped.object(&elsewhere), state.object(&address("a")));
        state.apply(Record::Begun { address: address("a"), intent: Intent::Delete { id: "a-1".into() } });
        assert_eq!(state.check_move(&address("a"), &address("c")), Err(MoveError::InDoubt(address("a"))));
        assert_eq!(moved(&state, "a", "c").rows, state.rows);
    }

    #[test]
    fn a_move_to_an_address_that_is_still_mentioned_closes_no_circle() {
        let mut state = state();
        state.apply(Record::Settled { address: address("c"), object: object("c-1", &["b"]) });
        state.apply(Record::Gone { address: address("a"), id: "a-1".into() });
        let state = moved(&state, "c", "a");
        assert_eq!(state.circle(), []);
        assert!(state.object(&address("b")).unwrap().dependencies.is_empty(), "what it needed is gone");
        assert_eq!(state.object(&address("a")).unwrap().dependencies, BTreeSet::from([address("b")]));
    }

    #[test]
    fn a_forgotten_resource_is_needed_by_nobody_and_its_name_is_not_given_again() {
        let mut state = state();
        state.apply(Record::Forgotten { address: address("a") });
        assert!(state.object(&address("b")).unwrap().dependencies.is_empty());
        assert_eq!((state.rows.len(), state.made[&address("a")]), (1, 1));
        state.apply(Record::Forgotten { address: address("a") });
        assert_eq!((state.rows.len(), state.serial), (1, 4));
        let create = Intent::Create {
            token: "t".into(),
            inputs: BTreeMap::new(),
            dependencies: BTreeSet::new(),
            declared: Location::default(),
            lifecycle: Default::default(),
        };
        state.apply(Record::Begun { address: address("a"), intent: create });
        state.apply(Record::Forgotten { address: address("a") });
        assert_eq!(state.made[&address("a")], 2, "what that create may have left is not taken over");
    }

    #[test]
    fn a_restored_state_is_as_it_was_but_counts_on() {
        let before = state();
        let mut state = moved(&before, "a", "c");
        state.apply(Record::Restored { state: Box::new(before.clone()), undoes: Some(3) });
        assert_eq!(state, State { serial: 4, ..before });
    }

    #[test]
    fn an_imported_state_brings_its_secrets_no_empty_row_and_no_used_name() {
        let mut imported = State::new("other");
        imported.rows.insert(address("empty"), Row::default());
        let mut secret = object("x-1", &[]);
        secret.inputs.insert("key".into(), Value::Secret(Box::new(Value::from("hunter2"))));
        imported.apply(Record::Made { address: address("x"), object: secret });
        let after = state().replaced_by(imported);
        assert_eq!(after.rows.keys().cloned().collect::<Vec<_>>(), [address("x")]);
        assert!(matches!(after.object(&address("x")).unwrap().inputs["key"], Value::Secret(_)));
        assert_eq!((after.made[&address("a")], after.made[&address("x")], after.salt.as_str()), (1, 1, "other"));
    }

    #[test]
    fn a_circle_is_named_without_what_is_beside_it() {
        let mut state = state();
        assert_eq!(state.circle(), []);
        state.apply(Record::Settled { address: address("a"), object: object("a-1", &["a", "gone"]) });
        assert_eq!(state.circle(), [], "needing itself or what is gone keeps nothing from being deleted");
        state.apply(Record::Settled { address: address("a"), object: object("a-1", &["b"]) });
        state.apply(Record::Settled { address: address("z"), object: object("z-1", &[]) });
        assert_eq!(state.circle(), [address("a"), address("b")]);
    }

    #[test]
    fn records_of_surgery_read_back_as_they_were_written() {
        let restored = Record::Restored { state: Box::new(state()), undoes: None };
        let decided = Record::Decided { address: address("a"), made: Some("a-2".into()) };
        for record in
            [Record::Moved { from: address("a"), to: address("c") }, Record::Forgotten { address: address("a") }, restored, decided]
        {
            let text = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
            assert!(record.is_surgery());
        }
    }
}
