//! The permissions that resources declare, held against the calls in their sources.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use infra_core::Schema;

/// The service prefix of IAM for each folder.
const SERVICES: [(&str, &str); 21] = [
    ("acm", "acm"),
    ("applicationautoscaling", "application-autoscaling"),
    ("autoscaling", "autoscaling"),
    ("batch", "batch"),
    ("cloudwatch", "cloudwatch"),
    ("dynamodb", "dynamodb"),
    ("ec2", "ec2"),
    ("ecr", "ecr"),
    ("ecs", "ecs"),
    ("elasticbeanstalk", "elasticbeanstalk"),
    ("elb", "elasticloadbalancing"),
    ("elbv2", "elasticloadbalancing"),
    ("iam", "iam"),
    ("kms", "kms"),
    ("lambda", "lambda"),
    ("logs", "logs"),
    ("rds", "rds"),
    ("route53", "route53"),
    ("s3", "s3"),
    ("secretsmanager", "secretsmanager"),
    ("ssm", "ssm"),
];

/// Operations of S3 whose permissions have other names.
const RENAMED: [(&str, &str); 29] = [
    ("s3:DeleteBucketCors", "s3:PutBucketCORS"),
    ("s3:DeleteBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration"),
    ("s3:DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"),
    ("s3:DeleteBucketMetricsConfiguration", "s3:PutMetricsConfiguration"),
    ("s3:DeleteBucketReplication", "s3:PutReplicationConfiguration"),
    ("s3:DeleteObjects", "s3:DeleteObjectVersion"),
    ("s3:GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration"),
    ("s3:GetBucketCors", "s3:GetBucketCORS"),
    ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("s3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ("s3:GetBucketNotificationConfiguration", "s3:GetBucketNotification"),
    ("s3:GetBucketReplication", "s3:GetReplicationConfiguration"),
    ("s3:GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
    ("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:ListBucketIntelligentTieringConfigurations", "s3:GetIntelligentTieringConfiguration"),
    ("s3:ListBucketMetricsConfigurations", "s3:GetMetricsConfiguration"),
    ("s3:ListObjectVersions", "s3:ListBucketVersions"),
    ("s3:PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration"),
    ("s3:PutBucketCors", "s3:PutBucketCORS"),
    ("s3:PutBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3:PutBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration"),
    ("s3:PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
    ("s3:PutBucketMetricsConfiguration", "s3:PutMetricsConfiguration"),
    ("s3:PutBucketNotificationConfiguration", "s3:PutBucketNotification"),
    ("s3:PutBucketReplication", "s3:PutReplicationConfiguration"),
    ("s3:PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration"),
    ("s3:PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
];

/// Calls of lookups, of the lease on a state, and for the images of another crate's resource, which no resource here makes.
const BESIDE: [&str; 9] = [
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "ec2:DescribeAvailabilityZones",
    "ecr:BatchDeleteImage",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:PutImage",
    "kms:Decrypt",
    "kms:Encrypt",
];

/// Declared, though no source calls them: AWS asks for them on the way of another call.
const IMPLIED: [&str; 11] = [
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
    "lambda:InvokeFunction",
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
            let operation = format!("{prefix}:{name}");
            let renamed = RENAMED.iter().find(|(of, _)| *of == operation).map(|(_, permission)| (*permission).to_owned());
            called.insert(renamed.unwrap_or(operation), file.clone());
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
                declared.contains(action.as_str()) || BESIDE.contains(&action.as_str()),
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
        if schema.action {
            // It is run, and neither read nor deleted.
            assert!(!schema.iam.create.is_empty(), "{kind}");
            continue;
        }
        assert!(!schema.iam.read.is_empty() && !schema.iam.create.is_empty() && !schema.iam.delete.is_empty(), "{kind}");
    }
}
