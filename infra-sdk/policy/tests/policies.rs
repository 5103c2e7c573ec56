//! Policies over programs with AWS's resources, planned by the engine on the simulated cloud.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::collections::BTreeMap;

use infra_aws::autoscaling::{AutoScalingGroup, ScalingPolicy, StepAdjustment};
use infra_aws::cloudwatch::MetricAlarm;
use infra_aws::ec2::{Instance, LaunchTemplate, SecurityGroup, SecurityGroupIngress, SecurityGroupRule, Vpc};
use infra_aws::elbv2::TargetGroup;
use infra_core::program::{Program, Request, Response};
use infra_core::{Address, Expr, Finding, Graph, Level, Location, Node, Secret, Stack};
use infra_policy::{Fate, Known, Policy, Review, judge, starter, unknown_allowances, with};
use infra_testing::World;
use serde_json::json;

fn review_in<M>(world: &World, program: &impl Program<M>) -> Review {
    let graph = world.graph(program, json!({}));
    Review::new(&graph, &world.plan_graph(&graph).unwrap(), &world.state, "local")
}

fn review<M>(program: &impl Program<M>) -> Review {
    review_in(&World::new(), program)
}

/// What the starter set finds, a line a finding.
fn found<M>(program: &impl Program<M>) -> Vec<String> {
    lines(&judge(&starter::policies(), &review(program)))
}

fn lines(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| {
        let allowed = finding.allowed.as_ref().map(|reason| format!(" (allowed: {reason})")).unwrap_or_default();
        let about = &finding.about;
        let resource = about.resource.as_ref().map(|address| address.name().to_owned()).unwrap_or_default();
        format!("{} {} {} {}: {}{allowed}", finding.level, finding.policy, resource, about.field.clone().unwrap_or_default(), about.problem)
    };
    findings.iter().map(line).collect()
}

#[test]
fn the_world_may_reach_the_web_and_nothing_else() {
    let program = |stack: &Stack| {
        let vpc = Vpc::new("main").cidr_block("10.0.0.0/16").add(stack);
        let group = SecurityGroup::new("app").vpc(&vpc).description("a").ingress([
            SecurityGroupRule::tcp(443).from_cidr("0.0.0.0/0"),
            SecurityGroupRule::tcp(80).from_cidr("::/0"),
            SecurityGroupRule::tcp(22).from_cidr("0.0.0.0/0"),
            SecurityGroupRule::tcp(22).from_cidr("10.0.0.0/8"),
            SecurityGroupRule::udp(8300..=8302).from_cidr("::/0"),
            SecurityGroupRule::all().from_cidr("0.0.0.0/0"),
            SecurityGroupRule::icmp().from_cidr("0.0.0.0/0"),
        ]);
        let group = group.add(stack);
        SecurityGroupIngress::new("consul").group(&group).protocol("tcp").from_port(80).to_port(8600).cidr("0.0.0.0/0").add(stack);
        SecurityGroupIngress::new("later").group(&group).protocol("tcp").from_port(1).to_port(1).cidr(vpc.cidr_block()).add(stack);
    };
    assert_eq!(
        found(&program),
        [
            "warn open-to-the-world app ingress[2]: 0.0.0.0/0 may reach tcp port 22",
            "warn open-to-the-world app ingress[4]: ::/0 may reach udp ports 8300 to 8302",
            "warn open-to-the-world app ingress[5]: 0.0.0.0/0 may reach everything",
            "warn open-to-the-world consul cidr: 0.0.0.0/0 may reach tcp ports 80 to 8600",
        ]
    );
}

fn scaling(stack: &Stack, down: i32, with_alarm: bool) {
    let template = LaunchTemplate::new("app").add(stack);
    let group = AutoScalingGroup::new("app").launch_template(&template).min_size(0).max_size(4).add(stack);
    let up = ScalingPolicy::new("up").group(&group).step_adjustments([StepAdjustment::above(0.0, 2)]).add(stack);
    let less = ScalingPolicy::new("less").group(&group).scaling_adjustment(down).add(stack);
    MetricAlarm::new("busy").metric(group.cpu_utilization()).alarm_actions([&up]).above(40).add(stack);
    if with_alarm {
        MetricAlarm::new("idle").metric(group.cpu_utilization()).alarm_actions([&less]).below(10).add(stack);
    }
}

#[test]
fn a_policy_that_no_alarm_calls_and_a_scale_in_that_adds_are_found() {
    assert_eq!(found(&|stack: &Stack| scaling(stack, -1, true)), [""; 0]);
    let idle = found(&|stack: &Stack| scaling(stack, -1, false));
    assert_eq!(idle, ["warn scaling-without-alarm less : no alarm of this stack calls it, so that it never scales"]);
    let wrong = found(&|stack: &Stack| scaling(stack, 1, true));
    assert_eq!(wrong, ["warn scale-in-adds less scaling_adjustment: the alarm idle calls it when there is little load, and it adds 1"]);
    let named = |stack: &Stack| {
        let template = LaunchTemplate::new("app").add(stack);
        let group = AutoScalingGroup::new("app").launch_template(&template).min_size(0).max_size(4).add(stack);
        let down = ScalingPolicy::new("scale-in").group(&group).scaling_adjustment(2).add(stack);
        MetricAlarm::new("any").metric(group.cpu_utilization()).alarm_actions([&down]).above(1).add(stack);
    };
    assert_eq!(
        found(&named),
        ["warn scale-in-adds scale-in scaling_adjustment: it is called like what takes capacity away, and it adds 2"]
    );
}

