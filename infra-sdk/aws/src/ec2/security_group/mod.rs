//! A security group, with the rules that are written in it.

mod egress;
mod ingress;
#[cfg(feature = "ec2")]
mod permissions;
mod rule;
#[cfg(feature = "ec2")]
mod standalone;

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

pub use egress::{SecurityGroupEgress, SecurityGroupEgressId, SecurityGroupEgressInputs, SecurityGroupEgressOutputs};
pub use ingress::{SecurityGroupIngress, SecurityGroupIngressId, SecurityGroupIngressInputs, SecurityGroupIngressOutputs};
pub use rule::{Ports, SecurityGroupRule, SecurityGroupRuleBuilder};

use super::VpcId;

/// A firewall around whatever is in it: what the rules name is let through, with the answers to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = SecurityGroup, id = SecurityGroupId, outputs = SecurityGroupOutputs, kind = "aws:ec2/security-group",
    cloud = "AWS::EC2::SecurityGroup", unique(vpc, name),
    iam(
        "ec2:DescribeSecurityGroups",
        create("ec2:CreateSecurityGroup", "ec2:CreateTags"),
        update(
            "ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress", "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
            "ec2:UpdateSecurityGroupRuleDescriptionsEgress", "ec2:CreateTags", "ec2:DeleteTags",
        ),
        delete("ec2:DeleteSecurityGroup"),
    ),
)]
pub struct SecurityGroupInputs {
    /// Its name in the VPC, up to 255 letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`; not beginning with `sg-`.
    /// Default: one made from the names of stack and resource.
    #[input(name = 255, reserved = "sg-", replace, cloud = "GroupName")]
    pub name: Option<String>,
    /// What it is for, up to 255 of the same characters. It cannot be changed, only replaced.
    #[input(replace, cloud = "GroupDescription")]
    pub description: String,
    /// The VPC it is in. Default: the default VPC of the region.
    #[input(replace, cloud = "VpcId")]
    pub vpc: Option<VpcId>,
    /// All that is let in: a rule that is not listed is revoked. Left out, the rules are left alone, for
    /// `SecurityGroupIngress` or somebody else to manage. A new group lets nothing in.
    #[input(set, cloud = "SecurityGroupIngress")]
    pub ingress: Option<Vec<SecurityGroupRule>>,
    /// All that is let out: a rule that is not listed is revoked, also the one that AWS adds to a new group and that
    /// lets everything out. Left out, the rules are left alone, that one too.
    #[input(set, cloud = "SecurityGroupEgress")]
    pub egress: Option<Vec<SecurityGroupRule>>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`SecurityGroup`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = SecurityGroup)]
pub struct SecurityGroupOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
    /// Its name.
    #[output(stable, echo)]
    pub name: String,
    /// The account that owns it, 12 digits.
    #[output(stable)]
    pub owner: String,
    /// The VPC it is in.
    #[output(stable, echo)]
    pub vpc: VpcId,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{self, Filter, ResourceType};
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::permissions::{Direction, from_permissions, update};
    use super::{SecurityGroup, SecurityGroupId, SecurityGroupInputs, SecurityGroupOutputs};
    use crate::ec2::call::{ids, not_yet, plain, some, text};
    use crate::ec2::{VpcId, tags};
    use crate::sdk::failed;

    impl Lifecycle for SecurityGroup {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, groups: &[SecurityGroupId]) -> Result<Vec<Observed<SecurityGroup>>, ProviderError> {
            Ok(describe(client, ids("group-id", groups)).await?.iter().map(observed).collect())
        }

        async fn create(client: &Client, want: &SecurityGroupInputs, new: Creation<'_>) -> Result<SecurityGroupId, ProviderError> {
            if want.name.is_none() {
                return Err(ProviderError::new(Class::Invalid, "CreateSecurityGroup", "the group has no name"));
            }
            let call = client
                .create_security_group()
                .set_group_name(want.name.clone())
                .description(&want.description)
                .set_vpc_id(plain(want.vpc.as_ref()))
                .tag_specifications(tags::specification(ResourceType::SecurityGroup, new.tags));
            match call.send().await.map_err(failed("CreateSecurityGroup")).map_err(not_yet) {
                Ok(answer) => Ok(SecurityGroupId::new(answer.group_id().unwrap_or_default())),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(
            client: &Client,
            id: &SecurityGroupId,
            have: &SecurityGroupInputs,
            want: &SecurityGroupInputs,
        ) -> Result<(), ProviderError> {
            for (direction, have, want) in [(Direction::In, &have.ingress, &want.ingress), (Direction::Out, &have.egress, &want.egress)] {
                if let Some(want) = want {
                    update(client, id, direction, have.as_deref().unwrap_or_default(), want).await?;
                }
            }
            tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &SecurityGroupId) -> Result<(), ProviderError> {
            let deleted = client.delete_security_group().group_id(id.as_str()).send().await.map_err(failed("DeleteSecurityGroup"));
            gone_is_success(deleted.map(drop))
        }

        async fn find(client: &Client, _: &SecurityGroupInputs, new: Creation<'_>) -> Result<Option<SecurityGroupId>, ProviderError> {
            let found = describe(client, tags::token_filter(new.token)).await?;
            Ok(found.first().and_then(|group| group.group_id()).map(SecurityGroupId::new))
        }
    }

    async fn describe(client: &Client, filter: Filter) -> Result<Vec<types::SecurityGroup>, ProviderError> {
        let pages = client.describe_security_groups().filters(filter).into_paginator().items().send();
        pages.try_collect().await.map_err(failed("DescribeSecurityGroups"))
    }

    fn observed(group: &types::SecurityGroup) -> Observed<SecurityGroup> {
        let (id, owner) = (text(group.group_id()), text(group.owner_id()));
        Observed {
            inputs: SecurityGroupInputs {
                name: group.group_name().map(str::to_owned),
                description: text(group.description()),
                vpc: some(group.vpc_id()),
                ingress: Some(from_permissions(group.ip_permissions(), &id, &owner)),
                egress: Some(from_permissions(group.ip_permissions_egress(), &id, &owner)),
                tags: Some(tags::from_sdk(group.tags())),
            },
            outputs: SecurityGroupOutputs {
                arn: text(group.security_group_arn()),
                name: text(group.group_name()),
                owner,
                vpc: VpcId::new(text(group.vpc_id())),
            },
            id: SecurityGroupId::new(id),
            condition: Condition::Ready,
        }
    }
}
