//! The lifecycle of a classic load balancer.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancing::Client;
use aws_sdk_elasticloadbalancing::types::{self as sdk, HealthCheck, Instance, LoadBalancerAttributes};
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

use super::{
    ClassicAccessLog, ClassicHealthCheck, ClassicLoadBalancer, ClassicLoadBalancerInputs, ClassicLoadBalancerName,
    ClassicLoadBalancerOutputs, ClassicScheme, ConnectionDraining, listeners, policies,
};
use crate::ec2::{InstanceId, SecurityGroupId, SubnetId};
use crate::elb::tags;
use crate::sdk::{differs, failed};

impl Lifecycle for ClassicLoadBalancer {
    type Client = Client;
    const SERVICE: &'static str = "elasticloadbalancing";
    const PAGE: usize = tags::PAGE;

    async fn read(client: &Client, ids: &[ClassicLoadBalancerName]) -> Result<Vec<Observed<ClassicLoadBalancer>>, ProviderError> {
        let balancers = existing(client, ids).await?;
        let names = balancers.iter().filter_map(|balancer| balancer.load_balancer_name.clone()).collect();
        let mut tags = tags::read(client, names).await?;
        let mut observed = Vec::new();
        for balancer in balancers {
            let name = balancer.load_balancer_name().unwrap_or_default();
            let mut inputs = inputs(&balancer);
            fill_attributes(client, name, &mut inputs).await?;
            policies::read(client, &balancer, &mut inputs).await?;
            inputs.tags = Some(tags.remove(name).unwrap_or_default());
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let source = balancer.source_security_group();
            observed.push(Observed {
                id: ClassicLoadBalancerName::new(name),
                inputs,
                outputs: ClassicLoadBalancerOutputs {
                    dns_name: text(balancer.dns_name()),
                    canonical_hosted_zone_name: text(balancer.canonical_hosted_zone_name()),
                    canonical_hosted_zone: text(balancer.canonical_hosted_zone_name_id()),
                    source_security_group: text(source.and_then(|source| source.group_name())),
                    source_security_group_owner: text(source.and_then(|source| source.owner_alias())),
                },
                condition: Condition::Ready,
            });
        }
        Ok(observed)
    }

