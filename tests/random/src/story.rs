//! A story: programs one after the other, and what happens on the way.

use proptest::prelude::*;

use crate::line::Line;
use crate::spec::{SIZE, lines, spec};
use crate::travel::{Travel, travel};
use crate::trouble::{Trouble, trouble};

/// The life of a stack.
#[derive(Clone, Debug)]
pub struct Story {
    /// What the cloud's delays are made from.
    pub seed: u64,
    /// Whether commands run beside the steps: a process each takes longer than all else.
    pub hooked: bool,
    /// What happens, in order.
    pub chapters: Vec<Chapter>,
    /// The troubles of the destruction at the end.
    pub end: Vec<Trouble>,
}

/// A program, and the runs until it is deployed.
#[derive(Clone, Debug, Default)]
pub struct Chapter {
    /// The program.
    pub lines: Vec<Line>,
    /// The scope that most of it is in.
    pub scope: Option<u8>,
    /// Which of the program's resources have another name from here on.
    pub renames: Vec<usize>,
    /// Whether a person gives them these names in the state, and the program says nothing of former ones.
    pub by_hand: bool,
    /// Whether fleets are crews from here on, or fleets again: another type of the same objects.
    pub retypes: bool,
    /// Whether the program says options for the whole stack, and not where each resource is declared.
    pub in_the_end: bool,
    /// What goes to another stack and comes back before.
    pub travel: Option<Travel>,
    /// What a person lets the state forget before.
    pub forgets: Vec<usize>,
    /// What others do to the cloud before.
    pub drifts: Vec<Drift>,
    /// Runs that go wrong.
    pub troubles: Vec<(Operation, Trouble)>,
    /// Whether a person says after each of them what became of the calls that are in doubt.
    pub settles: bool,
    /// What is done before the deployment that nothing happens to.
    pub then: Operation,
}

/// What is done to a stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    /// The program is deployed.
    #[default]
    Deploy,
    /// The state is brought up to date.
    Refresh,
    /// Everything is destroyed.
    Destroy,
    /// The program is deployed, but only what one of its names says, and what that needs.
    Only(usize),
    /// The program is deployed, but only what one of its names says.
    Alone(usize),
    /// The program is deployed, but for what one of its names says.
    Without(usize),
    /// The program is deployed, and what one of its names says is replaced.
    Replace(usize),
    /// What one of its names says is destroyed, and what needs that.
    End(usize),
    /// Everything is destroyed, but for what one of its names says.
    Spare(usize),
    /// A plan of the program is saved, and then performed.
    Saved,
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
    let operation = || {
        let which = || 0..SIZE;
        prop_oneof![
            16 => Just(Operation::Deploy),
            2 => Just(Operation::Refresh),
            2 => Just(Operation::Destroy),
            2 => which().prop_map(Operation::Only),
            1 => which().prop_map(Operation::Alone),
            2 => which().prop_map(Operation::Without),
            2 => which().prop_map(Operation::Replace),
            1 => which().prop_map(Operation::End),
            1 => which().prop_map(Operation::Spare),
            2 => Just(Operation::Saved),
        ]
    };
    let drift = prop_oneof![(0..SIZE).prop_map(Drift::Gone), (0..SIZE).prop_map(Drift::Changed)];
    let names = (
        prop_oneof![2 => Just(None), 1 => (0..2_u8).prop_map(Some)],
        prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(0..SIZE, 1..4)],
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
    );
    let by_people = (prop::option::weighted(0.2, travel()), prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(0..SIZE, 1..3)]);
    let chapter = (
        prop::collection::vec(spec(), SIZE),
        names,
        by_people,
        prop::collection::vec(drift, 0..2),
        prop::collection::vec((operation(), trouble()), 0..3),
        prop::bool::weighted(0.1),
        operation(),
    )
        .prop_map(|(specs, (scope, renames, by_hand, retypes, in_the_end), (travel, forgets), drifts, troubles, settles, then)| Chapter {
            lines: lines(&specs),
            scope,
            renames,
            by_hand,
            retypes,
            in_the_end,
            travel,
            forgets,
            drifts,
            troubles,
            settles,
            then,
        });
    let chapters = prop::collection::vec(chapter, 1..4);
    (0..1000_u64, prop::bool::weighted(0.02), chapters, prop::collection::vec(trouble(), 0..2))
        .prop_map(|(seed, hooked, chapters, end)| Story { seed, hooked, chapters, end })
}
