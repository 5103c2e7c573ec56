//! Key pairs, instances and launch templates.

use aws_sdk_ec2::types::{Filter, InstanceStateName};
use infra_apply::Asked;
use infra_aws::ec2::{
    BlockDevice, CountRange, CpuCredits, CpuOptions, Instance, InstanceRequirements, InstanceTenancy, KeyPair, KeyPairName,
    LaunchInterface, LaunchTemplate, LaunchTemplateId, MarketOptions, MetadataOptions, RootVolume, SecurityGroupId, ShutdownBehavior,
    SpotType, SubnetId, TemplateVersion, VolumeType,
};
use infra_aws::iam::InstanceProfileName;
use infra_core::{Expr, Stack};

use crate::conformance::{change, inputs, make};
use crate::scripted::Scripted;
use crate::wire;

const PUBLIC_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g";
const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": []}"#;

fn ec2() -> aws_sdk_ec2::Client {
    aws_sdk_ec2::Client::new(&wire().sdk)
}

/// A new security group in the default VPC.
fn security_group(name: &str) -> SecurityGroupId {
    let call = ec2().create_security_group().group_name(format!("{name}-{}", std::process::id())).description("of a test");
    SecurityGroupId::new(wire().runtime.block_on(call.send()).unwrap().group_id().unwrap())
}

/// A subnet of the default VPC.
fn subnet() -> SubnetId {
    let answer = wire().runtime.block_on(ec2().describe_subnets().send()).unwrap();
    SubnetId::new(answer.subnets().iter().find(|subnet| subnet.default_for_az() == Some(true)).unwrap().subnet_id().unwrap())
}

fn image() -> String {
    let answer = wire().runtime.block_on(ec2().describe_images().owners("amazon").send()).unwrap();
    let linux = answer.images().iter().find(|image| image.root_device_name().is_some() && image.platform().is_none());
    linux.unwrap().image_id().unwrap().to_owned()
}

fn instance_profile(name: &str) -> InstanceProfileName {
    let (iam, name) = (aws_sdk_iam::Client::new(&wire().sdk), format!("{name}-{}", std::process::id()));
    wire().runtime.block_on(async {
        iam.create_role().role_name(&name).assume_role_policy_document(TRUST).send().await.unwrap();
        iam.create_instance_profile().instance_profile_name(&name).path("/team/").send().await.unwrap();
    });
    InstanceProfileName::new(name)
}

fn key_pair(name: &'static str) -> impl Fn(&Stack) {
    let name = format!("{name}-{}", std::process::id());
    move |stack| drop(KeyPair::new("ssh").name(&name).public_key(format!("{PUBLIC_KEY} me@example")).add(stack))
}

#[test]
fn a_key_pair_lives_and_its_tags_change_in_place() {
    let name = format!("wire-key-{}", std::process::id());
    let pair = |stack: &Stack, tag: &str| drop(KeyPair::new("ssh").name(&name).public_key(PUBLIC_KEY).tags([("Name", tag)]).add(stack));
    let made = make::<KeyPair>(|stack| pair(stack, "one"));
    assert!(made.output("key_pair_id").starts_with("key-"));
    assert_eq!(made.output("key_type"), "ed25519");
    change(&made, |stack| pair(stack, "two"));
    made.delete();
}

