//! A story: programs one after the other, and what happens on the way.

use proptest::prelude::*;

use crate::line::Line;
use crate::spec::{lines, spec};
use crate::trouble::{Trouble, trouble};

/// The life of a stack.
#[derive(Clone, Debug)]
pub struct Story {
    /// What the cloud's delays are made from.
    pub seed: u64,
    /// What happens, in order.
    pub chapters: Vec<Chapter>,
    /// The troubles of the destruction at the end.
    pub end: Vec<Trouble>,
}

/// A program, and the runs until it is deployed.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// The program.
    pub lines: Vec<Line>,
    /// What others do to the cloud before.
    pub drifts: Vec<Drift>,
    /// Runs that go wrong.
    pub troubles: Vec<(Operation, Trouble)>,
    /// What is done before the deployment that nothing happens to.
    pub then: Operation,
}

/// What is done to a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The program is deployed.
    Deploy,
    /// The state is brought up to date.
    Refresh,
    /// Everything is destroyed.
    Destroy,
    /// The program is deployed, but only what one of its names says, and what that needs.
    Only(usize),
    /// The program is deployed, but for what one of its names says.
    Without(usize),
    /// The program is deployed, and what one of its names says is replaced.
    Replace(usize),
}

/// What happens to an object behind the engine's back; the number says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drift {
    /// It is deleted.
    Gone(usize),
    /// It is changed.
    Changed(usize),
}

/// Any story.
pub fn story() -> impl Strategy<Value = Story> {
    let operation = || prop_oneof![8 => Just(Operation::Deploy), 1 => Just(Operation::Refresh), 1 => Just(Operation::Destroy)];
    let drift = prop_oneof![(0..16_usize).prop_map(Drift::Gone), (0..16_usize).prop_map(Drift::Changed)];
    let chapter = (
        prop::collection::vec(spec(), 15),
        prop::collection::vec(drift, 0..2),
        prop::collection::vec((operation(), trouble()), 0..3),
        operation(),
    )
        .prop_map(|(specs, drifts, troubles, then)| Chapter { lines: lines(&specs), drifts, troubles, then });
    (0..1000_u64, prop::collection::vec(chapter, 1..4), prop::collection::vec(trouble(), 0..2)).prop_map(|(seed, chapters, end)| Story {
        seed,
        chapters,
        end,
    })
}
