//! The lifecycle of services: one for both front ends.

use std::collections::BTreeMap;

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types as sdk;
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

use super::{
    EcsService, EcsServiceArn, EcsServiceInputs, EcsServiceOutputs, FargateService, FargateServiceArn, FargateServiceInputs,
    FargateServiceOutputs, LaunchType, SchedulingStrategy,
};
use crate::applicationautoscaling::ScalableResourceId;
use crate::ec2::{SecurityGroupId, SubnetId};
use crate::ecs::{ClusterName, TaskDefinitionArn, tags};
use crate::iam::RoleArn;
use crate::sdk::{Wired, differs, failed, name_of, named, unbuilt};

/// How many services one call describes.
const PAGE: usize = 10;

/// The fields that both front ends have in common.
macro_rules! shared {
    ($to:ident from $from:ident { $($rest:tt)* }) => {
        $to {
            cluster: $from.cluster.clone(),
            task_definition: $from.task_definition.clone(),
            name: $from.name.clone(),
            desired_count: $from.desired_count,
            security_groups: $from.security_groups.clone(),
            assign_public_ip: $from.assign_public_ip,
            platform_version: $from.platform_version.clone(),
            load_balancers: $from.load_balancers.clone(),
            health_check_grace_period: $from.health_check_grace_period,
            deployment: $from.deployment.clone(),
            deployment_controller: $from.deployment_controller,
            enable_execute_command: $from.enable_execute_command,
            enable_ecs_managed_tags: $from.enable_ecs_managed_tags,
            propagate_tags: $from.propagate_tags,
            capacity_provider_strategy: $from.capacity_provider_strategy.clone(),
            service_registries: $from.service_registries.clone(),
            service_connect: $from.service_connect.clone(),
            volumes: $from.volumes.clone(),
            vpc_lattice: $from.vpc_lattice.clone(),
            zone_rebalancing: $from.zone_rebalancing,
            redeploy: $from.redeploy.clone(),
            monitoring: $from.monitoring.clone(),
            gateway_connectors: $from.gateway_connectors.clone(),
            tags: $from.tags.clone(),
            $($rest)*
        }
    };
}

/// A front end, as the general one has it.
trait Front {
    /// In general.
    fn general(&self) -> EcsServiceInputs;

    /// In particular.
    fn particular(general: &EcsServiceInputs) -> Self;
}

impl Front for EcsServiceInputs {
    fn general(&self) -> EcsServiceInputs {
        self.clone()
    }

    fn particular(general: &EcsServiceInputs) -> EcsServiceInputs {
        general.clone()
    }
}

impl Front for FargateServiceInputs {
    fn general(&self) -> EcsServiceInputs {
        shared!(EcsServiceInputs from self {
            subnets: Some(self.subnets.clone()),
            // A strategy says it in its own way, and AWS refuses both.
            launch_type: self.capacity_provider_strategy.is_none().then_some(LaunchType::Fargate),
            scheduling_strategy: None,
            placement_constraints: None,
            placement_strategies: None,
            role: None,
        })
    }

    fn particular(general: &EcsServiceInputs) -> FargateServiceInputs {
        shared!(FargateServiceInputs from general { subnets: general.subnets.clone().unwrap_or_default(), })
    }
}

macro_rules! lifecycle {
    ($service:ident $inputs:ident $arn:ident $outputs:ident) => {
        impl Lifecycle for $service {
            type Client = Client;
            const SERVICE: &'static str = "ecs";
            const PAGE: usize = PAGE;

            async fn read(client: &Client, ids: &[$arn]) -> Result<Vec<Observed<$service>>, ProviderError> {
                let found = read(client, ids.iter().map(|id| id.as_str())).await?;
                let observed = found.into_iter().map(|Found { arn, inputs, condition }| {
                    let service_name = inputs.name.clone().unwrap_or_default();
                    let scalable = ScalableResourceId::new(format!("service/{}/{service_name}", inputs.cluster));
                    let outputs = $outputs { service_name, scalable };
                    Observed { id: $arn::new(arn), inputs: $inputs::particular(&inputs), outputs, condition }
                });
                Ok(observed.collect())
            }

            async fn create(client: &Client, want: &$inputs, new: Creation<'_>) -> Result<$arn, ProviderError> {
                create(client, &want.general(), new).await.map($arn::new)
            }

            async fn update(client: &Client, id: &$arn, have: &$inputs, want: &$inputs) -> Result<(), ProviderError> {
                update(client, id.as_str(), &have.general(), &want.general()).await
            }

            async fn delete(client: &Client, id: &$arn) -> Result<(), ProviderError> {
                delete(client, id.as_str()).await
            }

            async fn find(client: &Client, want: &$inputs, new: Creation<'_>) -> Result<Option<$arn>, ProviderError> {
                Ok(find(client, &want.general(), new).await?.map($arn::new))
            }
        }
    };
}

