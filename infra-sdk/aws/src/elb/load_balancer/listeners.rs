//! The listeners of a classic load balancer: read, made, changed and removed.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancing::Client;
use aws_sdk_elasticloadbalancing::types as sdk;
use infra_apply::{Class, ProviderError};

use super::policies::DEFAULT_TLS;
use super::{ClassicListener, ClassicProtocol};
use crate::sdk::failed;

/// A listener for a call.
pub(super) fn to_sdk(listener: &ClassicListener) -> Result<sdk::Listener, ProviderError> {
    let built = sdk::Listener::builder()
        .load_balancer_port(listener.load_balancer_port)
        .protocol(listener.protocol.as_str())
        .instance_port(listener.instance_port)
        .set_instance_protocol(listener.instance_protocol.map(|protocol| protocol.as_str().to_owned()))
        .set_ssl_certificate_id(listener.certificate.clone())
        .build();
    built.map_err(|error| ProviderError::new(Class::Invalid, "read the listeners", error.to_string()))
}

/// A listener of an answer; nothing where AWS tells of none.
pub(super) fn from_sdk(description: &sdk::ListenerDescription) -> Option<ClassicListener> {
    let listener = description.listener()?;
    let protocol = |word: &str| ClassicProtocol::from_word(&word.to_uppercase());
    Some(ClassicListener {
        load_balancer_port: listener.load_balancer_port(),
        protocol: protocol(listener.protocol())?,
        instance_port: listener.instance_port(),
        instance_protocol: listener.instance_protocol().and_then(protocol),
        certificate: listener.ssl_certificate_id().filter(|arn| !arn.is_empty()).map(str::to_owned),
        policies: Some(description.policy_names().iter().filter(|name| *name != DEFAULT_TLS).cloned().collect()),
    })
}

/// What becomes of each port.
#[derive(Debug, PartialEq)]
pub(super) struct Changes<'a> {
    /// The ports whose listeners go.
    pub(super) leaving: BTreeSet<i32>,
    /// The listeners that come, some at a port that another leaves.
    pub(super) coming: Vec<&'a ClassicListener>,
    /// The ports of which only the certificate differs, with the new one.
    pub(super) certificates: Vec<(i32, &'a str)>,
}

/// What must change. A listener is known by its port.
pub(super) fn changes<'a>(have: &[ClassicListener], want: &'a [ClassicListener]) -> Changes<'a> {
    let at = |port: i32| have.iter().find(|listener| listener.load_balancer_port == port);
    let same_kind = |have: &ClassicListener, want: &ClassicListener| {
        have.protocol == want.protocol
            && have.instance_port == want.instance_port
            && (want.instance_protocol.is_none() || want.instance_protocol == have.instance_protocol)
            && want.certificate.is_some() == have.certificate.is_some()
    };
    let mut changes = Changes { leaving: BTreeSet::new(), coming: Vec::new(), certificates: Vec::new() };
    for listener in want {
        match (at(listener.load_balancer_port), &listener.certificate) {
            (None, _) => changes.coming.push(listener),
            (Some(there), certificate) if same_kind(there, listener) => {
                if let Some(certificate) = certificate.as_deref().filter(|_| there.certificate != *certificate) {
                    changes.certificates.push((listener.load_balancer_port, certificate));
                }
            }
            (Some(_), _) => {
                changes.leaving.insert(listener.load_balancer_port);
                changes.coming.push(listener);
            }
        }
    }
    let wanted = |port: i32| want.iter().any(|listener| listener.load_balancer_port == port);
    changes.leaving.extend(have.iter().map(|listener| listener.load_balancer_port).filter(|port| !wanted(*port)));
    changes
}

/// Applies the changes.
pub(super) async fn update(client: &Client, balancer: &str, changes: &Changes<'_>) -> Result<(), ProviderError> {
    if !changes.leaving.is_empty() {
        let call = client.delete_load_balancer_listeners().load_balancer_name(balancer);
        let call = call.set_load_balancer_ports(Some(changes.leaving.iter().copied().collect()));
        call.send().await.map_err(failed("DeleteLoadBalancerListeners"))?;
    }
    if !changes.coming.is_empty() {
        let listeners = changes.coming.iter().map(|listener| to_sdk(listener)).collect::<Result<_, _>>()?;
        let call = client.create_load_balancer_listeners().load_balancer_name(balancer).set_listeners(Some(listeners));
        call.send().await.map_err(|error| unknown_certificate(failed("CreateLoadBalancerListeners")(error)))?;
    }
    for (port, certificate) in &changes.certificates {
        let call = client.set_load_balancer_listener_ssl_certificate().load_balancer_name(balancer).load_balancer_port(*port);
        let set = call.ssl_certificate_id(*certificate).send().await;
        set.map_err(|error| unknown_certificate(failed("SetLoadBalancerListenerSSLCertificate")(error)))?;
    }
    Ok(())
}

