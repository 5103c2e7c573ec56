//! What is known when: outputs of things that are there, that will be, and that change.

use infra_core::{Stack, ops, output};
use infra_plan::{Action, Plan};
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

fn input(plan: &Plan, name: &str, input: &str) -> String {
    let step = plan.steps.iter().find(|step| step.address.name() == name).unwrap();
    let (Action::Create { want, .. } | Action::Update { want, .. }) = &step.action else { panic!("{name} is not made or changed") };
    want.inputs[input].to_string()
}

#[test]
fn an_output_of_what_does_not_exist_yet_stays_in_place_and_is_real_when_it_is_needed() {
    let mut world = World::new();
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Machine::new("m").script(output!("route {} via {}", net.range(), net.gateway())).add(stack);
    };
    let plan = world.plan(&program, json!({})).unwrap();
    assert_eq!(input(&plan, "m", "script"), "\"route 10.0.0.0/16 via ${net.gateway}\"", "an echo is known before the object is");
    world.deploy(&program, json!({})).complete();
    let (_, machine) = world.cloud.object("toy:run/machine", "m").unwrap();
    assert_eq!(machine.inputs["script"].as_str(), Some("route 10.0.0.0/16 via net-1.gateway"));
}

#[test]
fn functions_of_unknown_values_wait_and_those_of_known_ones_do_not() {
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Part::new("known").net(&net).range(ops::cidr_subnet(net.range(), 8_u8, 3_u32)).add(stack);
        Machine::new("waits").script(ops::base64(net.gateway())).add(stack);
    };
    let plan = World::new().plan(&program, json!({})).unwrap();
    assert_eq!(input(&plan, "known", "range"), "\"10.0.3.0/24\"");
    assert_eq!(input(&plan, "waits", "script"), "base64(net.gateway)");
}

fn with_dns(dns: bool) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range("10.0.0.0/16").dns(dns).add(stack);
        Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
        Machine::new("stable").script(net.gateway()).add(stack);
        Machine::new("moves").script(net.revision()).add(stack);
    }
}

#[test]
fn a_change_leaves_alone_who_uses_only_what_is_stable() {
    let mut world = World::new();
    world.deploy(&with_dns(true), json!({})).complete();
    let changed = world.deploy(&with_dns(false), json!({})).complete();
    assert_eq!(changed.changes, ["update net net", "update machine moves"]);
    assert_eq!(input(&changed.plan, "moves", "script"), "net.revision", "the plan says what it waits for");
}

#[test]
fn a_secret_is_marked_through_what_is_made_of_it_and_is_nowhere_in_clear() {
    let mut world = World::new();
    let program = |secret: &'static str| {
        move |stack: &Stack| {
            let m = Machine::new("m").password(secret).add(stack);
            Machine::new("n")
                .script(output!("{}:{}", m.address(), infra_core::Output::<String>::from_expr(infra_core::Expr::lit(secret)).secret()))
                .add(stack);
        }
    };
    let first = world.deploy(&program("hunter2"), json!({})).complete();
    let everything = format!(
        "{}{}{:?}",
        serde_json::to_string(&world.state).unwrap(),
        first.plan.steps.iter().map(|step| format!("{step:?}")).collect::<String>(),
        first.outcome
    );
    assert!(!everything.contains("hunter2"));
    assert!(!world.deploy(&program("hunter2"), json!({})).complete().plan.has_changes());
    let second = world.deploy(&program("correct horse"), json!({})).complete();
    assert_eq!(second.changes, ["update machine m", "update machine n"]);
    let Action::Update { changes, .. } = &second.plan.steps[0].action else { panic!() };
    assert!(!format!("{changes:?}").contains("horse"), "{changes:?}");
}

#[test]
fn what_the_cloud_never_tells_back_is_compared_with_the_record() {
    let mut world = World::new();
    let seeded = |seed: &'static str| move |stack: &Stack| drop(Machine::new("m").seed(seed).add(stack));
    world.deploy(&seeded("1"), json!({})).complete();
    assert!(!world.deploy(&seeded("1"), json!({})).complete().plan.has_changes());
    assert_eq!(world.deploy(&seeded("2"), json!({})).complete().changes, ["update machine m"]);
}

#[test]
fn a_name_is_made_where_none_is_given_and_kept_while_the_object_lives() {
    let mut world = World::new();
    let fleet = |count: i32| move |stack: &Stack| drop(Fleet::new("web").image("one").count(count).add(stack));
    world.deploy(&fleet(1), json!({})).complete();
    let name = |world: &World| world.cloud.object("toy:run/fleet", "web").unwrap().1.inputs["name"].clone();
    let first = name(&world);
    assert!(first.as_str().unwrap().starts_with("test-web-"), "{first:?}");
    assert_eq!(world.deploy(&fleet(2), json!({})).complete().changes, ["update fleet web"]);
    assert_eq!(name(&world), first);
}

#[test]
fn before_there_is_a_journal_a_plan_says_no_name_that_will_not_be_so() {
    let mut world = World::new();
    world.state = infra_plan::State::default();
    let fleet = |stack: &Stack| drop(Fleet::new("web").image("one").add(stack));
    let plan = world.plan(&fleet, json!({})).unwrap();
    let Action::Create { want, .. } = &plan.steps[0].action else { panic!("{:?}", plan.steps) };
    assert!(!want.inputs.contains_key("name"), "{:?}", want.inputs);
}
