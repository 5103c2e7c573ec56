//! AirAware's whole life: made, left alone, changed, damaged, repaired, moved, ended.

use std::collections::BTreeSet;

use airaware::airaware;
use aws_sdk_ec2::types::{IpPermission, Tag};
use infra_plan::Action;
use serde_json::{Value as Json, json};

use crate::census::{Census, tag};
use crate::station::{Station, text};

pub(crate) fn config(changes: Json) -> Json {
    crate::settings::config("airaware", &changes)
}

#[test]
fn airaware_is_made_changed_repaired_moved_and_ended() {
    let station = Station::new("airaware");
    let census = Census::new(&station);
    let before = census.all();

    station.deploy(&station.graph(&airaware, &config(json!({}))));
    as_the_program_says(&station, &census, 6, 5.0, "10.0.");

    let grown = config(json!({"workers": 7, "flask": {"grow_at": 40}}));
    let plan = station.deploy(&station.graph(&airaware, &grown));
    let changed: BTreeSet<&str> = plan.steps.iter().filter(|step| step.action.is_change()).map(|step| step.address.name()).collect();
    assert_eq!(changed, ["flask-1-cpu-up", "flask-2-cpu-up", "spark-worker-6"].into());
    as_the_program_says(&station, &census, 7, 40.0, "10.0.");

    damage(&station, &census);
    let graph = station.graph(&airaware, &grown);
    let plan = station.plan(&graph);
    let step = |name: &str| plan.steps.iter().find(|step| step.address.name() == name && step.action.is_change());
    assert!(matches!(step("spark-worker-2").unwrap().action, Action::Create { .. }), "{}", text(&plan));
    for (name, path) in [("postgres", "ingress[]"), ("main", "tags.Name")] {
        let Action::Update { changes, .. } = &step(name).unwrap().action else { panic!("{}", text(&plan)) };
        assert!(changes.iter().all(|change| change.drift && change.change.path == path), "{}", text(&plan));
    }
    assert_eq!(plan.steps.iter().filter(|step| step.action.is_change()).count(), 3, "{}", text(&plan));
    station.deploy(&graph);
    as_the_program_says(&station, &census, 7, 40.0, "10.0.");

    let moved = config(json!({"range": "10.1.0.0/16"}));
    station.deploy(&station.graph(&airaware, &moved));
    as_the_program_says(&station, &census, 6, 5.0, "10.1.");

    station.destroy("airaware");
    assert_eq!(census.all(), before, "nothing is left");
}

/// Ends a worker, closes the databases to Spark, and renames the network, behind the engine's back.
fn damage(station: &Station, census: &Census<'_>) {
    let worker = station.id("aws:ec2/instance:spark-worker-2");
    census.ask(census.ec2.terminate_instances().instance_ids(worker).send()).unwrap();
    let group = station.id("aws:ec2/security-group:postgres");
    let groups = census.ask(census.ec2.describe_security_groups().group_ids(&group).send()).unwrap();
    let spark = station.id("aws:ec2/security-group:spark");
    let permission = groups.security_groups()[0].ip_permissions()[0].clone();
    let pairs = permission.user_id_group_pairs().iter().filter(|pair| pair.group_id() == Some(&spark)).cloned().collect();
    let rule = IpPermission::builder().ip_protocol("tcp").from_port(5432).to_port(5432).set_user_id_group_pairs(Some(pairs)).build();
    census.ask(census.ec2.revoke_security_group_ingress().group_id(group).ip_permissions(rule).send()).unwrap();
    let vpc = station.id("aws:ec2/vpc:main");
    census.ask(census.ec2.create_tags().resources(vpc).tags(Tag::builder().key("Name").value("renamed").build()).send()).unwrap();
}

