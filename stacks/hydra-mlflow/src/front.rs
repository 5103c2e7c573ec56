//! The load balancer, and how requests come to the tasks.

use infra_sdk::aws::acm::CertificateArn;
use infra_sdk::aws::elbv2::{HealthCheck, Listener, LoadBalancer, Protocol, Scheme, TargetGroup, TargetType};
use infra_sdk::prelude::*;

use crate::access::{Groups, PORT};
use crate::config::Config;
use crate::network::Network;

/// What leads to the tasks.
pub(crate) struct Front {
    /// The tasks. Whatever refers to them waits for the listener that leads there.
    pub(crate) targets: TargetGroup,
    pub(crate) url: Output<String>,
}

pub(crate) fn front(stack: &Stack, config: &Config, network: &Network, groups: &Groups) -> Front {
    let balancer = LoadBalancer::new("mlflow")
        .scheme(if config.internal { Scheme::Internal } else { Scheme::InternetFacing })
        .subnets(network.outer.clone())
        .security_groups([&groups.load_balancer])
        .add(stack);
    let targets = TargetGroup::new("mlflow")
        .vpc(&network.vpc)
        .target_type(TargetType::Ip)
        .protocol(Protocol::Http)
        .port(i32::from(PORT))
        .health_check(HealthCheck::http("/health").matcher("200"))
        .add(stack);
    let Some(certificate) = &config.certificate else {
        Listener::new("http").load_balancer(&balancer).port(80).protocol(Protocol::Http).forward_to(&targets).add(stack);
        return Front { targets, url: output!("http://{}", balancer.dns_name()) };
    };
    Listener::new("http").load_balancer(&balancer).port(80).protocol(Protocol::Http).redirect_to_https().add(stack);
    let listener =
        Listener::new("https").load_balancer(&balancer).port(443).protocol(Protocol::Https).certificate(CertificateArn::new(certificate));
    listener.forward_to(&targets).add(stack);
    Front { targets, url: output!("https://{}", balancer.dns_name()) }
}