#[test]
fn an_instance_lives_and_what_ec2_changes_in_place_changes() {
    let (first, second) = (security_group("first"), security_group("second"));
    let (profile, other) = (instance_profile("first"), instance_profile("second"));
    let key = make::<KeyPair>(key_pair("instance-key"));
    let (image, subnet) = (image(), subnet());
    let instance = || {
        Instance::new("web")
            .image(&image)
            .instance_type("t3.micro")
            .subnet(&subnet)
            .key_pair(KeyPairName::new(&key.id))
            .user_data("#!/bin/sh\necho hé\n")
            .volumes([BlockDevice::new().device_name("/dev/sdf").size(5).delete_on_termination(true)])
    };
    let made = make::<Instance>(|stack| {
        instance()
            .security_groups([&first])
            .instance_profile(&profile)
            .root_volume(RootVolume::new().size(20).volume_type(VolumeType::Gp2).delete_on_termination(true))
            .monitoring(false)
            .source_dest_check(false)
            .termination_protection(true)
            .shutdown_behavior(ShutdownBehavior::Stop)
            .metadata_options(MetadataOptions::tokens_required().hop_limit(2))
            .propagate_tags_to_volumes(true)
            .tags([("Name", "web"), ("Old", "1")])
            .add(stack);
    });
    assert!(made.output("private_ip").contains('.'));
    assert!(made.output("availability_zone").starts_with("us-west-2"));
    let have = made.read().inputs;
    change(&made, |stack| {
        instance()
            .security_groups([&second, &first])
            .root_volume(RootVolume::new().size(30).delete_on_termination(false))
            .source_dest_check(true)
            .termination_protection(false)
            .stop_protection(true)
            .metadata_options(MetadataOptions::new().enabled(true).hop_limit(3))
            .volume_tags([("Backup", "daily")])
            .tags([("Name", "other")])
            .add(stack);
    });
    change(&made, |stack| drop(instance().stop_protection(false).add(stack)));
    // moto keeps showing the first profile on the instance, but not in the association.
    wire().runtime.block_on(async {
        let want = inputs(|stack| drop(instance().instance_profile(&other).add(stack)));
        made.handler.update(&made.id, &have, &want).await.unwrap();
        let associations = ec2().describe_iam_instance_profile_associations().send().await.unwrap();
        let ours = associations.iam_instance_profile_associations().iter().find(|one| one.instance_id() == Some(&made.id)).unwrap();
        assert!(ours.iam_instance_profile().unwrap().arn().unwrap().ends_with(other.as_str()));
    });
    made.delete();
    key.delete();
}

#[test]
fn a_stopped_instance_is_as_declared_and_an_ended_one_is_gone() {
    let image = image();
    // moto wants a key pair for every instance while it checks key pairs.
    let key = make::<KeyPair>(key_pair("stopped-key"));
    let made = make::<Instance>(|stack| {
        let instance = Instance::new("job").image(&image).instance_type("m5.large").key_pair(KeyPairName::new(&key.id));
        instance.public_address(false).add(stack);
    });
    wire().runtime.block_on(async {
        ec2().stop_instances().instance_ids(&made.id).send().await.unwrap();
        let state = ec2().describe_instances().instance_ids(&made.id).send().await.unwrap();
        let state = state.reservations()[0].instances()[0].state().unwrap().name().unwrap().clone();
        assert_eq!(state, InstanceStateName::Stopped);
    });
    assert!(made.output("private_ip").contains('.'));
    made.delete();
    key.delete();
}

#[test]
fn an_instance_starts_from_a_template() {
    let (image, key) = (image(), make::<KeyPair>(key_pair("template-key")));
    let template = make::<LaunchTemplate>(|stack| {
        let template = LaunchTemplate::new("app").name(format!("starts-{}", std::process::id()));
        template.image(&image).instance_type("m5.large").key_pair(KeyPairName::new(&key.id)).add(stack);
    });
    let made = make::<Instance>(|stack| {
        let version = TemplateVersion::new().template(LaunchTemplateId::new(&template.id)).version("$Default");
        Instance::new("app").launch_template(version).add(stack);
    });
    let found = made.read();
    assert_eq!(found.inputs.as_object().unwrap()["instance_type"].as_str(), Some("m5.large"));
    made.delete();
    template.delete();
    key.delete();
}