#[test]
fn targets_that_no_request_reaches_are_found() {
    let program = |stack: &Stack| {
        TargetGroup::new("idle").port(80).add(stack);
    };
    assert_eq!(found(&program), ["warn target-group-without-listener idle : no listener and no rule of this stack sends requests to it"]);
}

#[test]
fn secrets_in_user_data_are_found_marked_or_not() {
    let scripts = [
        ("plain", "#!/bin/sh\nexport AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n", Some("an AWS access key")),
        ("password", "[db]\nuser = a\npassword = hunter2\n", Some("a value for `password`")),
        ("key", "cat > k <<E\n-----BEGIN RSA PRIVATE KEY-----\nE\n", Some("a private key")),
        ("fetched", "export DB_PASSWORD=\"$(aws secretsmanager get-secret-value)\"\n# password = x\ntoken=\n", None),
        ("harmless", "#!/bin/sh\necho tokens: 12\nurl=http://example.com\n", None),
    ];
    for (name, script, expected) in scripts {
        let program = |stack: &Stack| {
            Instance::new(name).image("ami-1").instance_type("t3.small").user_data(script).add(stack);
        };
        let expected = expected.map(|what| {
            format!(
                "warn secret-in-user-data {name} user_data: {what} stands in user data, which everybody who may describe the machine reads"
            )
        });
        assert_eq!(found(&program), expected.into_iter().collect::<Vec<_>>());
    }
    let marked = |stack: &Stack| {
        LaunchTemplate::new("app").user_data(Secret::new("run --with hunter2".to_owned())).add(stack);
    };
    assert_eq!(
        found(&marked),
        [
            "warn secret-in-user-data app user_data: a value that is marked as secret stands in user data, which everybody who may describe the machine reads"
        ]
    );
}

