//! An environment.

use std::collections::BTreeMap;

use infra_core::{Block, Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::{ApplicationName, TemplateName, VersionLabel};
use crate::iam::RoleArn;

/// What an environment is for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct EnvironmentTier {
    /// `WebServer` or `Worker`.
    #[input(replace)]
    pub name: Option<String>,
    /// `Standard`, or `SQS/HTTP` for a worker.
    #[input(replace, cloud = "Type")]
    pub kind: Option<String>,
    /// Its version. Default: the newest.
    pub version: Option<String>,
}

impl EnvironmentTier {
    /// One that takes requests.
    pub fn web() -> EnvironmentTierBuilder {
        EnvironmentTier::new().name("WebServer").kind("Standard")
    }

    /// One that takes work from a queue.
    pub fn worker() -> EnvironmentTierBuilder {
        EnvironmentTier::new().name("Worker").kind("SQS/HTTP")
    }
}

/// An environment: machines and all around them that run a version of an application.
///
/// It is ready when AWS has done what was asked; how well the application does is another thing, which its health says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Environment, id = EnvironmentId, outputs = EnvironmentOutputs, kind = "aws:elasticbeanstalk/environment",
    cloud = "AWS::ElasticBeanstalk::Environment",
    iam(
        "elasticbeanstalk:DescribeEnvironments", "elasticbeanstalk:ListTagsForResource",
        create("elasticbeanstalk:CreateEnvironment", "elasticbeanstalk:AddTags", "iam:PassRole"),
        update("elasticbeanstalk:UpdateEnvironment", "elasticbeanstalk:UpdateTagsForResource", "elasticbeanstalk:AssociateEnvironmentOperationsRole"),
        delete("elasticbeanstalk:TerminateEnvironment"),
    ),
)]
pub struct EnvironmentInputs {
    /// The application.
    #[input(replace, cloud = "ApplicationName")]
    pub application: ApplicationName,
    /// Its name, 4 to 40 letters, digits and `-`. Default: made from stack and resource.
    #[input(name = 40, replace, cloud = "EnvironmentName")]
    pub name: Option<String>,
    /// What it is, at most 200 characters.
    pub description: Option<String>,
    /// The beginning of its address, `PREFIX.REGION.elasticbeanstalk.com`, the same only once in a region. Default: AWS makes one.
    #[input(replace, cloud = "CNAMEPrefix")]
    pub cname_prefix: Option<String>,
    /// What it is for. Default: requests.
    pub tier: Option<EnvironmentTier>,
    /// The platform, by ARN. Not with `solution_stack_name` or `template`.
    pub platform_arn: Option<String>,
    /// The platform, by the name of its solution stack.
    #[input(replace)]
    pub solution_stack_name: Option<String>,
    /// The saved configuration that it is made from, and set to when this changes.
    #[input(write_only, cloud = "TemplateName")]
    pub template: Option<TemplateName>,
    /// The version that it runs. Default: AWS's sample.
    #[input(cloud = "VersionLabel")]
    pub version: Option<VersionLabel>,
    /// Options by `NAMESPACE/OPTION`, as in `aws:autoscaling:asg/MinSize`, with `RESOURCE@` before it for an option of one
    /// resource. What is taken out goes back to its default. AWS rewrites some values, so that they are not compared with it.
    #[input(write_only, cloud = "OptionSettings", unlike_cloud = "a list of namespaces, names and values is a map here")]
    pub options: Option<BTreeMap<String, String>>,
    /// The role that AWS takes on for what it does to the environment, in place of whoever asks for it.
    pub operations_role: Option<RoleArn>,
    /// Tags, also on all that it is made of.
    pub tags: Option<Tags>,
}

/// What AWS says of an [`Environment`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Environment)]
pub struct EnvironmentOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
    /// Where its load balancer, or its only machine, is reached.
    pub endpoint_url: String,
    /// Its address.
    #[output(stable)]
    pub cname: String,
}

