//! Doors, compared with what an invented cloud says of them.

use std::convert::Infallible;

use infra_core::Type;
use serde_json::json;

use super::*;

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        required: false,
        replace: false,
        secret: false,
        write_only: false,
        filled: false,
        local: false,
        physical_name: None,
        cloud: None,
        unlike_cloud: None,
        spelling: None,
        doc: name.into(),
    }
}

fn contract(inputs: Vec<Field>) -> Schema {
    Schema {
        kind: "aws:test/door".into(),
        handle: "Door".into(),
        inputs,
        outputs: Vec::new(),
        unique: Vec::new(),
        completes: Vec::new(),
        action: false,
        cloud: Some("AWS::Test::Door".into()),
        unlike_cloud: None,
        without: Vec::new(),
        said: Vec::new(),
        module: String::new(),
        iam: Default::default(),
        doc: String::new(),
    }
}

fn theirs() -> Value {
    json!({
        "createOnlyProperties": ["/properties/Name", "/properties/Frame"],
        "conditionalCreateOnlyProperties": ["/properties/Material"],
        "readOnlyProperties": ["/properties/Arn"],
        "deprecatedProperties": ["/properties/Knocker"],
        "required": ["Width"],
        "properties": {
            "Arn": {"type": "string"},
            "Frame": {"type": "object", "properties": {"Depth": {"type": "integer"}, "Wood": {"type": "string"}}},
            "Knocker": {"type": "string"},
            "Lock": {
                "type": "object",
                "required": ["Keys"],
                "properties": {"Keys": {"type": "integer"}, "Cylinder": {"type": "string"}, "Bolt": {"type": "boolean"}},
            },
            "Material": {"type": "string"},
            "Name": {"type": "string"},
            "Width": {"type": "integer"},
        },
    })
}

fn checked(contract: &Schema) -> Findings {
    let theirs = |_: &str| Ok::<_, Infallible>(Some(theirs()));
    all(std::slice::from_ref(contract), theirs).unwrap().remove(0)
}

fn wrong(findings: &Findings) -> Vec<String> {
    findings.wrong.iter().map(|at| format!("{} {}: {}", at.field, at.path, at.what)).collect()
}

fn width() -> Field {
    Field { required: true, ..field("width", Type::Int) }
}

#[test]
fn a_contract_as_aws_says_has_nothing_wrong() {
    let name = Field { replace: true, ..field("name", Type::String) };
    let keys = Field { required: true, ..field("keys", Type::Int) };
    let lock = field("lock", Type::Block(vec![keys, field("bolt", Type::Bool)]));
    let material = Field { replace: true, ..field("material", Type::String) };
    let findings = checked(&contract(vec![width(), name, lock, material]));
    assert_eq!(wrong(&findings), Vec::<String>::new());
    assert_eq!((findings.coverage.covered, findings.coverage.total), (4, 5), "Frame is missing; Arn and Knocker do not count");
    assert_eq!(findings.coverage.missing.iter().map(|missing| missing.path.as_str()).collect::<Vec<_>>(), ["Frame"]);
    assert_eq!(findings.coverage.inside.iter().map(|missing| missing.path.as_str()).collect::<Vec<_>>(), ["Lock/Cylinder"]);
}

#[test]
fn less_than_half_of_an_object_does_not_cover_it() {
    let keys = Field { required: true, ..field("keys", Type::Int) };
    let findings = checked(&contract(vec![width(), field("lock", Type::Block(vec![keys]))]));
    let lock = findings.coverage.missing.iter().find(|missing| missing.path == "Lock").unwrap();
    assert_eq!(lock.part, Some((1, 3)));
}

#[test]
fn where_most_of_a_contract_lies_in_one_object_its_properties_count() {
    let inside = |name: &str, path: &str| Field { cloud: Some(path.into()), ..field(name, Type::String) };
    let findings = checked(&contract(vec![inside("cylinder", "Lock/Cylinder"), inside("bolt", "Lock/Bolt"), width()]));
    assert_eq!((findings.coverage.covered, findings.coverage.total), (3, 7), "the three of Lock, and Frame, Material, Name and Width");
}

#[test]
fn every_kind_of_disagreement_is_told() {
    let fields = vec![
        Field { replace: true, required: true, ..field("width", Type::String) },
        field("name", Type::String),
        field("arn", Type::String),
        field("handle", Type::String),
        field("NAME", Type::String),
        field("lock", Type::Block(vec![field("bolt", Type::Bool)])),
        field("frame", Type::Block(vec![field("depth", Type::Int)])),
    ];
    let fields = fields.into_iter().map(|field| if field.name == "NAME" { Field { cloud: Some("NAME".into()), ..field } } else { field });
    assert_eq!(
        wrong(&checked(&contract(fields.collect()))),
        [
            "width Width: another value needs another object here, and AWS changes it in place",
            "width Width: text here, and an integer for AWS",
            "name Name: changed in place here, and AWS needs another object for another value",
            "arn Arn: only AWS sets this property",
            "handle Handle: AWS has no property `Handle` there",
            "NAME NAME: AWS has no property `NAME` there, which has `Name`: write that",
            "lock Lock: has no field for `Keys`, which AWS requires",
            "frame Frame: changed in place here, and AWS needs another object for another value",
        ]
    );
}