/// Compares the cloud with the program, type by type.
fn as_the_program_says(station: &Station, census: &Census<'_>, workers: usize, grow_at: f64, range: &str) {
    let dns = |name: &str| station.output(&format!("aws:ec2/instance:{name}"), "private_dns_name");
    let group_of = |name: &str| match name {
        name if name.starts_with("postgres") => "postgres",
        name if name.starts_with("prometheus") => "prometheus",
        _ => "spark",
    };

    let machines = census.machines();
    let mut expected: BTreeSet<String> =
        ["postgres-1", "postgres-2", "prometheus-1", "prometheus-2", "spark-master", "spark-controller"].map(str::to_owned).into();
    expected.extend((0..workers).map(|number| format!("spark-worker-{number}")));
    assert_eq!(machines.keys().cloned().collect::<BTreeSet<_>>(), expected);
    for (name, machine) in &machines {
        let zone = if name.ends_with("-2") && !name.starts_with("spark") { "2" } else { "1" };
        assert_eq!(machine.subnet_id().unwrap(), station.id(&format!("aws:ec2/subnet:main-private-{zone}")), "{name}");
        // Where an interface is described at launch, moto tells the groups with the interface only.
        let interfaces = machine.network_interfaces().iter().flat_map(|interface| interface.groups());
        let groups: BTreeSet<&str> = machine.security_groups().iter().chain(interfaces).filter_map(|group| group.group_id()).collect();
        let group = station.id(&format!("aws:ec2/security-group:{}", group_of(name)));
        assert_eq!(groups, [group.as_str()].into(), "{name}");
        let of_type = if name.starts_with("prometheus") { "t2.small" } else { "m4.large" };
        assert_eq!(machine.instance_type().unwrap().as_str(), of_type, "{name}");
        assert_eq!(tag(machine.tags(), "Environment").as_deref(), Some("dev"), "{name}");
        assert!(machine.private_ip_address().unwrap().starts_with(range), "{name}");
        if name.starts_with("spark-worker") {
            let data = census.user_data(machine.instance_id().unwrap());
            assert!(data.contains(&format!("spark://{}:7077", dns("spark-master"))), "{data}");
        }
    }

    let vpcs = census.ask(census.ec2.describe_vpcs().vpc_ids(station.id("aws:ec2/vpc:main")).send()).unwrap();
    assert_eq!(vpcs.vpcs()[0].cidr_block(), Some(format!("{range}0.0/16").as_str()));
    assert_eq!(tag(vpcs.vpcs()[0].tags(), "Name").as_deref(), Some("main"));
    for (name, part, zone) in
        [("main-public-1", 1, "a"), ("main-public-2", 2, "b"), ("main-private-1", 11, "a"), ("main-private-2", 12, "b")]
    {
        let subnet = census.ask(census.ec2.describe_subnets().subnet_ids(station.id(&format!("aws:ec2/subnet:{name}"))).send()).unwrap();
        let subnet = &subnet.subnets()[0];
        assert_eq!(subnet.cidr_block(), Some(format!("{range}{part}.0/24").as_str()));
        assert_eq!(subnet.availability_zone(), Some(format!("us-west-2{zone}").as_str()));
        assert_eq!(subnet.map_public_ip_on_launch(), Some(part < 10));
    }

    let databases =
        census.ask(census.ec2.describe_security_groups().group_ids(station.id("aws:ec2/security-group:postgres")).send()).unwrap();
    let sources: BTreeSet<String> = databases.security_groups()[0]
        .ip_permissions()
        .iter()
        .flat_map(|rule| {
            rule.user_id_group_pairs().iter().map(|pair| format!("{:?} {}", rule.from_port(), pair.group_id().unwrap_or_default()))
        })
        .collect();
    let expected = ["flask", "spark"].map(|group| format!("Some(5432) {}", station.id(&format!("aws:ec2/security-group:{group}"))));
    assert_eq!(sources, expected.into());

    let lb_name = station.id("aws:elb/load-balancer:flask-elb");
    let lb = census.ask(census.elb.describe_load_balancers().load_balancer_names(&lb_name).send()).unwrap();
    let lb = &lb.load_balancer_descriptions()[0];
    let listener = lb.listener_descriptions()[0].listener().unwrap();
    assert_eq!((listener.load_balancer_port(), listener.instance_port()), (80, 5000));
    let check = lb.health_check().unwrap();
    assert_eq!((check.target(), check.interval(), check.timeout()), ("HTTP:5000/", 300, 10));
    assert_eq!(station.exports()["url"].as_str(), Some(format!("http://{}", lb.dns_name().unwrap()).as_str()));

    for zone in ["1", "2"] {
        let group = station.id(&format!("aws:autoscaling/group:flask-autoscaling-{zone}"));
        let groups = census.ask(census.autoscaling.describe_auto_scaling_groups().auto_scaling_group_names(&group).send()).unwrap();
        let fleet = &groups.auto_scaling_groups()[0];
        assert_eq!((fleet.min_size(), fleet.max_size(), fleet.health_check_type()), (Some(1), Some(5), Some("ELB")));
        assert_eq!(fleet.load_balancer_names(), [lb_name.clone()]);
        assert_eq!(fleet.vpc_zone_identifier().unwrap(), station.id(&format!("aws:ec2/subnet:main-private-{zone}")));
        let template = station.id(&format!("aws:ec2/launch-template:flask-{zone}"));
        let versions =
            census.ask(census.ec2.describe_launch_template_versions().launch_template_id(template).versions("$Default").send()).unwrap();
        let data = versions.launch_template_versions()[0].launch_template_data().unwrap();
        use base64::Engine as _;
        let script = base64::engine::general_purpose::STANDARD.decode(data.user_data().unwrap()).unwrap();
        let script = String::from_utf8(script).unwrap();
        let (own, other) = (dns(&format!("postgres-{zone}")), dns(&format!("postgres-{}", if zone == "1" { "2" } else { "1" })));
        assert!(script.contains(&own) && !script.contains(&other), "zone {zone} reads its own database: {script}");

        for (way, threshold, adjustment) in [("up", grow_at, 1), ("down", 1.0, -1)] {
            let name = format!("flask-{zone}-cpu-{way}");
            let alarm = station.id(&format!("aws:cloudwatch/alarm:{name}"));
            let alarms = census.ask(census.cloudwatch.describe_alarms().alarm_names(alarm).send()).unwrap();
            let alarm = &alarms.metric_alarms()[0];
            assert_eq!((alarm.threshold(), alarm.period(), alarm.evaluation_periods()), (Some(threshold), Some(60), Some(1)), "{name}");
            assert_eq!(alarm.dimensions()[0].value(), Some(group.as_str()), "{name}");
            let policy = station.id(&format!("aws:autoscaling/policy:{name}"));
            assert_eq!(alarm.alarm_actions(), [policy.clone()], "{name}");
            let policies = census.ask(census.autoscaling.describe_policies().auto_scaling_group_name(&group).send()).unwrap();
            let policy = policies.scaling_policies().iter().find(|told| told.policy_arn() == Some(&policy)).unwrap();
            assert_eq!((policy.scaling_adjustment(), policy.cooldown()), (Some(adjustment), Some(5)), "{name}");
        }
    }

    for role in ["spark", "prometheus"] {
        let profile = station.id(&format!("aws:iam/instance-profile:{role}"));
        let profile = census.ask(census.iam.get_instance_profile().instance_profile_name(profile).send()).unwrap();
        let roles: Vec<&str> = profile.instance_profile().unwrap().roles().iter().map(|role| role.role_name()).collect();
        assert_eq!(roles, [station.id(&format!("aws:iam/role:{role}"))]);
    }
}
