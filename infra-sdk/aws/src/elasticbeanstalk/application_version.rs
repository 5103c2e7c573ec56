//! A version of an application.

use infra_core::{Block, Outputs, Resource, choices};
use serde::{Deserialize, Serialize};

use super::ApplicationName;
use crate::iam::RoleArn;

infra_core::text_type! {
    /// What a version of an application is called. The handle of an `ApplicationVersion` stands for it.
    pub struct VersionLabel;
}

choices! {
    /// How large a machine builds a version.
    pub enum ComputeType {
        /// 2 processors.
        Small = "BUILD_GENERAL1_SMALL",
        /// 4 processors.
        Medium = "BUILD_GENERAL1_MEDIUM",
        /// 8 processors.
        Large = "BUILD_GENERAL1_LARGE",
    }
}

/// How CodeBuild makes a version of its source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct BuildConfiguration {
    /// The role that builds.
    #[input(cloud = "CodeBuildServiceRole")]
    pub role: RoleArn,
    /// What it is built in, as CodeBuild calls its images.
    pub image: String,
    /// The name of the archive that is made.
    pub artifact_name: Option<String>,
    /// How large a machine builds it. Default: small.
    pub compute_type: Option<ComputeType>,
    /// Minutes that it may take, 5 to 480. Default: 60.
    pub timeout_in_minutes: Option<i32>,
}

/// A version of an application: a bundle of its source in S3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = ApplicationVersion, id = ApplicationVersionId, outputs = ApplicationVersionOutputs,
    kind = "aws:elasticbeanstalk/application-version", cloud = "AWS::ElasticBeanstalk::ApplicationVersion", unique(application, label),
    iam(
        "elasticbeanstalk:DescribeApplicationVersions", "elasticbeanstalk:ListTagsForResource",
        create("elasticbeanstalk:CreateApplicationVersion", "elasticbeanstalk:AddTags", "s3:GetObject", "iam:PassRole"),
        update("elasticbeanstalk:UpdateApplicationVersion"),
        delete("elasticbeanstalk:DeleteApplicationVersion"),
    ),
    without(ImageConfiguration = "images are built and pushed before, and a bundle names them"),
)]
pub struct ApplicationVersionInputs {
    /// The application.
    #[input(replace, cloud = "ApplicationName")]
    pub application: ApplicationName,
    /// The bucket of its bundle, in the application's region.
    #[input(replace, cloud = "SourceBundle/S3Bucket", unlike_cloud = "a version without a bundle is AWS's sample")]
    pub source_bucket: String,
    /// The object that is its bundle. Another content under the same key is not seen: let its digest be in the key.
    #[input(replace, cloud = "SourceBundle/S3Key", unlike_cloud = "a version without a bundle is AWS's sample")]
    pub source_key: String,
    /// Its label, at most 100 characters, the same only once in an application. Default: made from stack and resource.
    #[input(name = 100, replace, unlike_cloud = "CloudFormation makes one of its own")]
    pub label: Option<VersionLabel>,
    /// What it is, at most 200 characters.
    pub description: Option<String>,
    /// Whether the bundle's own configuration is checked when it is made. Default: false.
    #[input(replace, write_only)]
    pub process: Option<bool>,
    /// How CodeBuild makes it of its source. Default: it is made already.
    #[input(replace, write_only)]
    pub build_configuration: Option<BuildConfiguration>,
}

/// What AWS says of an [`ApplicationVersion`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = ApplicationVersion)]
pub struct ApplicationVersionOutputs {
    /// What environments call it.
    #[output(stable, reference)]
    pub version_label: VersionLabel,
}

#[cfg(feature = "elasticbeanstalk")]
mod live {
    use std::collections::BTreeMap;

    use aws_sdk_elasticbeanstalk::Client;
    use aws_sdk_elasticbeanstalk::types as sdk;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{
        ApplicationName, ApplicationVersion, ApplicationVersionId, ApplicationVersionInputs, ApplicationVersionOutputs, BuildConfiguration,
        ComputeType, VersionLabel,
    };
    use crate::elasticbeanstalk::call::{classed, has_token, to_sdk};
    use crate::iam::RoleArn;
    use crate::sdk::{Wired, differs, failed, there, unbuilt, wired, wired_texts, wired_words};

    wired_texts!(RoleArn);
    wired_words!(ComputeType => sdk::ComputeType);

    wired!(BuildConfiguration = sdk::BuildConfiguration, sdk::BuildConfiguration::builder().code_build_service_role("").image("").build();
        same: image, artifact_name, compute_type, timeout_in_minutes;
        named: role = code_build_service_role;
    );

    /// The application and the label in an id, `APPLICATION|LABEL`.
    fn parse(id: &str) -> Option<(&str, &str)> {
        id.split_once('|')
    }

    impl Lifecycle for ApplicationVersion {
        type Client = Client;
        const SERVICE: &'static str = "elasticbeanstalk";

