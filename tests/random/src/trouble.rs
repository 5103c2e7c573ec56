//! What goes wrong in a run: refused calls, lost replies, and the death of the process.

use infra_apply::Class;
use infra_testing::{Crash, Fault, Verb, World};
use proptest::prelude::*;

/// What goes wrong in one run.
#[derive(Clone, Debug, Default)]
pub struct Trouble {
    /// To which of the resources something happens, by a number among all, and what.
    pub faults: Vec<(usize, Wrong)>,
    /// Where the run dies, if it does.
    pub crash: Option<Crash>,
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug)]
pub enum Wrong {
    /// It is throttled for a while.
    Throttled(Verb),
    /// It is refused for good.
    Refused(Verb),
    /// It is done, and nobody hears of it.
    Lost(Verb),
    /// The reply of a create is lost, and so is that of the search for what it made, again and again.
    LostForLong,
}

/// Trouble of any kind.
pub(crate) fn trouble() -> impl Strategy<Value = Trouble> {
    let verb = || prop::sample::select(vec![Verb::Create, Verb::Update, Verb::Delete]);
    let wrong = prop_oneof![
        verb().prop_map(Wrong::Throttled),
        verb().prop_map(Wrong::Refused),
        verb().prop_map(Wrong::Lost),
        Just(Wrong::LostForLong),
    ];
    let crash = prop_oneof![
        (0..60_usize).prop_map(Crash::AtRecord),
        (0..60_usize).prop_map(Crash::BeforeCall),
        (0..60_usize).prop_map(Crash::AfterCall),
    ];
    (prop::collection::vec((0..16_usize, wrong), 0..4), prop::option::of(crash)).prop_map(|(faults, crash)| Trouble { faults, crash })
}

/// The name of the resource that a number means: of what is in the cloud, then of what is declared.
pub(crate) fn victim(world: &World, declared: &[String], at: usize) -> Option<String> {
    let mut names: Vec<String> = world.cloud.objects().into_values().map(|object| object.name).collect();
    names.extend(declared.iter().cloned());
    (!names.is_empty()).then(|| names[at % names.len()].clone())
}

/// Lets the faults happen to the run to come.
pub(crate) fn inject(world: &World, declared: &[String], trouble: &Trouble) {
    for (at, wrong) in &trouble.faults {
        let Some(name) = victim(world, declared, *at) else { return };
        for fault in faults(&name, *wrong) {
            world.cloud.inject(fault);
        }
    }
}

fn faults(name: &str, wrong: Wrong) -> Vec<Fault> {
    match wrong {
        Wrong::Throttled(verb) => vec![Fault::refuse(verb, name).class(Class::Throttled).times(3)],
        Wrong::Refused(verb) => vec![Fault::refuse(verb, name)],
        Wrong::Lost(verb) => vec![Fault::refuse(verb, name).reply_lost()],
        Wrong::LostForLong => {
            vec![Fault::refuse(Verb::Create, name).reply_lost(), Fault::refuse(Verb::Find, name).class(Class::Unavailable).times(1000)]
        }
    }
}

/// The faults as a person would write them.
pub(crate) fn written(name: &str, wrong: Wrong) -> Vec<String> {
    let inject = |fault: String| format!("world.cloud.inject({fault});");
    match wrong {
        Wrong::Throttled(verb) => vec![inject(format!("Fault::refuse(Verb::{verb:?}, \"{name}\").class(Class::Throttled).times(3)"))],
        Wrong::Refused(verb) => vec![inject(format!("Fault::refuse(Verb::{verb:?}, \"{name}\")"))],
        Wrong::Lost(verb) => vec![inject(format!("Fault::refuse(Verb::{verb:?}, \"{name}\").reply_lost()"))],
        Wrong::LostForLong => vec![
            inject(format!("Fault::refuse(Verb::Create, \"{name}\").reply_lost()")),
            inject(format!("Fault::refuse(Verb::Find, \"{name}\").class(Class::Unavailable).times(1000)")),
        ],
    }
}
