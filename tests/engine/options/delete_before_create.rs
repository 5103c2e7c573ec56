//! The old one first, because the program asks for it.

use super::*;

fn fleet(image: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let machine = Machine::new("m").add(stack);
        Fleet::new("web").image(image).leader(&machine).delete_before_create().add(stack);
    }
}

#[test]
fn the_old_one_goes_first_although_both_could_exist() {
    let mut world = World::new();
    world.deploy(&fleet("one"), json!({})).complete();
    assert_eq!(world.deploy(&fleet("two"), json!({})).complete().changes, ["delete fleet web", "create fleet web"]);
    assert!(!world.plan(&fleet("two"), json!({})).unwrap().has_changes());
}

#[test]
fn what_must_be_replaced_with_it_goes_first_too_and_what_is_beside_it_does_not() {
    let program = |range: &'static str, image: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range(range).delete_before_create().add(stack);
            Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
            Fleet::new("beside").image(image).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", "one"), json!({})).complete();
    let deployed = world.deploy(&program("10.1.0.0/16", "two"), json!({})).complete();
    let place = |change: &str| deployed.changes.iter().position(|made| made == change).unwrap();
    assert!(place("delete part part") < place("delete net net"));
    assert!(place("delete net net") < place("create net net"));
    assert!(place("create net net") < place("create part part"));
    assert!(place("create fleet beside") < place("delete fleet beside"));
}

#[test]
fn it_says_nothing_of_a_change_in_place_and_the_plan_says_why_the_order_is_so() {
    let mut world = World::new();
    let counted = |count: i32| move |stack: &Stack| drop(Fleet::new("web").image("i").count(count).delete_before_create().add(stack));
    world.deploy(&counted(1), json!({})).complete();
    assert_eq!(world.deploy(&counted(2), json!({})).complete().changes, ["update fleet web"]);
    let mut world = World::new();
    world.deploy(&fleet("one"), json!({})).complete();
    let plan = world.plan(&fleet("two"), json!({})).unwrap();
    let first = plan.steps.iter().find_map(|step| match &step.action {
        Action::Create { replaces: Some(replacement), .. } => replacement.delete_first.clone(),
        _ => None,
    });
    assert_eq!(first.as_deref(), Some("the program asks for this order"));
}

#[test]
fn what_used_it_only_for_its_order_and_needs_it_no_more_is_made_before_its_old_one_goes() {
    let program = |range: &'static str, image: &'static str, after: bool| {
        move |stack: &Stack| {
            let fleet = Fleet::new("fleet").image(image).delete_before_create().add(stack);
            let net = Net::new("net").range(range);
            let net = if after { net.depends_on(&fleet) } else { net }.add(stack);
            Machine::new("m").net(&net).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", "one", true), json!({})).complete();
    world.deploy(&program("10.1.0.0/16", "two", false), json!({})).complete();
}

/// A machine in one of two networks, the second of which goes first.
fn between(range: &'static str, in_first: bool) -> impl Fn(&Stack) {
    move |stack| {
        let first = Net::new("first").range("10.8.0.0/16").add(stack);
        let second = Net::new("second").range(range).delete_before_create().add(stack);
        Machine::new("m").net(if in_first { &first } else { &second }).add(stack);
    }
}

#[test]
fn what_is_changed_in_place_and_can_let_go_of_it_before_does() {
    let mut world = World::new();
    world.deploy(&between("10.0.0.0/16", false), json!({})).complete();
    let deployed = world.deploy(&between("10.1.0.0/16", true), json!({})).complete();
    assert_eq!(deployed.changes, ["update machine m", "delete net second", "create net second"]);
    assert!(deployed.plan.notes.is_empty(), "{:?}", deployed.plan.notes);
}

#[test]
fn what_cannot_let_go_of_it_before_is_named_by_the_plan() {
    let mut world = World::new();
    world.deploy(&between("10.0.0.0/16", false), json!({})).complete();
    let plan = world.plan(&between("10.1.0.0/16", false), json!({})).unwrap();
    assert!(plan.notes.iter().any(|note| note.contains("toy:net/net:second is deleted before toy:run/machine:m")), "{:?}", plan.notes);
}