#[test]
fn a_database_that_a_click_deletes_is_found() {
    let database = |name: &str, protected: Option<bool>| Node {
        address: Address::new("aws:rds/db-instance", name),
        inputs: protected.map(|flag| ("deletion_protection".to_owned(), Expr::lit(json!(flag)))).into_iter().collect(),
        depends_on: Default::default(),
        options: Default::default(),
        declared: Location { file: "stacks/web/src/lib.rs".into(), line: 7 },
    };
    let graph =
        Graph { nodes: vec![database("open", None), database("off", Some(false)), database("on", Some(true))], ..Graph::empty("web") };
    let plan = World::new().plan(&|_: &Stack| {}, json!({})).unwrap();
    let review = Review::new(&graph, &plan, &Default::default(), "local");
    let findings = judge(&starter::policies(), &review);
    assert_eq!(
        lines(&findings),
        [
            "warn unprotected-database open deletion_protection: nothing keeps it from being deleted with all that is in it",
            "warn unprotected-database off deletion_protection: nothing keeps it from being deleted with all that is in it",
        ]
    );
    insta::assert_snapshot!(findings[0].about, @r#"
aws:rds/db-instance:open: `deletion_protection`: nothing keeps it from being deleted with all that is in it
  declared at stacks/web/src/lib.rs:7
  help: say `.deletion_protection(true)`, and `.protect()` for the plan's part
"#);
}

#[test]
fn what_the_starter_set_reads_is_there() {
    let schemas: BTreeMap<String, _> = infra_aws::schemas().into_iter().map(|schema| (schema.kind.to_string(), schema)).collect();
    for (kind, fields) in starter::READS {
        let schema = schemas.get(*kind).unwrap_or_else(|| panic!("{kind}"));
        for field in *fields {
            assert!(schema.input(field).is_some(), "{kind} has no {field}");
        }
    }
}

#[test]
fn a_resource_may_violate_a_policy_for_a_reason_and_a_misspelt_one_is_said() {
    let program = |stack: &Stack| {
        let group = SecurityGroup::new("app").description("a").ingress([SecurityGroupRule::tcp(22).from_cidr("0.0.0.0/0")]);
        group.allow("open-to-the-world", "a bastion").allow("open-to-the-wolrd", "oops").add(stack);
    };
    let review = review(&program);
    let denied = starter::at(&BTreeMap::from([("open-to-the-world".to_owned(), Level::Deny)])).unwrap();
    let findings = judge(&denied, &review);
    assert_eq!(lines(&findings), ["deny open-to-the-world app ingress[0]: 0.0.0.0/0 may reach tcp port 22 (allowed: a bastion)"]);
    assert!(!findings[0].is_denied());
    let names: Vec<&str> = denied.iter().map(Policy::name).collect();
    let unknown = unknown_allowances(names, &review);
    assert_eq!(lines(&unknown), ["warn open-to-the-wolrd app : it allows `open-to-the-wolrd`, and no policy is called that"]);
}

#[test]
fn a_level_for_no_policy_is_refused_and_one_that_is_off_is_not_asked() {
    let wrong = starter::at(&BTreeMap::from([("open".to_owned(), Level::Deny)])).unwrap_err();
    assert!(wrong.starts_with("there is no policy `open`; there are open-to-the-world, "), "{wrong}");
    let off = starter::at(&starter::policies().iter().map(|policy| (policy.name().to_owned(), Level::Off)).collect()).unwrap();
    assert_eq!(judge(&off, &review(&|stack: &Stack| scaling(stack, 1, false))), []);
}

#[test]
fn a_stacks_own_policies_judge_the_plan_in_its_process() {
    let program = |stack: &Stack| {
        Instance::new("web").image("ami-1").instance_type("m5.metal").user_data("password=hunter2hunter2").add(stack);
    };
    let small = Policy::deny("small-machines", |review| {
        let large = review.each::<Instance>();
        let large = large.filter(|it| it.get::<String>(Instance::INSTANCE_TYPE).is_some_and(|size| size.ends_with(".metal")));
        large.map(|it| it.violates("it is too large").field("instance_type").help("take a smaller one")).collect()
    });
    let judged = with(program, [small]);
    let mut world = World::new();
    let graph = world.graph(&judged, json!({}));
    assert_eq!(graph.policies, ["small-machines"]);
    let review = Review::new(&graph, &world.plan_graph(&graph).unwrap(), &world.state, "local");
    let request = Request { stack: "test".into(), review: Some(serde_json::to_value(&review).unwrap()), ..Request::default() };
    // As over the pipe.
    let request: Request = serde_json::from_str(&serde_json::to_string(&request).unwrap()).unwrap();
    let Response::Reviewed(findings) = judged.run(&request) else { panic!("no judgement") };
    assert_eq!(lines(&findings), ["deny small-machines web instance_type: it is too large"]);
    assert!(findings[0].is_denied());
    assert_eq!(findings[0].about.help.as_deref(), Some("take a smaller one"));
    // And a request for the stack still gives the stack.
    world.deploy(&judged, json!({})).complete();
    assert_eq!(review_in(&world, &judged).resources[0].fate, Fate::Keep);
}

#[test]
fn what_is_not_known_is_not_taken_for_anything() {
    let program = |stack: &Stack| {
        let vpc = Vpc::new("main").cidr_block("10.0.0.0/16").add(stack);
        SecurityGroup::new("app").vpc(&vpc).description("a").add(stack);
    };
    let mut world = World::new();
    let known = |world: &World| {
        let review = review_in(world, &program);
        let group = review.each::<SecurityGroup>().next().unwrap();
        let vpc = review.each::<Vpc>().next().unwrap();
        assert!(group.uses(SecurityGroup::VPC, &vpc));
        assert_eq!(group.get::<String>(SecurityGroup::DESCRIPTION), Known::Is("a".to_owned()));
        assert_eq!(group.get::<bool>(SecurityGroup::INGRESS), Known::Unset);
        (group.get::<String>(SecurityGroup::VPC), group.inputs().map(|inputs| inputs.description))
    };
    assert_eq!(known(&world), (Known::Later, None));
    world.deploy(&program, json!({})).complete();
    let (vpc, inputs) = known(&world);
    assert!(vpc.is_some_and(|id| id.starts_with("vpc")));
    assert_eq!(inputs.as_deref(), Some("a"));
}

#[test]
fn a_policy_that_reads_a_field_as_another_type_lets_nothing_pass() {
    let program = |stack: &Stack| drop(Vpc::new("main").cidr_block("10.0.0.0/16").add(stack));
    let wrong = Policy::warn("wrong", |review| {
        let odd = review.each::<Vpc>().filter(|vpc| vpc.get::<u16>(Vpc::CIDR_BLOCK).is_some_and(|range| range == 1));
        odd.map(|vpc| vpc.violates("odd")).collect()
    });
    let findings = judge([&wrong], &review(&program));
    assert_eq!(findings.len(), 1);
    assert!(findings[0].is_denied() && findings[0].about.problem.contains("another type"), "{findings:?}");
}

#[test]
fn no_secret_is_in_a_review() {
    let program = |stack: &Stack| {
        LaunchTemplate::new("app").user_data(Secret::new("run --with hunter2".to_owned())).add(stack);
    };
    let mut world = World::new();
    for _ in 0..2 {
        let text = serde_json::to_string(&review_in(&world, &program)).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        world.deploy(&program, json!({})).complete();
    }
}
