//! The policies of a classic load balancer: read, made, applied and removed.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancing::Client;
use aws_sdk_elasticloadbalancing::types::{self as sdk, PolicyAttribute as SdkAttribute};
use infra_apply::{ProviderError, gone_is_success};

use super::{AppCookieStickiness, BackendPolicy, ClassicLoadBalancerInputs, LbCookieStickiness, PolicyAttribute};
use crate::sdk::failed;

/// The policy that AWS makes for listeners with TLS that name no other.
pub(super) const DEFAULT_TLS: &str = "ELBSecurityPolicy-2016-08";

const REFERENCE: &str = "Reference-Security-Policy";

/// Fills in all policies, which the description of the load balancer only names.
pub(super) async fn read(
    client: &Client,
    balancer: &sdk::LoadBalancerDescription,
    inputs: &mut ClassicLoadBalancerInputs,
) -> Result<(), ProviderError> {
    let policies = balancer.policies();
    let app = policies.map(|policies| policies.app_cookie_stickiness_policies()).unwrap_or_default();
    let lb = policies.map(|policies| policies.lb_cookie_stickiness_policies()).unwrap_or_default();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let app = app.iter().map(|policy| AppCookieStickiness { name: text(policy.policy_name()), cookie: text(policy.cookie_name()) });
    inputs.app_cookie_stickiness = Some(app.collect());
    // A cookie without an end is told as one that ends at once.
    let lb = lb.iter().map(|policy| LbCookieStickiness {
        name: text(policy.policy_name()),
        expiration: policy.cookie_expiration_period().filter(|seconds| *seconds != 0),
    });
    inputs.lb_cookie_stickiness = Some(lb.collect());
    let others = policies.map(|policies| policies.other_policies()).unwrap_or_default();
    let others: Vec<String> = others.iter().filter(|name| *name != DEFAULT_TLS).cloned().collect();
    inputs.policies = Some(Vec::new());
    if others.is_empty() {
        return Ok(());
    }
    let call = client.describe_load_balancer_policies().set_load_balancer_name(balancer.load_balancer_name.clone());
    let answer = call.set_policy_names(Some(others)).send().await.map_err(failed("DescribeLoadBalancerPolicies"))?;
    let backends = balancer.backend_server_descriptions();
    let described = answer.policy_descriptions().iter().map(|policy| other(policy, backends));
    inputs.policies = Some(described.collect());
    Ok(())
}

fn other(policy: &sdk::PolicyDescription, backends: &[sdk::BackendServerDescription]) -> BackendPolicy {
    let name = policy.policy_name().unwrap_or_default();
    let attributes = policy.policy_attribute_descriptions().iter().map(|attribute| PolicyAttribute {
        name: attribute.attribute_name().unwrap_or_default().to_owned(),
        value: attribute.attribute_value().unwrap_or_default().to_owned(),
    });
    let applied = backends.iter().filter(|backend| backend.policy_names().iter().any(|applied| applied == name));
    BackendPolicy {
        name: name.to_owned(),
        policy_type: policy.policy_type_name().unwrap_or_default().to_owned(),
        attributes: as_written(attributes.collect()),
        instance_ports: Some(applied.filter_map(|backend| backend.instance_port()).collect()),
    }
}

/// Attributes as a program writes them: AWS tells every cipher that a policy for TLS has not got, too.
fn as_written(attributes: Vec<PolicyAttribute>) -> Vec<PolicyAttribute> {
    match attributes.iter().find(|attribute| attribute.name == REFERENCE) {
        Some(reference) => vec![reference.clone()],
        None => attributes.into_iter().filter(|attribute| attribute.value != "false").collect(),
    }
}

/// A policy by its name and what it says, whatever its kind.
fn by_name(inputs: &ClassicLoadBalancerInputs) -> BTreeMap<&str, Policy> {
    let app = inputs.app_cookie_stickiness.iter().flatten().map(|policy| (policy.name.as_str(), Policy::App(policy.clone())));
    let lb = inputs.lb_cookie_stickiness.iter().flatten().map(|policy| (policy.name.as_str(), Policy::Lb(policy.clone())));
    let other = inputs.policies.iter().flatten().map(|policy| {
        let mut without_ports = BackendPolicy { instance_ports: None, ..policy.clone() };
        without_ports.attributes.sort_by(|one, other| (&one.name, &one.value).cmp(&(&other.name, &other.value)));
        (policy.name.as_str(), Policy::Other(without_ports))
    });
    app.chain(lb).chain(other).collect()
}

