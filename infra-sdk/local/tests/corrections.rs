//! Where moto answers wrongly and says nothing, the local cloud answers as AWS does.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use infra_local::{Endpoint, LocalCloud};
use support::{all, autoscaling, create_vpc, ec2, only, query};

/// Makes a NAT gateway with a tag `token`, and gives its id.
fn nat_gateway(endpoint: &Endpoint, subnet: &str, token: &str) -> String {
    let address = only(&ec2(endpoint, "Action=AllocateAddress&Domain=vpc"), "allocationId");
    let created = ec2(
        endpoint,
        &format!(
            "Action=CreateNatGateway&SubnetId={subnet}&AllocationId={address}\
             &TagSpecification.1.ResourceType=natgateway\
             &TagSpecification.1.Tag.1.Key=token&TagSpecification.1.Tag.1.Value={token}"
        ),
    );
    only(&created, "natGatewayId")
}

#[test]
fn nat_gateways_are_found_by_tag() {
    let cloud = LocalCloud::temporary().unwrap();
    let endpoint = cloud.endpoint();
    let vpc = create_vpc(endpoint);
    let subnet = format!("Action=CreateSubnet&VpcId={vpc}&CidrBlock=10.0.0.0%2F24");
    let subnet = only(&ec2(endpoint, &subnet), "subnetId");
    let one = nat_gateway(endpoint, &subnet, "one");
    nat_gateway(endpoint, &subnet, "two");
    let found = |value: &str| {
        let form = format!(
            "Action=DescribeNatGateways&Filter.1.Name=tag:token&Filter.1.Value.1={value}\
             &Filter.2.Name=vpc-id&Filter.2.Value.1={vpc}"
        );
        all(&ec2(endpoint, &form), "natGatewayId")
    };
    assert_eq!(found("one"), [one]);
    assert!(found("three").is_empty());
}

#[test]
fn a_deleted_nat_gateway_gives_its_address_back() {
    let cloud = LocalCloud::temporary().unwrap();
    let endpoint = cloud.endpoint();
    let subnet = format!("Action=CreateSubnet&VpcId={}&CidrBlock=10.0.0.0%2F24", create_vpc(endpoint));
    let subnet = only(&ec2(endpoint, &subnet), "subnetId");
    let address = only(&ec2(endpoint, "Action=AllocateAddress&Domain=vpc"), "allocationId");
    let create = format!("Action=CreateNatGateway&SubnetId={subnet}&AllocationId={address}");
    let first = only(&ec2(endpoint, &create), "natGatewayId");
    ec2(endpoint, &format!("Action=DeleteNatGateway&NatGatewayId={first}"));
    assert_ne!(only(&ec2(endpoint, &create), "natGatewayId"), first);
}

#[test]
fn an_unknown_nat_gateway_is_not_found() {
    let cloud = LocalCloud::temporary().unwrap();
    for action in ["Action=DescribeNatGateways&NatGatewayId.1=nat-0", "Action=DeleteNatGateway&NatGatewayId=nat-0"] {
        let got = query(cloud.endpoint(), "ec2", &format!("Version=2016-11-15&{action}"));
        assert_eq!(got.status, 400, "{}", got.text());
        assert_eq!(only(&got.text(), "Code"), "NatGatewayNotFound");
    }
}

#[test]
fn key_pairs_are_described_and_deleted_by_id() {
    let cloud = LocalCloud::temporary().unwrap();
    let endpoint = cloud.endpoint();
    let create = |name: &str| {
        let made = ec2(endpoint, &format!("Action=CreateKeyPair&KeyName={name}&KeyType=ed25519"));
        only(&made, "keyPairId")
    };
    let (one, two) = (create("one"), create("two"));
    let described = ec2(endpoint, &format!("Action=DescribeKeyPairs&KeyPairId.1={one}"));
    assert_eq!(all(&described, "keyName"), ["one"]);
    ec2(endpoint, &format!("Action=DeleteKeyPair&KeyPairId={one}"));
    let left = ec2(endpoint, "Action=DescribeKeyPairs");
    assert_eq!(all(&left, "keyPairId"), [two]);
    let gone = format!("Version=2016-11-15&Action=DescribeKeyPairs&KeyPairId.1={one}");
    let got = query(endpoint, "ec2", &gone);
    assert_eq!(only(&got.text(), "Code"), "InvalidKeyPair.NotFound");
}

#[test]
fn changed_user_data_is_encoded_once() {
    let cloud = LocalCloud::temporary().unwrap();
    let endpoint = cloud.endpoint();
    let images = ec2(endpoint, "Action=DescribeImages&Filter.1.Name=name&Filter.1.Value.1=al2023-ami-2*-x86_64");
    let image = all(&images, "imageId").remove(0);
    let run = format!("Action=RunInstances&ImageId={image}&InstanceType=t3.micro&MinCount=1&MaxCount=1");
    let instance = only(&ec2(endpoint, &run), "instanceId");
    ec2(endpoint, &format!("Action=StopInstances&InstanceId.1={instance}"));
    ec2(endpoint, &format!("Action=ModifyInstanceAttribute&InstanceId={instance}&UserData.Value=aGVsbG8%3D"));
    let data = ec2(endpoint, &format!("Action=DescribeInstanceAttribute&InstanceId={instance}&Attribute=userData"));
    assert_eq!(only(&data, "value"), "aGVsbG8=");
}

#[test]
fn a_group_is_not_overwritten_by_another_of_its_name() {
    let cloud = LocalCloud::temporary().unwrap();
    let endpoint = cloud.endpoint();
    let configuration = "Action=CreateLaunchConfiguration&LaunchConfigurationName=lc\
        &ImageId=ami-12c6146b&InstanceType=t3.micro";
    assert_eq!(autoscaling(endpoint, configuration).status, 200);
    let group = "Action=CreateAutoScalingGroup&AutoScalingGroupName=g&MinSize=0&MaxSize=1\
        &AvailabilityZones.member.1=us-east-1a&LaunchConfigurationName=lc";
    assert_eq!(autoscaling(endpoint, group).status, 200);
    for again in [configuration, group] {
        let got = autoscaling(endpoint, again);
        assert_eq!(got.status, 400);
        assert_eq!(only(&got.text(), "Code"), "AlreadyExists");
    }
    let policy = "Action=PutScalingPolicy&AutoScalingGroupName=g&PolicyName=p\
        &AdjustmentType=ChangeInCapacity&ScalingAdjustment=1";
    let arn = only(&autoscaling(endpoint, policy).text(), "PolicyARN");
    assert!(arn.ends_with("autoScalingGroupName/g:policyName/p"), "{arn}");
}