#[cfg(feature = "elasticbeanstalk")]
mod live {
    use aws_sdk_elasticbeanstalk::Client;
    use aws_sdk_elasticbeanstalk::types as sdk;
    use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{
        ApplicationName, Environment, EnvironmentId, EnvironmentInputs, EnvironmentOutputs, EnvironmentTier, TemplateName, VersionLabel,
    };
    use crate::elasticbeanstalk::call::{classed, dropped, has_token, read_tags, settings, to_sdk, update_tags};
    use crate::iam::RoleArn;
    use crate::sdk::{Wired, differs, failed, named, told, unbuilt, wired};

    wired!(EnvironmentTier = sdk::EnvironmentTier, Ok(sdk::EnvironmentTier::builder().build());
        same: name, version;
        named: kind = r#type;
    );

    impl Lifecycle for Environment {
        type Client = Client;
        const SERVICE: &'static str = "elasticbeanstalk";

        async fn read(client: &Client, ids: &[EnvironmentId]) -> Result<Vec<Observed<Environment>>, ProviderError> {
            Self::look(client, &Asked::whole_of(ids)).await
        }

        async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<Environment>>, ProviderError> {
            let ids = objects.iter().map(|asked| asked.id().to_owned()).collect();
            let call = client.describe_environments().set_environment_ids(Some(ids)).include_deleted(false);
            let answer = call.send().await.map_err(failed("DescribeEnvironments"))?;
            let mut observed = Vec::new();
            for found in answer.environments() {
                if found.status() == Some(&sdk::EnvironmentStatus::Terminated) {
                    continue;
                }
                let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
                let mut inputs = inputs(found);
                let wanted = Asked::wanted(objects, found.environment_id().unwrap_or_default(), &["tags"]);
                inputs.tags = told(wanted, read_tags(client, found.environment_arn().unwrap_or_default())).await?;
                observed.push(Observed {
                    id: EnvironmentId::new(text(found.environment_id())),
                    inputs,
                    outputs: EnvironmentOutputs {
                        arn: text(found.environment_arn()),
                        endpoint_url: text(found.endpoint_url()),
                        cname: text(found.cname()),
                    },
                    condition: Condition::of(found.status().map_or("", sdk::EnvironmentStatus::as_str), &["Ready"], &[]),
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &EnvironmentInputs, new: Creation<'_>) -> Result<EnvironmentId, ProviderError> {
            let call = client
                .create_environment()
                .application_name(want.application.as_str())
                .environment_name(named(want.name.as_ref(), "CreateEnvironment")?)
                .set_description(want.description.clone())
                .set_cname_prefix(want.cname_prefix.clone())
                .set_tier(want.tier.wire().map_err(unbuilt("CreateEnvironment"))?)
                .set_platform_arn(want.platform_arn.clone())
                .set_solution_stack_name(want.solution_stack_name.clone())
                .set_template_name(want.template.as_ref().map(|template| template.as_str().to_owned()))
                .set_version_label(want.version.as_ref().map(|version| version.as_str().to_owned()))
                .set_option_settings(settings(want.options.as_ref())?)
                .set_operations_role(want.operations_role.as_ref().map(|role| role.as_str().to_owned()))
                .set_tags(Some(to_sdk(new.tags)));
            match call.send().await.map_err(|error| classed(failed("CreateEnvironment")(error))) {
                Ok(answer) => Ok(EnvironmentId::new(answer.environment_id().unwrap_or_default())),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(
            client: &Client,
            id: &EnvironmentId,
            have: &EnvironmentInputs,
            want: &EnvironmentInputs,
        ) -> Result<(), ProviderError> {
            let arn = || async {
                let call = client.describe_environments().environment_ids(id.as_str()).include_deleted(false);
                let answer = call.send().await.map_err(failed("DescribeEnvironments"))?;
                Ok::<_, ProviderError>(
                    answer.environments().first().and_then(|found| found.environment_arn()).unwrap_or_default().to_owned(),
                )
            };
            if want.tags.is_some() && want.tags != have.tags {
                update_tags(client, &arn().await?, have.tags.as_ref(), want.tags.as_ref()).await?;
            }
            if let Some(role) = want.operations_role.as_ref().filter(|_| have.operations_role != want.operations_role) {
                let name = named(have.name.as_ref().or(want.name.as_ref()), "AssociateEnvironmentOperationsRole")?;
                let call = client.associate_environment_operations_role().environment_name(name).operations_role(role.as_str());
                call.send().await.map_err(|error| classed(failed("AssociateEnvironmentOperationsRole")(error)))?;
            }
            let options = want.options.is_some() && have.options != want.options;
            let rest = |inputs: &EnvironmentInputs| {
                let version = inputs.version.clone();
                (inputs.description.clone(), version, inputs.platform_arn.clone(), inputs.tier.clone(), inputs.template.clone())
            };
            if !options && !differs(&rest(have), &rest(want)) {
                return Ok(());
            }
            let text = |changed: bool, text: Option<String>| text.filter(|_| changed);
            let call = client
                .update_environment()
                .environment_id(id.as_str())
                .set_description(want.description.clone())
                .set_version_label(text(have.version != want.version, want.version.as_ref().map(ToString::to_string)))
                .set_platform_arn(text(have.platform_arn != want.platform_arn, want.platform_arn.clone()))
                .set_template_name(text(have.template != want.template, want.template.as_ref().map(ToString::to_string)))
                .set_tier(
                    want.tier
                        .as_ref()
                        .filter(|_| differs(&have.tier, &want.tier))
                        .map(Wired::wire)
                        .transpose()
                        .map_err(unbuilt("UpdateEnvironment"))?,
                )
                .set_option_settings(settings(want.options.as_ref().filter(|_| options))?)
                .set_options_to_remove(dropped(have.options.as_ref(), want.options.as_ref())?);
            call.send().await.map(drop).map_err(|error| classed(failed("UpdateEnvironment")(error)))
        }

        async fn delete(client: &Client, id: &EnvironmentId) -> Result<(), ProviderError> {
            let deleted = client.terminate_environment().environment_id(id.as_str()).send().await;
            gone_is_success(deleted.map(drop).map_err(|error| classed(failed("TerminateEnvironment")(error))))
        }

        async fn find(client: &Client, want: &EnvironmentInputs, new: Creation<'_>) -> Result<Option<EnvironmentId>, ProviderError> {
            let name = named(want.name.as_ref(), "DescribeEnvironments")?;
            let call = client.describe_environments().application_name(want.application.as_str()).environment_names(name);
            let answer = call.include_deleted(false).send().await.map_err(failed("DescribeEnvironments"))?;
            for found in answer.environments() {
                if has_token(client, found.environment_arn().unwrap_or_default(), new.token).await? {
                    return Ok(found.environment_id().map(EnvironmentId::new));
                }
            }
            Ok(None)
        }
    }

    fn inputs(found: &sdk::EnvironmentDescription) -> EnvironmentInputs {
        EnvironmentInputs {
            application: ApplicationName::new(found.application_name().unwrap_or_default()),
            name: found.environment_name().map(str::to_owned),
            description: Some(found.description().unwrap_or_default().to_owned()),
            cname_prefix: found.cname().and_then(|cname| cname.split('.').next()).filter(|prefix| !prefix.is_empty()).map(str::to_owned),
            tier: found.tier().and_then(EnvironmentTier::unwire),
            platform_arn: found.platform_arn().map(str::to_owned),
            solution_stack_name: found.solution_stack_name().map(str::to_owned),
            template: found.template_name().map(TemplateName::new),
            version: found.version_label().map(VersionLabel::new),
            options: None,
            operations_role: found.operations_role().map(RoleArn::new),
            tags: None,
        }
    }
}
