//! A group of parameters of databases.

use std::collections::BTreeMap;

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

/// Parameters of a database engine, for the databases that name the group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = DbParameterGroup, id = DbParameterGroupName, outputs = DbParameterGroupOutputs, kind = "aws:rds/db-parameter-group",
    cloud = "AWS::RDS::DBParameterGroup",
    iam(
        "rds:DescribeDBParameterGroups", "rds:DescribeDBParameters", "rds:ListTagsForResource",
        create("rds:CreateDBParameterGroup", "rds:AddTagsToResource"),
        update("rds:ModifyDBParameterGroup", "rds:ResetDBParameterGroup", "rds:AddTagsToResource", "rds:RemoveTagsFromResource"),
        delete("rds:DeleteDBParameterGroup"),
    ),
)]
pub struct DbParameterGroupInputs {
    /// The engine and its version, as in `mysql8.0` or `postgres16`.
    #[input(replace)]
    pub family: String,
    /// What it is for.
    #[input(replace)]
    pub description: String,
    /// Its name, in lower case, at most 255 letters, digits and hyphens, the same only once in a region. Default: made from
    /// stack and resource.
    #[input(name = 255, lower_case, replace, cloud = "DBParameterGroupName")]
    pub name: Option<String>,
    /// All parameters that differ from the engine's defaults, by name. A static one takes effect when a database is rebooted,
    /// all others at once.
    pub parameters: Option<BTreeMap<String, String>>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`DbParameterGroup`]; its name is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = DbParameterGroup)]
pub struct DbParameterGroupOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
}

#[cfg(feature = "rds")]
mod live {
    use std::collections::{BTreeMap, BTreeSet};

    use aws_sdk_rds::Client;
    use aws_sdk_rds::types::{ApplyMethod, DbParameterGroup as SdkGroup, Parameter};
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{DbParameterGroup, DbParameterGroupInputs, DbParameterGroupName, DbParameterGroupOutputs};
    use crate::rds::tags::{self, lower, pairs};
    use crate::sdk::{failed, named, tags as common};

    /// How many parameters one call takes.
    const CALL: usize = 20;

