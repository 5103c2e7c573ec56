//! A hosted zone.

use infra_core::{Block, Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use crate::ec2::VpcId;

/// A VPC in which a private zone is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Block)]
pub struct ZoneVpc {
    /// The VPC.
    #[input(cloud = "VPCId")]
    pub vpc: VpcId,
    /// The region it is in, as in `us-east-1`.
    #[input(cloud = "VPCRegion")]
    pub region: String,
}

/// A hosted zone: the records of a domain and of what is below it.
///
/// AWS refuses to delete one that has records besides the two it made itself, so nothing is lost with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = HostedZone, id = HostedZoneId, outputs = HostedZoneOutputs, kind = "aws:route53/hosted-zone",
    cloud = "AWS::Route53::HostedZone",
    iam(
        "route53:GetHostedZone", "route53:ListTagsForResource", "route53:ListQueryLoggingConfigs", "route53:ListHostedZonesByName",
        create("route53:CreateHostedZone", "route53:ChangeTagsForResource"),
        update(
            "route53:UpdateHostedZoneComment", "route53:AssociateVPCWithHostedZone", "route53:DisassociateVPCFromHostedZone",
            "route53:CreateQueryLoggingConfig", "route53:DeleteQueryLoggingConfig", "route53:ChangeTagsForResource",
        ),
        delete("route53:DeleteQueryLoggingConfig", "route53:DeleteHostedZone"),
    ),
)]
pub struct HostedZoneInputs {
    /// The domain, in lower case and without a dot at its end, as in `example.com`.
    #[input(replace, unlike_cloud = "a zone of no domain is none")]
    pub name: String,
    /// What it is for, at most 256 characters.
    #[input(cloud = "HostedZoneConfig/Comment")]
    pub comment: Option<String>,
    /// The VPCs in which it is known, which makes it private. Between some and none lies another zone. Default: it is
    /// public.
    #[input(set, cloud = "VPCs")]
    pub vpcs: Option<Vec<ZoneVpc>>,
    /// The id of the set of name servers that it shares with others. Default: four of AWS's choice.
    #[input(replace, cloud = "DelegationSetId")]
    pub delegation_set: Option<String>,
    /// The ARN of the log group, in us-east-1, that questions are logged in. An empty text ends that. Default: none.
    #[input(cloud = "QueryLoggingConfig/CloudWatchLogsLogGroupArn")]
    pub query_log_group: Option<String>,
    /// Tags.
    #[input(cloud = "HostedZoneTags")]
    pub tags: Option<Tags>,
}

/// What AWS says of a [`HostedZone`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = HostedZone)]
pub struct HostedZoneOutputs {
    /// The name servers that the domain's registrar has to name; none of a private zone.
    #[output(stable)]
    pub name_servers: Vec<String>,
}

#[cfg(feature = "route53")]
mod live {
    use aws_sdk_route53::Client;
    use aws_sdk_route53::operation::get_hosted_zone::GetHostedZoneOutput;
    use aws_sdk_route53::types as sdk;
    use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::Tags;

    use super::{HostedZone, HostedZoneId, HostedZoneInputs, HostedZoneOutputs, ZoneVpc};
    use crate::ec2::VpcId;
    use crate::sdk::{changes, failed, tags, told};

    impl Lifecycle for HostedZone {
        type Client = Client;
        const SERVICE: &'static str = "route53";
        // A zone is asked for by itself.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[HostedZoneId]) -> Result<Vec<Observed<HostedZone>>, ProviderError> {
            Self::look(client, &Asked::whole_of(ids)).await
        }

