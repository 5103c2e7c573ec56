//! Random programs, changed at random: every deployment goes through, leaves nothing to do, and nothing behind. So it is
//! too after runs that failed and died at random, on a cloud that is slow.
//!
//! The simulated cloud refuses to delete what is used, to refer to what is gone, and to have two of what is unique, so
//! that a wrong order of steps fails here.

use infra_apply::Class;
use infra_core::{Graph, Stack};
use infra_testing::{Crash, Fault, Verb, World};
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

/// What goes wrong in a run.
#[derive(Clone, Debug)]
struct Trouble {
    faults: Vec<(usize, Wrong)>,
    crash: Option<Crash>,
}

#[derive(Clone, Copy, Debug)]
enum Wrong {
    Throttled(Verb),
    Refused(Verb),
    Lost(Verb),
    /// The reply of a create is lost, and so is that of the search for what it made, again and again.
    LostForLong,
}

fn trouble() -> impl Strategy<Value = Trouble> {
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

/// Runs into trouble: a deployment of the graph, or without one a destruction. How it ends does not matter.
fn suffer(world: &mut World, graph: Option<&Graph>, trouble: &Trouble) {
    let mut names: Vec<String> = world.cloud.objects().into_values().map(|object| object.name).collect();
    names.extend(graph.iter().flat_map(|graph| &graph.nodes).map(|node| node.address.name().to_owned()));
    for (at, wrong) in trouble.faults.iter().filter(|_| !names.is_empty()) {
        let name = &names[at % names.len()];
        match wrong {
            Wrong::Throttled(verb) => world.cloud.inject(Fault::refuse(*verb, name).class(Class::Throttled).times(3)),
            Wrong::Refused(verb) => world.cloud.inject(Fault::refuse(*verb, name)),
            Wrong::Lost(verb) => world.cloud.inject(Fault::refuse(*verb, name).reply_lost()),
            Wrong::LostForLong => {
                world.cloud.inject(Fault::refuse(Verb::Create, name).reply_lost());
                world.cloud.inject(Fault::refuse(Verb::Find, name).class(Class::Unavailable).times(1000));
            }
        }
    }
    match (graph, trouble.crash) {
        (Some(graph), Some(crash)) => drop(world.deploy_until(graph, crash)),
        (Some(graph), None) => drop(world.deploy_graph(graph)),
        (None, Some(crash)) => drop(world.destroy_until(crash)),
        (None, None) => drop(world.destroy()),
    }
    world.cloud.heal();
}

/// What a cloud has, without how often its objects were changed: a run that was repeated may have changed one twice.
fn content(world: &World) -> Vec<String> {
    let revision = |line: String| {
        let mut parts = line.split(".revision");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + ".revision" + part.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()))
    };
    world.cloud.without_ids().into_iter().map(revision).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_goes_wrong_one_run_without_trouble_makes_up_for_it(
        changes in prop::collection::vec((prop::collection::vec(spec(), 16), prop::collection::vec(trouble(), 0..3)), 1..4),
        end in prop::collection::vec(trouble(), 0..3),
        seed in 0..1000_u64,
    ) {
        let (mut world, mut fair) = (World::new().recreating(), World::new().recreating());
        world.cloud.take_time(seed);
        world.cloud.seen_after((seed % 3) as u32);
        world.cloud.ready_after((seed % 4) as u32);
        for (specs, troubles) in &changes {
            let graph = world.graph(&program(specs), json!({}));
            for trouble in troubles {
                suffer(&mut world, Some(&graph), trouble);
            }
            world.deploy_graph(&graph).unwrap().complete();
            let again = world.plan_graph(&graph).unwrap();
            prop_assert!(!again.has_changes(), "{:?}", again.steps);
            fair.deploy_graph(&graph).unwrap().complete();
            prop_assert_eq!(content(&world), content(&fair));
        }
        for trouble in &end {
            suffer(&mut world, None, trouble);
        }
        world.destroy().complete();
        prop_assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_program_becomes_any_other_and_then_nothing(programs in prop::collection::vec(prop::collection::vec(spec(), 16), 1..4)) {
        let mut world = World::new().recreating();
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
        let mut world = World::new().recreating();
        world.deploy(&program(&first), json!({})).complete();
        let plan = || serde_json::to_string(&world.plan(&program(&second), json!({})).unwrap()).unwrap();
        prop_assert_eq!(plan(), plan());
    }
}
