//! What stays as it is there, whatever the program says.

use super::*;

fn fleet(image: &'static str, count: i32) -> impl Fn(&Stack) {
    move |stack| drop(Fleet::new("web").image(image).count(count).ignore_changes([Fleet::COUNT]).add(stack))
}

fn machine(size: i32, script: &'static str) -> impl Fn(&Stack) {
    move |stack| drop(Machine::new("m").size(size).script(script).ignore_changes([Machine::SIZE]).add(stack))
}

fn size(world: &World) -> serde_json::Value {
    world.cloud.object("toy:run/machine", "m").unwrap().1.inputs["size"].reveal()
}

#[test]
fn it_is_made_as_the_program_says_and_later_differences_are_no_change() {
    let mut world = World::new();
    world.deploy(&machine(1, "a"), json!({})).complete();
    assert_eq!(size(&world), json!(1));
    assert!(!world.plan(&machine(5, "a"), json!({})).unwrap().has_changes());
    assert!(world.deploy(&machine(5, "a"), json!({})).complete().changes.is_empty());
    assert_eq!(size(&world), json!(1));
}

#[test]
fn what_somebody_changed_in_the_cloud_stays() {
    let mut world = World::new();
    world.deploy(&machine(1, "a"), json!({})).complete();
    world.cloud.change("toy:run/machine", "m", "size", json!(7));
    assert!(world.deploy(&machine(1, "a"), json!({})).complete().changes.is_empty());
    assert_eq!(size(&world), json!(7));
}

#[test]
fn an_update_of_another_input_sends_what_is_there() {
    let mut world = World::new();
    world.deploy(&machine(1, "a"), json!({})).complete();
    world.cloud.change("toy:run/machine", "m", "size", json!(7));
    assert_eq!(world.deploy(&machine(1, "b"), json!({})).complete().changes, ["update machine m"]);
    assert_eq!(size(&world), json!(7));
    assert!(!world.plan(&machine(1, "b"), json!({})).unwrap().has_changes());
}

#[test]
fn what_changed_between_the_plan_and_its_performance_stays_too() {
    let mut world = World::new();
    world.deploy(&machine(1, "a"), json!({})).complete();
    let graph = world.graph(&machine(1, "b"), json!({}));
    let engine = Engine::new(world.cloud.registry(graph.schemas.values()));
    let mut journal = world.journal();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let outcome = runtime.block_on(async {
        let plan = engine.plan(&graph, &journal, &()).await.unwrap();
        world.cloud.change("toy:run/machine", "m", "size", json!(9));
        engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await
    });
    assert!(outcome.is_complete());
    assert_eq!(size(&world), json!(9));
}

#[test]
fn what_was_never_given_stays_not_given() {
    let mut world = World::new();
    world.deploy(&|stack: &Stack| drop(Machine::new("m").add(stack)), json!({})).complete();
    assert!(!world.plan(&machine(5, "a"), json!({})).unwrap().steps.is_empty());
    world.deploy(&machine(5, "a"), json!({})).complete();
    assert!(!world.cloud.object("toy:run/machine", "m").unwrap().1.inputs.contains_key("size"));
}

#[test]
fn an_input_that_cannot_change_forces_nothing_when_it_is_ignored() {
    let mut world = World::new();
    let net = |range: &'static str| move |stack: &Stack| drop(Net::new("net").range(range).ignore_changes([Net::RANGE]).add(stack));
    world.deploy(&net("10.0.0.0/16"), json!({})).complete();
    assert!(!world.plan(&net("10.1.0.0/16"), json!({})).unwrap().has_changes());
}

#[test]
fn a_replacement_is_made_as_the_program_says() {
    let mut world = World::new();
    world.deploy(&fleet("one", 1), json!({})).complete();
    world.deploy(&fleet("two", 3), json!({})).complete();
    assert_eq!(world.cloud.object("toy:run/fleet", "web").unwrap().1.inputs["count"].reveal(), json!(3));
}

