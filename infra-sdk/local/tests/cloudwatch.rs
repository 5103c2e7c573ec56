//! CloudWatch over the CBOR protocol, as newer SDKs speak it and moto does not.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::f64::consts::PI;

use ciborium::Value;
use ciborium::cbor;
use infra_local::{Endpoint, LocalCloud};
use support::{Got, send};

/// Sends an operation's input, and gives the whole answer.
fn call(endpoint: &Endpoint, operation: &str, input: &Value) -> Got {
    let mut body = Vec::new();
    ciborium::into_writer(input, &mut body).unwrap();
    post(endpoint, operation, &[], &body)
}

/// Sends a body as an operation's input.
fn post(endpoint: &Endpoint, operation: &str, more: &[(&str, &str)], body: &[u8]) -> Got {
    let path = format!("/service/GraniteServiceVersion20100801/operation/{operation}");
    let mut headers = vec![("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"), ("x-amzn-query-mode", "true")];
    headers.extend(more);
    send(endpoint, "monitoring", ("POST", &path), &headers, body)
}

/// The output of an answer that has to be a success.
fn output(got: &Got) -> Value {
    let value = decoded(got);
    assert_eq!(got.status, 200, "{value:?}");
    value
}

fn decoded(got: &Got) -> Value {
    assert_eq!(got.header("smithy-protocol"), "rpc-v2-cbor");
    assert_eq!(got.header("content-type"), "application/cbor");
    ciborium::from_reader(got.body.as_slice()).unwrap()
}

/// A member of a structure.
fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    let found = value.as_map().unwrap().iter().find(|(key, _)| key.as_text() == Some(name));
    &found.unwrap_or_else(|| panic!("no {name} in {value:?}")).1
}

/// The input of an alarm of that name and threshold.
fn alarm(name: &str, threshold: f64) -> Value {
    cbor!({
        "AlarmName" => name, "MetricName" => "CPUUtilization", "Namespace" => "AWS/EC2",
        "Statistic" => "Average", "Period" => 60, "EvaluationPeriods" => 2,
        "Threshold" => threshold, "ComparisonOperator" => "GreaterThanThreshold",
        "ActionsEnabled" => false,
        "Dimensions" => [{"Name" => "InstanceId", "Value" => "i-1"}],
        "Tags" => [{"Key" => "infra:token", "Value" => "t"}],
    })
    .unwrap()
}

/// The only alarm of that name.
fn described(endpoint: &Endpoint, name: &str) -> Value {
    let input = cbor!({"AlarmNames" => [name]}).unwrap();
    let output = output(&call(endpoint, "DescribeAlarms", &input));
    let alarms = member(&output, "MetricAlarms").as_array().unwrap();
    assert_eq!(alarms.len(), 1);
    alarms[0].clone()
}

fn tags(endpoint: &Endpoint, arn: &Value) -> usize {
    let input = cbor!({"ResourceARN" => arn}).unwrap();
    let output = output(&call(endpoint, "ListTagsForResource", &input));
    member(&output, "Tags").as_array().unwrap().len()
}

#[test]
fn an_alarm_is_put_and_described_with_its_types() {
    let cloud = LocalCloud::temporary().unwrap();
    let endpoint = cloud.endpoint();
    let put = call(endpoint, "PutMetricAlarm", &alarm("a", 80.0));
    assert_eq!((put.status, put.body.len()), (200, 0));
    assert_eq!(put.header("smithy-protocol"), "rpc-v2-cbor");
    let alarm = described(endpoint, "a");
    assert_eq!(member(&alarm, "Threshold"), &Value::Float(80.0));
    assert_eq!(member(&alarm, "Period"), &Value::Integer(60.into()));
    assert_eq!(member(&alarm, "ActionsEnabled"), &Value::Bool(false));
    assert_eq!(member(&alarm, "StateValue").as_text(), Some("OK"));
    let Value::Tag(1, updated) = member(&alarm, "StateUpdatedTimestamp") else {
        panic!("no timestamp in {alarm:?}");
    };
    assert!(updated.as_float().unwrap() > 1_700_000_000.0);
    assert_eq!(tags(endpoint, member(&alarm, "AlarmArn")), 1);
}

#[test]
fn numbers_that_json_has_not_got_arrive() {
    let cloud = LocalCloud::temporary().unwrap();
    let endpoint = cloud.endpoint();
    for (name, threshold) in [("up", f64::INFINITY), ("down", f64::NEG_INFINITY), ("pi", PI)] {
        assert_eq!(call(endpoint, "PutMetricAlarm", &alarm(name, threshold)).status, 200);
        let alarm = described(endpoint, name);
        assert_eq!(member(&alarm, "Threshold"), &Value::Float(threshold));
    }
    call(endpoint, "PutMetricAlarm", &alarm("none", f64::NAN));
    let alarm = described(endpoint, "none");
    assert!(member(&alarm, "Threshold").as_float().unwrap().is_nan());
}