        async fn read(client: &Client, ids: &[ApplicationVersionId]) -> Result<Vec<Observed<ApplicationVersion>>, ProviderError> {
            let mut labels = BTreeMap::<&str, Vec<&str>>::new();
            for (application, label) in ids.iter().filter_map(|id| parse(id.as_str())) {
                labels.entry(application).or_default().push(label);
            }
            let mut all = Vec::new();
            for (application, labels) in labels {
                let versions = describe(client, application, &labels).await?;
                all.extend(versions.iter().map(|version| observed(application, version)));
            }
            Ok(all)
        }

        async fn create(
            client: &Client,
            want: &ApplicationVersionInputs,
            new: Creation<'_>,
        ) -> Result<ApplicationVersionId, ProviderError> {
            let label = label(want)?;
            let bundle = sdk::S3Location::builder().s3_bucket(&want.source_bucket).s3_key(&want.source_key).build();
            let call = client
                .create_application_version()
                .application_name(want.application.as_str())
                .version_label(label)
                .source_bundle(bundle)
                .set_description(want.description.clone())
                .set_process(want.process)
                .set_build_configuration(want.build_configuration.wire().map_err(unbuilt("CreateApplicationVersion"))?)
                .set_tags(Some(to_sdk(new.tags)));
            match call.send().await.map_err(|error| classed(failed("CreateApplicationVersion")(error))) {
                Ok(_) => Ok(ApplicationVersionId::new(format!("{}|{label}", want.application))),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(
            client: &Client,
            id: &ApplicationVersionId,
            have: &ApplicationVersionInputs,
            want: &ApplicationVersionInputs,
        ) -> Result<(), ProviderError> {
            let Some((application, label)) = parse(id.as_str()) else { return Ok(()) };
            if !differs(&have.description, &want.description) {
                return Ok(());
            }
            let call = client.update_application_version().application_name(application).version_label(label);
            let updated = call.set_description(want.description.clone()).send().await;
            updated.map(drop).map_err(failed("UpdateApplicationVersion"))
        }

        async fn delete(client: &Client, id: &ApplicationVersionId) -> Result<(), ProviderError> {
            let Some((application, label)) = parse(id.as_str()) else { return Ok(()) };
            let call = client.delete_application_version().application_name(application).version_label(label).delete_source_bundle(false);
            let deleted = call.send().await.map(drop).map_err(|error| classed(failed("DeleteApplicationVersion")(error)));
            // An environment that goes still runs it.
            let in_use = |error: &ProviderError| error.message.contains("currently deployed");
            gone_is_success(deleted.map_err(|error| error.class_if(Class::InUse, in_use)))
        }

        async fn find(
            client: &Client,
            want: &ApplicationVersionInputs,
            new: Creation<'_>,
        ) -> Result<Option<ApplicationVersionId>, ProviderError> {
            let label = label(want)?;
            let found = describe(client, want.application.as_str(), &[label]).await?;
            let Some(version) = found.first() else { return Ok(None) };
            let own = has_token(client, version.application_version_arn().unwrap_or_default(), new.token).await?;
            Ok(own.then(|| ApplicationVersionId::new(format!("{}|{label}", want.application))))
        }
    }

    fn label(want: &ApplicationVersionInputs) -> Result<&str, ProviderError> {
        let none = || ProviderError::new(Class::Invalid, "CreateApplicationVersion", "there is no label");
        want.label.as_ref().map(VersionLabel::as_str).ok_or_else(none)
    }

    fn observed(application: &str, version: &sdk::ApplicationVersionDescription) -> Observed<ApplicationVersion> {
        let source = version.source_bundle();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let label = text(version.version_label());
        // The service writes the words in capitals, its model does not.
        let status = version.status().map_or("", sdk::ApplicationVersionStatus::as_str).to_ascii_uppercase();
        Observed {
            id: ApplicationVersionId::new(format!("{application}|{label}")),
            inputs: ApplicationVersionInputs {
                application: ApplicationName::new(application),
                source_bucket: text(source.and_then(|source| source.s3_bucket())),
                source_key: text(source.and_then(|source| source.s3_key())),
                label: Some(VersionLabel::new(label.clone())),
                description: Some(text(version.description())),
                process: None,
                build_configuration: None,
            },
            outputs: ApplicationVersionOutputs { version_label: VersionLabel::new(label) },
            condition: Condition::of(&status, &["PROCESSED", "UNPROCESSED", ""], &["FAILED"]),
        }
    }

    /// Those versions of an application that there are; none where there is no such application.
    async fn describe(
        client: &Client,
        application: &str,
        labels: &[&str],
    ) -> Result<Vec<sdk::ApplicationVersionDescription>, ProviderError> {
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            let call = client.describe_application_versions().application_name(application).set_next_token(token);
            let call = call.set_version_labels(Some(labels.iter().copied().map(str::to_owned).collect()));
            let answer = call.send().await.map_err(|error| classed(failed("DescribeApplicationVersions")(error)));
            let Some(answer) = there(answer)? else { return Ok(all) };
            all.extend(answer.application_versions.unwrap_or_default());
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(all);
            }
        }
    }
}
