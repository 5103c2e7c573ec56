//! What goes wrong in a run: refused calls, lost replies, and the death of the process.

use infra_apply::Class;
use infra_testing::{Crash, Fault, Verb, World};
use proptest::prelude::*;

use crate::declare::secret;
use crate::line::{Line, What};
use crate::place::known_by;
use crate::spec::SIZE;

/// What goes wrong in one run.
#[derive(Clone, Debug, Default)]
pub struct Trouble {
    /// To which of the resources something happens, by a number among all, and what.
    pub faults: Vec<(usize, Wrong)>,
    /// Where the run dies, if it does.
    pub crash: Option<Crash>,
    /// When a person asks it to stop, if one does, in milliseconds of virtual time.
    pub interrupt: Option<u64>,
    /// Whether the commands beside its steps fail.
    pub hooks_fail: bool,
    /// Of which of the program's resources a condition does not hold, and which.
    pub unmet: Option<(usize, Unmet)>,
}

/// A condition that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// One that must hold before the resource is made or changed.
    Before,
    /// One that must hold before others use it.
    After,
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
    /// It never comes back, and is done or not.
    Silent(Verb, bool),
    /// It is refused as what could be done later, for longer than anybody waits.
    NotYet(Verb),
    /// The service does not answer for longer than anybody waits.
    Unavailable(Verb),
    /// It is refused in words that have the resource's secret in them.
    Telling(Verb),
    /// A read fails, after a few that do not.
    Unread(u32),
    /// The reply of a create is lost, and the first searches do not find yet what it made.
    Blind(u32),
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
        (verb(), any::<bool>()).prop_map(|(verb, done)| Wrong::Silent(verb, done)),
        verb().prop_map(Wrong::NotYet),
        verb().prop_map(Wrong::Unavailable),
        verb().prop_map(Wrong::Telling),
        (0..12_u32).prop_map(Wrong::Unread),
        (1..3_u32).prop_map(Wrong::Blind),
        Just(Wrong::LostForLong),
    ];
    let crash = prop_oneof![
        (0..60_usize).prop_map(Crash::AtRecord),
        (0..60_usize).prop_map(Crash::BeforeCall),
        (0..60_usize).prop_map(Crash::AfterCall),
        (0..60_usize).prop_map(Crash::FullDisk),
    ];
    let (interrupt, fail) = (prop::option::weighted(0.1, 0..20_000_u64), prop::bool::weighted(0.5));
    let unmet = prop::option::weighted(0.15, (0..SIZE, prop::sample::select(vec![Unmet::Before, Unmet::After])));
    (prop::collection::vec((0..SIZE, wrong), 0..4), prop::option::of(crash), interrupt, fail, unmet)
        .prop_map(|(faults, crash, interrupt, hooks_fail, unmet)| Trouble { faults, crash, interrupt, hooks_fail, unmet })
}

/// The name of the resource that a number means: of what is in the cloud, then of what is declared.
fn victim(world: &World, declared: &[Line], at: usize) -> Option<String> {
    let mut names: Vec<String> = world.cloud.objects().into_values().map(|object| object.name).collect();
    names.extend(declared.iter().map(Line::full));
    (!names.is_empty()).then(|| names[at % names.len()].clone())
}

/// Lets the faults happen to the run to come.
pub(crate) fn inject(world: &World, declared: &[Line], trouble: &Trouble) {
    for (at, wrong) in &trouble.faults {
        let Some(name) = victim(world, declared, *at) else { return };
        // The secret of what is deleted is known to a run only if it is recorded: of one that the cloud never tells, only a
        // digest is.
        let known = |line: &&Line| {
            line.name == known_by(&name) && !matches!((wrong, &line.what), (Wrong::Telling(Verb::Delete), What::Vault { .. }))
        };
        let told = declared.iter().find(known).and_then(secret);
        for fault in faults(&name, *wrong, told) {
            world.cloud.inject(fault);
        }
    }
}

fn faults(name: &str, wrong: Wrong, told: Option<String>) -> Vec<Fault> {
    match wrong {
        Wrong::Throttled(verb) => vec![Fault::refuse(verb, name).class(Class::Throttled).times(3)],
        Wrong::Refused(verb) => vec![Fault::refuse(verb, name)],
        Wrong::Lost(verb) => vec![Fault::refuse(verb, name).reply_lost()],
        Wrong::Silent(verb, false) => vec![Fault::refuse(verb, name).silent()],
        Wrong::Silent(verb, true) => vec![Fault::refuse(verb, name).reply_lost().silent()],
        Wrong::NotYet(verb) => vec![Fault::refuse(verb, name).class(Class::NotYet).times(u32::MAX)],
        Wrong::Unavailable(verb) => vec![Fault::refuse(verb, name).class(Class::Unavailable).times(u32::MAX)],
        Wrong::Telling(verb) => vec![Fault::refuse(verb, name).saying(&format!("'{}' is refused", told.unwrap_or_default()))],
        Wrong::Unread(later) => vec![Fault::refuse(Verb::Read, "").later(later).times(2)],
        Wrong::Blind(times) => vec![Fault::refuse(Verb::Create, name).reply_lost(), Fault::refuse(Verb::Find, name).blind().times(times)],
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
        Wrong::Silent(verb, false) => vec![inject(format!("Fault::refuse(Verb::{verb:?}, \"{name}\").silent()"))],
        Wrong::Silent(verb, true) => vec![inject(format!("Fault::refuse(Verb::{verb:?}, \"{name}\").reply_lost().silent()"))],
        Wrong::NotYet(verb) | Wrong::Unavailable(verb) => {
            let class = if matches!(wrong, Wrong::NotYet(_)) { "NotYet" } else { "Unavailable" };
            vec![inject(format!("Fault::refuse(Verb::{verb:?}, \"{name}\").class(Class::{class}).times(u32::MAX)"))]
        }
        Wrong::Telling(verb) => vec![inject(format!("Fault::refuse(Verb::{verb:?}, \"{name}\").saying(\"'secret' is refused\")"))],
        Wrong::Unread(later) => vec![inject(format!("Fault::refuse(Verb::Read, \"\").later({later}).times(2)"))],
        Wrong::Blind(times) => vec![
            inject(format!("Fault::refuse(Verb::Create, \"{name}\").reply_lost()")),
            inject(format!("Fault::refuse(Verb::Find, \"{name}\").blind().times({times})")),
        ],
        Wrong::LostForLong => vec![
            inject(format!("Fault::refuse(Verb::Create, \"{name}\").reply_lost()")),
            inject(format!("Fault::refuse(Verb::Find, \"{name}\").class(Class::Unavailable).times(1000)")),
        ],
    }
}