lifecycle!(EcsService EcsServiceInputs EcsServiceArn EcsServiceOutputs);
lifecycle!(FargateService FargateServiceInputs FargateServiceArn FargateServiceOutputs);

/// A service as the cloud has it.
struct Found {
    arn: String,
    inputs: EcsServiceInputs,
    condition: Condition,
}

/// The cluster's name in a service's ARN, `arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/NAME`.
fn cluster_of(arn: &str) -> Option<&str> {
    let (_, path) = arn.split_once(":service/")?;
    path.split_once('/').map(|(cluster, _)| cluster)
}

async fn read(client: &Client, arns: impl Iterator<Item = &str>) -> Result<Vec<Found>, ProviderError> {
    let mut by_cluster: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for arn in arns {
        if let Some(cluster) = cluster_of(arn) {
            by_cluster.entry(cluster).or_default().push(arn.to_owned());
        }
    }
    let mut found = Vec::new();
    for (cluster, arns) in by_cluster {
        for service in describe(client, cluster, arns).await? {
            if let Some(condition) = condition(&service) {
                let arn = service.service_arn().unwrap_or_default().to_owned();
                found.push(Found { arn, inputs: inputs(&service), condition });
            }
        }
    }
    Ok(found)
}

/// The services that there are of these, by ARN or name; none where the cluster is gone.
async fn describe(client: &Client, cluster: &str, services: Vec<String>) -> Result<Vec<sdk::Service>, ProviderError> {
    let call = client.describe_services().cluster(cluster).set_services(Some(services)).include(sdk::ServiceField::Tags);
    match call.send().await.map_err(failed("DescribeServices")) {
        Err(error) if error.class == Class::NotFound => Ok(Vec::new()),
        answer => Ok(answer?.services.unwrap_or_default()),
    }
}

/// Whether a service can be used: when its newest deployment is complete. Nothing for one that has ended, which AWS still
/// tells for a while.
fn condition(service: &sdk::Service) -> Option<Condition> {
    match service.status() {
        Some("ACTIVE") => {}
        Some("INACTIVE") | None => return None,
        Some(ending) => return Some(Condition::Pending(ending.to_owned())),
    }
    let counts = || format!("{} of {} tasks run", service.running_count(), service.desired_count());
    let Some(primary) = service.deployments().iter().find(|deployment| deployment.status() == Some("PRIMARY")) else {
        // Whoever else deploys it says when it is done.
        let steady = service.running_count() >= service.desired_count();
        return Some(if steady { Condition::Ready } else { Condition::Pending(counts()) });
    };
    Some(match primary.rollout_state() {
        Some(sdk::DeploymentRolloutState::Completed) => Condition::Ready,
        Some(sdk::DeploymentRolloutState::Failed) => {
            Condition::Stuck(primary.rollout_state_reason().unwrap_or("its deployment has failed").to_owned())
        }
        Some(_) => Condition::Pending(counts()),
        None if service.deployments().len() == 1 && primary.running_count() >= primary.desired_count() => Condition::Ready,
        None => Condition::Pending(counts()),
    })
}

