//! An application.

use infra_core::{Block, Input, Outputs, Resource, Set};
use serde::{Deserialize, Serialize};

use crate::iam::RoleArn;

/// Deletes versions that are too old.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct MaxAgeRule {
    /// Whether it does.
    #[input(unlike_cloud = "a rule that says nothing is none")]
    pub enabled: bool,
    /// How many days a version is kept. Default: 180.
    pub max_age_in_days: Option<i32>,
    /// Whether its bundle in S3 is deleted too. Default: false.
    #[input(cloud = "DeleteSourceFromS3")]
    pub delete_source: Option<bool>,
}

/// Deletes the oldest versions where there are too many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct MaxCountRule {
    /// Whether it does.
    #[input(unlike_cloud = "a rule that says nothing is none")]
    pub enabled: bool,
    /// How many versions are kept. Default: 200.
    pub max_count: Option<i32>,
    /// Whether their bundles in S3 are deleted too. Default: false.
    #[input(cloud = "DeleteSourceFromS3")]
    pub delete_source: Option<bool>,
}

impl MaxCountRule {
    /// Keeps the newest ones.
    pub fn newest(count: impl Input<i32>) -> MaxCountRuleBuilder<Set> {
        MaxCountRule::new().enabled(true).max_count(count)
    }
}

/// An application: what versions, configurations and environments belong to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Application, id = ApplicationName, outputs = ApplicationOutputs, kind = "aws:elasticbeanstalk/application",
    cloud = "AWS::ElasticBeanstalk::Application",
    iam(
        "elasticbeanstalk:DescribeApplications", "elasticbeanstalk:ListTagsForResource",
        create("elasticbeanstalk:CreateApplication", "elasticbeanstalk:AddTags", "iam:PassRole"),
        update("elasticbeanstalk:UpdateApplication", "elasticbeanstalk:UpdateApplicationResourceLifecycle", "iam:PassRole"),
        delete("elasticbeanstalk:DeleteApplication"),
    ),
)]
pub struct ApplicationInputs {
    /// Its name, at most 100 characters, the same only once in a region. Default: made from stack and resource.
    #[input(name = 100, replace, cloud = "ApplicationName")]
    pub name: Option<String>,
    /// What it is, at most 200 characters.
    pub description: Option<String>,
    /// The role that deletes old versions.
    #[input(cloud = "ResourceLifecycleConfig/ServiceRole")]
    pub lifecycle_role: Option<RoleArn>,
    /// Deletes versions that are too old. Not with `max_count`.
    #[input(cloud = "ResourceLifecycleConfig/VersionLifecycleConfig/MaxAgeRule")]
    pub max_age: Option<MaxAgeRule>,
    /// Deletes the oldest versions where there are too many. Not with `max_age`.
    #[input(cloud = "ResourceLifecycleConfig/VersionLifecycleConfig/MaxCountRule")]
    pub max_count: Option<MaxCountRule>,
}

/// What AWS says of an [`Application`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Application)]
pub struct ApplicationOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
}

#[cfg(feature = "elasticbeanstalk")]
mod live {
    use aws_sdk_elasticbeanstalk::Client;
    use aws_sdk_elasticbeanstalk::types as sdk;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{Application, ApplicationInputs, ApplicationName, ApplicationOutputs, MaxAgeRule, MaxCountRule};
    use crate::elasticbeanstalk::call::{classed, has_token, to_sdk};
    use crate::iam::RoleArn;
    use crate::sdk::{Wired, differs, failed, named, unbuilt, wired};

    wired!(MaxAgeRule = sdk::MaxAgeRule, sdk::MaxAgeRule::builder().enabled(false).build();
        same: enabled, max_age_in_days;
        named: delete_source = delete_source_from_s3;
    );

    wired!(MaxCountRule = sdk::MaxCountRule, sdk::MaxCountRule::builder().enabled(false).build();
        same: enabled, max_count;
        named: delete_source = delete_source_from_s3;
    );

    impl Lifecycle for Application {
        type Client = Client;
        const SERVICE: &'static str = "elasticbeanstalk";