    impl Lifecycle for DbParameterGroup {
        type Client = Client;
        const SERVICE: &'static str = "rds";
        // A group is asked for by itself: the call takes one name.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[DbParameterGroupName]) -> Result<Vec<Observed<DbParameterGroup>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                let Some(group) = get(client, id.as_str()).await? else { continue };
                let arn = group.db_parameter_group_arn().unwrap_or_default();
                let set = match parameters(client, id.as_str(), Some("user")).await {
                    Err(error) if error.class == Class::NotFound => continue,
                    set => set?,
                };
                let all = tags::of(client, arn).await?;
                let pair = |parameter: Parameter| Some((parameter.parameter_name?, parameter.parameter_value?));
                observed.push(Observed {
                    id: id.clone(),
                    inputs: DbParameterGroupInputs {
                        family: group.db_parameter_group_family().unwrap_or_default().to_owned(),
                        description: group.description().unwrap_or_default().to_owned(),
                        name: group.db_parameter_group_name().map(str::to_owned),
                        parameters: Some(set.into_iter().filter_map(pair).collect()),
                        tags: Some(common::of_program(pairs(&all))),
                    },
                    outputs: DbParameterGroupOutputs { arn: arn.to_owned() },
                    condition: Condition::Ready,
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &DbParameterGroupInputs, new: Creation<'_>) -> Result<DbParameterGroupName, ProviderError> {
            let name = named(want.name.as_ref(), "CreateDBParameterGroup")?;
            lower(name, "CreateDBParameterGroup")?;
            let call = client
                .create_db_parameter_group()
                .db_parameter_group_name(name)
                .db_parameter_group_family(&want.family)
                .description(&want.description)
                .set_tags(Some(tags::to_sdk(new.tags)));
            match call.send().await.map_err(failed("CreateDBParameterGroup")) {
                Ok(_) => Ok(DbParameterGroupName::new(name)),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(
            client: &Client,
            id: &DbParameterGroupName,
            have: &DbParameterGroupInputs,
            want: &DbParameterGroupInputs,
        ) -> Result<(), ProviderError> {
            if let Some(want) = &want.parameters {
                let none = BTreeMap::new();
                set(client, id.as_str(), have.parameters.as_ref().unwrap_or(&none), want).await?;
            }
            if want.tags.is_some() && want.tags != have.tags {
                let group = get(client, id.as_str()).await?;
                let arn = group.as_ref().and_then(|group| group.db_parameter_group_arn()).unwrap_or_default();
                tags::update(client, arn, have.tags.as_ref(), want.tags.as_ref()).await?;
            }
            Ok(())
        }

        async fn delete(client: &Client, id: &DbParameterGroupName) -> Result<(), ProviderError> {
            let deleted = client.delete_db_parameter_group().db_parameter_group_name(id.as_str()).send().await;
            // A database that is on its way out still names it.
            let in_use = |error: ProviderError| error.class_if(Class::InUse, |error| error.is_code("InvalidDBParameterGroupState"));
            gone_is_success(deleted.map(drop).map_err(|error| in_use(failed("DeleteDBParameterGroup")(error))))
        }

        async fn find(
            client: &Client,
            want: &DbParameterGroupInputs,
            new: Creation<'_>,
        ) -> Result<Option<DbParameterGroupName>, ProviderError> {
            let name = named(want.name.as_ref(), "DescribeDBParameterGroups")?;
            let Some(group) = get(client, name).await? else { return Ok(None) };
            let all = tags::of(client, group.db_parameter_group_arn().unwrap_or_default()).await?;
            Ok(common::has_token(pairs(&all), new.token).then(|| DbParameterGroupName::new(name)))
        }
    }

    async fn get(client: &Client, name: &str) -> Result<Option<SdkGroup>, ProviderError> {
        let call = client.describe_db_parameter_groups().db_parameter_group_name(name);
        match call.send().await.map_err(failed("DescribeDBParameterGroups")) {
            Ok(answer) => Ok(answer.db_parameter_groups.unwrap_or_default().into_iter().next()),
            Err(error) if error.class == Class::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn parameters(client: &Client, name: &str, source: Option<&str>) -> Result<Vec<Parameter>, ProviderError> {
        let call = client.describe_db_parameters().db_parameter_group_name(name).set_source(source.map(str::to_owned));
        call.into_paginator().items().send().collect::<Result<_, _>>().await.map_err(failed("DescribeDBParameters"))
    }

    /// Sets what differs, and takes back what is not wanted any more.
    async fn set(
        client: &Client,
        name: &str,
        have: &BTreeMap<String, String>,
        want: &BTreeMap<String, String>,
    ) -> Result<(), ProviderError> {
        let changed: Vec<_> = want.iter().filter(|(key, value)| have.get(*key) != Some(value)).collect();
        let dropped: Vec<_> = have.keys().filter(|key| !want.contains_key(*key)).collect();
        if changed.is_empty() && dropped.is_empty() {
            return Ok(());
        }
        // RDS refuses a static parameter that is to take effect at once.
        let all = parameters(client, name, None).await?;
        let is_static = |parameter: &Parameter| parameter.apply_type() == Some("static");
        let statics: BTreeSet<_> = all.iter().filter(|parameter| is_static(parameter)).filter_map(Parameter::parameter_name).collect();
        let parameter = |key: &String| {
            let method = if statics.contains(key.as_str()) { ApplyMethod::PendingReboot } else { ApplyMethod::Immediate };
            Parameter::builder().parameter_name(key).apply_method(method)
        };
        let not_yet = |error: ProviderError| error.class_if(Class::NotYet, |error| error.is_code("InvalidDBParameterGroupState"));
        for part in dropped.chunks(CALL) {
            let part = part.iter().map(|key| parameter(key).build()).collect();
            let call =
                client.reset_db_parameter_group().db_parameter_group_name(name).reset_all_parameters(false).set_parameters(Some(part));
            call.send().await.map_err(|error| not_yet(failed("ResetDBParameterGroup")(error)))?;
        }
        for part in changed.chunks(CALL) {
            let part = part.iter().map(|(key, value)| parameter(key).parameter_value(*value).build()).collect();
            let call = client.modify_db_parameter_group().db_parameter_group_name(name).set_parameters(Some(part));
            call.send().await.map_err(|error| not_yet(failed("ModifyDBParameterGroup")(error)))?;
        }
        Ok(())
    }
}
