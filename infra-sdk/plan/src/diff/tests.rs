//! What differs and what does not.

use super::*;
use crate::sample::field;
use infra_core::{Address, Attr};
use serde_json::json;

fn compare(ty: Type, have: serde_json::Value, want: serde_json::Value) -> Vec<String> {
    let have = BTreeMap::from([("x".to_owned(), Value::from(have))]);
    let want = BTreeMap::from([("x".to_owned(), Expr::Lit(Value::from(want)))]);
    let changes = differences(&[field("x", ty)], &have, &want, "salt");
    changes
        .iter()
        .map(|change| format!("{}: {:?} -> {}", change.path, change.old, change.new.as_ref().map_or("gone".into(), ToString::to_string)))
        .collect()
}

fn rule() -> Type {
    Type::Block(vec![field("port", Type::Int), field("cidr", Type::String)])
}

#[test]
fn what_is_not_mentioned_does_not_differ() {
    assert!(compare(rule(), json!({"port": 80, "cidr": "0.0.0.0/0"}), json!({"port": 80})).is_empty());
    assert!(compare(Type::String, json!("here"), json!(null)).is_empty());
}

#[test]
fn numbers_are_compared_by_value() {
    assert!(compare(Type::Float, json!(5), json!(5.0)).is_empty());
    assert_eq!(compare(Type::Float, json!(5), json!(5.5)), ["x: Some(5) -> 5.5"]);
}

#[test]
fn the_order_of_a_set_means_nothing_and_one_rule_more_is_one_change() {
    let set = Type::Set(Box::new(rule()));
    assert!(compare(set.clone(), json!([{"port": 1}, {"port": 2}]), json!([{"port": 2}, {"port": 1}])).is_empty());
    assert_eq!(compare(set.clone(), json!([{"port": 1}]), json!([{"port": 2}, {"port": 1}])), ["x[]: None -> {\"port\":2}"]);
    assert_eq!(compare(set, json!([{"port": 1}, {"port": 2}]), json!([{"port": 2}])), ["x[]: Some({\"port\":1}) -> gone"]);
}

#[test]
fn an_item_of_a_set_that_says_more_is_another_item() {
    let set = Type::Set(Box::new(rule()));
    assert_eq!(compare(set, json!([{"port": 1, "cidr": "10.0.0.0/8"}]), json!([{"port": 1}])).len(), 2);
}

#[test]
fn a_tag_that_is_no_longer_wanted_goes() {
    let map = Type::Map(Box::new(Type::String));
    assert_eq!(compare(map, json!({"a": "1", "b": "2"}), json!({"a": "1"})), ["x.b: Some(\"2\") -> gone"]);
}

#[test]
fn documents_are_compared_by_structure() {
    assert!(compare(Type::Json, json!({"Action": ["a"], "B": 1}), json!({"B": 1, "Action": "a"})).is_empty());
    assert_eq!(compare(Type::Json, json!({"Action": "a"}), json!({"Action": "b"})).len(), 1);
}

#[test]
fn the_lists_of_an_access_policy_have_no_order_and_those_of_other_documents_have() {
    let policy = |actions: serde_json::Value| json!({"Statement": [{"Action": actions, "Effect": "Allow"}]});
    assert!(compare(Type::Json, policy(json!(["a", "b"])), policy(json!(["b", "a"]))).is_empty());
    assert_eq!(compare(Type::Json, policy(json!(["a", "b"])), policy(json!(["b", "b"]))).len(), 1);
    assert_eq!(compare(Type::Json, json!(["a", "b"]), json!(["b", "a"])).len(), 1);
}

#[test]
fn what_the_cloud_fills_in_makes_no_other_item_and_no_key_to_remove() {
    let mut port = field("port", Type::Int);
    port.filled = true;
    let set = Type::Set(Box::new(Type::Block(vec![field("id", Type::String), port])));
    let have = json!([{"id": "a", "port": 8080}, {"id": "a", "port": 80}, {"id": "b", "port": 80}]);
    let want = json!([{"id": "a"}, {"id": "b"}, {"id": "a", "port": 8080}]);
    assert!(compare(set.clone(), have.clone(), want).is_empty());
    assert_eq!(compare(set, have, json!([{"id": "a"}, {"id": "b", "port": 81}])).len(), 3);

    let mut attributes = field("x", Type::Map(Box::new(Type::String)));
    attributes.filled = true;
    let have = BTreeMap::from([("x".to_owned(), Value::from(json!({"a": "1", "b": "2"})))]);
    let want = |value| BTreeMap::from([("x".to_owned(), Expr::Lit(Value::from(value)))]);
    assert!(differences(std::slice::from_ref(&attributes), &have, &want(json!({"a": "1"})), "").is_empty());
    assert_eq!(differences(&[attributes], &have, &want(json!({"a": "2", "c": "3"})), "").len(), 2);
}

