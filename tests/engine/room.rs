//! A resource that takes the place of what another one, still declared, is replaced from: that has to be gone before.

use infra_core::{Stack, output};
use infra_plan::{Action, Plan};
use infra_testing::{Crash, Fault, Verb, World};
use infra_tests::{Machine, Net, Part};
use serde_json::json;

const OLD: &str = "10.0.1.0/24";
const NEW: &str = "10.0.2.0/24";

/// A part of a network and a machine in it, with another part that stays.
fn before(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").add(stack);
    Part::new("stays").net(&net).range("10.0.9.0/24").add(stack);
    let moves = Part::new("moves").net(&net).range(OLD).add(stack);
    Machine::new("user").part(&moves).add(stack);
}

/// Deploys one program and then the other, with calls of many lengths, so that an edge that is missing is seen; returns what the
/// second one is planned to do, and in which order calls that take no time do it.
fn becomes(before: &impl Fn(&Stack), after: &impl Fn(&Stack)) -> (Plan, Vec<String>) {
    let mut start = World::new().recreating();
    start.deploy(before, json!({})).complete();
    for seed in 0..20 {
        let mut world = start.fork();
        world.cloud.take_time(seed);
        let deployed = world.deploy(after, json!({})).complete();
        assert!(deployed.plan.notes.is_empty(), "{:?}", deployed.plan.notes);
        assert!(!world.plan(after, json!({})).unwrap().has_changes());
    }
    let deployed = start.deploy(after, json!({})).complete();
    (deployed.plan, deployed.changes)
}

/// Whether the old object of a resource goes first, as the plan says.
fn goes_first(plan: &Plan, name: &str) -> bool {
    let first = |action: &Action| match action {
        Action::Create { replaces: Some(replacement), .. } => replacement.delete_first.is_some(),
        _ => false,
    };
    plan.steps.iter().any(|step| step.address.name() == name && first(&step.action))
}

#[test]
fn it_is_made_when_the_old_one_has_gone_and_that_goes_when_its_user_has_moved() {
    let after = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Part::new("stays").net(&net).range("10.0.9.0/24").add(stack);
        let moves = Part::new("moves").net(&net).range(NEW).add(stack);
        Machine::new("user").part(&moves).add(stack);
        Part::new("ant").net(&net).range(OLD).add(stack);
    };
    let (plan, changes) = becomes(&before, &after);
    assert_eq!(changes, ["create part moves", "create machine user", "delete machine user", "delete part moves", "create part ant"]);
    assert!(!goes_first(&plan, "moves") && !goes_first(&plan, "user"));
}

#[test]
fn a_user_that_needs_what_takes_the_place_goes_first_and_the_old_one_need_not() {
    let after = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Part::new("stays").net(&net).range("10.0.9.0/24").add(stack);
        let moves = Part::new("moves").net(&net).range(NEW).add(stack);
        let taker = Part::new("taker").net(&net).range(OLD).add(stack);
        Machine::new("user").part(&moves).script(output!("near {}", taker.id())).add(stack);
    };
    let (plan, _) = becomes(&before, &after);
    assert!(!goes_first(&plan, "moves") && goes_first(&plan, "user"));
}

#[test]
fn what_moves_into_the_place_of_its_old_part_is_made_after_that_has_gone() {
    let after = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Part::new("stays").net(&net).range("10.0.9.0/24").add(stack);
        Part::new("moves").net(&net).range(NEW).add(stack);
        let taker = Part::new("taker").net(&net).range(OLD).add(stack);
        Machine::new("user").part(&taker).add(stack);
    };
    let (plan, _) = becomes(&before, &after);
    assert!(!goes_first(&plan, "moves") && goes_first(&plan, "user"));
}

#[test]
fn what_needs_itself_what_takes_its_place_goes_first() {
    let after = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let stays = Part::new("stays").net(&net).range("10.0.9.0/24").add(stack);
        let taker = Part::new("taker").net(&net).range(OLD).add(stack);
        Part::new("moves").net(&net).range(NEW).depends_on(&taker).add(stack);
        Machine::new("user").part(&stays).add(stack);
    };
    let (plan, changes) = becomes(&before, &after);
    assert_eq!(changes, ["create machine user", "delete machine user", "delete part moves", "create part taker", "create part moves"]);
    assert!(goes_first(&plan, "moves") && !goes_first(&plan, "user"));
}

#[test]
fn where_the_old_one_goes_first_anyway_who_moves_to_what_takes_its_place_does_so_too() {
    let after = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Part::new("stays").net(&net).range("10.0.9.0/24").add(stack);
        Part::new("moves").net(&net).range(NEW).delete_before_create().add(stack);
        let taker = Part::new("taker").net(&net).range(OLD).add(stack);
        Machine::new("user").part(&taker).add(stack);
    };
    let (plan, _) = becomes(&before, &after);
    assert!(goes_first(&plan, "moves") && goes_first(&plan, "user"));
}

#[test]
fn who_moves_elsewhere_is_made_first_although_the_old_one_goes_before_its_new_one() {
    let after = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let stays = Part::new("stays").net(&net).range("10.0.9.0/24").add(stack);
        Part::new("moves").net(&net).range(NEW).delete_before_create().add(stack);
        Part::new("taker").net(&net).range(OLD).add(stack);
        Machine::new("user").part(&stays).add(stack);
    };
    let (plan, _) = becomes(&before, &after);
    assert!(goes_first(&plan, "moves") && !goes_first(&plan, "user"));
}