#[test]
fn what_aws_requires_must_be_there_and_required() {
    let optional = checked(&contract(vec![field("width", Type::Int)]));
    assert_eq!(wrong(&optional), ["width Width: optional here, and required by AWS"]);
    let absent = contract(Vec::new());
    assert_eq!(checked(&absent).wrong.len(), 1);
    let left_out = Schema { without: vec![("Width".into(), "all have one".into())], ..absent };
    assert!(checked(&left_out).wrong.is_empty());
    let strict = checked(&contract(vec![width(), Field { required: true, ..field("material", Type::String) }]));
    assert_eq!(wrong(&strict), ["material Material: required here, and optional for AWS"]);
}

#[test]
fn an_explanation_holds_for_its_field_and_what_is_inside() {
    let why = Some("it is another lock".to_owned());
    let keys = Field { required: true, ..field("keys", Type::String) };
    let lock = Field { unlike_cloud: why.clone(), ..field("lock", Type::Block(vec![keys])) };
    let findings = checked(&contract(vec![width(), lock]));
    assert!(findings.wrong.is_empty());
    assert_eq!(findings.explained.len(), 1);
    assert_eq!(findings.explained[0].1, "it is another lock");
}

#[test]
fn an_explanation_of_nothing_is_refused_unless_another_use_of_its_block_needs_it() {
    let why = Some("it is not so".to_owned());
    let explained = || Field { unlike_cloud: why.clone(), required: true, ..field("keys", Type::Int) };
    let lock = contract(vec![width(), field("lock", Type::Block(vec![explained()]))]);
    assert_eq!(wrong(&checked(&lock)), ["lock.keys Lock/Keys: nothing disagrees here, so `unlike_cloud` explains nothing: remove it"]);
    let elsewhere = Field { replace: true, ..field("frame", Type::Block(vec![explained()])) };
    let both = [lock, contract(vec![width(), elsewhere])];
    let findings = all(&both, |_| Ok::<_, Infallible>(Some(theirs()))).unwrap();
    assert!(findings.iter().all(|findings| findings.wrong.is_empty()));
}

#[test]
fn only_what_is_missing_can_be_left_out() {
    let covered = Schema { without: vec![("Width".into(), "why not".into())], ..contract(vec![width()]) };
    assert_eq!(checked(&covered).wrong.len(), 1);
    let missing = Schema { without: vec![("Frame/Wood".into(), "no".into()), ("Knocker".into(), "no".into())], ..contract(vec![width()]) };
    assert_eq!(checked(&missing).wrong.len(), 2, "of a missing object nothing more can be left out, and what is deprecated does not count");
    let right = Schema { without: vec![("Frame".into(), "no".into())], ..contract(vec![width()]) };
    assert!(checked(&right).wrong.is_empty());
}

#[test]
fn what_an_input_of_another_name_says_is_covered_and_must_be_a_property_that_no_field_has() {
    let plain = contract(vec![width()]);
    let said = |path: &str| Schema { said: vec![(path.into(), "width".into())], ..plain.clone() };
    let (before, after) = (checked(&plain), checked(&said("Lock")));
    assert_eq!((after.coverage.covered, after.coverage.total), (before.coverage.covered + 1, before.coverage.total));
    assert!(after.wrong.is_empty() && !after.coverage.missing.iter().any(|missing| missing.path == "Lock"));
    assert_eq!(checked(&said("Bell")).wrong.len(), 1, "there is no such property");
    assert_eq!(checked(&said("Width")).wrong.len(), 1, "a field has it");
}

#[test]
fn a_type_that_aws_does_not_have_needs_a_reason() {
    let none = |_: &str| Ok::<_, Infallible>(None);
    let unknown = contract(Vec::new());
    assert_eq!(all(std::slice::from_ref(&unknown), none).unwrap()[0].wrong.len(), 1);
    let explained = Schema { unlike_cloud: Some("it is ours".into()), ..unknown };
    assert!(all(std::slice::from_ref(&explained), none).unwrap()[0].wrong.is_empty());
    assert_eq!(all(&[Schema { inputs: vec![width()], ..explained }], |_| Ok::<_, Infallible>(Some(theirs()))).unwrap()[0].wrong.len(), 1);
}

#[test]
fn an_object_of_ours_can_stand_for_properties_that_have_none_around_them() {
    let inside = field("shape", Type::Block(vec![field("material", Type::String), Field { required: true, ..field("width", Type::Int) }]));
    let findings = checked(&contract(vec![Field { cloud: Some(String::new()), ..inside }]));
    assert_eq!(wrong(&findings), Vec::<String>::new());
    assert_eq!(findings.coverage.covered, 2);
}

#[test]
fn fields_can_each_be_one_of_the_pairs_that_aws_lists() {
    let pairs = json!({"properties": {"Attributes": {"type": "array", "items": {
        "type": "object", "properties": {"Key": {"type": "string"}, "Value": {"type": "string"}},
    }}}});
    let attribute = |name: &str, ty| Field { cloud: Some("Attributes".into()), ..field(name, ty) };
    let logs = attribute("logs", Type::Block(vec![attribute("enabled", Type::Bool)]));
    let contract = contract(vec![attribute("squeaks", Type::Bool), logs]);
    let findings = all(&[contract], |_| Ok::<_, Infallible>(Some(pairs.clone()))).unwrap();
    assert_eq!(wrong(&findings[0]), Vec::<String>::new());
    assert_eq!(findings[0].coverage.covered, 1);
}
