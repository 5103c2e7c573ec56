//! Every handler over the wire, against a local cloud that somebody else wrote.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]
#![allow(clippy::disallowed_methods, reason = "a test waits where the engine would")]

mod acm;
mod applicationautoscaling;
mod autoscaling;
mod autoscaling_launch;
mod autoscaling_scripted;
mod batch;
mod beanstalk_scripted;
mod cloudwatch;
mod conformance;
mod dynamodb;
mod ec2_compute;
mod ec2_network;
mod ec2_security_group;
mod ecr;
mod ecr_images;
mod ecs;
mod elb;
mod elbv2;
mod iam_roles;
mod kms;
mod lambda;
mod logs;
mod lookups;
mod rds;
mod rds_scripted;
mod route53;
mod s3;
mod scripted;
mod secretsmanager;
mod ssm;

use std::sync::OnceLock;

use aws_config::SdkConfig;
use infra_apply::Registry;
use infra_aws::sdk::{Connection, connect};
use infra_local::{LocalCloud, TemporaryCloud};
use tokio::runtime::Runtime;

/// One local cloud and one engine's worth of handlers for all tests of this file.
struct Wire {
    runtime: Runtime,
    registry: Registry,
    /// For what a test needs besides the handlers.
    sdk: SdkConfig,
    /// Ends with this process.
    _cloud: TemporaryCloud,
}

fn wire() -> &'static Wire {
    static WIRE: OnceLock<Wire> = OnceLock::new();
    WIRE.get_or_init(|| {
        let runtime = Runtime::new().unwrap();
        let cloud = LocalCloud::temporary().expect("a local cloud");
        let connection =
            Connection { region: Some("us-west-2".into()), profile: None, role: None, local: Some(cloud.endpoint().url.clone()) };
        let sdk = runtime.block_on(connect(&connection)).unwrap();
        let mut registry = Registry::new();
        infra_aws::sdk::register(&mut registry, &sdk);
        Wire { runtime, registry, sdk, _cloud: cloud }
    })
}