#[test]
fn timestamps_and_values_go_both_ways() {
    let cloud = LocalCloud::temporary().unwrap();
    let endpoint = cloud.endpoint();
    let at = |seconds: i64| Value::Tag(1, Box::new(Value::Integer(seconds.into())));
    let put = cbor!({
        "Namespace" => "n",
        "MetricData" => [{"MetricName" => "m", "Value" => 2.5, "Timestamp" => at(1_700_000_000)}],
    });
    assert_eq!(call(endpoint, "PutMetricData", &put.unwrap()).status, 200);
    let ask = cbor!({
        "Namespace" => "n", "MetricName" => "m", "Period" => 60, "Statistics" => ["Sum"],
        "StartTime" => at(1_699_999_940), "EndTime" => at(1_700_000_060),
    });
    let output = output(&call(endpoint, "GetMetricStatistics", &ask.unwrap()));
    let points = member(&output, "Datapoints").as_array().unwrap();
    assert_eq!(points.len(), 1, "{output:?}");
    assert_eq!(member(&points[0], "Sum"), &Value::Float(2.5));
    assert_eq!(member(&points[0], "Timestamp"), &Value::Tag(1, Box::new(Value::Float(1_700_000_000.0))));
}

#[test]
fn an_error_has_its_code_in_both_ways() {
    let cloud = LocalCloud::temporary().unwrap();
    let input = cbor!({"DashboardName" => "none"}).unwrap();
    let got = call(cloud.endpoint(), "GetDashboard", &input);
    assert_eq!(got.status, 404);
    let error = decoded(&got);
    assert_eq!(member(&error, "__type").as_text(), Some("DashboardNotFoundError"));
    assert!(!member(&error, "message").as_text().unwrap().is_empty());
    assert_eq!(got.header("x-amzn-query-error"), "ResourceNotFound;Sender");
}

#[test]
fn what_moto_has_not_got_is_an_error_of_this_protocol() {
    let cloud = LocalCloud::temporary().unwrap();
    let input = cbor!({"AlarmName" => "c", "AlarmRule" => "TRUE"}).unwrap();
    let got = call(cloud.endpoint(), "PutCompositeAlarm", &input);
    assert_eq!(got.status, 501);
    assert_eq!(member(&decoded(&got), "__type").as_text(), Some("LocalCloudNotImplemented"));
    let got = call(cloud.endpoint(), "PutNothing", &input);
    assert_eq!(got.status, 404);
    assert_eq!(member(&decoded(&got), "__type").as_text(), Some("UnknownOperationException"));
}

#[test]
fn a_body_that_is_no_request_is_refused() {
    let cloud = LocalCloud::temporary().unwrap();
    for body in [&[0xff_u8, 0xff][..], &[0x01], &[0xa1, 0x61]] {
        let got = post(cloud.endpoint(), "DescribeAlarms", &[], body);
        assert_eq!(got.status, 400, "{body:?}");
        assert_eq!(member(&decoded(&got), "__type").as_text(), Some("SerializationException"));
    }
}

#[test]
fn a_compressed_request_is_read() {
    // {"AlarmNames": ["a"]} by gzip, as SDKs send what is large.
    const COMPRESSED: [u8; 35] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x5b, 0x98, 0xe5, 0x98, 0x93, 0x58, 0x94, 0xeb, 0x97, 0x98, 0x9b, 0x5a,
        0xdc, 0x98, 0x98, 0x08, 0x00, 0x4b, 0x56, 0x49, 0x5e, 0x0f, 0x00, 0x00, 0x00,
    ];
    let cloud = LocalCloud::temporary().unwrap();
    call(cloud.endpoint(), "PutMetricAlarm", &alarm("a", 1.0));
    call(cloud.endpoint(), "PutMetricAlarm", &alarm("b", 1.0));
    let gzip = [("Content-Encoding", "gzip")];
    let output = output(&post(cloud.endpoint(), "DescribeAlarms", &gzip, &COMPRESSED));
    let alarms = member(&output, "MetricAlarms").as_array().unwrap();
    assert_eq!(alarms.len(), 1);
    assert_eq!(member(&alarms[0], "AlarmName").as_text(), Some("a"));
}

#[test]
fn a_deleted_alarm_leaves_no_tags_to_the_next() {
    let cloud = LocalCloud::temporary().unwrap();
    let endpoint = cloud.endpoint();
    call(endpoint, "PutMetricAlarm", &alarm("a", 1.0));
    let arn = member(&described(endpoint, "a"), "AlarmArn").clone();
    let input = cbor!({"AlarmNames" => ["a"]}).unwrap();
    assert_eq!(call(endpoint, "DeleteAlarms", &input).status, 200);
    assert_eq!(tags(endpoint, &arn), 0);
}
