//! The names that the engine makes, held against what AWS says of the names of each type.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::collections::BTreeMap;

use infra_core::{Address, Expr, Graph, Location, Node, Options, Schema, Type};
use infra_plan::{Action, Observed, State, plan};
use serde_json::{Value as Json, json};

/// What AWS's reference says of a type's names: how few and how many characters, which besides letters and digits, and
/// what more.
struct Rule {
    kinds: &'static [&'static str],
    length: (usize, usize),
    beside: &'static str,
    more: &'static [More],
}

enum More {
    /// No upper-case letters, or they are made lower-case ones.
    LowerCase,
    /// A letter first.
    LetterFirst,
    /// Not one of `-_.` at either end.
    PlainEnds,
    /// Never two hyphens in a row.
    SingleHyphens,
    /// Not this beginning, in any case.
    Not(&'static str),
}

use More::{LetterFirst, LowerCase, Not, PlainEnds, SingleHyphens};

const RULES: &[Rule] = &[
    Rule { kinds: &["applicationautoscaling/policy"], length: (1, 256), beside: "-_.", more: &[] },
    Rule {
        kinds: &["autoscaling/group", "autoscaling/launch-configuration", "autoscaling/policy", "autoscaling/scheduled-action"],
        length: (1, 255),
        beside: "-_.",
        more: &[],
    },
    Rule {
        kinds: &["batch/compute-environment", "batch/job-definition", "batch/job-queue"],
        length: (1, 128),
        beside: "-_",
        more: &[PlainEnds],
    },
    Rule { kinds: &["cloudwatch/alarm"], length: (1, 255), beside: "-_.", more: &[] },
    Rule { kinds: &["dynamodb/table"], length: (3, 255), beside: "-_.", more: &[] },
    Rule { kinds: &["ec2/key-pair"], length: (1, 255), beside: "-_.", more: &[] },
    Rule { kinds: &["ec2/launch-template"], length: (3, 128), beside: "-_./()", more: &[] },
    Rule { kinds: &["ec2/security-group"], length: (1, 255), beside: "-_./()", more: &[Not("sg-")] },
    Rule { kinds: &["ecr/repository"], length: (2, 256), beside: "-_./", more: &[LowerCase, LetterFirst, PlainEnds, SingleHyphens] },
    Rule { kinds: &["ecs/cluster", "ecs/fargate-service", "ecs/service"], length: (1, 255), beside: "-_", more: &[] },
    Rule {
        kinds: &["elasticbeanstalk/application", "elasticbeanstalk/application-version", "elasticbeanstalk/configuration-template"],
        length: (1, 100),
        beside: "-_.",
        more: &[],
    },
    Rule { kinds: &["elasticbeanstalk/environment"], length: (4, 40), beside: "-", more: &[PlainEnds] },
    Rule { kinds: &["elb/load-balancer", "elbv2/target-group"], length: (1, 32), beside: "-", more: &[PlainEnds] },
    Rule { kinds: &["elbv2/load-balancer"], length: (1, 32), beside: "-", more: &[PlainEnds, Not("internal-")] },
    Rule { kinds: &["iam/role"], length: (1, 64), beside: "_+=,.@-", more: &[] },
    Rule { kinds: &["iam/instance-profile", "iam/managed-policy", "iam/role-policy"], length: (1, 128), beside: "_+=,.@-", more: &[] },
    Rule { kinds: &["kms/alias"], length: (1, 250), beside: "-_/", more: &[Not("aws/")] },
    Rule { kinds: &["lambda/function"], length: (1, 64), beside: "-_", more: &[] },
    Rule { kinds: &["lambda/permission"], length: (1, 100), beside: "-_", more: &[] },
    Rule { kinds: &["logs/log-group"], length: (1, 512), beside: "-_./#", more: &[Not("aws/")] },
    Rule { kinds: &["rds/db-instance"], length: (1, 63), beside: "-", more: &[LowerCase, LetterFirst, PlainEnds, SingleHyphens] },
    Rule { kinds: &["rds/db-parameter-group"], length: (1, 255), beside: "-", more: &[LowerCase, LetterFirst, PlainEnds, SingleHyphens] },
    Rule { kinds: &["rds/db-subnet-group"], length: (1, 255), beside: "-_. ", more: &[LowerCase, LetterFirst] },
    Rule {
        kinds: &["s3/bucket"],
        length: (3, 63),
        beside: "-.",
        more: &[LowerCase, PlainEnds, Not("xn--"), Not("sthree-"), Not("amzn-s3-demo-")],
    },
    Rule { kinds: &["secretsmanager/secret"], length: (1, 512), beside: "/_+=.@-", more: &[] },
    Rule { kinds: &["ssm/parameter"], length: (1, 1011), beside: "-_./", more: &[Not("aws"), Not("ssm")] },
];

impl Rule {
    fn broken_by(&self, name: &str) -> Option<String> {
        let ends = |wrong: &str| name.starts_with(|c| wrong.contains(c)) || name.ends_with(|c| wrong.contains(c));
        let breaks = |more: &More| match more {
            LowerCase => name.bytes().any(|byte| byte.is_ascii_uppercase()).then_some("it has upper-case letters"),
            LetterFirst => (!name.starts_with(|c: char| c.is_ascii_alphabetic())).then_some("it begins with no letter"),
            PlainEnds => ends("-_.").then_some("it begins or ends with a sign"),
            SingleHyphens => name.contains("--").then_some("it has two hyphens in a row"),
            Not(beginning) => name.to_ascii_lowercase().starts_with(beginning).then_some("AWS keeps the beginning for itself"),
        };
        if !(self.length.0..=self.length.1).contains(&name.len()) {
            return Some(format!("it has {} characters", name.len()));
        }
        if let Some(wrong) = name.chars().find(|c| !c.is_ascii_alphanumeric() && !self.beside.contains(*c)) {
            return Some(format!("it has `{wrong}`"));
        }
        self.more.iter().find_map(breaks).map(str::to_owned)
    }
}

/// Some value of a type.
fn any(ty: &Type) -> Json {
    match ty {
        Type::Bool => json!(true),
        Type::Int => json!(1),
        Type::Float => json!(1.0),
        Type::String | Type::Id(_) => json!("any"),
        Type::Choice(words) => json!(words[0]),
        Type::List(_) | Type::Set(_) => json!([]),
        Type::Map(_) | Type::Json => json!({}),
        Type::Block(fields) => fields
            .iter()
            .filter(|field| field.required)
            .map(|field| (field.name.clone(), any(&field.ty)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// The name that a deployment would give an object of a type.
fn planned(schema: &Schema, stack: &str, name: &str) -> String {
    let address = Address::new(schema.kind.clone(), name);
    let required = schema.inputs.iter().filter(|field| field.required);
    let node = Node {
        address: address.clone(),
        inputs: required.map(|field| (field.name.clone(), Expr::lit(any(&field.ty)))).collect(),
        depends_on: Default::default(),
        options: Options::default(),
        declared: Location::default(),
    };
    let graph = Graph { nodes: vec![node], schemas: BTreeMap::from([(schema.kind.clone(), schema.clone())]), ..Graph::empty(stack) };
    let state = State { salt: "salt".into(), ..State::default() };
    let plan = plan(&graph, &state, &Observed::default()).unwrap();
    let Action::Create { want, .. } = &plan.steps[0].action else { panic!("{plan:?}") };
    let field = schema.physical_name().unwrap().0;
    want.inputs[&field.name].value().unwrap().as_str().unwrap().to_owned()
}

#[test]
fn aws_takes_the_name_that_the_engine_makes_whatever_stack_and_resource_are_called() {
    let schemas = infra_aws::schemas();
    let named: Vec<&Schema> = schemas.iter().filter(|schema| schema.physical_name().is_some()).collect();
    for schema in &named {
        let kind = schema.kind.to_string();
        let short = kind.trim_start_matches("aws:");
        let rule = RULES.iter().find(|rule| rule.kinds.contains(&short));
        let rule = rule.unwrap_or_else(|| panic!("what does AWS say of the names of {kind}? Add it to this test's rules"));
        assert_eq!(usize::from(schema.physical_name().unwrap().1.longest), rule.length.1, "the longest name of {kind}");
        for stack in ["web", "Hydra_Batch", "internal", "SG", "sg", "aws", "AWSome", "ssm", "sthree", "amzn-s3-demo", "xn--x", "7", "a--b"]
        {
            for name in ["web", "DB_Main", "_x__Y-", "3.14", "scope/Inner", &"Long".repeat(40)] {
                let made = planned(schema, stack, name);
                assert_eq!(rule.broken_by(&made), None, "{kind} would be called {made}");
            }
        }
    }
    let known: usize = RULES.iter().map(|rule| rule.kinds.len()).sum();
    assert_eq!(named.len(), known, "each rule is of a type that there is");
}
