//! The lifecycle of a task definition.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types as sdk;
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

use super::{
    Compatibility, CpuArchitecture, IpcMode, NetworkMode, OperatingSystemFamily, PidMode, ProxyConfiguration, RuntimePlatform,
    TaskDefinition, TaskDefinitionArn, TaskDefinitionInputs, TaskDefinitionOutputs, TaskPlacementConstraint, TaskPlacementConstraintType,
};
use crate::ecs::tags;
use crate::iam::RoleArn;
use crate::sdk::{Wired, failed, unbuilt, wired, wired_words};

wired_words!(
    Compatibility => sdk::Compatibility,
    CpuArchitecture => sdk::CpuArchitecture,
    IpcMode => sdk::IpcMode,
    NetworkMode => sdk::NetworkMode,
    OperatingSystemFamily => sdk::OsFamily,
    PidMode => sdk::PidMode,
    TaskPlacementConstraintType => sdk::TaskDefinitionPlacementConstraintType,
);

wired!(RuntimePlatform = sdk::RuntimePlatform, Ok(sdk::RuntimePlatform::builder().build());
    same: cpu_architecture, operating_system_family;
);

wired!(TaskPlacementConstraint = sdk::TaskDefinitionPlacementConstraint,
    Ok(sdk::TaskDefinitionPlacementConstraint::builder().r#type(sdk::TaskDefinitionPlacementConstraintType::MemberOf).build());
    given: kind = r#type, expression = expression;
);

impl Wired<sdk::ProxyConfiguration> for ProxyConfiguration {
    fn wire(&self) -> Result<sdk::ProxyConfiguration, aws_smithy_types::error::operation::BuildError> {
        let pair = |(name, value): (&String, &String)| sdk::KeyValuePair::builder().name(name).value(value).build();
        sdk::ProxyConfiguration::builder()
            .r#type(sdk::ProxyConfigurationType::Appmesh)
            .container_name(&self.container)
            .set_properties(self.properties.as_ref().map(|all| all.iter().map(pair).collect()))
            .build()
    }

    fn unwire(sdk: &sdk::ProxyConfiguration) -> Option<ProxyConfiguration> {
        let pair = |pair: &sdk::KeyValuePair| Some((pair.name.clone()?, pair.value.clone().unwrap_or_default()));
        let properties = sdk.properties.as_ref().map(|all| all.iter().filter_map(pair).collect());
        Some(ProxyConfiguration { container: sdk.container_name.clone(), properties })
    }
}

impl Lifecycle for TaskDefinition {
    type Client = Client;
    const SERVICE: &'static str = "ecs";
    // A family is described by itself; its list has ARNs only.
    const PAGE: usize = 1;

    async fn read(client: &Client, ids: &[TaskDefinitionArn]) -> Result<Vec<Observed<TaskDefinition>>, ProviderError> {
        let mut observed = Vec::new();
        for id in ids {
            let Some((definition, all_tags)) = describe(client, id.as_str()).await? else { continue };
            // A revision that was deregistered can be seen for as long as tasks run from it, and longer.
            if definition.status() != Some(&sdk::TaskDefinitionStatus::Active) {
                continue;
            }
            let mut inputs = inputs(&definition);
            inputs.tags = Some(tags::from_sdk(&all_tags));
            observed.push(Observed {
                id: id.clone(),
                inputs,
                outputs: TaskDefinitionOutputs {
                    family_name: definition.family().unwrap_or_default().to_owned(),
                    revision: definition.revision(),
                },
                condition: Condition::Ready,
            });
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &TaskDefinitionInputs, new: Creation<'_>) -> Result<TaskDefinitionArn, ProviderError> {
        // Registering twice makes two revisions, so that an interrupted step looks first; the engine does that.
        let wrong = unbuilt("RegisterTaskDefinition");
        let storage = want.ephemeral_storage.map(|size| sdk::EphemeralStorage::builder().size_in_gib(size).build());
        let call = client
            .register_task_definition()
            .family(family(want, new))
            .set_container_definitions(Some(want.containers.wire().map_err(&wrong)?))
            .set_cpu(want.cpu.map(|cpu| cpu.to_string()))
            .set_memory(want.memory.map(|memory| memory.to_string()))
            .set_network_mode(want.network_mode.wire().map_err(&wrong)?)
            .set_requires_compatibilities(want.requires_compatibilities.wire().map_err(&wrong)?)
            .set_execution_role_arn(want.execution_role.as_ref().map(|role| role.as_str().to_owned()))
            .set_task_role_arn(want.task_role.as_ref().map(|role| role.as_str().to_owned()))
            .set_runtime_platform(want.runtime_platform.wire().map_err(&wrong)?)
            .set_volumes(want.volumes.wire().map_err(&wrong)?)
            .set_ephemeral_storage(storage)
            .set_placement_constraints(want.placement_constraints.wire().map_err(&wrong)?)
            .set_proxy_configuration(want.proxy_configuration.wire().map_err(&wrong)?)
            .set_pid_mode(want.pid_mode.wire().map_err(&wrong)?)
            .set_ipc_mode(want.ipc_mode.wire().map_err(wrong)?)
            .set_enable_fault_injection(want.enable_fault_injection)
            .set_tags(Some(tags::to_sdk(new.tags)));
        let made = call.send().await.map_err(failed("RegisterTaskDefinition"));
        // A role that was made a moment ago is not known everywhere yet.
        let made = made.map_err(|error| error.class_if(Class::NotYet, |error| error.message.contains("Role is not valid")))?;
        let arn = made.task_definition.and_then(|definition| definition.task_definition_arn);
        Ok(TaskDefinitionArn::new(arn.unwrap_or_default()))
    }

    async fn update(
        client: &Client,
        id: &TaskDefinitionArn,
        have: &TaskDefinitionInputs,
        want: &TaskDefinitionInputs,
    ) -> Result<(), ProviderError> {
        tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
    }

    async fn delete(client: &Client, id: &TaskDefinitionArn) -> Result<(), ProviderError> {
        let gone = client.deregister_task_definition().task_definition(id.as_str()).send().await;
        gone_is_success(gone.map(drop).map_err(|error| is_unknown(failed("DeregisterTaskDefinition")(error))))
    }

    async fn find(client: &Client, want: &TaskDefinitionInputs, new: Creation<'_>) -> Result<Option<TaskDefinitionArn>, ProviderError> {
        let call = client.list_task_definitions().family_prefix(family(want, new)).sort(sdk::SortOrder::Desc).max_results(20);
        let answer = call.send().await.map_err(failed("ListTaskDefinitions"))?;
        // The newest come first, and what a step made a moment ago is one of them.
        for arn in answer.task_definition_arns() {
            let Some((_, all_tags)) = describe(client, arn).await? else { continue };
            if tags::has_token(&all_tags, new.token) {
                return Ok(Some(TaskDefinitionArn::new(arn)));
            }
        }
        Ok(None)
    }
}

/// A definition that does not exist is told as one that cannot be described.
fn is_unknown(error: ProviderError) -> ProviderError {
    error.class_if(Class::NotFound, |error| error.message.contains("Unable to describe task definition"))
}

async fn describe(client: &Client, arn: &str) -> Result<Option<(sdk::TaskDefinition, Vec<sdk::Tag>)>, ProviderError> {
    let call = client.describe_task_definition().task_definition(arn).include(sdk::TaskDefinitionField::Tags);
    match call.send().await.map_err(|error| is_unknown(failed("DescribeTaskDefinition")(error))) {
        Err(error) if error.class == Class::NotFound => Ok(None),
        answer => {
            let answer = answer?;
            Ok(answer.task_definition.map(|definition| (definition, answer.tags.unwrap_or_default())))
        }
    }
}

/// The family that the program says, or one of the resource's own, which is the same for all its revisions.
fn family(want: &TaskDefinitionInputs, new: Creation<'_>) -> String {
    if let Some(family) = &want.family {
        return family.clone();
    }
    let of = |key: &str| new.tags.get(key).map(String::as_str).unwrap_or_default();
    let name = format!("{}-{}", of("infra:stack"), of("infra:resource").rsplit(':').next().unwrap_or_default());
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    name.chars().map(allowed).take(255).collect()
}

fn inputs(definition: &sdk::TaskDefinition) -> TaskDefinitionInputs {
    let role = |arn: Option<&str>| arn.filter(|arn| !arn.is_empty()).map(RoleArn::new);
    TaskDefinitionInputs {
        containers: definition.container_definitions().iter().filter_map(Wired::unwire).collect(),
        family: definition.family().map(str::to_owned),
        cpu: definition.cpu().and_then(|cpu| cpu.parse().ok()),
        memory: definition.memory().and_then(|memory| memory.parse().ok()),
        network_mode: definition.network_mode().and_then(NetworkMode::unwire),
        requires_compatibilities: Some(definition.requires_compatibilities().iter().filter_map(Wired::unwire).collect()),
        execution_role: role(definition.execution_role_arn()),
        task_role: role(definition.task_role_arn()),
        runtime_platform: definition.runtime_platform().and_then(RuntimePlatform::unwire),
        volumes: Some(definition.volumes().iter().filter_map(Wired::unwire).collect()),
        ephemeral_storage: definition.ephemeral_storage().map(sdk::EphemeralStorage::size_in_gib),
        placement_constraints: Some(definition.placement_constraints().iter().filter_map(Wired::unwire).collect()),
        proxy_configuration: definition.proxy_configuration().and_then(ProxyConfiguration::unwire),
        pid_mode: definition.pid_mode().and_then(PidMode::unwire),
        ipc_mode: definition.ipc_mode().and_then(IpcMode::unwire),
        enable_fault_injection: definition.enable_fault_injection(),
        tags: None,
    }
}

#[cfg(test)]
mod tests {
    use infra_core::Tags;

    use super::*;

    #[test]
    fn a_family_that_nobody_names_is_the_same_for_every_revision_and_takes_no_other_signs() {
        let tags = |token: &str| {
            let all = [("infra:stack", "shop"), ("infra:resource", "aws:ecs/task-definition:front/web.1"), ("infra:token", token)];
            all.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect::<Tags>()
        };
        let none = TaskDefinitionInputs::default();
        for token in ["a", "b"] {
            assert_eq!(family(&none, Creation { tags: &tags(token), token }), "shop-front-web-1");
        }
        let named = TaskDefinitionInputs { family: Some("web".into()), ..none };
        assert_eq!(family(&named, Creation { tags: &tags("a"), token: "a" }), "web");
    }
}
