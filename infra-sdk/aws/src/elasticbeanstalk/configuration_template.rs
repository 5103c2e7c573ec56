//! A saved configuration.

use std::collections::BTreeMap;

use infra_core::{Block, Outputs, Resource};
use serde::{Deserialize, Serialize};

use super::{ApplicationName, EnvironmentId};

infra_core::text_type! {
    /// What a saved configuration is called. The handle of a `ConfigurationTemplate` stands for it.
    pub struct TemplateName;
}

/// Another saved configuration, to begin with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct SourceConfiguration {
    /// Its application.
    #[input(cloud = "ApplicationName")]
    pub application: ApplicationName,
    /// Its name.
    #[input(cloud = "TemplateName")]
    pub template: TemplateName,
}

/// A saved configuration, which environments can be made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = ConfigurationTemplate, id = ConfigurationTemplateId, outputs = ConfigurationTemplateOutputs,
    kind = "aws:elasticbeanstalk/configuration-template", cloud = "AWS::ElasticBeanstalk::ConfigurationTemplate",
    unique(application, name),
    iam(
        "elasticbeanstalk:DescribeConfigurationSettings",
        create("elasticbeanstalk:CreateConfigurationTemplate"),
        update("elasticbeanstalk:UpdateConfigurationTemplate"),
        delete("elasticbeanstalk:DeleteConfigurationTemplate"),
    ),
)]
pub struct ConfigurationTemplateInputs {
    /// The application.
    #[input(replace, cloud = "ApplicationName")]
    pub application: ApplicationName,
    /// Its name, at most 100 characters, the same only once in an application. Default: made from stack and resource.
    #[input(name = 100, replace, unlike_cloud = "CloudFormation makes one of its own")]
    pub name: Option<TemplateName>,
    /// What it is, at most 200 characters.
    pub description: Option<String>,
    /// The platform, by ARN. One of this, `solution_stack_name`, `environment` and `source` is needed.
    #[input(replace)]
    pub platform_arn: Option<String>,
    /// The platform, by the name of its solution stack.
    #[input(replace)]
    pub solution_stack_name: Option<String>,
    /// The environment whose configuration it is at first.
    #[input(replace, write_only, cloud = "EnvironmentId")]
    pub environment: Option<EnvironmentId>,
    /// The saved configuration that it is at first.
    #[input(replace, write_only, cloud = "SourceConfiguration")]
    pub source: Option<SourceConfiguration>,
    /// Options by `NAMESPACE/OPTION`, as in `aws:autoscaling:asg/MinSize`, with `RESOURCE@` before it for an option of one
    /// resource. What is taken out goes back to its default. AWS rewrites some values, so that they are not compared with it.
    #[input(write_only, cloud = "OptionSettings", unlike_cloud = "a list of namespaces, names and values is a map here")]
    pub options: Option<BTreeMap<String, String>>,
}

/// What AWS says of a [`ConfigurationTemplate`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = ConfigurationTemplate)]
pub struct ConfigurationTemplateOutputs {
    /// What environments call it.
    #[output(stable, reference)]
    pub template_name: TemplateName,
}

#[cfg(feature = "elasticbeanstalk")]
mod live {
    use aws_sdk_elasticbeanstalk::Client;
    use aws_sdk_elasticbeanstalk::types as sdk;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{
        ApplicationName, ConfigurationTemplate, ConfigurationTemplateId, ConfigurationTemplateInputs, ConfigurationTemplateOutputs,
        TemplateName,
    };
    use crate::elasticbeanstalk::call::{classed, dropped, settings};
    use crate::sdk::{differs, failed};

    /// The application and the name in an id, `APPLICATION|NAME`.
    fn parse(id: &str) -> Option<(&str, &str)> {
        id.split_once('|')
    }

