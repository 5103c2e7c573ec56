//! Random numbers to lines: a program is what can be made of them, so that each lesser set of numbers is a program too.

use proptest::prelude::*;

use crate::line::{Line, Options, What};
use crate::place::Place;

/// How many numbers a program is made from.
pub(crate) const SIZE: usize = 16;

/// What the numbers of one resource are; its place in the program says which type it is.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    present: bool,
    /// What it cannot change.
    fixed: u8,
    /// What it can.
    loose: u8,
    /// Which of the resources before it it needs.
    needs: usize,
    also_needs: Option<usize>,
    after: Option<usize>,
    options: Traits,
}

#[derive(Clone, Debug)]
struct Traits {
    protect: bool,
    retain: bool,
    ignore: bool,
    replace: bool,
    first: bool,
    with: Option<usize>,
    contained: bool,
    triggers: Option<u8>,
    condition: bool,
    region: Option<u8>,
    beside: Beside,
}

/// What happens beside the steps and before them.
#[derive(Clone, Debug)]
struct Beside {
    timeouts: Option<u8>,
    hooks: u8,
    import: Option<bool>,
    then: Option<u8>,
}

/// The numbers of one resource.
pub(crate) fn spec() -> impl Strategy<Value = Spec> {
    let seldom = || prop::bool::weighted(0.06);
    let hooks = prop_oneof![4 => Just(0_u8), 1 => 1..64_u8];
    let then = prop::option::weighted(0.12, 0..3_u8);
    let beside = (prop::option::weighted(0.06, 3..8_u8), hooks, prop::option::weighted(0.08, any::<bool>()), then)
        .prop_map(|(timeouts, hooks, import, then)| Beside { timeouts, hooks, import, then });
    let more = (
        prop::option::weighted(0.06, 0..SIZE),
        prop::bool::weighted(0.3),
        prop::option::weighted(0.1, 0..2_u8),
        seldom(),
        prop::option::weighted(0.03, 0..2_u8),
        beside,
    );
    let traits = (seldom(), seldom(), seldom(), seldom(), seldom(), more).prop_map(|(protect, retain, ignore, replace, first, more)| {
        let (with, contained, triggers, condition, region, beside) = more;
        Traits { protect, retain, ignore, replace, first, with, contained, triggers, condition, region, beside }
    });
    let needs = (0..SIZE, prop::option::weighted(0.4, 0..SIZE), prop::option::weighted(0.1, 0..SIZE));
    (prop::bool::weighted(0.8), 0..3_u8, 0..3_u8, needs, traits).prop_map(|(present, fixed, loose, needs, options)| {
        let (needs, also_needs, after) = needs;
        Spec { present, fixed, loose, needs, also_needs, after, options }
    })
}

/// The lines that numbers make.
pub(crate) fn lines(specs: &[Spec]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (at, spec) in specs.iter().enumerate().filter(|(_, spec)| spec.present) {
        let of = |wanted: fn(&What) -> bool| -> Vec<usize> {
            lines.iter().enumerate().filter(|(_, line)| wanted(&line.what)).map(|(at, _)| at).collect()
        };
        let (nets, parts) = (of(|what| matches!(what, What::Net { .. })), of(|what| matches!(what, What::Part { .. })));
        let machines = of(|what| matches!(what, What::Machine { .. }));
        let one = |among: &[usize], number: usize| (!among.is_empty()).then(|| among[number % among.len()]);
        let mut name = format!("r{at}");
        let kind = if at + 1 == SIZE { 5 } else { at % 5 };
        let what = match kind {
            5 => {
                let Some(net) = one(&nets, spec.needs) else { continue };
                let through = spec.also_needs.and_then(|also| one(&machines, also));
                name += if through.is_some() { "t" } else { "" };
                What::Way { net, to: spec.loose, through }
            }
            0 => What::Net { range: spec.fixed, dns: spec.loose > 1 },
            1 => {
                let Some(net) = one(&nets, spec.needs) else { continue };
                // The third number is the resource's own, so that only its own older objects clash with it.
                What::Part { net, third: at, zone: spec.fixed }
            }
            2 => {
                // A reference that is not mentioned any more stays in the cloud, so a machine with other references is
                // another machine.
                let (part, net) = (one(&parts, spec.needs), spec.also_needs.and_then(|also| one(&nets, also)));
                name += match (part, net) {
                    (None, None) => "",
                    (Some(_), None) => "p",
                    (None, Some(_)) => "n",
                    (Some(_), Some(_)) => "pn",
                };
                // The same holds for a secret.
                let password = spec.fixed == 1;
                name += if password { "s" } else { "" };
                What::Machine { part, net, size: spec.loose, password, seed: (spec.needs % 3 == 0).then_some(spec.loose) }
            }
            3 => {
                let leader = spec.also_needs.and_then(|also| one(&machines, also));
                name += if leader.is_some() { "l" } else { "" };
                What::Fleet { image: spec.fixed, count: spec.loose, named: spec.loose == 2, leader }
            }
            _ => What::Vault { password: spec.fixed, label: spec.loose },
        };
        // What stays behind may use nothing, or the cloud would refuse to delete that for ever; nor may it have a name
        // that another one will want.
        let alone = matches!(what, What::Vault { .. } | What::Net { .. });
        let of_net = match what {
            What::Part { net, .. } => Some(net),
            _ => None,
        };
        let beside = &spec.options.beside;
        // Whether what an object refers to is the same as before cannot be seen here, so only what refers to nothing is imported.
        let importable = match what {
            What::Machine { part, net, .. } => part.or(net).is_none(),
            What::Fleet { leader, .. } => leader.is_none(),
            _ => alone,
        };
        let options = Options {
            timeouts: beside.timeouts,
            hooks: beside.hooks,
            import: beside.import.filter(|_| importable),
            then: beside.then.filter(|_| matches!(what, What::Net { .. })),
            replace_with: spec.options.with.and_then(|with| (!lines.is_empty()).then(|| with % lines.len())),
            deleted_with: of_net.filter(|_| spec.options.contained),
            triggers: spec.options.triggers,
            condition: spec.options.condition,
            region: spec.options.region,
            depends_on: spec.after.and_then(|after| (!lines.is_empty()).then(|| after % lines.len())),
            protect: spec.options.protect,
            retain_on_delete: spec.options.retain && alone,
            ignore_changes: spec.options.ignore,
            replace_on_changes: spec.options.replace && !spec.options.ignore,
            delete_before_create: spec.options.first,
        };
        lines.push(Line { name, place: Place::default(), what, options });
    }
    lines
}