#[test]
fn what_is_changed_in_place_lets_go_of_the_old_one_before_that_makes_room() {
    let program = |range: &'static str, taker: bool| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            let moves = Part::new("moves").net(&net).range(range).add(stack);
            Machine::new("near").script(output!("near {}", moves.id())).add(stack);
            if taker {
                Part::new("ant").net(&net).range(OLD).add(stack);
            }
        }
    };
    let (plan, changes) = becomes(&program(OLD, false), &program(NEW, true));
    assert_eq!(changes, ["create part moves", "update machine near", "delete part moves", "create part ant"]);
    assert!(!goes_first(&plan, "moves"));
}

#[test]
fn of_two_that_take_each_others_places_only_one_goes_first() {
    let program = |one: &'static str, other: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            for (name, range) in [("one", one), ("other", other)] {
                let part = Part::new(name).net(&net).range(range).add(stack);
                Machine::new(format!("in-{name}")).part(&part).add(stack);
            }
        }
    };
    let (plan, _) = becomes(&program(OLD, NEW), &program(NEW, OLD));
    assert!(goes_first(&plan, "one") && goes_first(&plan, "in-one") && !goes_first(&plan, "other") && !goes_first(&plan, "in-other"));
}

/// A row of parts, each of which takes the place of the next; a network at its end needs what takes the first place, or not.
fn shifted(by: usize, needs: bool) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let range = |at: usize| format!("10.0.{}.0/24", at + by);
        let taker = (by > 0).then(|| Part::new("taker").net(&net).range(range(0).replace(".1.", ".0.")).add(stack));
        for at in 0..3 {
            let part = Part::new(["a", "b", "c"][at]).net(&net).range(range(at));
            let part = match &taker {
                Some(taker) if needs && at == 2 => part.depends_on(taker),
                _ => part,
            };
            let part = part.add(stack);
            Machine::new(["in-a", "in-b", "in-c"][at]).part(&part).add(stack);
        }
    }
}

#[test]
fn a_row_of_which_each_takes_the_place_of_the_next_is_gone_through_from_its_end() {
    let (plan, _) = becomes(&shifted(0, false), &shifted(1, false));
    assert!(["a", "b", "c", "in-a", "in-b", "in-c"].iter().all(|name| !goes_first(&plan, name)));
}

#[test]
fn a_row_whose_end_needs_what_takes_the_first_place_is_no_circle() {
    let (plan, _) = becomes(&shifted(0, true), &shifted(1, true));
    assert!(["a", "b", "c"].iter().any(|name| goes_first(&plan, name)));
}

#[test]
fn what_an_interrupted_replacement_has_left_makes_room_also_for_its_own_resource() {
    let part = |range: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            let moves = Part::new("moves").net(&net).range(range).add(stack);
            Machine::new("user").part(&moves).add(stack);
        }
    };
    let taken = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let taker = Part::new("taker").net(&net).range(OLD).add(stack);
        Part::new("moves").net(&net).range(NEW).add(stack);
        Machine::new("user").part(&taker).add(stack);
    };
    let mut start = World::new().recreating();
    start.deploy(&part(OLD), json!({})).complete();
    let mut left = 0;
    for (verb, name) in [(Verb::Create, "user"), (Verb::Delete, "user"), (Verb::Delete, "moves")] {
        let mut world = start.fork();
        world.cloud.inject(Fault::refuse(verb, name).times(u32::MAX));
        world.deploy(&part(NEW), json!({}));
        world.cloud.heal();
        left += world.state.rows.values().map(|row| row.old.len()).sum::<usize>();
        for seed in 0..10 {
            let mut back = world.fork();
            back.cloud.take_time(seed);
            back.deploy(&part(OLD), json!({})).complete();
            assert!(!back.plan(&part(OLD), json!({})).unwrap().has_changes(), "{verb:?} {name}");
            let mut on = world.fork();
            on.cloud.take_time(seed);
            on.deploy(&taken, json!({})).complete();
            assert!(!on.plan(&taken, json!({})).unwrap().has_changes(), "{verb:?} {name}");
        }
    }
    assert!(left > 2, "{left}");
}

#[test]
fn died_at_any_moment_the_next_run_makes_room_and_finishes() {
    let after = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Part::new("stays").net(&net).range("10.0.9.0/24").add(stack);
        let taker = Part::new("taker").net(&net).range(OLD).add(stack);
        let moves = Part::new("moves").net(&net).range(NEW).depends_on(&taker).add(stack);
        Machine::new("user").part(&moves).add(stack);
    };
    let mut start = World::new().recreating();
    start.deploy(&before, json!({})).complete();
    let graph = start.graph(&after, json!({}));
    let mut died = 0;
    for at in 0..25 {
        for crash in [Crash::BeforeCall(at), Crash::AfterCall(at), Crash::AtRecord(at)] {
            let mut world = start.fork();
            died += usize::from(world.deploy_until(&graph, crash));
            world.deploy(&after, json!({})).complete();
            assert!(!world.plan(&after, json!({})).unwrap().has_changes(), "{crash:?}");
        }
    }
    assert!(died > 20, "{died}");
}

#[test]
fn what_goes_with_its_container_waits_no_more_firmly_than_by_itself() {
    let before = |stack: &Stack| {
        let net = Net::new("net").range("10.1.0.0/16").add(stack);
        Part::new("part").net(&net).range("10.0.5.0/24").deleted_with(&net).add(stack);
    };
    let after = |stack: &Stack| {
        let other = Net::new("other").range("10.0.0.0/16").add(stack);
        let net = Net::new("net").range("10.0.0.0/16").delete_before_create().add(stack);
        let part = Part::new("part").net(&other).range("10.0.5.0/24").add(stack);
        Machine::new("machine").part(&part).net(&net).add(stack);
    };
    let mut world = World::new().recreating();
    world.cloud.contain("toy:net/part", "net");
    world.deploy(&before, json!({})).complete();
    world.deploy(&after, json!({})).complete();
    assert!(!world.plan(&after, json!({})).unwrap().has_changes());
}
