//! Zones and records.

use infra_aws::ec2::{Vpc, VpcId};
use infra_aws::route53::{Alias, Failover, HostedZone, HostedZoneId, Record, RecordType, ZoneVpc};

use crate::conformance::{change, inputs, live_through, make};
use crate::wire;

#[test]
fn a_zone_changes_its_comment_and_its_tags_in_place() {
    let zone = || HostedZone::new("z").name("wire-zone.example.com");
    let made = make::<HostedZone>(|stack| drop(zone().comment("first").tags([("Name", "z"), ("Old", "1")]).add(stack)));
    change(&made, |stack| drop(zone().comment("second").tags([("Name", "other"), ("New", "2")]).add(stack)));
    assert!(!made.read().outputs.reveal()["name_servers"].as_array().unwrap().is_empty());
    made.delete();
}

#[test]
fn a_private_zone_is_known_in_one_vpc_and_then_in_another() {
    let vpc = || make::<Vpc>(|stack| drop(Vpc::new("v").cidr_block("10.0.0.0/16").add(stack)));
    let (first, second) = (vpc(), vpc());
    let zone = |vpc: &str| {
        let vpc = ZoneVpc::new().vpc(VpcId::new(vpc)).region("us-west-2");
        HostedZone::new("z").name("wire-private.example.com").vpcs([vpc])
    };
    live_through::<HostedZone>(|stack| drop(zone(&first.id).add(stack)), |stack| drop(zone(&second.id).add(stack)));
    first.delete();
    second.delete();
}

#[test]
fn questions_are_logged_in_a_group_and_then_not_any_more() {
    // The local cloud looks for the group in us-east-1, as AWS does, but wants its ARN with the `:*` of its streams.
    let group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/wire:*";
    let logs = aws_sdk_cloudwatchlogs::Client::from_conf(
        aws_sdk_cloudwatchlogs::config::Builder::from(&wire().sdk).region(aws_config::Region::new("us-east-1")).build(),
    );
    wire().runtime.block_on(logs.create_log_group().log_group_name("/aws/route53/wire").send()).unwrap();
    let zone = || HostedZone::new("z").name("wire-logged.example.com");
    live_through::<HostedZone>(|stack| drop(zone().query_log_group(group).add(stack)), |stack| drop(zone().query_log_group("").add(stack)));
}

#[test]
fn records_change_their_values_in_place_and_go() {
    let zone = make::<HostedZone>(|stack| drop(HostedZone::new("z").name("wire-records.example.com").add(stack)));
    let record = |name: &str| Record::new("r").zone(HostedZoneId::new(&zone.id)).name(format!("{name}.wire-records.example.com"));
    live_through::<Record>(
        |stack| drop(record("plain").record_type(RecordType::A).ttl(60_i64).values(["192.0.2.2", "192.0.2.1"]).add(stack)),
        |stack| drop(record("plain").record_type(RecordType::A).ttl(300_i64).values(["192.0.2.3"]).add(stack)),
    );
    live_through::<Record>(
        |stack| drop(record("Txt").record_type(RecordType::Txt).ttl(60_i64).values(["\"a b\""]).add(stack)),
        |stack| drop(record("Txt").record_type(RecordType::Txt).values(["\"c; d\""]).add(stack)),
    );
    let alias = |to: &str, healthy: bool| Alias::to(to, "Z1H1FL5HABSF5").evaluate_target_health(healthy);
    live_through::<Record>(
        |stack| drop(record("alias").record_type(RecordType::A).alias(alias("Web-1.us-west-2.elb.amazonaws.com", true)).add(stack)),
        |stack| drop(record("alias").record_type(RecordType::A).alias(alias("other-1.us-west-2.elb.amazonaws.com", false)).add(stack)),
    );
    zone.delete();
}

#[test]
fn records_of_one_name_are_told_apart_and_chosen_by_weight_or_health() {
    let zone = make::<HostedZone>(|stack| drop(HostedZone::new("z").name("wire-weights.example.com").add(stack)));
    let record = |set: &str| {
        let record = Record::new("r").zone(HostedZoneId::new(&zone.id)).name("api.wire-weights.example.com").record_type(RecordType::A);
        record.set_identifier(set).ttl(60_i64).values([if set == "blue" { "192.0.2.1" } else { "192.0.2.2" }])
    };
    let blue = make::<Record>(|stack| drop(record("blue").weight(90_i64).add(stack)));
    let green = make::<Record>(|stack| drop(record("green").weight(10_i64).add(stack)));
    change(&blue, |stack| drop(record("blue").weight(0_i64).add(stack)));
    assert_eq!(green.read().inputs.reveal()["weight"], 10);
    blue.delete();
    assert_eq!(green.read().id, green.id, "the other stays");
    green.delete();
    let failover = |which| record("a").failover(which);
    live_through::<Record>(
        |stack| drop(failover(Failover::Primary).add(stack)),
        |stack| drop(failover(Failover::Primary).ttl(30_i64).add(stack)),
    );
    zone.delete();
}

#[test]
fn a_record_that_somebody_else_made_is_taken_over_only_where_that_is_said() {
    let zone = make::<HostedZone>(|stack| drop(HostedZone::new("z").name("wire-shared.example.com").add(stack)));
    let record = |value: &str| {
        let record = Record::new("r").zone(HostedZoneId::new(&zone.id)).name("x.wire-shared.example.com").record_type(RecordType::Txt);
        record.ttl(60_i64).values([format!("\"{value}\"")])
    };
    let theirs = make::<Record>(|stack| drop(record("theirs").add(stack)));
    let taken = make::<Record>(|stack| drop(record("ours").overwrite(true).add(stack)));
    assert_eq!(taken.id, theirs.id);
    let same = inputs(|stack| drop(record("ours").add(stack)));
    assert_eq!(taken.read().inputs.reveal()["values"], same.reveal()["values"]);
    taken.delete();
    zone.delete();
}