        async fn read(client: &Client, ids: &[ApplicationName]) -> Result<Vec<Observed<Application>>, ProviderError> {
            let observed = describe(client, ids.iter().map(|id| id.as_str().to_owned()).collect()).await?.into_iter().map(|application| {
                let lifecycle = application.resource_lifecycle_config();
                let rules = lifecycle.and_then(|lifecycle| lifecycle.version_lifecycle_config());
                Observed {
                    id: ApplicationName::new(application.application_name().unwrap_or_default()),
                    inputs: ApplicationInputs {
                        name: application.application_name().map(str::to_owned),
                        description: Some(application.description().unwrap_or_default().to_owned()),
                        lifecycle_role: lifecycle.and_then(|lifecycle| lifecycle.service_role()).map(RoleArn::new),
                        max_age: rules.and_then(|rules| MaxAgeRule::unwire(rules.max_age_rule()?)),
                        max_count: rules.and_then(|rules| MaxCountRule::unwire(rules.max_count_rule()?)),
                    },
                    outputs: ApplicationOutputs { arn: application.application_arn().unwrap_or_default().to_owned() },
                    condition: Condition::Ready,
                }
            });
            Ok(observed.collect())
        }

        async fn create(client: &Client, want: &ApplicationInputs, new: Creation<'_>) -> Result<ApplicationName, ProviderError> {
            let name = named(want.name.as_ref(), "CreateApplication")?;
            let call = client
                .create_application()
                .application_name(name)
                .set_description(want.description.clone())
                .set_resource_lifecycle_config(lifecycle(want)?)
                .set_tags(Some(to_sdk(new.tags)));
            match call.send().await.map_err(|error| classed(failed("CreateApplication")(error))) {
                Ok(_) => Ok(ApplicationName::new(name)),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(
            client: &Client,
            id: &ApplicationName,
            have: &ApplicationInputs,
            want: &ApplicationInputs,
        ) -> Result<(), ProviderError> {
            if differs(&have.description, &want.description) {
                let call = client.update_application().application_name(id.as_str()).set_description(want.description.clone());
                call.send().await.map_err(failed("UpdateApplication"))?;
            }
            let rules = |inputs: &ApplicationInputs| (inputs.lifecycle_role.clone(), inputs.max_age.clone(), inputs.max_count.clone());
            if differs(&rules(have), &rules(want)) {
                // What is not managed of it is given as it is, since AWS sets it as a whole.
                let whole = ApplicationInputs {
                    lifecycle_role: want.lifecycle_role.clone().or_else(|| have.lifecycle_role.clone()),
                    max_age: want.max_age.clone().or_else(|| have.max_age.clone()),
                    max_count: want.max_count.clone().or_else(|| have.max_count.clone()),
                    ..ApplicationInputs::default()
                };
                let call = client.update_application_resource_lifecycle().application_name(id.as_str());
                let call = call.set_resource_lifecycle_config(lifecycle(&whole)?);
                call.send().await.map_err(failed("UpdateApplicationResourceLifecycle"))?;
            }
            Ok(())
        }

        async fn delete(client: &Client, id: &ApplicationName) -> Result<(), ProviderError> {
            let deleted = client.delete_application().application_name(id.as_str()).send().await;
            gone_is_success(deleted.map(drop).map_err(|error| classed(failed("DeleteApplication")(error))))
        }

        async fn find(client: &Client, want: &ApplicationInputs, new: Creation<'_>) -> Result<Option<ApplicationName>, ProviderError> {
            let name = named(want.name.as_ref(), "DescribeApplications")?;
            for application in describe(client, vec![name.to_owned()]).await? {
                if has_token(client, application.application_arn().unwrap_or_default(), new.token).await? {
                    return Ok(Some(ApplicationName::new(name)));
                }
            }
            Ok(None)
        }
    }

    async fn describe(client: &Client, names: Vec<String>) -> Result<Vec<sdk::ApplicationDescription>, ProviderError> {
        let answer = client.describe_applications().set_application_names(Some(names)).send().await;
        Ok(answer.map_err(failed("DescribeApplications"))?.applications.unwrap_or_default())
    }

    fn lifecycle(want: &ApplicationInputs) -> Result<Option<sdk::ApplicationResourceLifecycleConfig>, ProviderError> {
        if want.lifecycle_role.is_none() && want.max_age.is_none() && want.max_count.is_none() {
            return Ok(None);
        }
        let wrong = unbuilt("UpdateApplicationResourceLifecycle");
        let rules = sdk::ApplicationVersionLifecycleConfig::builder()
            .set_max_age_rule(want.max_age.wire().map_err(&wrong)?)
            .set_max_count_rule(want.max_count.wire().map_err(wrong)?)
            .build();
        let built = sdk::ApplicationResourceLifecycleConfig::builder().version_lifecycle_config(rules);
        Ok(Some(built.set_service_role(want.lifecycle_role.as_ref().map(|role| role.as_str().to_owned())).build()))
    }
}
