//! A journal's records one by one, and the state as it was after any of them.

use infra_plan::{Record, State};

/// Every record of a journal.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The state before the first record.
    pub start: State,
    /// The records, oldest first; the first has the number 1. Where some were lost, one that says the state stands in their
    /// place, and has the number of the last of them.
    pub records: Vec<Record>,
}

impl History {
    /// The records with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (u64, &Record)> {
        self.records.iter().scan(self.start.serial, |number, record| {
            *number = match record {
                Record::Recovered { state } => state.serial,
                _ => number.saturating_add(1),
            };
            Some((*number, record))
        })
    }

    /// The number of the last record; 0 where there is none.
    pub fn last(&self) -> u64 {
        self.numbered().last().map_or(self.start.serial, |(number, _)| number)
    }

    /// The state after the record with a number; `None` where there are fewer, or that one is lost.
    pub fn state_at(&self, number: u64) -> Option<State> {
        let mut state = self.start.clone();
        let mut records = self.records.iter();
        while state.serial < number {
            state.apply(records.next()?.clone());
        }
        (state.serial == number).then_some(state)
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
        let numbered: Vec<(u64, &Record)> = self.numbered().collect();
        let mut number = self.last();
        loop {
            let at = numbered.binary_search_by_key(&number, |(number, _)| *number).ok()?;
            match numbered[at].1 {
                // What was taken back and the taking back are as if they had never been.
                Record::Restored { undoes: Some(undone), .. } => {
                    let before = undone.checked_sub(1)?;
                    if before >= number {
                        return None;
                    }
                    number = before;
                }
                record => return record.is_surgery().then_some((number, record)),
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

    #[test]
    fn after_records_that_are_lost_the_others_keep_their_numbers_and_nothing_is_taken_back_across_them() {
        let recovered = |serial| Record::Recovered { state: Box::new(State { serial, ..State::new("s") }) };
        let records = vec![forgotten("a"), recovered(7), forgotten("b"), forgotten("c"), undo(9)];
        let lost = history(records.clone());
        assert_eq!(lost.numbered().map(|(number, _)| number).collect::<Vec<_>>(), [1, 7, 8, 9, 10]);
        assert_eq!((lost.last(), lost.state().serial), (10, 10));
        let known = |number| lost.state_at(number).map(|state| state.serial);
        assert_eq!([0, 1, 2, 6, 7, 8, 10, 11].map(known), [Some(0), Some(1), None, None, Some(7), Some(8), Some(10), None]);
        assert_eq!(lost.last_surgery(), Some((8, &forgotten("b"))));
        assert_eq!(history([records.as_slice(), &[undo(8)]].concat()).last_surgery(), None, "what is before that is not known");
        assert_eq!(history([forgotten("a"), recovered(7), undo(5)]).last_surgery(), None);
    }
}
