//! A group of subnets for databases.

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use crate::ec2::SubnetId;

/// The subnets in which databases can be: of two availability zones at least.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = DbSubnetGroup, id = DbSubnetGroupName, outputs = DbSubnetGroupOutputs, kind = "aws:rds/db-subnet-group",
    cloud = "AWS::RDS::DBSubnetGroup",
    iam(
        "rds:DescribeDBSubnetGroups", "rds:ListTagsForResource",
        create("rds:CreateDBSubnetGroup", "rds:AddTagsToResource"),
        update("rds:ModifyDBSubnetGroup", "rds:AddTagsToResource", "rds:RemoveTagsFromResource"),
        delete("rds:DeleteDBSubnetGroup"),
    ),
)]
pub struct DbSubnetGroupInputs {
    /// What it is for.
    #[input(cloud = "DBSubnetGroupDescription")]
    pub description: String,
    /// The subnets. One that a database is in cannot be taken away.
    #[input(set, cloud = "SubnetIds")]
    pub subnets: Vec<SubnetId>,
    /// Its name, in lower case, at most 255 letters, digits and `._-`, the same only once in a region. Default: made from
    /// stack and resource.
    #[input(name = 255, lower_case, replace, cloud = "DBSubnetGroupName")]
    pub name: Option<String>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`DbSubnetGroup`]; its name is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = DbSubnetGroup)]
pub struct DbSubnetGroupOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
}

#[cfg(feature = "rds")]
mod live {
    use aws_sdk_rds::Client;
    use aws_sdk_rds::types::DbSubnetGroup as SdkGroup;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{DbSubnetGroup, DbSubnetGroupInputs, DbSubnetGroupName, DbSubnetGroupOutputs};
    use crate::ec2::SubnetId;
    use crate::rds::tags::{self, lower, pairs};
    use crate::sdk::{failed, named, set_changes, tags as common, texts};

    impl Lifecycle for DbSubnetGroup {
        type Client = Client;
        const SERVICE: &'static str = "rds";
        // A group is asked for by itself: the call takes one name.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[DbSubnetGroupName]) -> Result<Vec<Observed<DbSubnetGroup>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                let Some(group) = get(client, id.as_str()).await? else { continue };
                let arn = group.db_subnet_group_arn().unwrap_or_default();
                let all = tags::of(client, arn).await?;
                observed.push(Observed {
                    id: id.clone(),
                    inputs: DbSubnetGroupInputs {
                        description: group.db_subnet_group_description().unwrap_or_default().to_owned(),
                        subnets: group.subnets().iter().filter_map(|subnet| subnet.subnet_identifier()).map(SubnetId::new).collect(),
                        name: group.db_subnet_group_name().map(str::to_owned),
                        tags: Some(common::of_program(pairs(&all))),
                    },
                    outputs: DbSubnetGroupOutputs { arn: arn.to_owned() },
                    condition: Condition::Ready,
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &DbSubnetGroupInputs, new: Creation<'_>) -> Result<DbSubnetGroupName, ProviderError> {
            let name = named(want.name.as_ref(), "CreateDBSubnetGroup")?;
            lower(name, "CreateDBSubnetGroup")?;
            let call = client
                .create_db_subnet_group()
                .db_subnet_group_name(name)
                .db_subnet_group_description(&want.description)
                .set_subnet_ids(texts(Some(&want.subnets)))
                .set_tags(Some(tags::to_sdk(new.tags)));
            match call.send().await.map_err(failed("CreateDBSubnetGroup")) {
                Ok(_) => Ok(DbSubnetGroupName::new(name)),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(
            client: &Client,
            id: &DbSubnetGroupName,
            have: &DbSubnetGroupInputs,
            want: &DbSubnetGroupInputs,
        ) -> Result<(), ProviderError> {
            if have.description != want.description || set_changes(Some(&have.subnets), Some(&want.subnets)) {
                let call = client
                    .modify_db_subnet_group()
                    .db_subnet_group_name(id.as_str())
                    .db_subnet_group_description(&want.description)
                    .set_subnet_ids(texts(Some(&want.subnets)));
                call.send().await.map_err(failed("ModifyDBSubnetGroup"))?;
            }
            if want.tags.is_some() && want.tags != have.tags {
                let group = get(client, id.as_str()).await?;
                let arn = group.as_ref().and_then(|group| group.db_subnet_group_arn()).unwrap_or_default();
                tags::update(client, arn, have.tags.as_ref(), want.tags.as_ref()).await?;
            }
            Ok(())
        }

        async fn delete(client: &Client, id: &DbSubnetGroupName) -> Result<(), ProviderError> {
            let deleted = client.delete_db_subnet_group().db_subnet_group_name(id.as_str()).send().await;
            // A database that is on its way out is still in it.
            let in_use = |error: ProviderError| error.class_if(Class::InUse, |error| error.is_code("InvalidDBSubnetGroupStateFault"));
            gone_is_success(deleted.map(drop).map_err(|error| in_use(failed("DeleteDBSubnetGroup")(error))))
        }

        async fn find(client: &Client, want: &DbSubnetGroupInputs, new: Creation<'_>) -> Result<Option<DbSubnetGroupName>, ProviderError> {
            let name = named(want.name.as_ref(), "DescribeDBSubnetGroups")?;
            let Some(group) = get(client, name).await? else { return Ok(None) };
            let all = tags::of(client, group.db_subnet_group_arn().unwrap_or_default()).await?;
            Ok(common::has_token(pairs(&all), new.token).then(|| DbSubnetGroupName::new(name)))
        }
    }

    async fn get(client: &Client, name: &str) -> Result<Option<SdkGroup>, ProviderError> {
        match client.describe_db_subnet_groups().db_subnet_group_name(name).send().await.map_err(failed("DescribeDBSubnetGroups")) {
            Ok(answer) => Ok(answer.db_subnet_groups.unwrap_or_default().into_iter().next()),
            Err(error) if error.class == Class::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
