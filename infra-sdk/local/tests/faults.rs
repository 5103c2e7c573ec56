//! What moto has not got, or breaks on, is an error that no SDK tries again.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use infra_local::LocalCloud;
use support::{all, ec2, only, query, send};

#[test]
fn an_operation_that_moto_has_not_got_is_an_ec2_error() {
    let cloud = LocalCloud::temporary().unwrap();
    let form = "Action=MonitorInstances&Version=2016-11-15&InstanceId.1=i-1";
    let got = query(cloud.endpoint(), "ec2", form);
    assert_eq!(got.status, 501);
    assert_eq!(only(&got.text(), "Code"), "LocalCloudNotImplemented");
    assert!(only(&got.text(), "Message").contains("ec2 MonitorInstances"));
    assert!(got.text().starts_with("<Response><Errors><Error>"));
}

#[test]
fn a_filter_that_moto_has_not_got_names_itself() {
    let cloud = LocalCloud::temporary().unwrap();
    ec2(cloud.endpoint(), "Action=CreateVpc&CidrBlock=10.0.0.0%2F16");
    let form = "Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=zz&Filter.1.Value.1=a";
    let got = query(cloud.endpoint(), "ec2", form);
    assert_eq!(got.status, 501);
    assert!(only(&got.text(), "Message").contains("'zz'"), "{}", got.text());
}

#[test]
fn what_moto_breaks_on_is_told_with_its_trace_in_the_log() {
    let cloud = LocalCloud::temporary().unwrap();
    let got = support::autoscaling(
        cloud.endpoint(),
        "Action=CreateAutoScalingGroup&AutoScalingGroupName=a&MinSize=0&MaxSize=1\
         &AvailabilityZones.member.1=us-east-1a&LaunchConfigurationName=none",
    );
    assert_eq!(got.status, 501);
    assert_eq!(only(&got.text(), "Code"), "LocalCloudFault");
    assert!(got.text().starts_with("<ErrorResponse>"));
    let log = cloud.cloud().log_tail(100).unwrap();
    assert!(log.contains("Traceback") && log.contains("KeyError: 'none'"), "{log}");
}

#[test]
fn a_json_service_is_answered_in_json() {
    let cloud = LocalCloud::temporary().unwrap();
    let headers = [("X-Amz-Target", "DynamoDB_20120810.ListContributorInsights"), ("Content-Type", "application/x-amz-json-1.0")];
    let got = send(cloud.endpoint(), "dynamodb", ("POST", "/"), &headers, b"{}");
    assert_eq!(got.status, 501);
    let body: serde_json::Value = serde_json::from_slice(&got.body).unwrap();
    assert_eq!(body["__type"], "LocalCloudNotImplemented");
    assert_eq!(got.header("x-amzn-errortype"), "LocalCloudNotImplemented");
}

#[test]
fn a_path_that_moto_has_not_got_is_not_a_resource_that_is_gone() {
    let cloud = LocalCloud::temporary().unwrap();
    let path = "/2013-04-01/trafficpolicies";
    let got = send(cloud.endpoint(), "route53", ("GET", path), &[], b"");
    assert_eq!(got.status, 501, "{}", got.text());
    let got = send(cloud.endpoint(), "s3", ("GET", "/no-such-bucket/key"), &[], b"");
    assert_eq!(got.status, 404);
    assert_eq!(only(&got.text(), "Code"), "NoSuchBucket");
}

#[test]
fn a_web_page_may_not_read_the_cloud() {
    let cloud = LocalCloud::temporary().unwrap();
    let headers = [("Origin", "http://example.com"), ("Content-Type", "application/x-www-form-urlencoded")];
    let body = b"Action=DescribeVpcs&Version=2016-11-15";
    let got = send(cloud.endpoint(), "ec2", ("POST", "/"), &headers, body);
    assert_eq!(got.status, 200);
    assert!(!all(&got.text(), "vpcId").is_empty());
    assert_eq!(got.header("Access-Control-Allow-Origin"), "");
}