#[test]
fn what_uses_the_echo_of_an_ignored_input_sees_what_is_there() {
    let mut world = World::new();
    let program = |range: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range(range).ignore_changes([Net::RANGE]).add(stack);
            Part::new("part").net(&net).range(net.range()).add(stack);
        }
    };
    world.deploy(&program("10.0.0.0/16"), json!({})).complete();
    assert!(!world.plan(&program("10.1.0.0/16"), json!({})).unwrap().has_changes());
}

fn vault(password: &'static str, label: &'static str) -> impl Fn(&Stack) {
    move |stack| drop(Vault::new("v").password(password).label(label).ignore_changes([Vault::PASSWORD]).add(stack))
}

#[test]
fn a_secret_that_the_cloud_never_tells_stays_and_is_never_replaced_by_something_else() {
    let mut world = World::new();
    world.deploy(&vault("hunter2", "a"), json!({})).complete();
    assert!(world.deploy(&vault("hunter3", "a"), json!({})).complete().changes.is_empty());
    // The password is needed for an update, nobody but the program can know it, and what it says is another.
    let problems = refusal(&world, &vault("hunter3", "b"));
    assert_eq!(problems[0].field.as_deref(), Some("password"));
    assert!(!problems[0].to_string().contains("hunter"), "{}", problems[0]);
    assert_eq!(world.deploy(&vault("hunter2", "b"), json!({})).complete().changes, ["update vault v"]);
    let object = world.cloud.object("toy:run/vault", "v").unwrap().1;
    assert_eq!((object.inputs["password"].reveal(), object.inputs["label"].reveal()), (json!("hunter2"), json!("b")));
}

#[test]
fn what_the_cloud_never_tells_and_does_not_insist_on_is_left_out_of_an_update() {
    let mut world = World::new();
    let machine = |password: &'static str, seed: &'static str, size: i32| {
        move |stack: &Stack| {
            let machine = Machine::new("m").password(password).seed(seed).size(size);
            drop(machine.ignore_changes([Machine::SEED, Machine::PASSWORD]).add(stack));
        }
    };
    world.deploy(&machine("hunter2", "one", 1), json!({})).complete();
    assert!(!world.plan(&machine("hunter3", "two", 1), json!({})).unwrap().has_changes());
    assert_eq!(world.deploy(&machine("hunter3", "two", 2), json!({})).complete().changes, ["update machine m"]);
    let object = world.cloud.object("toy:run/machine", "m").unwrap().1;
    let input = |name: &str| object.inputs[name].reveal();
    assert_eq!((input("password"), input("seed"), input("size")), (json!("hunter2"), json!("one"), json!(2)));
    assert!(!world.plan(&machine("hunter4", "three", 2), json!({})).unwrap().has_changes());
}

#[test]
fn what_a_run_died_in_the_middle_of_making_is_finished_as_the_program_says() {
    for call in 0.. {
        let mut world = World::new();
        let graph = world.graph(&machine(3, "a"), json!({}));
        if !world.deploy_until(&graph, Crash::AfterCall(call)) {
            assert!(call > 0);
            break;
        }
        if let Some((id, _)) = world.cloud.object("toy:run/machine", "m") {
            // What the create could not say is still to be done.
            world.cloud.change("toy:run/machine", "m", "size", json!(null));
            world.deploy_graph(&graph).unwrap().complete();
            assert_eq!((size(&world), world.cloud.objects().contains_key(&id)), (json!(3), true), "after call {call}");
        }
    }
}

#[test]
fn a_name_that_the_type_does_not_have_is_reported_with_the_place() {
    let world = World::new();
    let mut graph = world.graph(&machine(1, "a"), json!({}));
    graph.nodes[0].options.ignore_changes.insert("sise".into());
    let Err(PlanError::Wrong(problems)) = world.plan_graph(&graph) else { panic!("nothing was said") };
    assert_eq!(problems[0].field.as_deref(), Some("sise"));
    assert!(problems[0].problem.contains("`ignore_changes`") && problems[0].declared.is_some(), "{}", problems[0]);
}
