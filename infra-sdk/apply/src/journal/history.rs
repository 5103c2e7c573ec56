//! A journal's records one by one, and the state as it was after any of them.

use infra_plan::{Record, State};

/// Every record of a journal.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The state before the first record.
    pub start: State,
    /// The records, oldest first; the first has the number 1.
    pub records: Vec<Record>,
}

impl History {
    /// The state after the first `number` records; `None` where there are fewer.
    pub fn state_at(&self, number: u64) -> Option<State> {
        let records = self.records.get(..usize::try_from(number).ok()?)?;
        let mut state = self.start.clone();
        records.iter().cloned().for_each(|record| state.apply(record));
        Some(state)
    }

    /// The state after all of them.
    pub fn state(&self) -> State {
        let mut state = self.start.clone();
        self.records.iter().cloned().for_each(|record| state.apply(record));
        state
    }

    /// The newest record that was written by hand and is not taken back yet, with its number, if nothing else was
    /// recorded since.
    pub fn last_surgery(&self) -> Option<(u64, &Record)> {
        let mut number = self.records.len();
        loop {
            let record = self.records.get(number.checked_sub(1)?)?;
            match record {
                // What was taken back and the taking back are as if they had never been.
                Record::Restored { undoes: Some(undone), .. } => {
                    let before = usize::try_from(*undone).ok()?.checked_sub(1)?;
                    if before >= number {
                        return None;
                    }
                    number = before;
                }
                record => return record.is_surgery().then_some((number as u64, record)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use infra_core::Address;

    use super::*;

    fn forgotten(name: &str) -> Record {
        Record::Forgotten { address: Address::new("t:t/t", name) }
    }

    fn history(records: impl IntoIterator<Item = Record>) -> History {
        History { start: State::new("s"), records: records.into_iter().collect() }
    }

    fn undo(number: u64) -> Record {
        Record::Restored { state: Box::default(), undoes: Some(number) }
    }

    #[test]
    fn what_was_done_by_hand_is_taken_back_one_by_one_down_to_what_was_deployed() {
        let deployed = Record::Abandoned { address: Address::new("t:t/t", "a") };
        let mut records = vec![deployed.clone(), forgotten("a"), forgotten("b")];
        assert_eq!(history(records.clone()).last_surgery(), Some((3, &forgotten("b"))));
        records.push(undo(3));
        assert_eq!(history(records.clone()).last_surgery(), Some((2, &forgotten("a"))));
        records.push(undo(2));
        assert_eq!(history(records.clone()).last_surgery(), None);
        records.extend([forgotten("c"), deployed]);
        assert_eq!(history(records).last_surgery(), None, "something else was recorded since");
        assert_eq!(history([]).last_surgery(), None);
        assert_eq!(history([undo(9)]).last_surgery(), None, "a record that undoes what is not there ends the search");
    }
}