    async fn create(
        client: &Client,
        want: &ClassicLoadBalancerInputs,
        new: Creation<'_>,
    ) -> Result<ClassicLoadBalancerName, ProviderError> {
        let Some(name) = &want.name else {
            return Err(ProviderError::new(Class::Invalid, "CreateLoadBalancer", "the name is missing"));
        };
        let call = client
            .create_load_balancer()
            .load_balancer_name(name)
            .set_listeners(Some(want.listeners.iter().map(listeners::to_sdk).collect::<Result<_, _>>()?))
            .set_scheme(want.scheme.map(|scheme| scheme.as_str().to_owned()))
            .set_subnets(want.subnets.as_ref().map(|subnets| texts(subnets.iter().map(SubnetId::as_str))))
            .set_availability_zones(want.availability_zones.clone())
            .set_security_groups(want.security_groups.as_ref().map(|groups| texts(groups.iter().map(SecurityGroupId::as_str))))
            .set_tags(Some(tags::to_sdk(new.tags)));
        match call.send().await.map_err(|error| listeners::unknown_certificate(failed("CreateLoadBalancer")(error))) {
            Ok(_) => Ok(ClassicLoadBalancerName::new(name)),
            Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn update(
        client: &Client,
        id: &ClassicLoadBalancerName,
        have: &ClassicLoadBalancerInputs,
        want: &ClassicLoadBalancerInputs,
    ) -> Result<(), ProviderError> {
        let name = id.as_str();
        update_places(client, name, have, want).await?;
        if let Some(groups) = &want.security_groups {
            let groups: BTreeSet<&str> = groups.iter().map(SecurityGroupId::as_str).collect();
            if groups != have.security_groups.iter().flatten().map(SecurityGroupId::as_str).collect() {
                let call = client.apply_security_groups_to_load_balancer().load_balancer_name(name);
                let call = call.set_security_groups(Some(texts(groups)));
                call.send().await.map_err(failed("ApplySecurityGroupsToLoadBalancer"))?;
            }
        }

        // AWS refuses to remove a policy in use, and to apply one that does not exist: so what uses those that go lets
        // them go first, and takes those that come last.
        let renewal = policies::changes(have, want);
        listeners::release_policies(client, name, &have.listeners, &renewal.leaving).await?;
        policies::release_backends(client, name, have, &renewal.leaving).await?;
        let listening = listeners::changes(&have.listeners, &want.listeners);
        listeners::update(client, name, &listening).await?;
        policies::delete(client, name, &renewal.leaving).await?;
        policies::create(client, name, want, &renewal.coming).await?;
        listeners::apply_policies(client, name, &have.listeners, &want.listeners, &listening, &renewal).await?;
        policies::apply_backends(client, name, have, want, &renewal.leaving).await?;

        if let Some(check) = want.health_check.as_ref().filter(|_| differs(&have.health_check, &want.health_check)) {
            let call = client.configure_health_check().load_balancer_name(name).health_check(health_check(check)?);
            call.send().await.map_err(failed("ConfigureHealthCheck"))?;
        }
        update_attributes(client, name, have, want).await?;
        update_instances(client, name, have, want).await?;
        tags::update(client, name, have.tags.as_ref(), want.tags.as_ref()).await
    }

    async fn delete(client: &Client, id: &ClassicLoadBalancerName) -> Result<(), ProviderError> {
        let deleted = client.delete_load_balancer().load_balancer_name(id.as_str()).send().await;
        gone_is_success(deleted.map(drop).map_err(failed("DeleteLoadBalancer")))
    }

    async fn find(
        client: &Client,
        want: &ClassicLoadBalancerInputs,
        new: Creation<'_>,
    ) -> Result<Option<ClassicLoadBalancerName>, ProviderError> {
        let Some(name) = want.name.as_ref().map(ClassicLoadBalancerName::new) else { return Ok(None) };
        let there = !existing(client, std::slice::from_ref(&name)).await?.is_empty();
        Ok((there && tags::has_token(client, name.as_str(), new.token).await?).then_some(name))
    }
}

/// Those that exist. AWS refuses a list in which one is gone; then each is asked for alone.
async fn existing(client: &Client, ids: &[ClassicLoadBalancerName]) -> Result<Vec<sdk::LoadBalancerDescription>, ProviderError> {
    let ask = |ids: &[ClassicLoadBalancerName]| {
        let names = texts(ids.iter().map(ClassicLoadBalancerName::as_str));
        client.describe_load_balancers().set_load_balancer_names(Some(names)).send()
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    match ask(ids).await.map_err(failed("DescribeLoadBalancers")) {
        Err(error) if error.class == Class::NotFound => {}
        answer => return Ok(answer?.load_balancer_descriptions.unwrap_or_default()),
    }
    let mut found = Vec::new();
    for id in ids {
        match ask(std::slice::from_ref(id)).await.map_err(failed("DescribeLoadBalancers")) {
            Err(error) if error.class == Class::NotFound => {}
            answer => found.extend(answer?.load_balancer_descriptions.unwrap_or_default()),
        }
    }
    Ok(found)
}

/// What the description of a load balancer says of the inputs: all but attributes, policies and tags.
fn inputs(balancer: &sdk::LoadBalancerDescription) -> ClassicLoadBalancerInputs {
    let check = balancer.health_check().map(|check| ClassicHealthCheck {
        target: check.target().to_owned(),
        interval: check.interval(),
        timeout: check.timeout(),
        healthy_threshold: check.healthy_threshold(),
        unhealthy_threshold: check.unhealthy_threshold(),
    });
    ClassicLoadBalancerInputs {
        name: balancer.load_balancer_name().map(str::to_owned),
        listeners: balancer.listener_descriptions().iter().filter_map(listeners::from_sdk).collect(),
        scheme: balancer.scheme().and_then(ClassicScheme::from_word),
        subnets: Some(balancer.subnets().iter().map(SubnetId::new).collect()),
        availability_zones: Some(balancer.availability_zones().to_vec()),
        security_groups: Some(balancer.security_groups().iter().map(SecurityGroupId::new).collect()),
        instances: Some(balancer.instances().iter().filter_map(|instance| instance.instance_id()).map(InstanceId::new).collect()),
        health_check: check,
        ..ClassicLoadBalancerInputs::default()
    }
}

async fn fill_attributes(client: &Client, name: &str, inputs: &mut ClassicLoadBalancerInputs) -> Result<(), ProviderError> {
    let answer = client.describe_load_balancer_attributes().load_balancer_name(name).send().await;
    // It was there a moment ago; the next look will show that it is gone.
    let answer = answer.map_err(|error| {
        failed("DescribeLoadBalancerAttributes")(error).class_if(Class::Unavailable, |error| error.class == Class::NotFound)
    })?;
    let Some(attributes) = answer.load_balancer_attributes() else { return Ok(()) };
    inputs.cross_zone = attributes.cross_zone_load_balancing().map(|cross_zone| cross_zone.enabled());
    inputs.connection_draining =
        attributes.connection_draining().map(|draining| ConnectionDraining { enabled: draining.enabled(), timeout: draining.timeout() });
    inputs.idle_timeout = attributes.connection_settings().map(|settings| settings.idle_timeout());
    inputs.access_log = attributes.access_log().map(|log| ClassicAccessLog {
        enabled: log.enabled(),
        bucket: log.s3_bucket_name().map(str::to_owned),
        prefix: log.s3_bucket_prefix().map(str::to_owned),
        interval: log.emit_interval(),
    });
    Ok(())
}

/// Brings it to the subnets or zones that are wanted: into the new ones first, since it must always be in one. A zone
/// takes only one subnet, so one that is exchanged within its zone goes first.
async fn update_places(
    client: &Client,
    name: &str,
    have: &ClassicLoadBalancerInputs,
    want: &ClassicLoadBalancerInputs,
) -> Result<(), ProviderError> {
    if let Some(want) = &want.subnets {
        let (coming, leaving) = exchange(have.subnets.iter().flatten().map(SubnetId::as_str), want.iter().map(SubnetId::as_str));
        let attach = || client.attach_load_balancer_to_subnets().load_balancer_name(name).set_subnets(Some(coming.clone()));
        let detach = || client.detach_load_balancer_from_subnets().load_balancer_name(name).set_subnets(Some(leaving.clone()));
        let mut attached = coming.is_empty();
        if !attached {
            match attach().send().await.map_err(failed("AttachLoadBalancerToSubnets")) {
                Ok(_) => attached = true,
                Err(error) if error.is_code("InvalidConfigurationRequest") && !leaving.is_empty() => {}
                Err(error) => return Err(error),
            }
        }
        if !leaving.is_empty() {
            detach().send().await.map_err(failed("DetachLoadBalancerFromSubnets"))?;
        }
        if !attached {
            attach().send().await.map_err(failed("AttachLoadBalancerToSubnets"))?;
        }
    }
    if let Some(want) = &want.availability_zones {
        let (coming, leaving) = exchange(have.availability_zones.iter().flatten().map(String::as_str), want.iter().map(String::as_str));
        if !coming.is_empty() {
            let call = client.enable_availability_zones_for_load_balancer().load_balancer_name(name);
            let enabled = call.set_availability_zones(Some(coming)).send().await;
            enabled.map_err(failed("EnableAvailabilityZonesForLoadBalancer"))?;
        }
        if !leaving.is_empty() {
            let call = client.disable_availability_zones_for_load_balancer().load_balancer_name(name);
            let disabled = call.set_availability_zones(Some(leaving)).send().await;
            disabled.map_err(failed("DisableAvailabilityZonesForLoadBalancer"))?;
        }
    }
    Ok(())
}

/// Attributes are set only where they differ, each as a whole.
async fn update_attributes(
    client: &Client,
    name: &str,
    have: &ClassicLoadBalancerInputs,
    want: &ClassicLoadBalancerInputs,
) -> Result<(), ProviderError> {
    let mut attributes = LoadBalancerAttributes::builder();
    let mut any = false;
    if let Some(enabled) = want.cross_zone.filter(|_| differs(&have.cross_zone, &want.cross_zone)) {
        attributes = attributes.cross_zone_load_balancing(sdk::CrossZoneLoadBalancing::builder().enabled(enabled).build());
        any = true;
    }
    if let Some(draining) = want.connection_draining.as_ref().filter(|_| differs(&have.connection_draining, &want.connection_draining)) {
        let draining = sdk::ConnectionDraining::builder().enabled(draining.enabled).set_timeout(draining.timeout);
        attributes = attributes.connection_draining(draining.build());
        any = true;
    }
    if let Some(seconds) = want.idle_timeout.filter(|_| differs(&have.idle_timeout, &want.idle_timeout)) {
        let settings = sdk::ConnectionSettings::builder().idle_timeout(seconds).build();
        attributes = attributes.connection_settings(settings.map_err(|error| incomplete(&error))?);
        any = true;
    }
    if let Some(log) = want.access_log.as_ref().filter(|_| differs(&have.access_log, &want.access_log)) {
        let log = sdk::AccessLog::builder()
            .enabled(log.enabled)
            .set_s3_bucket_name(log.bucket.clone())
            .set_s3_bucket_prefix(log.prefix.clone())
            .set_emit_interval(log.interval);
        attributes = attributes.access_log(log.build());
        any = true;
    }
    if any {
        let call = client.modify_load_balancer_attributes().load_balancer_name(name).load_balancer_attributes(attributes.build());
        // A bucket's policy that was written just now is not in force at once.
        let not_yet = |error: ProviderError| error.class_if(Class::NotYet, |error| error.message.contains("Access Denied for bucket"));
        call.send().await.map_err(|error| not_yet(failed("ModifyLoadBalancerAttributes")(error)))?;
    }
    Ok(())
}

async fn update_instances(
    client: &Client,
    name: &str,
    have: &ClassicLoadBalancerInputs,
    want: &ClassicLoadBalancerInputs,
) -> Result<(), ProviderError> {
    let Some(want) = &want.instances else { return Ok(()) };
    let (coming, leaving) = exchange(have.instances.iter().flatten().map(InstanceId::as_str), want.iter().map(InstanceId::as_str));
    let instances = |ids: Vec<String>| Some(ids.into_iter().map(|id| Instance::builder().instance_id(id).build()).collect());
    if !coming.is_empty() {
        let call = client.register_instances_with_load_balancer().load_balancer_name(name).set_instances(instances(coming));
        call.send().await.map_err(failed("RegisterInstancesWithLoadBalancer"))?;
    }
    if !leaving.is_empty() {
        let call = client.deregister_instances_from_load_balancer().load_balancer_name(name).set_instances(instances(leaving));
        call.send().await.map_err(failed("DeregisterInstancesFromLoadBalancer"))?;
    }
    Ok(())
}

/// What is only in `want`, and what is only in `have`.
fn exchange<'a>(have: impl Iterator<Item = &'a str>, want: impl Iterator<Item = &'a str>) -> (Vec<String>, Vec<String>) {
    let (have, want): (BTreeSet<&str>, BTreeSet<&str>) = (have.collect(), want.collect());
    (texts(want.difference(&have).copied()), texts(have.difference(&want).copied()))
}

fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}

fn health_check(check: &ClassicHealthCheck) -> Result<HealthCheck, ProviderError> {
    let built = HealthCheck::builder()
        .target(&check.target)
        .interval(check.interval)
        .timeout(check.timeout)
        .healthy_threshold(check.healthy_threshold)
        .unhealthy_threshold(check.unhealthy_threshold)
        .build();
    built.map_err(|error| incomplete(&error))
}

fn incomplete(error: &dyn std::error::Error) -> ProviderError {
    ProviderError::new(Class::Invalid, "read the inputs", error.to_string())
}
