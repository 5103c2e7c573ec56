//! A rule of a security group for what goes out, as a resource of its own.

use std::marker::PhantomData;

use infra_core::{Expr, Input, Outputs, Resource, Set, Tags, Unset};
use serde::{Deserialize, Serialize};

use super::{SecurityGroupId, SecurityGroupRuleBuilder};
use crate::ec2::PrefixListId;

/// One rule for what goes out of a group, made and removed by itself: for groups that refer to each other, or a group
/// that somebody else made. The group's own `egress` must be left out then, since it revokes what it does not list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = SecurityGroupEgress, id = SecurityGroupEgressId, outputs = SecurityGroupEgressOutputs,
    kind = "aws:ec2/security-group-egress", cloud = "AWS::EC2::SecurityGroupEgress",
    iam(
        "ec2:DescribeSecurityGroupRules",
        create("ec2:AuthorizeSecurityGroupEgress", "ec2:CreateTags"),
        update("ec2:UpdateSecurityGroupRuleDescriptionsEgress", "ec2:CreateTags", "ec2:DeleteTags"),
        delete("ec2:RevokeSecurityGroupEgress"),
    ),
)]
pub struct SecurityGroupEgressInputs {
    /// The group whose rule it is.
    #[input(replace, cloud = "GroupId")]
    pub group: SecurityGroupId,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `all`, or the number of another protocol, from 0 to 255.
    #[input(replace, cloud = "IpProtocol")]
    pub protocol: String,
    /// The first port, from 0 to 65535; for ICMP the type, from 0 to 255. Required for `tcp` and `udp`; left out, all
    /// types of ICMP; not allowed for other protocols.
    #[input(replace)]
    pub from_port: Option<i32>,
    /// The last port, from 0 to 65535, the same as `from_port` for one; for ICMP the code, from 0 to 255, left out for
    /// all codes of the type.
    #[input(replace)]
    pub to_port: Option<i32>,
    /// Who it is for: a range of IPv4 addresses, as in `10.0.0.0/8`.
    #[input(replace, cloud = "CidrIp")]
    pub cidr: Option<String>,
    /// Who it is for: a range of IPv6 addresses, as in `::/0`.
    #[input(replace, cloud = "CidrIpv6")]
    pub cidr_ipv6: Option<String>,
    /// Who it is for: whoever is in this group, which may be the same.
    #[input(replace, cloud = "DestinationSecurityGroupId")]
    pub destination_group: Option<SecurityGroupId>,
    /// The account of `destination_group`, 12 digits, if it is another one's.
    #[input(replace, unlike_cloud = "the API takes the account for both directions")]
    pub destination_group_owner: Option<String>,
    /// Who it is for: the ranges of a prefix list.
    #[input(replace, cloud = "DestinationPrefixListId")]
    pub prefix_list: Option<PrefixListId>,
    /// What it is for: up to 255 letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`.
    pub description: Option<String>,
    /// Tags.
    #[input(unlike_cloud = "CloudFormation does not tag rules; the API does")]
    pub tags: Option<Tags>,
}

/// What AWS says of a [`SecurityGroupEgress`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = SecurityGroupEgress)]
pub struct SecurityGroupEgressOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
}

impl<Group> SecurityGroupEgressBuilder<Group, Unset> {
    /// Protocol, ports, the other side and the description, as in the rules that are written in a group:
    /// `SecurityGroupRule::tcp(5432).to_group(&web)`. Instead of `itself` name the group.
    pub fn rule(mut self, rule: SecurityGroupRuleBuilder<Set>) -> SecurityGroupEgressBuilder<Group, Set> {
        let Expr::Object(fields) = Input::<super::SecurityGroupRule>::into_expr(rule) else {
            return SecurityGroupEgressBuilder { fields: self.fields, set: PhantomData };
        };
        for (name, value) in fields {
            let name = match name.as_str() {
                "group" => "destination_group",
                "group_owner" => "destination_group_owner",
                other => other,
            };
            self.fields.set(name, value);
        }
        SecurityGroupEgressBuilder { fields: self.fields, set: PhantomData }
    }
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use infra_apply::{Condition, Creation, Lifecycle, Observed, ProviderError};

    use super::{SecurityGroupEgress, SecurityGroupEgressId as Id, SecurityGroupEgressInputs as Inputs, SecurityGroupEgressOutputs};
    use crate::ec2::call::ids;
    use crate::ec2::security_group::permissions::Direction;
    use crate::ec2::security_group::{SecurityGroupRule, standalone};
    use crate::ec2::tags;

    impl Lifecycle for SecurityGroupEgress {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, rules: &[Id]) -> Result<Vec<Observed<SecurityGroupEgress>>, ProviderError> {
            let seen = standalone::describe(client, Direction::Out, ids("security-group-rule-id", rules)).await?;
            Ok(seen.into_iter().map(observed).collect())
        }

        async fn create(client: &Client, want: &Inputs, new: Creation<'_>) -> Result<Id, ProviderError> {
            standalone::create(client, Direction::Out, &want.group, &rule(want), new).await.map(Id::new)
        }

        async fn update(client: &Client, id: &Id, have: &Inputs, want: &Inputs) -> Result<(), ProviderError> {
            standalone::update(client, Direction::Out, &have.group, &rule(have), &rule(want)).await?;
            tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &Id) -> Result<(), ProviderError> {
            standalone::delete(client, Direction::Out, id.as_str()).await
        }

        async fn find(client: &Client, _: &Inputs, new: Creation<'_>) -> Result<Option<Id>, ProviderError> {
            Ok(standalone::find(client, Direction::Out, new).await?.map(Id::new))
        }
    }

    fn rule(inputs: &Inputs) -> SecurityGroupRule {
        SecurityGroupRule {
            protocol: inputs.protocol.clone(),
            from_port: inputs.from_port,
            to_port: inputs.to_port,
            cidr: inputs.cidr.clone(),
            cidr_ipv6: inputs.cidr_ipv6.clone(),
            group: inputs.destination_group.clone(),
            group_owner: inputs.destination_group_owner.clone(),
            itself: None,
            prefix_list: inputs.prefix_list.clone(),
            description: inputs.description.clone(),
        }
    }

    fn observed(seen: standalone::Seen) -> Observed<SecurityGroupEgress> {
        Observed {
            id: Id::new(seen.id),
            inputs: Inputs {
                group: seen.group,
                protocol: seen.rule.protocol,
                from_port: seen.rule.from_port,
                to_port: seen.rule.to_port,
                cidr: seen.rule.cidr,
                cidr_ipv6: seen.rule.cidr_ipv6,
                destination_group: seen.rule.group,
                destination_group_owner: seen.rule.group_owner,
                prefix_list: seen.rule.prefix_list,
                description: seen.rule.description,
                tags: Some(seen.tags),
            },
            outputs: SecurityGroupEgressOutputs { arn: seen.arn },
            condition: Condition::Ready,
        }
    }
}