#[test]
fn a_template_lives_and_a_change_is_a_new_default_version() {
    let group = security_group("template");
    let name = format!("wire-template-{}", std::process::id());
    let template = || LaunchTemplate::new("app").name(&name).image("ami-0123456789").key_pair(KeyPairName::new("nobody"));
    let made = make::<LaunchTemplate>(|stack| {
        template()
            .instance_type("t3.small")
            .version_description("the first")
            .security_groups([&group])
            .instance_profile(InstanceProfileName::new("app"))
            .user_data("#!/bin/sh\nserve\n")
            .block_devices([
                BlockDevice::new()
                    .device_name("/dev/xvda")
                    .size(20)
                    .volume_type(VolumeType::Gp3)
                    .encrypted(true)
                    .delete_on_termination(true),
                BlockDevice::new().device_name("/dev/sdb").no_device(true),
            ])
            .market(MarketOptions::spot().max_price("0.05").spot_type(SpotType::OneTime))
            .metadata_options(MetadataOptions::tokens_required().hop_limit(2).tags(true))
            .cpu_credits(CpuCredits::Standard)
            .cpu_options(CpuOptions::new().core_count(1).threads_per_core(2))
            .monitoring(true)
            .ebs_optimized(true)
            .tenancy(InstanceTenancy::Dedicated)
            .shutdown_behavior(ShutdownBehavior::Terminate)
            .instance_tags([("Name", "app")])
            .volume_tags([("Backup", "daily")])
            .tags([("Name", "app")])
            .add(stack);
    });
    assert_eq!((made.output("default_version"), made.output("latest_version")), ("1".into(), "1".into()));
    change(&made, |stack| {
        template()
            .instance_requirements(
                InstanceRequirements::new()
                    .vcpu_count(CountRange::between(2, 4))
                    .memory_mib(CountRange::at_least(2048))
                    .allowed_instance_types(["t3.*", "m5.*"]),
            )
            .network_interfaces([LaunchInterface::new().device_index(0).security_groups([&group]).public_address(true)])
            .user_data("#!/bin/sh\nserve --fast\n")
            .instance_tags([("Name", "fast")])
            .add(stack);
    });
    assert_eq!((made.output("default_version"), made.output("latest_version")), ("2".into(), "2".into()));
    let kept = made.read().inputs;
    assert_eq!(kept.as_object().unwrap()["shutdown_behavior"].as_str(), Some("terminate"), "what is not managed stays");
    assert!(!kept.as_object().unwrap().contains_key("instance_type"), "a name and requirements exclude each other");
    // moto keeps showing a template's first tags, but not among all tags.
    wire().runtime.block_on(async {
        let want = inputs(|stack| drop(template().tags([("Name", "other")]).add(stack)));
        made.handler.update(&made.id, &kept, &want).await.unwrap();
        let mine = Filter::builder().name("resource-id").values(&made.id).build();
        let tags = ec2().describe_tags().filters(mine).send().await.unwrap();
        assert!(tags.tags().iter().any(|tag| (tag.key(), tag.value()) == (Some("Name"), Some("other"))));
    });
    assert_eq!(made.output("latest_version"), "2", "a tag is no new version");
    made.delete();
}

#[test]
fn templates_that_are_there_are_read_though_others_are_gone() {
    let name = |which: &str| format!("wire-{which}-{}", std::process::id());
    let template = |which: &'static str| {
        make::<LaunchTemplate>(move |stack| drop(LaunchTemplate::new("a").name(name(which)).image("ami-1").add(stack)))
    };
    let (here, gone) = (template("here"), template("gone"));
    let gone_id = gone.id.clone();
    gone.delete();
    let handler = wire().registry.handler("aws:ec2/launch-template").unwrap();
    let found = wire().runtime.block_on(handler.read(&[gone_id, here.id.clone()])).unwrap();
    assert_eq!(found.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [here.id.as_str()]);
    here.delete();
}

#[test]
fn an_instance_is_asked_for_no_more_than_somebody_wants() {
    let described = |spot: &str| {
        format!(
            "<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><imageId>ami-1</imageId>\
             <instanceState><code>16</code><name>running</name></instanceState><instanceType>t3.micro</instanceType>{spot}\
             <launchTime>2030-01-01T00:00:00.000Z</launchTime></item></instancesSet></item></reservationSet>"
        )
    };
    let spot = described("<spotInstanceRequestId>sir-1</spotInstanceRequestId>");
    let plain = described("");
    let cloud = Scripted::new(&[
        ("DescribeInstances", plain.as_str()),
        ("DescribeInstances", plain.as_str()),
        ("DescribeInstances", spot.as_str()),
    ]);
    let handler = cloud.handler::<Instance>();
    let look = |asked: Asked<'_>| {
        let before = cloud.operations().len();
        let found = cloud.runtime.block_on(handler.look(&[asked])).unwrap();
        (found.len(), cloud.operations()[before..].to_vec())
    };
    assert_eq!(look(Asked::presence("i-1")).1, ["DescribeInstances"]);
    let declared = [("termination_protection", Expr::lit(true)), ("cpu_credits", Expr::lit("standard")), ("tags", Expr::lit("any"))];
    let declared = declared.map(|(input, value)| (input.to_owned(), value)).into();
    let asked = look(Asked::declared("i-1", &declared)).1;
    assert_eq!(asked, ["DescribeInstances", "DescribeInstanceCreditSpecifications", "DescribeInstanceAttribute"]);
    // Without a record, whoever ends it must ask whether a request for a spot instance would make another one.
    cloud.runtime.block_on(handler.end(Asked::presence("i-1"))).unwrap();
    let ended = cloud.operations();
    assert_eq!(ended[4..], ["DescribeInstances", "CancelSpotInstanceRequests", "TerminateInstances"]);
}