        async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<HostedZone>>, ProviderError> {
            let mut observed = Vec::new();
            for asked in objects {
                let id = asked.id();
                let Some(answer) = get(client, id).await? else { continue };
                let Some(zone) = answer.hosted_zone() else { continue };
                let all = told(asked.wants("tags"), tags_of(client, id)).await?;
                let comment = zone.config().and_then(|config| config.comment()).filter(|comment| !comment.is_empty());
                let logging = told(asked.wants("query_log_group"), logging(client, id)).await?;
                let set = answer.delegation_set();
                observed.push(Observed {
                    id: HostedZoneId::new(id),
                    inputs: HostedZoneInputs {
                        name: zone.name().trim_end_matches('.').to_owned(),
                        comment: Some(comment.unwrap_or_default().to_owned()),
                        vpcs: Some(answer.vpcs().iter().filter_map(vpc_from).collect()),
                        delegation_set: set.and_then(|set| set.id()).filter(|id| !id.is_empty()).map(|id| bare(id).to_owned()),
                        // None is told as the empty text that asks for none.
                        query_log_group: logging.map(|told| told.map(|config| config.cloud_watch_logs_log_group_arn).unwrap_or_default()),
                        tags: all,
                    },
                    outputs: HostedZoneOutputs { name_servers: set.map(|set| set.name_servers().to_vec()).unwrap_or_default() },
                    condition: Condition::Ready,
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &HostedZoneInputs, new: Creation<'_>) -> Result<HostedZoneId, ProviderError> {
            if want.name.ends_with('.') || want.name.chars().any(char::is_uppercase) {
                let message = format!("`name` is {}: write it in lower case and without a dot at its end, as Route 53 tells it", want.name);
                return Err(ProviderError::new(Class::Invalid, "CreateHostedZone", message));
            }
            let first = want.vpcs.as_ref().and_then(|vpcs| vpcs.first());
            let config = sdk::HostedZoneConfig::builder()
                .set_comment(want.comment.clone().filter(|comment| !comment.is_empty()))
                .private_zone(first.is_some())
                .build();
            let call = client
                .create_hosted_zone()
                .name(&want.name)
                .caller_reference(new.token)
                .hosted_zone_config(config)
                .set_vpc(first.map(vpc_to))
                .set_delegation_set_id(want.delegation_set.clone());
            let id = match call.send().await.map_err(failed("CreateHostedZone")) {
                Ok(answer) => HostedZoneId::new(bare(answer.hosted_zone().map_or("", |zone| zone.id()))),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error)?,
                Err(error) => return Err(error),
            };
            // Creating takes no tags.
            retag(client, id.as_str(), new.tags, Vec::new()).await?;
            Ok(id)
        }

        async fn update(client: &Client, id: &HostedZoneId, have: &HostedZoneInputs, want: &HostedZoneInputs) -> Result<(), ProviderError> {
            if let Some(comment) = want.comment.as_ref().filter(|comment| have.comment.as_ref() != Some(*comment)) {
                let call = client.update_hosted_zone_comment().id(id.as_str()).comment(comment);
                call.send().await.map_err(failed("UpdateHostedZoneComment"))?;
            }
            if let Some(vpcs) = &want.vpcs {
                let there = have.vpcs.as_deref().unwrap_or_default();
                if there.is_empty() != vpcs.is_empty() {
                    let message = "a public zone cannot become private, nor the other way round: make another one, under another name";
                    return Err(ProviderError::new(Class::Invalid, "AssociateVPCWithHostedZone", message));
                }
                // A private zone must be known somewhere, so what is new comes first.
                for vpc in vpcs.iter().filter(|vpc| !there.contains(vpc)) {
                    let call = client.associate_vpc_with_hosted_zone().hosted_zone_id(id.as_str()).vpc(vpc_to(vpc));
                    call.send().await.map_err(failed("AssociateVPCWithHostedZone"))?;
                }
                for vpc in there.iter().filter(|vpc| !vpcs.contains(vpc)) {
                    let call = client.disassociate_vpc_from_hosted_zone().hosted_zone_id(id.as_str()).vpc(vpc_to(vpc));
                    call.send().await.map_err(failed("DisassociateVPCFromHostedZone"))?;
                }
            }
            if changes(have.query_log_group.as_ref(), want.query_log_group.as_ref()) {
                log(client, id.as_str(), want.query_log_group.as_deref().unwrap_or_default()).await?;
            }
            let (set, unset) = tags::changes(have.tags.as_ref(), want.tags.as_ref());
            retag(client, id.as_str(), &set, unset).await
        }

        async fn delete(client: &Client, id: &HostedZoneId) -> Result<(), ProviderError> {
            if get(client, id.as_str()).await?.is_none() {
                return Ok(());
            }
            log(client, id.as_str(), "").await?;
            let deleted = client.delete_hosted_zone().id(id.as_str()).send().await.map(drop).map_err(failed("DeleteHostedZone"));
            // Its records are on their way out.
            gone_is_success(deleted.map_err(|error| error.class_if(Class::InUse, |error| error.is_code("HostedZoneNotEmpty"))))
        }

        async fn find(client: &Client, want: &HostedZoneInputs, new: Creation<'_>) -> Result<Option<HostedZoneId>, ProviderError> {
            let call = client.list_hosted_zones_by_name().dns_name(&want.name);
            let answer = call.send().await.map_err(failed("ListHostedZonesByName"))?;
            let ours = answer.hosted_zones().iter().find(|zone| zone.caller_reference() == new.token);
            Ok(ours.map(|zone| HostedZoneId::new(bare(zone.id()))))
        }
    }

    /// An id as other calls take it: Route 53 answers with `/hostedzone/` before it.
    fn bare(id: &str) -> &str {
        id.rsplit('/').next().unwrap_or(id)
    }

    async fn get(client: &Client, id: &str) -> Result<Option<GetHostedZoneOutput>, ProviderError> {
        match client.get_hosted_zone().id(id).send().await.map_err(failed("GetHostedZone")) {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.class == Class::NotFound || error.is_code("NoSuchHostedZone") => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn vpc_to(vpc: &ZoneVpc) -> sdk::Vpc {
        sdk::Vpc::builder().vpc_id(vpc.vpc.as_str()).vpc_region(vpc.region.as_str().into()).build()
    }

    fn vpc_from(vpc: &sdk::Vpc) -> Option<ZoneVpc> {
        Some(ZoneVpc { vpc: VpcId::new(vpc.vpc_id()?), region: vpc.vpc_region()?.as_str().to_owned() })
    }

    async fn tags_of(client: &Client, id: &str) -> Result<Tags, ProviderError> {
        let call = client.list_tags_for_resource().resource_type(sdk::TagResourceType::Hostedzone).resource_id(id);
        let answer = call.send().await.map_err(failed("ListTagsForResource"))?;
        let all = answer.resource_tag_set().map(sdk::ResourceTagSet::tags).unwrap_or_default();
        Ok(tags::of_program(all.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())))))
    }