#[derive(PartialEq)]
enum Policy {
    App(AppCookieStickiness),
    Lb(LbCookieStickiness),
    Other(BackendPolicy),
}

/// Which policies must go and which must come. A policy that differs must do both, since AWS changes none.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Changes {
    /// The names of those that go.
    pub(super) leaving: BTreeSet<String>,
    /// The names of those that come.
    pub(super) coming: BTreeSet<String>,
}

/// What must change for the kinds of policies that `want` speaks of.
pub(super) fn changes(have: &ClassicLoadBalancerInputs, want: &ClassicLoadBalancerInputs) -> Changes {
    let managed = ClassicLoadBalancerInputs {
        app_cookie_stickiness: want.app_cookie_stickiness.is_some().then(|| have.app_cookie_stickiness.clone()).flatten(),
        lb_cookie_stickiness: want.lb_cookie_stickiness.is_some().then(|| have.lb_cookie_stickiness.clone()).flatten(),
        policies: want.policies.is_some().then(|| have.policies.clone()).flatten(),
        ..ClassicLoadBalancerInputs::default()
    };
    let (have, want) = (by_name(&managed), by_name(want));
    Changes {
        leaving: have.iter().filter(|(name, policy)| want.get(*name) != Some(policy)).map(|(name, _)| (*name).to_owned()).collect(),
        coming: want.iter().filter(|(name, policy)| have.get(*name) != Some(policy)).map(|(name, _)| (*name).to_owned()).collect(),
    }
}

/// Makes the policies of these names, as `want` says.
pub(super) async fn create(
    client: &Client,
    balancer: &str,
    want: &ClassicLoadBalancerInputs,
    coming: &BTreeSet<String>,
) -> Result<(), ProviderError> {
    for (name, policy) in by_name(want).into_iter().filter(|(name, _)| coming.contains(*name)) {
        match policy {
            Policy::App(policy) => {
                let call = client.create_app_cookie_stickiness_policy().load_balancer_name(balancer).policy_name(name);
                let made = call.cookie_name(policy.cookie).send().await;
                made.map_err(failed("CreateAppCookieStickinessPolicy"))?;
            }
            Policy::Lb(policy) => {
                let call = client.create_lb_cookie_stickiness_policy().load_balancer_name(balancer).policy_name(name);
                let made = call.set_cookie_expiration_period(policy.expiration).send().await;
                made.map_err(failed("CreateLBCookieStickinessPolicy"))?;
            }
            Policy::Other(policy) => {
                let attribute = |attribute: &PolicyAttribute| {
                    SdkAttribute::builder().attribute_name(&attribute.name).attribute_value(&attribute.value).build()
                };
                let call = client.create_load_balancer_policy().load_balancer_name(balancer).policy_name(name);
                let call = call.policy_type_name(policy.policy_type);
                let made = call.set_policy_attributes(Some(policy.attributes.iter().map(attribute).collect())).send().await;
                made.map_err(failed("CreateLoadBalancerPolicy"))?;
            }
        }
    }
    Ok(())
}

/// Removes policies that nothing uses any more.
pub(super) async fn delete(client: &Client, balancer: &str, leaving: &BTreeSet<String>) -> Result<(), ProviderError> {
    for name in leaving {
        let call = client.delete_load_balancer_policy().load_balancer_name(balancer).policy_name(name);
        gone_is_success(call.send().await.map(drop).map_err(failed("DeleteLoadBalancerPolicy")))?;
    }
    Ok(())
}