#[test]
fn an_absent_list_and_an_empty_one_are_the_same() {
    assert!(compare(Type::List(Box::new(Type::String)), json!(null), json!([])).is_empty());
}

#[test]
fn an_unknown_part_is_a_change_with_its_expression() {
    let unknown = Expr::Attr(Attr { resource: Address::new("t:t/t", "lb"), output: "dns_name".into() });
    let have = BTreeMap::from([("x".to_owned(), Value::from(json!({"port": 80, "cidr": "a"})))]);
    let want = BTreeMap::from([(
        "x".to_owned(),
        Expr::Object(BTreeMap::from([("port".into(), Expr::Lit(json!(80).into())), ("cidr".into(), unknown.clone())])),
    )]);
    let changes = differences(&[field("x", rule())], &have, &want, "");
    assert_eq!(changes, [Change { path: "x.cidr".into(), old: Some(Value::from("a")), new: Some(unknown), replaces: false }]);
}

#[test]
fn a_secret_is_compared_by_its_digest_and_a_secret_field_is_hidden() {
    let mut password = field("x", Type::String);
    password.secret = true;
    let have = BTreeMap::from([("x".to_owned(), Value::Digest(Value::from("old").digest("salt")))]);
    let want = |text: &str| BTreeMap::from([("x".to_owned(), Expr::lit(text))]);
    assert!(differences(std::slice::from_ref(&password), &have, &want("old"), "salt").is_empty());
    let changes = differences(&[password], &have, &want("new"), "salt");
    assert!(!format!("{changes:?}").contains("new\""), "{changes:?}");
    assert_eq!(changes.len(), 1);
}

#[test]
fn what_is_local_to_a_machine_never_differs_even_where_it_is_secret() {
    let local = Field { local: true, ..field("environment", Type::Map(Box::new(Type::String))) };
    let command = Type::Block(vec![field("line", Type::String), local]);
    let secret = json!({"$secret": "hunter2"});
    let want = |line: &str| {
        Value::Object(BTreeMap::from([
            ("line".to_owned(), Value::from(line)),
            ("environment".to_owned(), serde_json::from_value(json!({"PASSWORD": secret})).unwrap()),
        ]))
    };
    let have = BTreeMap::from([("x".to_owned(), Value::from(json!({"line": "run"})))]);
    let changes = |line: &str| {
        let want = BTreeMap::from([("x".to_owned(), Expr::Lit(want(line)))]);
        differences(&[field("x", command.clone())], &have, &want, "salt").into_iter().map(|change| change.path).collect::<Vec<_>>()
    };
    assert!(changes("run").is_empty());
    assert_eq!(changes("walk"), ["x.line"]);
}

#[test]
fn a_secret_in_a_block_of_a_list_is_compared_by_its_digest_too() {
    let mut secret = field("secret", Type::String);
    secret.secret = true;
    let block = Type::Block(vec![field("user", Type::String), secret]);
    let secret = |text: &str| Value::Secret(Box::new(Value::from(text)));
    let item = |user: &str, secret: Value| Value::Object(BTreeMap::from([("user".into(), Value::from(user)), ("secret".into(), secret)]));
    for ty in [Type::List(Box::new(block.clone())), Type::Set(Box::new(block))] {
        let fields = [field("x", ty)];
        let kept = item("ann", secret("hunter2").digested("salt"));
        let have = BTreeMap::from([("x".to_owned(), Value::List(vec![kept]))]);
        let found = |items: Vec<Value>| {
            let want = BTreeMap::from([("x".to_owned(), Expr::Lit(Value::List(items)))]);
            differences(&fields, &have, &want, "salt")
        };
        assert!(found(vec![item("ann", secret("hunter2"))]).is_empty());
        for other in [vec![item("ann", secret("hunter3"))], vec![item("bob", secret("hunter2"))], Vec::new()] {
            let changes = found(other);
            assert!(!changes.is_empty() && !format!("{changes:?}").contains("hunter"), "{changes:?}");
        }
    }
}

#[test]
fn what_goes_from_among_secrets_is_not_shown() {
    let fields = [field("x", Type::Map(Box::new(Type::String)))];
    let have = BTreeMap::from([("x".to_owned(), Value::from(serde_json::json!({"a": "hunter1", "b": "hunter2"})))]);
    let secret = Value::Secret(Box::new(Value::from("hunter3")));
    let want = BTreeMap::from([("x".to_owned(), Expr::Lit(Value::Object(BTreeMap::from([("a".to_owned(), secret)]))))]);
    let changes = differences(&fields, &have, &want, "salt");
    assert!(changes.len() == 2 && !format!("{changes:?}").contains("hunter"), "{changes:?}");
}
