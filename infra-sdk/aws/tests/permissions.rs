//! The permissions that resources declare, held against the calls in their sources.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use infra_core::Schema;

/// The service prefix of IAM for each folder.
const SERVICES: [(&str, &str); 12] = [
    ("acm", "acm"),
    ("autoscaling", "autoscaling"),
    ("batch", "batch"),
    ("cloudwatch", "cloudwatch"),
    ("ec2", "ec2"),
    ("ecr", "ecr"),
    ("elb", "elasticloadbalancing"),
    ("elbv2", "elasticloadbalancing"),
    ("iam", "iam"),
    ("logs", "logs"),
    ("rds", "rds"),
    ("route53", "route53"),
];

/// Calls of lookups, which no resource makes.
const LOOKUPS: [&str; 1] = ["ec2:DescribeAvailabilityZones"];

/// Declared, though no source calls them: AWS asks for them on the way of another call.
const IMPLIED: [&str; 10] = [
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "cloudwatch:PutMetricAlarm",
    "cognito-idp:DescribeUserPoolClient",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ec2:RunInstances",
    "iam:CreateServiceLinkedRole",
];

fn all(schema: &Schema) -> BTreeSet<&str> {
    let iam = &schema.iam;
    [&iam.read, &iam.create, &iam.update, &iam.delete].into_iter().flatten().map(String::as_str).collect()
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The operations that the sources of a service call: each call names its operation for its errors.
fn called(folder: &str, prefix: &str) -> BTreeMap<String, PathBuf> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder), &mut files);
    let mut called = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for rest in text.split("failed(\"").skip(1) {
            let name = rest.split('"').next().unwrap();
            called.insert(format!("{prefix}:{name}"), file.clone());
        }
    }
    called
}

#[test]
fn every_call_in_a_service_is_declared_by_one_of_its_resources() {
    let schemas = infra_aws::schemas();
    let declared: BTreeSet<&str> = schemas.iter().flat_map(all).collect();
    let mut count = 0;
    for (folder, prefix) in SERVICES {
        for (action, file) in called(folder, prefix) {
            count += 1;
            assert!(
                declared.contains(action.as_str()) || LOOKUPS.contains(&action.as_str()),
                "{} calls {action}: name it in a resource's `iam(…)`",
                file.display()
            );
        }
    }
    assert!(count > 100, "only {count} calls were found: the scan is broken");
}

#[test]
fn every_declared_permission_is_called_or_implied() {
    let called: BTreeSet<String> = SERVICES.iter().flat_map(|(folder, prefix)| called(folder, prefix).into_keys()).collect();
    for schema in infra_aws::schemas() {
        for action in all(&schema) {
            // Tags go along with a creation, and a role with what takes it.
            let along = action.contains(":Tag") || action.contains(":Untag") || action.ends_with("Tags") || action == "iam:PassRole";
            assert!(
                called.contains(action) || along || IMPLIED.contains(&action),
                "{} declares {action}, and nothing calls it",
                schema.kind
            );
        }
    }
}

#[test]
fn reading_is_for_reading_and_every_type_can_be_read_made_and_deleted() {
    for schema in infra_aws::schemas() {
        let kind = &schema.kind;
        for action in &schema.iam.read {
            let verb = action.split(':').nth(1).unwrap();
            assert!(["Describe", "Get", "List"].iter().any(|read| verb.starts_with(read)), "{kind}: {action} is not for reading");
        }
        assert!(!schema.iam.read.is_empty() && !schema.iam.create.is_empty() && !schema.iam.delete.is_empty(), "{kind}");
    }
}