    async fn logging(client: &Client, id: &str) -> Result<Option<sdk::QueryLoggingConfig>, ProviderError> {
        match client.list_query_logging_configs().hosted_zone_id(id).send().await.map_err(failed("ListQueryLoggingConfigs")) {
            Ok(answer) => Ok(answer.query_logging_configs.into_iter().next()),
            // The zone has gone meanwhile, which the next look will show.
            Err(error) if error.class == Class::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Logs questions in a group, or nowhere. A zone has one such configuration at most, which cannot be changed.
    async fn log(client: &Client, id: &str, group: &str) -> Result<(), ProviderError> {
        if let Some(config) = logging(client, id).await? {
            let deleted = client.delete_query_logging_config().id(config.id()).send().await;
            gone_is_success(deleted.map(drop).map_err(failed("DeleteQueryLoggingConfig")))?;
        }
        if !group.is_empty() {
            let call = client.create_query_logging_config().hosted_zone_id(id).cloud_watch_logs_log_group_arn(group);
            call.send().await.map_err(failed("CreateQueryLoggingConfig"))?;
        }
        Ok(())
    }

    async fn retag(client: &Client, id: &str, set: &Tags, unset: Vec<String>) -> Result<(), ProviderError> {
        if set.is_empty() && unset.is_empty() {
            return Ok(());
        }
        let set: Vec<_> = set.iter().map(|(key, value)| sdk::Tag::builder().key(key).value(value).build()).collect();
        let call = client
            .change_tags_for_resource()
            .resource_type(sdk::TagResourceType::Hostedzone)
            .resource_id(id)
            .set_add_tags((!set.is_empty()).then_some(set))
            .set_remove_tag_keys((!unset.is_empty()).then_some(unset));
        call.send().await.map(drop).map_err(failed("ChangeTagsForResource"))
    }
}
