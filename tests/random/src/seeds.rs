//! Stories by number: the same number is the same story on every machine.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::strategy::{Strategy as _, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::check::check;
use crate::line::{Options, without};
use crate::story::{Operation, Story, story};

/// How often a failing story is made smaller at most.
const SHRINKS: usize = 20_000;

/// A story of which something does not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its number.
    pub seed: u64,
    /// What does not hold of the smallest one found.
    pub problem: String,
    /// The smallest one found.
    pub story: Story,
}

/// Checks the story of a number.
///
/// # Errors
/// With the smallest story found of which the check still says something.
pub fn check_seed(seed: u64) -> Result<(), Box<Failure>> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    let made = |problem: String, story: Story| Box::new(Failure { seed, problem, story });
    let mut tree = match story().new_tree(&mut runner) {
        Ok(tree) => tree,
        Err(reason) => return Err(made(reason.to_string(), Story { seed, hooked: false, chapters: Vec::new(), end: Vec::new() })),
    };
    let Err(problem) = checked(&tree.current()) else { return Ok(()) };
    let mut smallest = made(problem, tree.current());
    for _ in 0..SHRINKS {
        let moved = match checked(&tree.current()) {
            Err(problem) => {
                smallest = made(problem, tree.current());
                tree.simplify()
            }
            Ok(()) => tree.complicate(),
        };
        if !moved {
            break;
        }
    }
    Err(Box::new(smaller(*smallest)))
}

/// Leaves out whatever can be left out, line by line and trouble by trouble.
fn smaller(mut failure: Failure) -> Failure {
    loop {
        let found = without_one(&failure.story).into_iter().find_map(|story| checked(&story).err().map(|problem| (problem, story)));
        match found {
            Some((problem, story)) => failure = Failure { problem, story, ..failure },
            None => return failure,
        }
    }
}

/// What takes an option back, for each of them.
const LESS: [fn(&mut Options); 14] = [
    |options| options.depends_on = None,
    |options| options.protect = false,
    |options| options.retain_on_delete = false,
    |options| options.ignore_changes = false,
    |options| options.replace_on_changes = false,
    |options| options.delete_before_create = false,
    |options| options.replace_with = None,
    |options| options.deleted_with = None,
    |options| options.triggers = None,
    |options| options.condition = false,
    |options| options.region = None,
    |options| (options.timeouts, options.hooks) = (None, 0),
    |options| options.import = None,
    |options| options.then = None,
];

/// The stories that lack one thing each.
fn without_one(story: &Story) -> Vec<Story> {
    let mut stories = Vec::new();
    let mut lacking = |change: &dyn Fn(&mut Story)| {
        let mut lesser = story.clone();
        change(&mut lesser);
        stories.push(lesser);
    };
    lacking(&|story| story.hooked = false);
    for at in 0..story.chapters.len() {
        lacking(&|story| {
            story.chapters.remove(at);
        });
        lacking(&|story| story.chapters[at].settles = false);
        lacking(&|story| story.chapters[at].scope = None);
        lacking(&|story| story.chapters[at].renames.clear());
        lacking(&|story| story.chapters[at].by_hand = false);
        lacking(&|story| story.chapters[at].retypes = false);
        lacking(&|story| story.chapters[at].in_the_end = false);
        lacking(&|story| story.chapters[at].travel = None);
        lacking(&|story| story.chapters[at].forgets.clear());
        for way in 0..2 {
            lacking(&|story| story.chapters[at].travel.iter_mut().for_each(|travel| travel.dies[way] = None));
        }
        lacking(&|story| story.chapters[at].travel.iter_mut().for_each(|travel| travel.changes = false));
        lacking(&|story| story.chapters[at].then = Operation::Deploy);
        for trouble in 0..story.chapters[at].troubles.len() {
            lacking(&|story| {
                story.chapters[at].troubles.remove(trouble);
            });
            lacking(&|story| story.chapters[at].troubles[trouble].1.crash = None);
            lacking(&|story| story.chapters[at].troubles[trouble].1.interrupt = None);
            lacking(&|story| story.chapters[at].troubles[trouble].1.unmet = None);
            lacking(&|story| story.chapters[at].troubles[trouble].0 = Operation::Deploy);
            for fault in 0..story.chapters[at].troubles[trouble].1.faults.len() {
                lacking(&|story| {
                    story.chapters[at].troubles[trouble].1.faults.remove(fault);
                });
            }
        }
        for drift in 0..story.chapters[at].drifts.len() {
            lacking(&|story| {
                story.chapters[at].drifts.remove(drift);
            });
        }
        for line in 0..story.chapters[at].lines.len() {
            lacking(&|story| story.chapters[at].lines = without(&story.chapters[at].lines, line));
            for option in LESS {
                lacking(&|story| option(&mut story.chapters[at].lines[line].options));
            }
        }
    }
    for trouble in 0..story.end.len() {
        lacking(&|story| {
            story.end.remove(trouble);
        });
    }
    // What no number is lost from is the same story, and would be looked at for ever.
    stories.retain(|lesser| format!("{lesser:?}") != format!("{story:?}"));
    stories
}

/// A check whose panic is a problem too.
fn checked(story: &Story) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| check(story))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("a panic: {}", text.unwrap_or("without words")))
    })
}