fn inputs(service: &sdk::Service) -> EcsServiceInputs {
    let network = service.network_configuration().and_then(|network| network.awsvpc_configuration());
    let primary = service.deployments().iter().find(|deployment| deployment.status() == Some("PRIMARY"));
    let lattice = primary.map(|deployment| deployment.vpc_lattice_configurations().iter().filter_map(Wired::unwire).collect());
    EcsServiceInputs {
        cluster: ClusterName::new(name_of(service.cluster_arn().unwrap_or_default())),
        task_definition: TaskDefinitionArn::new(service.task_definition().unwrap_or_default()),
        name: service.service_name().map(str::to_owned),
        desired_count: Some(service.desired_count()),
        launch_type: service.launch_type().and_then(LaunchType::unwire),
        scheduling_strategy: service.scheduling_strategy().and_then(SchedulingStrategy::unwire),
        placement_constraints: Some(service.placement_constraints().iter().filter_map(Wired::unwire).collect()),
        placement_strategies: Some(service.placement_strategy().iter().filter_map(Wired::unwire).collect()),
        role: service.role_arn().filter(|role| !role.is_empty()).map(RoleArn::new),
        subnets: network.map(|network| network.subnets().iter().map(SubnetId::new).collect()),
        security_groups: network.map(|network| network.security_groups().iter().map(SecurityGroupId::new).collect()),
        assign_public_ip: network.map(|network| network.assign_public_ip() == Some(&sdk::AssignPublicIp::Enabled)),
        platform_version: service.platform_version().map(str::to_owned),
        load_balancers: Some(service.load_balancers().iter().filter_map(Wired::unwire).collect()),
        health_check_grace_period: service.health_check_grace_period_seconds(),
        deployment: service.deployment_configuration().and_then(Wired::unwire),
        deployment_controller: service.deployment_controller().and_then(|controller| Wired::unwire(controller.r#type())),
        enable_execute_command: Some(service.enable_execute_command()),
        enable_ecs_managed_tags: Some(service.enable_ecs_managed_tags()),
        propagate_tags: service.propagate_tags().and_then(Wired::unwire),
        capacity_provider_strategy: Some(service.capacity_provider_strategy().iter().filter_map(Wired::unwire).collect()),
        service_registries: Some(service.service_registries().iter().filter_map(Wired::unwire).collect()),
        // AWS completes these, and so never tells them as they were given.
        service_connect: None,
        volumes: None,
        vpc_lattice: lattice,
        redeploy: None,
        monitoring: None,
        gateway_connectors: None,
        zone_rebalancing: service.availability_zone_rebalancing().and_then(Wired::unwire),
        tags: Some(tags::from_sdk(service.tags())),
    }
}

fn network(want: &EcsServiceInputs, have: Option<&EcsServiceInputs>) -> Result<Option<sdk::NetworkConfiguration>, ProviderError> {
    // It is set as a whole, so what is not managed of it is given as it is.
    let subnets = want.subnets.as_ref().or_else(|| have?.subnets.as_ref());
    let groups = want.security_groups.as_ref().or_else(|| have?.security_groups.as_ref());
    let public = want.assign_public_ip.or_else(|| have?.assign_public_ip);
    let Some(subnets) = subnets else { return Ok(None) };
    let built = sdk::AwsVpcConfiguration::builder()
        .set_subnets(Some(subnets.iter().map(|subnet| subnet.as_str().to_owned()).collect()))
        // AWS refuses the groups where the list is not there.
        .set_security_groups(Some(groups.into_iter().flatten().map(|group| group.as_str().to_owned()).collect()))
        .set_assign_public_ip(public.map(|public| if public { sdk::AssignPublicIp::Enabled } else { sdk::AssignPublicIp::Disabled }));
    let built = built.build().map_err(unbuilt("CreateService"))?;
    Ok(Some(sdk::NetworkConfiguration::builder().awsvpc_configuration(built).build()))
}

fn monitoring(want: &EcsServiceInputs) -> Result<Option<sdk::MonitoringConfiguration>, ProviderError> {
    let metrics = want.monitoring.wire().map_err(unbuilt("CreateService"))?;
    Ok(metrics.map(|metrics| sdk::MonitoringConfiguration::builder().set_metric_configurations(Some(metrics)).build()))
}

async fn create(client: &Client, want: &EcsServiceInputs, new: Creation<'_>) -> Result<String, ProviderError> {
    let wrong = unbuilt("CreateService");
    let daemon = want.scheduling_strategy == Some(SchedulingStrategy::Daemon);
    let controller = want.deployment_controller.wire().map_err(&wrong)?;
    let controller = controller.map(|kind| sdk::DeploymentController::builder().r#type(kind).build()).transpose().map_err(&wrong)?;
    let call = client
        .create_service()
        .cluster(want.cluster.as_str())
        .service_name(named(want.name.as_ref(), "CreateService")?)
        .task_definition(want.task_definition.as_str())
        .client_token(new.token)
        .set_desired_count((!daemon).then(|| want.desired_count.unwrap_or(1)))
        .set_launch_type(want.launch_type.wire().map_err(&wrong)?)
        .set_scheduling_strategy(want.scheduling_strategy.wire().map_err(&wrong)?)
        .set_placement_constraints(want.placement_constraints.wire().map_err(&wrong)?)
        .set_placement_strategy(want.placement_strategies.wire().map_err(&wrong)?)
        .set_role(want.role.as_ref().map(|role| role.as_str().to_owned()))
        .set_network_configuration(network(want, None)?)
        .set_platform_version(want.platform_version.clone())
        .set_load_balancers(want.load_balancers.wire().map_err(&wrong)?)
        .set_health_check_grace_period_seconds(want.health_check_grace_period)
        .set_deployment_configuration(want.deployment.wire().map_err(&wrong)?)
        .set_deployment_controller(controller)
        .set_enable_execute_command(want.enable_execute_command)
        .set_enable_ecs_managed_tags(want.enable_ecs_managed_tags)
        .set_propagate_tags(want.propagate_tags.wire().map_err(&wrong)?)
        .set_capacity_provider_strategy(want.capacity_provider_strategy.wire().map_err(&wrong)?)
        .set_service_registries(want.service_registries.wire().map_err(&wrong)?)
        .set_service_connect_configuration(want.service_connect.wire().map_err(&wrong)?)
        .set_volume_configurations(want.volumes.wire().map_err(&wrong)?)
        .set_vpc_lattice_configurations(want.vpc_lattice.wire().map_err(&wrong)?)
        .set_monitoring(monitoring(want)?)
        .set_gateway_connectors(want.gateway_connectors.wire().map_err(&wrong)?)
        .set_availability_zone_rebalancing(want.zone_rebalancing.wire().map_err(wrong)?)
        .set_tags(Some(tags::to_sdk(new.tags)));
    match call.send().await.map_err(|error| early(failed("CreateService")(error))) {
        Ok(answer) => Ok(answer.service.and_then(|service| service.service_arn).unwrap_or_default()),
        Err(error) if error.message.contains("not idempotent") => {
            find(client, want, new).await?.ok_or_else(|| error.class_if(Class::Exists, |_| true))
        }
        Err(error) => Err(error),
    }
}

/// What is not there yet, or not gone yet, of what a service needs.
fn early(error: ProviderError) -> ProviderError {
    const EARLY: [&str; 4] =
        ["does not have an associated load balancer", "Unable to assume", "still Draining", "Unable to Start a service"];
    error.class_if(Class::NotYet, |error| EARLY.iter().any(|words| error.message.contains(words)))
}

async fn update(client: &Client, arn: &str, have: &EcsServiceInputs, want: &EcsServiceInputs) -> Result<(), ProviderError> {
    let wrong = unbuilt("UpdateService");
    let mut call = client.update_service().cluster(cluster_of(arn).unwrap_or_default()).service(arn);
    let mut any = false;
    macro_rules! changed {
        ($($field:ident => $set:ident),* $(,)?) => {$(
            if want.$field.is_some() && differs(&have.$field, &want.$field) {
                any = true;
                call = call.$set(want.$field.wire().map_err(&wrong)?);
            }
        )*};
    }
    changed! {
        desired_count => set_desired_count,
        placement_constraints => set_placement_constraints,
        placement_strategies => set_placement_strategy,
        platform_version => set_platform_version,
        load_balancers => set_load_balancers,
        health_check_grace_period => set_health_check_grace_period_seconds,
        deployment => set_deployment_configuration,
        enable_execute_command => set_enable_execute_command,
        enable_ecs_managed_tags => set_enable_ecs_managed_tags,
        propagate_tags => set_propagate_tags,
        service_registries => set_service_registries,
        service_connect => set_service_connect_configuration,
        volumes => set_volume_configurations,
        vpc_lattice => set_vpc_lattice_configurations,
        gateway_connectors => set_gateway_connectors,
        zone_rebalancing => set_availability_zone_rebalancing,
    }
    if want.monitoring.is_some() && have.monitoring != want.monitoring {
        any = true;
        call = call.set_monitoring(monitoring(want)?);
    }
    if want.redeploy.is_some() && have.redeploy != want.redeploy {
        any = true;
        call = call.force_new_deployment(true);
    }
    if have.task_definition != want.task_definition {
        any = true;
        call = call.task_definition(want.task_definition.as_str());
    }
    if differs(&have.capacity_provider_strategy, &want.capacity_provider_strategy) {
        any = true;
        // AWS takes another strategy only along with new tasks.
        call = call.set_capacity_provider_strategy(want.capacity_provider_strategy.wire().map_err(&wrong)?).force_new_deployment(true);
    }
    if want.deployment_controller.is_some() && have.deployment_controller != want.deployment_controller {
        any = true;
        let kind = want.deployment_controller.wire().map_err(&wrong)?;
        let controller = kind.map(|kind| sdk::DeploymentController::builder().r#type(kind).build()).transpose().map_err(&wrong)?;
        call = call.set_deployment_controller(controller);
    }
    let placed = |inputs: &EcsServiceInputs| {
        let sorted = |mut texts: Vec<String>| {
            texts.sort();
            texts
        };
        let subnets = inputs.subnets.as_ref().map(|all| sorted(all.iter().map(|one| one.as_str().to_owned()).collect()));
        let groups = inputs.security_groups.as_ref().map(|all| sorted(all.iter().map(|one| one.as_str().to_owned()).collect()));
        (subnets, groups, inputs.assign_public_ip)
    };
    if differs(&placed(have), &placed(want)) {
        any = true;
        call = call.set_network_configuration(network(want, Some(have))?);
    }
    if any {
        call.send().await.map_err(|error| early(failed("UpdateService")(error)))?;
    }
    tags::update(client, arn, have.tags.as_ref(), want.tags.as_ref()).await
}

async fn delete(client: &Client, arn: &str) -> Result<(), ProviderError> {
    let call = client.delete_service().cluster(cluster_of(arn).unwrap_or_default()).service(arn).force(true);
    let deleted = call.send().await.map_err(failed("DeleteService"));
    // One that drains already, or has ended, is no active one.
    let deleted = deleted.map_err(|error| error.class_if(Class::NotFound, |error| error.is_code("ServiceNotActiveException")));
    gone_is_success(deleted.map(drop))
}

async fn find(client: &Client, want: &EcsServiceInputs, new: Creation<'_>) -> Result<Option<String>, ProviderError> {
    let name = named(want.name.as_ref(), "DescribeServices")?;
    let found = describe(client, want.cluster.as_str(), vec![name.to_owned()]).await?.into_iter();
    let mut own = found.filter(|service| service.status() == Some("ACTIVE") && tags::has_token(service.tags(), new.token));
    Ok(own.next().and_then(|service| service.service_arn))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(state: Option<&str>, deployments: usize, running: i32) -> sdk::Service {
        let deployment = |status: &str| {
            sdk::Deployment::builder()
                .status(status)
                .set_rollout_state(state.map(Into::into))
                .rollout_state_reason("tasks failed to start")
                .desired_count(2)
                .running_count(running)
                .build()
        };
        let all = (0..deployments).map(|at| deployment(if at == 0 { "PRIMARY" } else { "ACTIVE" })).collect();
        sdk::Service::builder().status("ACTIVE").desired_count(2).running_count(running).set_deployments(Some(all)).build()
    }

    #[test]
    fn a_service_is_ready_when_its_newest_deployment_is_complete() {
        assert_eq!(condition(&service(Some("COMPLETED"), 1, 2)), Some(Condition::Ready));
        assert_eq!(condition(&service(Some("IN_PROGRESS"), 2, 2)), Some(Condition::Pending("2 of 2 tasks run".into())));
        assert_eq!(condition(&service(None, 2, 2)), Some(Condition::Pending("2 of 2 tasks run".into())));
        assert_eq!(condition(&service(None, 1, 1)), Some(Condition::Pending("1 of 2 tasks run".into())));
        assert_eq!(condition(&service(None, 1, 2)), Some(Condition::Ready));
        assert_eq!(condition(&service(None, 0, 2)), Some(Condition::Ready));
    }

    #[test]
    fn a_deployment_that_was_given_up_is_told_with_its_reason_and_replaces_nothing() {
        assert_eq!(condition(&service(Some("FAILED"), 1, 0)), Some(Condition::Stuck("tasks failed to start".into())));
    }

    #[test]
    fn a_service_that_drains_is_going_and_one_that_has_ended_is_gone() {
        let of = |status: &str| condition(&sdk::Service::builder().status(status).build());
        assert_eq!((of("DRAINING"), of("INACTIVE")), (Some(Condition::Pending("DRAINING".into())), None));
    }

    #[test]
    fn the_cluster_is_in_the_arn() {
        assert_eq!(cluster_of("arn:aws:ecs:us-east-1:123456789012:service/shop/web"), Some("shop"));
        assert_eq!(cluster_of("arn:aws:ecs:us-east-1:123456789012:service/web"), None);
    }
}