/// Which policies apply to which port of the instances.
fn backends(policies: Option<&Vec<BackendPolicy>>, without: &BTreeSet<String>) -> BTreeMap<i32, BTreeSet<String>> {
    let mut backends: BTreeMap<i32, BTreeSet<String>> = BTreeMap::new();
    for policy in policies.into_iter().flatten().filter(|policy| !without.contains(&policy.name)) {
        for port in policy.instance_ports.iter().flatten() {
            backends.entry(*port).or_default().insert(policy.name.clone());
        }
    }
    backends
}

/// Lets go of the policies that are leaving, so that they can.
pub(super) async fn release_backends(
    client: &Client,
    balancer: &str,
    have: &ClassicLoadBalancerInputs,
    leaving: &BTreeSet<String>,
) -> Result<(), ProviderError> {
    let now = backends(have.policies.as_ref(), &BTreeSet::new());
    let then = backends(have.policies.as_ref(), leaving);
    set_backends(client, balancer, &now, &then).await
}

/// Applies policies to the ports of the instances, as `want` says.
pub(super) async fn apply_backends(
    client: &Client,
    balancer: &str,
    have: &ClassicLoadBalancerInputs,
    want: &ClassicLoadBalancerInputs,
    leaving: &BTreeSet<String>,
) -> Result<(), ProviderError> {
    if want.policies.is_none() {
        return Ok(());
    }
    let now = backends(have.policies.as_ref(), leaving);
    set_backends(client, balancer, &now, &backends(want.policies.as_ref(), &BTreeSet::new())).await
}

async fn set_backends(
    client: &Client,
    balancer: &str,
    now: &BTreeMap<i32, BTreeSet<String>>,
    then: &BTreeMap<i32, BTreeSet<String>>,
) -> Result<(), ProviderError> {
    let ports: BTreeSet<i32> = now.keys().chain(then.keys()).copied().collect();
    for port in ports.into_iter().filter(|port| now.get(port) != then.get(port)) {
        let names = then.get(&port).cloned().unwrap_or_default().into_iter().collect();
        let call = client.set_load_balancer_policies_for_backend_server().load_balancer_name(balancer).instance_port(port);
        let set = call.set_policy_names(Some(names)).send().await;
        set.map_err(failed("SetLoadBalancerPoliciesForBackendServer"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &str, value: &str) -> PolicyAttribute {
        PolicyAttribute { name: name.into(), value: value.into() }
    }

    fn tls(name: &str, reference: &str) -> BackendPolicy {
        BackendPolicy {
            name: name.into(),
            policy_type: "SSLNegotiationPolicyType".into(),
            attributes: vec![attribute(REFERENCE, reference)],
            instance_ports: None,
        }
    }

    #[test]
    fn of_a_policy_for_tls_only_what_a_program_says_is_kept() {
        let all = vec![attribute(REFERENCE, "P"), attribute("Protocol-TLSv1.2", "true"), attribute("DHE", "false")];
        assert_eq!(as_written(all), [attribute(REFERENCE, "P")]);
        let custom = vec![attribute("Protocol-TLSv1.2", "true"), attribute("DHE", "false")];
        assert_eq!(as_written(custom), [attribute("Protocol-TLSv1.2", "true")]);
    }

    #[test]
    fn a_policy_that_differs_goes_and_comes_and_one_that_nobody_speaks_of_stays() {
        let app = |cookie: &str| Some(vec![AppCookieStickiness { name: "app".into(), cookie: cookie.into() }]);
        let lb = Some(vec![LbCookieStickiness { name: "lb".into(), expiration: None }]);
        let have = ClassicLoadBalancerInputs {
            app_cookie_stickiness: app("a"),
            lb_cookie_stickiness: lb,
            policies: Some(vec![tls("old", "P"), tls("same", "P")]),
            ..ClassicLoadBalancerInputs::default()
        };
        let want = ClassicLoadBalancerInputs {
            app_cookie_stickiness: app("b"),
            policies: Some(vec![tls("same", "P"), tls("new", "P")]),
            ..ClassicLoadBalancerInputs::default()
        };
        let names = |names: [&str; 2]| BTreeSet::from(names.map(str::to_owned));
        assert_eq!(changes(&have, &want), Changes { leaving: names(["app", "old"]), coming: names(["app", "new"]) });
    }
}
