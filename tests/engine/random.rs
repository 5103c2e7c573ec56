//! Random programs, changed at random: every deployment goes through, leaves nothing to do, and nothing behind.
//!
//! The simulated cloud refuses to delete what is used, to refer to what is gone, and to have two of what is unique, so
//! that a wrong order of steps fails here.

use infra_core::Stack;
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net, Part};
use proptest::prelude::*;
use serde_json::json;

/// One resource of a random program; which type it is, its place in the program says.
#[derive(Clone, Debug)]
struct Spec {
    present: bool,
    /// What it cannot change.
    fixed: u8,
    /// What it can.
    loose: u8,
    /// Which of the resources before it it needs.
    needs: usize,
    also_needs: Option<usize>,
}

fn spec() -> impl Strategy<Value = Spec> {
    (prop::bool::weighted(0.8), 0..3_u8, 0..3_u8, 0..16_usize, prop::option::of(0..16_usize))
        .prop_map(|(present, fixed, loose, needs, also_needs)| Spec { present, fixed, loose, needs, also_needs })
}

fn program(specs: &[Spec]) -> impl Fn(&Stack) {
    move |stack| {
        let (mut nets, mut parts, mut machines) = (Vec::new(), Vec::new(), Vec::new());
        for (at, spec) in specs.iter().enumerate().filter(|(_, spec)| spec.present) {
            let name = format!("r{at}");
            let pick = |count: usize| (count > 0).then(|| spec.needs % count);
            match at % 4 {
                0 => {
                    let mut net = Net::new(name).range(format!("10.{}.0.0/16", spec.fixed)).dns(spec.loose > 1);
                    if let Some(machine) = spec.also_needs.and_then(|also| machines.get(also)) {
                        net = net.depends_on(machine);
                    }
                    nets.push(net.add(stack));
                }
                1 => {
                    if let Some(net) = pick(nets.len()) {
                        // The third number is the resource's own, so that only its own older objects clash with it.
                        let part = Part::new(name).net(&nets[net]).range(format!("10.0.{at}.0/24")).zone(spec.fixed.to_string());
                        parts.push(part.add(stack));
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
                    machines.push(machine.add(stack));
                }
                _ => {
                    let leader = pick(machines.len()).map(|machine| &machines[machine]);
                    let name = format!("{name}{}", leader.map_or("", |_| "-led"));
                    let fleet = Fleet::new(name).image(spec.fixed.to_string()).count(i32::from(spec.loose));
                    let named = (spec.loose == 2).then(|| format!("called-{at}"));
                    fleet.maybe_name(named).maybe_leader(leader).add(stack);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_program_becomes_any_other_and_then_nothing(programs in prop::collection::vec(prop::collection::vec(spec(), 16), 1..4)) {
        let mut world = World::new();
        for specs in &programs {
            let program = program(specs);
            let deployed = world.deploy(&program, json!({})).complete();
            prop_assert!(deployed.plan.notes.is_empty() || !deployed.changes.is_empty());
            let again = world.plan(&program, json!({})).unwrap();
            prop_assert!(!again.has_changes(), "{:?}", again.steps);
        }
        world.destroy().complete();
        prop_assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());
    }

    #[test]
    fn the_same_question_has_the_same_plan_byte_for_byte(first in prop::collection::vec(spec(), 16), second in prop::collection::vec(spec(), 16)) {
        let mut world = World::new();
        world.deploy(&program(&first), json!({})).complete();
        let plan = || serde_json::to_string(&world.plan(&program(&second), json!({})).unwrap()).unwrap();
        prop_assert_eq!(plan(), plan());
    }
}
