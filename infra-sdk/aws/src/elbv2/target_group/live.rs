//! The lifecycle of a target group.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{self as sdk, Matcher, TargetDescription, TargetGroupAttribute, TargetHealthStateEnum};
use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

use super::attributes::{TOLD_AS_ATTRIBUTES, fill, wanted};
use super::{
    HealthCheck, ProtocolVersion, Target, TargetGroup, TargetGroupArn, TargetGroupInputs, TargetGroupOutputs, TargetIpAddressType,
    TargetType,
};
use crate::ec2::VpcId;
use crate::elbv2::attributes::{Attributes, changed};
use crate::elbv2::{Protocol, tags};
use crate::sdk::{differs, failed};

impl Lifecycle for TargetGroup {
    type Client = Client;
    const SERVICE: &'static str = "elasticloadbalancing";
    const PAGE: usize = tags::PAGE;

    async fn read(client: &Client, ids: &[TargetGroupArn]) -> Result<Vec<Observed<TargetGroup>>, ProviderError> {
        Self::look(client, &Asked::whole_of(ids)).await
    }

    async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<TargetGroup>>, ProviderError> {
        let arns = objects.iter().map(|asked| asked.id().to_owned()).collect();
        let groups = tags::existing(arns, ":targetgroup/", |arns| async {
            let call = client.describe_target_groups().set_target_group_arns(Some(arns));
            Ok(call.send().await.map_err(failed("DescribeTargetGroups"))?.target_groups.unwrap_or_default())
        });
        let groups = groups.await?;
        let arns = groups.iter().filter_map(|group| group.target_group_arn.clone()).collect();
        let mut tags = tags::read(client, arns).await?;
        let mut observed = Vec::new();
        for group in groups {
            let arn = group.target_group_arn().unwrap_or_default();
            let mut inputs = inputs(&group);
            if Asked::wanted(objects, arn, TOLD_AS_ATTRIBUTES) {
                let Some(mut attributes) = attributes(client, arn).await? else { continue };
                fill(&mut inputs, &mut attributes);
                inputs.attributes = Some(attributes);
            }
            if Asked::wanted(objects, arn, &["targets"]) {
                let Some(targets) = targets(client, arn).await? else { continue };
                inputs.targets = Some(targets);
            }
            inputs.tags = Some(tags.remove(arn).unwrap_or_default());
            let full_name = arn.rsplit(':').next().unwrap_or_default().to_owned();
            observed.push(Observed {
                id: TargetGroupArn::new(arn),
                inputs,
                outputs: TargetGroupOutputs { full_name },
                condition: Condition::Ready,
            });
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &TargetGroupInputs, new: Creation<'_>) -> Result<TargetGroupArn, ProviderError> {
        wanted(want)?;
        let none = HealthCheck::default();
        let check = want.health_check.as_ref().unwrap_or(&none);
        let call = client
            .create_target_group()
            .set_name(want.name.clone())
            .set_target_type(want.target_type.map(|kind| kind.as_str().into()))
            .set_protocol(want.protocol.map(|protocol| protocol.as_str().into()))
            .set_protocol_version(want.protocol_version.map(|version| version.as_str().to_owned()))
            .set_port(want.port)
            .set_vpc_id(want.vpc.as_ref().map(|vpc| vpc.as_str().to_owned()))
            .set_ip_address_type(want.ip_address_type.map(|kind| kind.as_str().into()))
            .set_target_control_port(want.target_control_port)
            .set_health_check_enabled(check.enabled)
            .set_health_check_protocol(check.protocol.map(|protocol| protocol.as_str().into()))
            .set_health_check_port(check.port.clone())
            .set_health_check_path(check.path.clone())
            .set_health_check_interval_seconds(check.interval)
            .set_health_check_timeout_seconds(check.timeout)
            .set_healthy_threshold_count(check.healthy_threshold)
            .set_unhealthy_threshold_count(check.unhealthy_threshold)
            .set_matcher(check.matcher.as_ref().map(|codes| matcher(want.protocol_version, codes)))
            .set_tags(Some(tags::to_sdk(new.tags)));
        match call.send().await.map_err(failed("CreateTargetGroup")) {
            Ok(answer) => {
                let arn = answer.target_groups().first().and_then(|group| group.target_group_arn());
                Ok(TargetGroupArn::new(arn.unwrap_or_default()))
            }
            Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn update(client: &Client, id: &TargetGroupArn, have: &TargetGroupInputs, want: &TargetGroupInputs) -> Result<(), ProviderError> {
        let arn = id.as_str();
        if let Some(check) = &want.health_check {
            update_health_check(client, arn, have, check).await?;
        }
        let set = changed(&wanted(have)?, wanted(want)?);
        if !set.is_empty() {
            let attribute = |(key, value)| TargetGroupAttribute::builder().key(key).value(value).build();
            let call = client.modify_target_group_attributes().target_group_arn(arn);
            let call = call.set_attributes(Some(set.into_iter().map(attribute).collect()));
            call.send().await.map_err(failed("ModifyTargetGroupAttributes"))?;
        }
        if let Some(want) = &want.targets {
            update_targets(client, arn, have, want).await?;
        }
        tags::update(client, arn, have.tags.as_ref(), want.tags.as_ref()).await
    }

    async fn delete(client: &Client, id: &TargetGroupArn) -> Result<(), ProviderError> {
        let deleted = client.delete_target_group().target_group_arn(id.as_str()).send().await;
        gone_is_success(deleted.map(drop).map_err(failed("DeleteTargetGroup")))
    }

    async fn find(client: &Client, want: &TargetGroupInputs, new: Creation<'_>) -> Result<Option<TargetGroupArn>, ProviderError> {
        let Some(name) = &want.name else { return Ok(None) };
        let answer = match client.describe_target_groups().names(name).send().await.map_err(failed("DescribeTargetGroups")) {
            Err(error) if error.class == Class::NotFound => return Ok(None),
            answer => answer?,
        };
        let arns = answer.target_groups().iter().filter_map(|group| group.target_group_arn.clone()).collect();
        Ok(tags::with_token(client, arns, new.token).await?.map(TargetGroupArn::new))
    }
}

/// What the description of a target group says of the inputs: all but attributes, targets and tags.
fn inputs(group: &sdk::TargetGroup) -> TargetGroupInputs {
    let version = group.protocol_version().and_then(ProtocolVersion::from_word);
    let codes = group.matcher().and_then(|matcher| matcher.grpc_code().or(matcher.http_code()));
    TargetGroupInputs {
        name: group.target_group_name().map(str::to_owned),
        target_type: group.target_type().and_then(|kind| TargetType::from_word(kind.as_str())),
        protocol: group.protocol().and_then(|protocol| Protocol::from_word(protocol.as_str())),
        protocol_version: version,
        port: group.port(),
        vpc: group.vpc_id().filter(|id| !id.is_empty()).map(VpcId::new),
        ip_address_type: group.ip_address_type().and_then(|kind| TargetIpAddressType::from_word(kind.as_str())),
        target_control_port: group.target_control_port(),
        health_check: Some(HealthCheck {
            enabled: group.health_check_enabled(),
            protocol: group.health_check_protocol().and_then(|protocol| Protocol::from_word(protocol.as_str())),
            port: group.health_check_port().map(str::to_owned),
            path: group.health_check_path().map(str::to_owned),
            matcher: codes.map(str::to_owned),
            interval: group.health_check_interval_seconds(),
            timeout: group.health_check_timeout_seconds(),
            healthy_threshold: group.healthy_threshold_count(),
            unhealthy_threshold: group.unhealthy_threshold_count(),
        }),
        ..TargetGroupInputs::default()
    }
}

async fn attributes(client: &Client, arn: &str) -> Result<Option<Attributes>, ProviderError> {
    let answer = client.describe_target_group_attributes().target_group_arn(arn).send().await;
    match answer.map_err(failed("DescribeTargetGroupAttributes")) {
        Err(error) if error.class == Class::NotFound => Ok(None),
        answer => {
            let pairs = answer?.attributes.unwrap_or_default().into_iter();
            Ok(Some(pairs.filter_map(|pair| Some((pair.key?, pair.value.unwrap_or_default()))).collect()))
        }
    }
}

/// The targets that are registered; those that are on their way out are still listed, as draining.
async fn targets(client: &Client, arn: &str) -> Result<Option<Vec<Target>>, ProviderError> {
    let answer = client.describe_target_health().target_group_arn(arn).send().await;
    let answer = match answer.map_err(failed("DescribeTargetHealth")) {
        Err(error) if error.class == Class::NotFound => return Ok(None),
        answer => answer?,
    };
    let draining = |health: &sdk::TargetHealthDescription| {
        health.target_health().and_then(|health| health.state()) == Some(&TargetHealthStateEnum::Draining)
    };
    let registered = answer.target_health_descriptions().iter().filter(|health| !draining(health)).filter_map(|health| health.target());
    let target = |target: &TargetDescription| Target {
        id: target.id().unwrap_or_default().to_owned(),
        port: target.port(),
        availability_zone: target.availability_zone().map(str::to_owned),
        quic_server_id: target.quic_server_id().map(str::to_owned),
    };
    Ok(Some(registered.map(target).collect()))
}

async fn update_health_check(client: &Client, arn: &str, have: &TargetGroupInputs, want: &HealthCheck) -> Result<(), ProviderError> {
    let none = HealthCheck::default();
    let now = have.health_check.as_ref().unwrap_or(&none);
    if !differs(now, want) {
        return Ok(());
    }
    let codes = want.matcher.as_ref().filter(|codes| now.matcher.as_ref() != Some(*codes));
    let call = client
        .modify_target_group()
        .target_group_arn(arn)
        .set_health_check_enabled(want.enabled.filter(|want| now.enabled != Some(*want)))
        .set_health_check_protocol(want.protocol.filter(|want| now.protocol != Some(*want)).map(|protocol| protocol.as_str().into()))
        .set_health_check_port(want.port.clone().filter(|want| now.port.as_ref() != Some(want)))
        .set_health_check_path(want.path.clone().filter(|want| now.path.as_ref() != Some(want)))
        .set_health_check_interval_seconds(want.interval.filter(|want| now.interval != Some(*want)))
        .set_health_check_timeout_seconds(want.timeout.filter(|want| now.timeout != Some(*want)))
        .set_healthy_threshold_count(want.healthy_threshold.filter(|want| now.healthy_threshold != Some(*want)))
        .set_unhealthy_threshold_count(want.unhealthy_threshold.filter(|want| now.unhealthy_threshold != Some(*want)))
        .set_matcher(codes.map(|codes| matcher(have.protocol_version, codes)));
    call.send().await.map(drop).map_err(failed("ModifyTargetGroup"))
}

async fn update_targets(client: &Client, arn: &str, have: &TargetGroupInputs, want: &[Target]) -> Result<(), ProviderError> {
    let now = have.targets.as_deref().unwrap_or_default();
    let (leaving, coming) = target_changes(now, want, have.port);
    if !coming.is_empty() {
        let call = client.register_targets().target_group_arn(arn).set_targets(Some(coming.into_iter().map(description).collect()));
        // A function or load balancer that was made just now may not be known here yet; so may an instance's state.
        let not_yet = |error: ProviderError| error.class_if(Class::NotYet, |error| error.is_code("InvalidTarget"));
        call.send().await.map_err(|error| not_yet(failed("RegisterTargets")(error)))?;
    }
    if !leaving.is_empty() {
        let call = client.deregister_targets().target_group_arn(arn).set_targets(Some(leaving.into_iter().map(description).collect()));
        call.send().await.map_err(failed("DeregisterTargets"))?;
    }
    Ok(())
}

/// Which targets must go and which must come. One without a port is at the group's.
fn target_changes<'a>(have: &'a [Target], want: &'a [Target], port: Option<i32>) -> (Vec<&'a Target>, Vec<&'a Target>) {
    let same = |have: &Target, want: &Target| {
        have.id == want.id
            && have.port.or(port) == want.port.or(port)
            && !differs(&have.availability_zone, &want.availability_zone)
            && !differs(&have.quic_server_id, &want.quic_server_id)
    };
    let leaving = have.iter().filter(|have| !want.iter().any(|want| same(have, want))).collect();
    let coming = want.iter().filter(|want| !have.iter().any(|have| same(have, want))).collect();
    (leaving, coming)
}

fn description(target: &Target) -> TargetDescription {
    TargetDescription::builder()
        .id(&target.id)
        .set_port(target.port)
        .set_availability_zone(target.availability_zone.clone())
        .set_quic_server_id(target.quic_server_id.clone())
        .build()
}

fn matcher(version: Option<ProtocolVersion>, codes: &str) -> Matcher {
    match version {
        Some(ProtocolVersion::Grpc) => Matcher::builder().grpc_code(codes).build(),
        _ => Matcher::builder().http_code(codes).build(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(id: &str, port: Option<i32>) -> Target {
        Target { id: id.into(), port, availability_zone: None, quic_server_id: None }
    }

    #[test]
    fn a_target_without_a_port_is_the_one_at_the_groups_port() {
        let have = [target("a", Some(80)), target("b", Some(80)), target("b", Some(81))];
        let want = [target("a", None), target("b", Some(81)), target("c", None)];
        let (leaving, coming) = target_changes(&have, &want, Some(80));
        assert_eq!(leaving, [&have[1]]);
        assert_eq!(coming, [&want[2]]);
    }

    #[test]
    fn grpc_has_codes_of_its_own() {
        assert_eq!(matcher(Some(ProtocolVersion::Grpc), "0-99").grpc_code(), Some("0-99"));
        assert_eq!(matcher(None, "200").http_code(), Some("200"));
    }
}