    impl Lifecycle for ConfigurationTemplate {
        type Client = Client;
        const SERVICE: &'static str = "elasticbeanstalk";
        // Settings are told of one template a call.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[ConfigurationTemplateId]) -> Result<Vec<Observed<ConfigurationTemplate>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                let Some((application, name)) = parse(id.as_str()) else { continue };
                let Some(found) = describe(client, application, name).await? else { continue };
                observed.push(Observed {
                    id: id.clone(),
                    inputs: ConfigurationTemplateInputs {
                        application: ApplicationName::new(application),
                        name: Some(TemplateName::new(name)),
                        description: Some(found.description().unwrap_or_default().to_owned()),
                        platform_arn: found.platform_arn().map(str::to_owned),
                        solution_stack_name: found.solution_stack_name().map(str::to_owned),
                        environment: None,
                        source: None,
                        options: None,
                    },
                    outputs: ConfigurationTemplateOutputs { template_name: TemplateName::new(name) },
                    condition: Condition::Ready,
                });
            }
            Ok(observed)
        }

        async fn create(
            client: &Client,
            want: &ConfigurationTemplateInputs,
            _: Creation<'_>,
        ) -> Result<ConfigurationTemplateId, ProviderError> {
            let name = name(want)?;
            let source = want.source.as_ref().map(|source| {
                let built = sdk::SourceConfiguration::builder().application_name(source.application.as_str());
                built.template_name(source.template.as_str()).build()
            });
            let call = client
                .create_configuration_template()
                .application_name(want.application.as_str())
                .template_name(name)
                .set_description(want.description.clone())
                .set_platform_arn(want.platform_arn.clone())
                .set_solution_stack_name(want.solution_stack_name.clone())
                .set_environment_id(want.environment.as_ref().map(|environment| environment.as_str().to_owned()))
                .set_source_configuration(source)
                .set_option_settings(settings(want.options.as_ref())?);
            call.send().await.map_err(|error| classed(failed("CreateConfigurationTemplate")(error)))?;
            Ok(ConfigurationTemplateId::new(format!("{}|{name}", want.application)))
        }

        async fn update(
            client: &Client,
            id: &ConfigurationTemplateId,
            have: &ConfigurationTemplateInputs,
            want: &ConfigurationTemplateInputs,
        ) -> Result<(), ProviderError> {
            let Some((application, name)) = parse(id.as_str()) else { return Ok(()) };
            let options = want.options.is_some() && have.options != want.options;
            if !options && !differs(&have.description, &want.description) {
                return Ok(());
            }
            let call = client
                .update_configuration_template()
                .application_name(application)
                .template_name(name)
                .set_description(want.description.clone())
                .set_option_settings(settings(want.options.as_ref().filter(|_| options))?)
                .set_options_to_remove(dropped(have.options.as_ref(), want.options.as_ref())?);
            call.send().await.map(drop).map_err(failed("UpdateConfigurationTemplate"))
        }

        async fn delete(client: &Client, id: &ConfigurationTemplateId) -> Result<(), ProviderError> {
            let Some((application, name)) = parse(id.as_str()) else { return Ok(()) };
            let deleted = client.delete_configuration_template().application_name(application).template_name(name).send().await;
            gone_is_success(deleted.map(drop).map_err(|error| classed(failed("DeleteConfigurationTemplate")(error))))
        }

        async fn find(
            client: &Client,
            want: &ConfigurationTemplateInputs,
            _: Creation<'_>,
        ) -> Result<Option<ConfigurationTemplateId>, ProviderError> {
            // It has no tags that could be read, and a name only once in its application.
            let name = name(want)?;
            let found = describe(client, want.application.as_str(), name).await?;
            Ok(found.map(|_| ConfigurationTemplateId::new(format!("{}|{name}", want.application))))
        }
    }

    fn name(want: &ConfigurationTemplateInputs) -> Result<&str, ProviderError> {
        let none = || ProviderError::new(Class::Invalid, "CreateConfigurationTemplate", "there is no name");
        want.name.as_ref().map(TemplateName::as_str).ok_or_else(none)
    }

    async fn describe(
        client: &Client,
        application: &str,
        name: &str,
    ) -> Result<Option<sdk::ConfigurationSettingsDescription>, ProviderError> {
        let call = client.describe_configuration_settings().application_name(application).template_name(name);
        match call.send().await.map_err(|error| classed(failed("DescribeConfigurationSettings")(error))) {
            Err(error) if error.class == Class::NotFound => Ok(None),
            answer => Ok(answer?.configuration_settings.unwrap_or_default().into_iter().next()),
        }
    }
}
