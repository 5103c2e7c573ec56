//! Changes to every resource of a scope, when the program has declared all.

use infra_core::Stack;
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net};
use serde_json::json;

fn tags(world: &World, name: &str) -> serde_json::Value {
    world.cloud.object("toy:net/net", name).unwrap().1.inputs.get("tags").map(infra_core::Value::reveal).unwrap_or_default()
}

#[test]
fn everything_in_a_scope_and_below_is_tagged_whenever_it_is_declared_and_own_tags_win() {
    let program = |stack: &Stack| {
        Net::new("outside").range("10.0.0.0/16").add(stack);
        let shop = stack.scope("shop");
        Net::new("before").range("10.1.0.0/16").add(&shop);
        shop.tag_everything([("team", "shop"), ("stage", "test")]);
        Net::new("own").range("10.2.0.0/16").tags([("team", "night")]).add(&shop);
        Net::new("below").range("10.3.0.0/16").add(&shop.scope("deep"));
        Fleet::new("without").image("one").add(&shop);
    };
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    assert_eq!(tags(&world, "outside"), json!(null));
    assert_eq!(tags(&world, "shop/before"), json!({"team": "shop", "stage": "test"}));
    assert_eq!(tags(&world, "shop/own"), json!({"team": "night", "stage": "test"}));
    assert_eq!(tags(&world, "shop/deep/below"), json!({"team": "shop", "stage": "test"}));
}

#[test]
fn a_scope_whose_name_begins_like_another_is_left_alone() {
    let program = |stack: &Stack| {
        stack.scope("shop").tag_everything([("team", "shop")]);
        Net::new("net").range("10.0.0.0/16").add(&stack.scope("shopping"));
        Net::new("shop").range("10.0.0.0/16").add(stack);
    };
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    assert_eq!((tags(&world, "shopping/net"), tags(&world, "shop")), (json!(null), json!(null)));
}

#[test]
fn each_resource_of_a_type_is_changed_by_its_builder_and_one_after_the_other() {
    let program = |stack: &Stack| {
        stack.each::<Machine>(|machine| machine.size(7).protect());
        stack.each::<Machine>(|machine| machine.postcondition(|m| infra_core::ops::eq(m.size().cast::<i32>(), 7), "it must be seven"));
        Machine::new("m").size(1).script("kept").add(stack);
        Fleet::new("fleet").image("one").add(stack);
    };
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    let machine = world.cloud.object("toy:run/machine", "m").unwrap().1;
    assert_eq!((machine.inputs["size"].reveal(), machine.inputs["script"].reveal()), (json!(7), json!("kept")));
    let graph = world.graph(&program, json!({}));
    let protected: Vec<&str> = graph.nodes.iter().filter(|node| node.options.lifecycle.protect).map(|node| node.address.name()).collect();
    assert_eq!(protected, ["m"]);
}

#[test]
fn a_transform_of_any_type_sees_what_was_declared_and_what_earlier_ones_did() {
    let program = |stack: &Stack| {
        stack.transform(|resource| {
            if resource.kind().starts_with("toy:run/") {
                resource.set("size", 3);
                resource.protect();
            }
        });
        stack.transform(|resource| {
            if resource.input("size").is_some() {
                resource.set("script", format!("{} was transformed", resource.name()));
            }
        });
        Machine::new("m").add(stack);
        Fleet::new("fleet").image("one").add(stack);
    };
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    let machine = world.cloud.object("toy:run/machine", "m").unwrap().1;
    assert_eq!(machine.inputs["script"].reveal(), json!("m was transformed"));
    assert!(!world.cloud.object("toy:run/fleet", "fleet").unwrap().1.inputs.contains_key("size"), "it has no such input");
    let graph = world.graph(&program, json!({}));
    assert!(graph.nodes.iter().all(|node| node.options.lifecycle.protect));
}
