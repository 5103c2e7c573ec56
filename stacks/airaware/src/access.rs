//! Who may talk to whom, and who may ask AWS for what.

use infra_sdk::aws::ec2::{SecurityGroup, SecurityGroupRule};
use infra_sdk::aws::iam::{InstanceProfile, PolicyDocument, Role, RolePolicy};
use infra_sdk::prelude::*;

use crate::config::{self, Config, Firewall};
use crate::network::{Network, named};

/// A security group for each role; the same one for all where the firewall is open.
pub(crate) struct Groups {
    pub(crate) load_balancer: SecurityGroup,
    pub(crate) flask: SecurityGroup,
    pub(crate) postgres: SecurityGroup,
    pub(crate) spark: SecurityGroup,
    pub(crate) prometheus: SecurityGroup,
}

pub(crate) fn security_groups(stack: &Stack, network: &Network, config: &Config) -> Groups {
    let group = |name: &str, description: &str, ingress: Vec<_>| {
        SecurityGroup::new(name)
            .vpc(&network.vpc)
            .description(description)
            .ingress(ingress)
            .egress([SecurityGroupRule::all().to_cidr("0.0.0.0/0")])
            .tags(named(name))
            .add(stack)
    };
    if config.firewall == Firewall::Open {
        let all = group("open-security-group", "Everything from everywhere", vec![SecurityGroupRule::all().from_cidr("0.0.0.0/0")]);
        return Groups { load_balancer: all.clone(), flask: all.clone(), postgres: all.clone(), spark: all.clone(), prometheus: all };
    }

    let load_balancer = group("load-balancer", "The web from everywhere", vec![SecurityGroupRule::tcp(80).from_cidr("0.0.0.0/0")]);
    let admin = config.admin_range.iter().flat_map(|range| {
        [
            SecurityGroupRule::tcp(9090).from_cidr(range).description("Prometheus"),
            SecurityGroupRule::tcp(3000).from_cidr(range).description("Grafana"),
        ]
    });
    let prometheus = group("prometheus", "Administrators", admin.collect());
    let flask = group(
        "flask",
        "The load balancer, and Prometheus",
        vec![
            SecurityGroupRule::tcp(5000).from_group(&load_balancer).description("the application"),
            SecurityGroupRule::tcp(9100).from_group(&prometheus).description("node exporter"),
        ],
    );
    let spark = group(
        "spark",
        "The cluster itself, and the applications that use it",
        vec![
            SecurityGroupRule::all().from_self().description("the cluster"),
            SecurityGroupRule::tcp(7077).from_group(&flask).description("jobs"),
        ],
    );
    let postgres = group(
        "postgres",
        "Who reads and who writes",
        vec![
            SecurityGroupRule::tcp(5432).from_group(&flask).description("reads"),
            SecurityGroupRule::tcp(5432).from_group(&spark).description("writes"),
        ],
    );
    Groups { load_balancer, flask, postgres, spark, prometheus }
}

/// How each role gets at AWS.
pub(crate) enum Access {
    Profiles { spark: InstanceProfile, prometheus: InstanceProfile },
    Keys { id: String, secret: Secret<String> },
}

pub(crate) fn access(stack: &Stack, config: &Config) -> Access {
    if let config::Access::Keys { id, secret } = &config.access {
        return Access::Keys { id: id.clone(), secret: secret.clone() };
    }
    let profile = |name: &str, document| {
        let role = Role::new(name).trust_policy(PolicyDocument::trust_service("ec2.amazonaws.com")).add(stack);
        RolePolicy::new(name).role(&role).document(document).add(stack);
        InstanceProfile::new(name).role(&role).add(stack)
    };
    let bucket = format!("arn:aws:s3:::{}", config.bucket);
    let measurements = PolicyDocument::new().allow(["s3:GetObject", "s3:ListBucket"]).on([bucket.clone(), format!("{bucket}/*")]);
    let discovery = PolicyDocument::new().allow(["ec2:DescribeInstances", "ec2:DescribeAvailabilityZones"]).on(["*"]);
    Access::Profiles { spark: profile("spark", measurements), prometheus: profile("prometheus", discovery) }
}

impl Access {
    /// Lines of a start script that put access keys where Amazon's tools look for them; none with profiles.
    pub(crate) fn script(&self) -> Output<String> {
        match self {
            Access::Profiles { .. } => output!(""),
            Access::Keys { id, secret } => {
                let secret = Output::<String>::from_input(secret.clone());
                output!("cat >> /etc/environment <<END\nAWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\nEND\n")
            }
        }
    }
}
