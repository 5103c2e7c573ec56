//! What a person does where the options of a program ask for what no cloud can do, and how that is told from a mistake of the
//! engine's.
//!
//! What goes before it is made anew cannot go while something holds on to it. What is replaced along with it lets go of it in
//! time; what is changed in place cannot, since the new object that it is to hold on to instead is made later. No order of
//! steps helps there, only another program.

use std::collections::BTreeSet;

use infra_apply::PlanError;
use infra_plan::{Action, Plan};
use infra_testing::Deployed;

use crate::line::Line;
use crate::place::known_by;
use crate::stage::Stage;

/// How many ways out a person tries one after the other; each can show that the next is needed.
pub(crate) const ATTEMPTS: usize = 8;

/// A way out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Out {
    /// Nothing is protected any more.
    Unprotected,
    /// Nothing is asked to go first any more.
    MadeFirst,
    /// The line of the first name is replaced whenever that of the second is.
    Together(String, String),
    /// The line of this name is left out of one deployment.
    Away(String),
}

impl Out {
    /// The next way, where this one was tried and was not enough: what was replaced in a run that failed half way is not replaced
    /// again for the sake of who is to go along.
    pub(crate) fn after(self, tried: &[BTreeSet<Out>]) -> Out {
        match self {
            Out::Together(ref user, _) if tried.iter().any(|outs| outs.contains(&self)) => Out::Away(user.clone()),
            out => out,
        }
    }

    /// What is left out of one deployment.
    pub(crate) fn away(&self) -> Option<&str> {
        if let Out::Away(name) = self { Some(name) } else { None }
    }
}

/// The lines after some ways out.
pub(crate) fn with(mut lines: Vec<Line>, outs: &BTreeSet<Out>) -> Vec<Line> {
    for out in outs {
        match out {
            Out::Unprotected | Out::Away(_) => lines.iter_mut().for_each(|line| line.options.protect = false),
            Out::MadeFirst => lines.iter_mut().for_each(|line| line.options.delete_before_create = false),
            Out::Together(user, used) => {
                let other = lines.iter().position(|line| line.name == *used);
                let line = lines.iter_mut().find(|line| line.name == *user);
                if let (Some(line), Some(other)) = (line, other) {
                    line.options.replace_with = Some(other);
                    line.options.protect = false;
                }
            }
        }
    }
    lines
}

/// The ways out of a refusal, if there is one for all that is said: something is protected; or it is to go first, and a part
/// holds on to it which waits for a value and is left alone until then.
pub(crate) fn refused(error: &PlanError, lines: &[Line]) -> Option<BTreeSet<Out>> {
    let PlanError::Wrong(problems) = error else { return None };
    let can_be = lines.iter().any(|line| line.options.then.is_some()) && lines.iter().any(|line| line.options.delete_before_create);
    let out = |problem: String| match problem {
        problem if problem.contains("is protected") => Some(Out::Unprotected),
        problem if can_be && problem.contains("without `.delete_before_create()`") => Some(Out::MadeFirst),
        _ => None,
    };
    problems.iter().map(|problem| out(problem.to_string())).collect()
}

/// The ways out of a deployment in which nothing failed but deletes that something held on to which this plan would have
/// changed afterwards; none where anything else failed.
pub(crate) fn held(stage: &Stage, lines: &[Line], deployed: &Deployed) -> BTreeSet<Out> {
    let plan = deployed.later.last().unwrap_or(&deployed.plan);
    let objects = stage.world.cloud.objects();
    let mut outs = BTreeSet::new();
    for (address, _) in &deployed.outcome.failed {
        let deletes = |(at, id): &(usize, &String)| plan.steps[*at].address == *address && objects.contains_key(*id);
        let Some((delete, id)) = ends(plan).into_iter().find(deletes) else { return BTreeSet::new() };
        let going: BTreeSet<&String> = ends(plan).into_iter().map(|(_, id)| id).collect();
        let holds = |object: &infra_testing::MockObject| {
            let inputs = serde_json::to_string(&object.inputs).unwrap_or_default();
            inputs.contains(&format!("\"{id}\""))
        };
        let user = objects.iter().find(|(other, object)| *other != id && !going.contains(other) && holds(object)).filter(|(_, user)| {
            let later = |step: usize| known_by(plan.steps[step].address.name()) == known_by(&user.name) && waits(plan, step, delete);
            (0..plan.steps.len()).any(later)
        });
        let Some((_, user)) = user else { return BTreeSet::new() };
        let (user, used) = (known_by(&user.name).to_owned(), known_by(address.name()).to_owned());
        // A program can only name what it has declared before.
        let place = |name: &str| lines.iter().position(|line| line.name == name);
        let before = place(&used).zip(place(&user)).is_some_and(|(used, user)| used < user);
        outs.insert(if before { Out::Together(user, used) } else { Out::Away(user) });
    }
    outs
}

/// The steps that delete, and what.
fn ends(plan: &Plan) -> Vec<(usize, &String)> {
    let mut ends = Vec::new();
    for (at, step) in plan.steps.iter().enumerate() {
        if let Action::Delete { id, .. } | Action::Sweep { id, .. } = &step.action {
            ends.push((at, id));
        }
    }
    ends
}

/// Whether a step waits, directly or not, for another.
fn waits(plan: &Plan, step: usize, other: usize) -> bool {
    plan.steps[step].after.iter().any(|before| *before == other || waits(plan, *before, other))
}