/// Lets go of the policies that are leaving, so that they can.
pub(super) async fn release_policies(
    client: &Client,
    balancer: &str,
    have: &[ClassicListener],
    leaving: &BTreeSet<String>,
) -> Result<(), ProviderError> {
    for listener in have {
        let names = listener.policies.clone().unwrap_or_default();
        if names.iter().any(|name| leaving.contains(name)) {
            let kept = names.into_iter().filter(|name| !leaving.contains(name)).collect();
            set_policies(client, balancer, listener.load_balancer_port, kept).await?;
        }
    }
    Ok(())
}

/// Applies policies to listeners, as `want` says. A listener that is new, or whose policies had to go, has none now.
pub(super) async fn apply_policies(
    client: &Client,
    balancer: &str,
    have: &[ClassicListener],
    want: &[ClassicListener],
    renewed: &Changes<'_>,
    policies: &super::policies::Changes,
) -> Result<(), ProviderError> {
    let renewed: BTreeSet<i32> = renewed.coming.iter().map(|listener| listener.load_balancer_port).collect();
    for listener in want {
        let port = listener.load_balancer_port;
        let there = have.iter().find(|have| have.load_balancer_port == port && !renewed.contains(&port));
        if let Some(names) = applied(there, listener, policies) {
            set_policies(client, balancer, port, names).await?;
        }
    }
    Ok(())
}

/// The policies that a listener must be given; nothing if it has them already. Those that are not managed come back
/// where they stood, if they still exist.
fn applied(have: Option<&ClassicListener>, want: &ClassicListener, policies: &super::policies::Changes) -> Option<Vec<String>> {
    let before: BTreeSet<&String> = have.and_then(|have| have.policies.as_ref()).into_iter().flatten().collect();
    let now: BTreeSet<&String> = before.iter().copied().filter(|name| !policies.leaving.contains(*name)).collect();
    let still = |name: &&String| !policies.leaving.contains(*name) || policies.coming.contains(*name);
    let then = match &want.policies {
        Some(names) => names.iter().collect(),
        None => before.into_iter().filter(still).collect::<BTreeSet<_>>(),
    };
    (then != now).then(|| then.into_iter().cloned().collect())
}

async fn set_policies(client: &Client, balancer: &str, port: i32, names: Vec<String>) -> Result<(), ProviderError> {
    let call = client.set_load_balancer_policies_of_listener().load_balancer_name(balancer).load_balancer_port(port);
    let set = call.set_policy_names(Some(names)).send().await;
    set.map(drop).map_err(failed("SetLoadBalancerPoliciesOfListener"))
}

/// A certificate that was made or uploaded just now is not known here at once.
pub(super) fn unknown_certificate(error: ProviderError) -> ProviderError {
    error.class_if(Class::NotYet, |error| error.is_code("CertificateNotFound"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listener(port: i32, instance_port: i32, certificate: Option<&str>) -> ClassicListener {
        let protocol = if certificate.is_some() { ClassicProtocol::Https } else { ClassicProtocol::Http };
        ClassicListener {
            load_balancer_port: port,
            protocol,
            instance_port,
            instance_protocol: Some(ClassicProtocol::Http),
            certificate: certificate.map(str::to_owned),
            policies: None,
        }
    }

    #[test]
    fn a_listener_changes_at_its_port_and_a_certificate_without_interruption() {
        let have = [listener(80, 8080, None), listener(81, 8081, None), listener(443, 8080, Some("old")), listener(444, 1, None)];
        let want = [listener(80, 8080, None), listener(82, 8082, None), listener(443, 8080, Some("new")), listener(444, 2, None)];
        let changes = changes(&have, &want);
        assert_eq!(changes.leaving, BTreeSet::from([81, 444]));
        assert_eq!(changes.coming, [&want[1], &want[3]]);
        assert_eq!(changes.certificates, [(443, "new")]);
    }

    #[test]
    fn a_protocol_of_instances_that_is_not_said_does_not_differ() {
        let mut quiet = listener(80, 8080, None);
        quiet.instance_protocol = None;
        let have = [listener(80, 8080, None)];
        let changes = changes(&have, std::slice::from_ref(&quiet));
        assert!(changes.leaving.is_empty() && changes.coming.is_empty());
    }

    #[test]
    fn unmanaged_policies_come_back_if_they_still_exist() {
        let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let with = |policies| ClassicListener { policies, ..listener(80, 8080, None) };
        let policies = super::super::policies::Changes { leaving: set(&["gone", "renewed"]), coming: set(&["renewed"]) };
        let have = with(names(&["gone", "renewed", "same"]));
        assert_eq!(applied(Some(&have), &with(None), &policies), names(&["renewed", "same"]));
        assert_eq!(applied(Some(&have), &with(names(&["same"])), &policies), None);
        assert_eq!(applied(Some(&have), &with(names(&[])), &policies), names(&[]));
        assert_eq!(applied(None, &with(names(&["same"])), &policies), names(&["same"]));
    }

    #[test]
    fn the_policy_that_aws_adds_for_tls_is_not_the_programs() {
        let described = sdk::ListenerDescription::builder()
            .listener(to_sdk(&listener(443, 80, Some("arn"))).unwrap())
            .policy_names(DEFAULT_TLS)
            .policy_names("mine")
            .build();
        assert_eq!(from_sdk(&described).unwrap().policies, Some(vec!["mine".to_owned()]));
    }
}
