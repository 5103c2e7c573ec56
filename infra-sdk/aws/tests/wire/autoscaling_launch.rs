//! Launch configurations.

use infra_apply::Creation;
use infra_aws::autoscaling::{ConfiguredDevice, ConfiguredMetadata, LaunchConfiguration};
use infra_aws::ec2::{MetadataTokens, SecurityGroupId, VolumeType};
use infra_aws::iam::InstanceProfileName;
use infra_core::{Stack, Tags};

use crate::conformance::{inputs, make};
use crate::wire;

/// An image of the local cloud: it refuses others.
fn image() -> String {
    let images = aws_sdk_ec2::Client::new(&wire().sdk).describe_images().owners("amazon");
    let answer = wire().runtime.block_on(images.send()).unwrap();
    answer.images()[0].image_id().unwrap().to_owned()
}

#[test]
fn a_launch_configuration_lives() {
    let (image, name) = (image(), format!("wire-{}", std::process::id()));
    let made = make::<LaunchConfiguration>(|stack| {
        LaunchConfiguration::new("app")
            .name(&name)
            .image(&image)
            .instance_type("t2.micro")
            .security_groups([SecurityGroupId::new("sg-2"), SecurityGroupId::new("sg-1")])
            .instance_profile(InstanceProfileName::new("app"))
            .user_data("#!/bin/sh\nserve\n")
            .block_devices([ConfiguredDevice::new()
                .device_name("/dev/xvda")
                .size(20)
                .volume_type(VolumeType::Gp3)
                .delete_on_termination(true)])
            .metadata_options(ConfiguredMetadata::new().tokens(MetadataTokens::Required).hop_limit(2))
            .monitoring(false)
            .ebs_optimized(true)
            .public_address(true)
            .spot_price("0.05")
            .add(stack);
    });
    assert!(made.output("arn").contains(":launchConfiguration:"));
    made.delete();
}

#[test]
fn a_configuration_of_that_name_with_other_content_is_not_taken_for_ours() {
    let (image, name) = (image(), format!("wire-taken-{}", std::process::id()));
    let configuration = |stack: &Stack, instance_type: &str| {
        drop(LaunchConfiguration::new("app").name(&name).image(&image).instance_type(instance_type).add(stack));
    };
    let made = make::<LaunchConfiguration>(|stack| configuration(stack, "t2.micro"));
    // moto lets a second configuration of the name overwrite the first, so what a refused create then asks is asked here.
    let (tags, handler) = (Tags::new(), made.handler);
    let new = Creation { tags: &tags, token: "again" };
    wire().runtime.block_on(async {
        let same = inputs(|stack| configuration(stack, "t2.micro"));
        assert_eq!(handler.find(&same, new).await.unwrap().as_deref(), Some(made.id.as_str()));
        let other = inputs(|stack| configuration(stack, "m5.large"));
        assert_eq!(handler.find(&other, new).await.unwrap(), None);
    });
    made.delete();
}
