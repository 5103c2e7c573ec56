//! Random programs with the options that join resources, small enough for every order of their steps to be tried.

use infra_core::Stack;
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net, Part};
use proptest::prelude::*;

/// One resource of a random program; which type it is, its place in the program says.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    present: bool,
    /// What it cannot change.
    fixed: u8,
    /// What it can.
    loose: u8,
    /// Which of the resources before it it needs.
    needs: usize,
    also_needs: Option<usize>,
    /// Whether it is to be deleted first, to be triggered, and to go with or be replaced with what it needs.
    options: [bool; 3],
}

pub(super) fn spec() -> impl Strategy<Value = Spec> {
    let options = prop::array::uniform3(prop::bool::weighted(0.3));
    (prop::bool::weighted(0.8), 0..3_u8, 0..3_u8, 0..16_usize, prop::option::of(0..16_usize), options)
        .prop_map(|(present, fixed, loose, needs, also_needs, options)| Spec { present, fixed, loose, needs, also_needs, options })
}

/// A world in which a part of a network goes with it.
pub(super) fn world() -> World {
    let world = World::new().recreating();
    world.cloud.contain("toy:net/part", "net");
    world
}

pub(super) fn program(specs: &[Spec]) -> impl Fn(&Stack) {
    move |stack| {
        let (mut nets, mut parts, mut machines) = (Vec::new(), Vec::new(), Vec::new());
        for (at, spec) in specs.iter().enumerate().filter(|(_, spec)| spec.present) {
            let name = format!("r{at}");
            let [first, triggered, with] = spec.options;
            let pick = |count: usize| (count > 0).then(|| spec.needs % count);
            match at % 4 {
                0 => {
                    let mut net = Net::new(name).range(format!("10.{}.0.0/16", spec.fixed)).dns(spec.loose > 1);
                    if let Some(machine) = spec.also_needs.and_then(|also| machines.get(also)) {
                        net = net.depends_on(machine);
                    }
                    nets.push(if first { net.delete_before_create() } else { net }.add(stack));
                }
                1 => {
                    if let Some(net) = pick(nets.len()) {
                        // The third number is the resource's own, so that only its own older objects clash with it.
                        let part = Part::new(name).net(&nets[net]).range(format!("10.0.{at}.0/24")).zone(spec.fixed.to_string());
                        parts.push(if with { part.deleted_with(&nets[net]) } else { part }.add(stack));
                    }
                }
                2 => {
                    // A reference that is not mentioned any more stays in the cloud, so a machine with other references
                    // is another machine.
                    let (part, net) = (pick(parts.len()), spec.also_needs.and_then(|also| nets.get(also)));
                    let name = format!("{name}{}{}", part.map_or("", |_| "-part"), net.map_or("", |_| "-net"));
                    let mut machine = Machine::new(name).size(i32::from(spec.loose)).maybe_part(part.map(|part| &parts[part]));
                    if let Some(net) = net {
                        machine = machine.net(net).script(net.revision());
                    }
                    if triggered {
                        machine = machine.triggers([spec.fixed.to_string()]);
                    }
                    if let Some(part) = part.filter(|_| with) {
                        machine = machine.replace_with(&parts[part]);
                    }
                    machines.push(machine.add(stack));
                }
                _ => {
                    let leader = pick(machines.len()).map(|machine| &machines[machine]);
                    let name = format!("{name}{}", leader.map_or("", |_| "-led"));
                    let fleet = Fleet::new(name).image(spec.fixed.to_string()).count(i32::from(spec.loose));
                    let named = (spec.loose == 2).then(|| format!("called-{at}"));
                    let fleet = fleet.maybe_name(named).maybe_leader(leader);
                    let fleet =
                        if with { nets.first().into_iter().fold(fleet, |fleet, net| fleet.triggers([net.revision()])) } else { fleet };
                    if first { fleet.delete_before_create() } else { fleet }.add(stack);
                }
            }
        }
    }
}
