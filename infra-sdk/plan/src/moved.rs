//! Which resources are those that the state has under a former address, of this stack or of another.
//!
//! A move is decided before everything else: the rest of the plan is made on the state as it is after the moves.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Diagnostic, Former, Graph, Node};
use serde::{Deserialize, Serialize};

use crate::observed::{Observed, Sight};
use crate::state::State;

/// A resource that has another address from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The address it had.
    pub from: Address,
    /// The stack it was in, if that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// The address it has.
    pub to: Address,
    /// The Rust type a program writes, for people.
    pub handle: String,
}

/// A state after its moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved<'a> {
    /// The state; its serial is the one from before.
    pub state: Cow<'a, State>,
    /// What was moved, in the order of the program.
    pub moves: Vec<Move>,
}

/// The stacks of which the graph's resources take something over that this state does not have yet.
pub fn neighbours(graph: &Graph, state: &State) -> BTreeSet<String> {
    let missing = graph.nodes.iter().filter(|node| !state.rows.contains_key(&node.address));
    missing.flat_map(|node| &node.options.moved_from).filter_map(|former| former.stack.clone()).collect()
}

/// Moves what the graph says is the same under another address. `others` are the states of [`neighbours`], by stack.
///
/// # Errors
/// A former address that is still declared or claimed twice, and a resource that would have two objects.
pub fn moved<'a>(graph: &Graph, state: &'a State, others: &BTreeMap<String, &State>) -> Result<Moved<'a>, Vec<Diagnostic>> {
    // Most plans move nothing.
    let declared = LazyCell::new(|| graph.nodes.iter().map(|node| (&node.address, node)).collect::<BTreeMap<&Address, &Node>>());
    let is_there = |former: &Former, to: &Address| match &former.stack {
        None => state.rows.contains_key(&former.address),
        Some(stack) => {
            others.get(stack).is_some_and(|other| other.leaving(&former.address, &graph.stack, state.made.contains_key(to)).is_some())
        }
    };
    let (mut claims, mut problems) = (BTreeMap::<&Former, &Node>::new(), Vec::new());
    let mut moves = Vec::new();
    for node in graph.nodes.iter().filter(|node| !state.rows.contains_key(&node.address)) {
        let about = |problem: String| Diagnostic::new(problem).with_resource(&node.address).with_location(&node.declared);
        let found: Vec<&Former> = node.options.moved_from.iter().filter(|former| is_there(former, &node.address)).collect();
        let Some(former) = found.first() else { continue };
        if let [first, second, ..] = found[..] {
            let problem = format!("is said to be both {} and {}, and the state has both", shown(first), shown(second));
            problems.push(about(problem).with_help("keep one `.moved_from(…)`: what the other names is another resource"));
            continue;
        }
        if let Some(still) = declared.get(&former.address).filter(|_| former.stack.is_none()) {
            let problem = format!("is moved from {}, which is still declared at {}", former.address, still.declared);
            problems.push(about(problem).with_help("take that declaration away, or this `.moved_from(…)`: one object cannot be both"));
            continue;
        }
        if let Some(other) = claims.insert(former, node) {
            let problem = format!("is moved from {}, and so is {}, declared at {}", shown(former), other.address, other.declared);
            problems.push(about(problem).with_help("keep `.moved_from(…)` on the one that it is"));
            continue;
        }
        let handle = graph.schemas.get(node.address.kind()).map_or_else(|| node.address.kind().to_string(), |schema| schema.handle.clone());
        let (from, stack, to) = (former.address.clone(), former.stack.clone(), node.address.clone());
        moves.push(Move { from, stack, to, handle });
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if moves.is_empty() {
        return Ok(Moved { state: Cow::Borrowed(state), moves });
    }
    let mut after = state.clone();
    for Move { from, stack, to, .. } in &moves {
        match stack {
            None => {
                // Before a deployment moves anything, what was interrupted is settled: a plan shows what comes after that.
                if let Some(row) = after.rows.get_mut(from).filter(|row| row.object.is_some() || !row.old.is_empty()) {
                    row.intent = None;
                }
                after.rename(from, to);
            }
            Some(stack) => {
                if let Some(row) = others.get(stack).and_then(|other| other.leaving(from, &graph.stack, state.made.contains_key(to))) {
                    let mut row = row.clone();
                    row.intent = None;
                    after.take_over(to, row.arrived(&arrivals(&moves, stack)));
                }
            }
        }
    }
    Ok(Moved { state: Cow::Owned(after), moves })
}

/// What comes from a stack, by its addresses there.
pub fn arrivals(moves: &[Move], stack: &str) -> BTreeMap<Address, Address> {
    let from_there = moves.iter().filter(|moved| moved.stack.as_deref() == Some(stack));
    from_there.map(|moved| (moved.from.clone(), moved.to.clone())).collect()
}

/// The moves within the stack or from another to a type that does not have the object.
pub fn strange<'a>(moves: &'a [Move], observed: &Observed) -> Vec<&'a Move> {
    let retyped = moves.iter().filter(|moved| moved.from.kind() != moved.to.kind());
    retyped.filter(|moved| observed.objects.get(&moved.to) == Some(&Sight::Gone)).collect()
}

/// Those of the [`strange`] moves whose object would be made again and the old one forgotten: not where it was seen to be gone
/// under its `former` address, too, since then there is nothing to forget. `state` is the one after the moves.
pub fn estranged(strange: &[&Move], state: &State, former: &Observed, graph: &Graph) -> Vec<Diagnostic> {
    let is_gone = |moved: &Move| moved.stack.is_none() && former.objects.get(&moved.from) == Some(&Sight::Gone);
    let lost = strange.iter().filter(|moved| !is_gone(moved)).filter_map(|moved| {
        let id = &state.object(&moved.to)?.id;
        let problem = format!("was {}, and there is no {} {id}", moved.from, moved.handle);
        let mut problem = Diagnostic::new(problem).with_resource(&moved.to);
        if let Some(node) = graph.node(&moved.to) {
            problem = problem.with_location(&node.declared);
        }
        Some(problem.with_help("a resource can change to a type whose objects have the same ids; otherwise take `.moved_from(…)` away"))
    });
    lost.collect()
}

fn shown(former: &Former) -> String {
    match &former.stack {
        None => former.address.to_string(),
        Some(stack) => format!("{} of stack {stack}", former.address),
    }
}
