//! Who may talk to whom, and what the tasks may do.

use hydra_components::{AWS_POLICIES, ServiceRole};
use infra_sdk::aws::ec2::{SecurityGroup, SecurityGroupRule};
use infra_sdk::aws::iam::{PolicyDocument, Role, RolePolicy};
use infra_sdk::aws::s3::Bucket;
use infra_sdk::prelude::*;

use crate::config::Config;
use crate::database::Credentials;
use crate::network::Network;

/// Where the server listens in its task.
pub(crate) const PORT: u16 = 5000;

/// A security group for each of the three.
pub(crate) struct Groups {
    pub(crate) load_balancer: SecurityGroup,
    pub(crate) tasks: SecurityGroup,
    pub(crate) database: SecurityGroup,
}

pub(crate) fn security_groups(stack: &Stack, config: &Config, network: &Network) -> Groups {
    let group = |name: &str, description: &str, ingress: Vec<_>| {
        let group = SecurityGroup::new(name).vpc(&network.vpc).description(description).ingress(ingress);
        group.egress([SecurityGroupRule::all().to_cidr("0.0.0.0/0")]).add(stack)
    };
    let front = if config.certificate.is_some() { vec![443, 80] } else { vec![80] };
    let web = front.iter().flat_map(|port| config.cidr_blocks.iter().map(move |range| SecurityGroupRule::tcp(*port).from_cidr(range)));
    let load_balancer = group("load-balancer", "Whoever may use the server", web.collect());
    let tasks = group("tasks", "The load balancer", vec![SecurityGroupRule::tcp(PORT).from_group(&load_balancer)]);
    let database = group("database", "The tasks", vec![SecurityGroupRule::tcp(3306).from_group(&tasks)]);
    Groups { load_balancer, tasks, database }
}

/// What starts the tasks, and what they then are. Whatever refers to one waits for what it may do.
pub(crate) struct Roles {
    pub(crate) execution: Role,
    pub(crate) task: Role,
}

/// Two roles in place of the original's one with full access to four services: the first fetches the image and the secrets and
/// writes the log, the second has the artifacts.
pub(crate) fn roles(stack: &Stack, credentials: &Credentials, artifacts: &Bucket) -> Roles {
    let role = |name: &str| ServiceRole::new(name, "ecs-tasks.amazonaws.com");
    let starting = format!("{AWS_POLICIES}service-role/AmazonECSTaskExecutionRolePolicy");
    let (execution, task) = (role("execution").policies(&[starting]).add(stack), role("task").add(stack));
    let secrets = PolicyDocument::new()
        .allow(["secretsmanager:GetSecretValue"])
        .on([credentials.username.version.secret(), credentials.password.version.secret()]);
    let objects = PolicyDocument::new()
        .allow(["s3:ListBucket"])
        .on([output!("{}", artifacts.arn())])
        .allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
        .on([output!("{}/*", artifacts.arn())]);
    RolePolicy::new("secrets").role(&execution).document(secrets).add(stack);
    RolePolicy::new("artifacts").role(&task).document(objects).add(stack);
    Roles { execution, task }
}
