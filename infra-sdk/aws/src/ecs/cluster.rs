//! A cluster.

use infra_core::{Block, Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

use super::CapacityProviderStrategyItem;

choices! {
    /// How closely CloudWatch watches a cluster's containers.
    pub enum ContainerInsights {
        /// Down to each container.
        Enhanced = "enhanced",
        /// Clusters, services and tasks.
        Enabled = "enabled",
        /// Not at all.
        Disabled = "disabled",
    }
}

choices! {
    /// Where the output of commands goes that are run inside containers.
    pub enum ExecuteCommandLogging {
        /// Where the task's own output goes.
        Default = "DEFAULT",
        /// Nowhere.
        None = "NONE",
        /// Where `logs` says.
        Override = "OVERRIDE",
    }
}

/// Where the output of commands goes, with the logging `Override`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct ExecuteCommandLogs {
    /// The log group, which must exist.
    #[input(cloud = "CloudWatchLogGroupName")]
    pub log_group: Option<String>,
    /// Whether it is encrypted on the way there. Default: false.
    #[input(cloud = "CloudWatchEncryptionEnabled")]
    pub log_group_encryption: Option<bool>,
    /// The bucket, which must exist.
    #[input(cloud = "S3BucketName")]
    pub bucket: Option<String>,
    /// Whether it is encrypted in the bucket. Default: false.
    #[input(cloud = "S3EncryptionEnabled")]
    pub bucket_encryption: Option<bool>,
    /// The folder in the bucket. Default: none.
    #[input(cloud = "S3KeyPrefix")]
    pub bucket_prefix: Option<String>,
}

/// How commands are run inside containers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct ExecuteCommand {
    /// The key that encrypts what goes back and forth. Default: none.
    #[input(cloud = "KmsKeyId")]
    pub kms_key: Option<String>,
    /// Where the output goes. Default: where the task's own goes.
    pub logging: Option<ExecuteCommandLogging>,
    /// Where, with `Override`.
    #[input(cloud = "LogConfiguration")]
    pub logs: Option<ExecuteCommandLogs>,
}

/// How AWS encrypts storage that it manages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct ManagedStorage {
    /// The key for managed volumes. Default: AWS's own.
    #[input(cloud = "KmsKeyId")]
    pub kms_key: Option<String>,
    /// The key for what Fargate tasks keep while they run. Default: AWS's own.
    #[input(cloud = "FargateEphemeralStorageKmsKeyId")]
    pub fargate_kms_key: Option<String>,
}

/// A cluster: where services and tasks run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Cluster, id = ClusterName, outputs = ClusterOutputs, kind = "aws:ecs/cluster", cloud = "AWS::ECS::Cluster",
    iam(
        "ecs:DescribeClusters",
        create("ecs:CreateCluster", "ecs:TagResource", "iam:CreateServiceLinkedRole"),
        update("ecs:UpdateCluster", "ecs:PutClusterCapacityProviders", "ecs:TagResource", "ecs:UntagResource"),
        delete("ecs:DeleteCluster"),
    ),
)]
pub struct ClusterInputs {
    /// Its name, at most 255 characters, the same only once in a region. Default: made from stack and resource.
    #[input(name = 255, replace, cloud = "ClusterName")]
    pub name: Option<String>,
    /// How closely its containers are watched. Default: what the account says, which is not at all.
    #[input(cloud = "ClusterSettings")]
    pub container_insights: Option<ContainerInsights>,
    /// How commands are run inside its containers.
    #[input(cloud = "Configuration/ExecuteCommandConfiguration")]
    pub execute_command: Option<ExecuteCommand>,
    /// How storage is encrypted that AWS manages.
    #[input(cloud = "Configuration/ManagedStorageConfiguration")]
    pub managed_storage: Option<ManagedStorage>,
    /// The capacity that its services may ask for: `FARGATE`, `FARGATE_SPOT`, and providers of its own.
    #[input(set)]
    pub capacity_providers: Option<Vec<String>>,
    /// What services get that say neither a launch type nor a strategy.
    #[input(set)]
    pub default_capacity_provider_strategy: Option<Vec<CapacityProviderStrategyItem>>,
    /// The Cloud Map namespace that its services connect in by default, by name or ARN; read back as its ARN. An empty text
    /// removes it.
    #[input(cloud = "ServiceConnectDefaults/Namespace", write_only)]
    pub service_connect_namespace: Option<String>,
    /// Tags.
    pub tags: Option<Tags>,
}

infra_core::text_type! {
    /// The ARN of a [`Cluster`].
    pub struct ClusterArn;
}

/// What AWS says of a [`Cluster`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Cluster)]
pub struct ClusterOutputs {
    /// Its ARN.
    #[output(stable, reference)]
    pub arn: ClusterArn,
}

#[cfg(feature = "ecs")]
mod live {
    use aws_sdk_ecs::Client;
    use aws_sdk_ecs::types as sdk;
    use aws_sdk_ecs::types::ClusterField;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{
        Cluster, ClusterArn, ClusterInputs, ClusterName, ClusterOutputs, ContainerInsights, ExecuteCommand, ExecuteCommandLogging,
        ExecuteCommandLogs, ManagedStorage,
    };
    use crate::ecs::tags;
    use crate::sdk::{Wired, differs, failed, named, set_changes, unbuilt, wired, wired_words};

    wired_words!(ExecuteCommandLogging => sdk::ExecuteCommandLogging);

    wired!(ExecuteCommandLogs = sdk::ExecuteCommandLogConfiguration, Ok(sdk::ExecuteCommandLogConfiguration::builder().build());
        named: log_group = cloud_watch_log_group_name, bucket = s3_bucket_name, bucket_prefix = s3_key_prefix;
        switches: log_group_encryption = cloud_watch_encryption_enabled, bucket_encryption = s3_encryption_enabled;
    );

    wired!(ExecuteCommand = sdk::ExecuteCommandConfiguration, Ok(sdk::ExecuteCommandConfiguration::builder().build());
        same: logging;
        named: kms_key = kms_key_id, logs = log_configuration;
    );

    wired!(ManagedStorage = sdk::ManagedStorageConfiguration, Ok(sdk::ManagedStorageConfiguration::builder().build());
        named: kms_key = kms_key_id, fargate_kms_key = fargate_ephemeral_storage_kms_key_id;
    );

    impl Lifecycle for Cluster {
        type Client = Client;
        const SERVICE: &'static str = "ecs";

        async fn read(client: &Client, ids: &[ClusterName]) -> Result<Vec<Observed<Cluster>>, ProviderError> {
            let names = ids.iter().map(|id| id.as_str().to_owned()).collect();
            let observed = describe(client, names).await?.into_iter().filter_map(|cluster| {
                let condition = match cluster.status() {
                    // It is told for a while after its end.
                    Some("INACTIVE") => return None,
                    Some("ACTIVE") => match cluster.attachments_status() {
                        Some("UPDATE_IN_PROGRESS") => Condition::Pending("UPDATE_IN_PROGRESS".into()),
                        _ => Condition::Ready,
                    },
                    Some("FAILED") => Condition::Failed("FAILED".into()),
                    status => Condition::Pending(status.unwrap_or_default().to_owned()),
                };
                Some(Observed {
                    id: ClusterName::new(cluster.cluster_name().unwrap_or_default()),
                    inputs: inputs(&cluster),
                    outputs: ClusterOutputs { arn: ClusterArn::new(cluster.cluster_arn().unwrap_or_default()) },
                    condition,
                })
            });
            Ok(observed.collect())
        }

        async fn create(client: &Client, want: &ClusterInputs, new: Creation<'_>) -> Result<ClusterName, ProviderError> {
            let name = named(want.name.as_ref(), "CreateCluster")?;
            // What is there under this name would be returned as if it had been made.
            if let Some(there) = active(client, name).await? {
                let error = ProviderError::new(Class::Exists, "CreateCluster", format!("there is a cluster {name} already"));
                return if tags::has_token(there.tags(), new.token) { Ok(ClusterName::new(name)) } else { Err(error) };
            }
            let wrong = unbuilt("CreateCluster");
            let namespace = want.service_connect_namespace.as_ref().filter(|namespace| !namespace.is_empty());
            let defaults = namespace.map(|namespace| sdk::ClusterServiceConnectDefaultsRequest::builder().namespace(namespace).build());
            let call = client
                .create_cluster()
                .cluster_name(name)
                .set_settings(settings(want))
                .set_configuration(configuration(want)?)
                .set_capacity_providers(want.capacity_providers.clone())
                .set_default_capacity_provider_strategy(want.default_capacity_provider_strategy.wire().map_err(&wrong)?)
                .set_service_connect_defaults(defaults.transpose().map_err(wrong)?)
                .set_tags(Some(tags::to_sdk(new.tags)));
            let made = call.send().await.map_err(failed("CreateCluster"));
            // The first cluster of an account waits for the role that is made along with it.
            made.map_err(|error| error.class_if(Class::NotYet, |error| error.message.contains("service linked role")))?;
            Ok(ClusterName::new(name))
        }

        async fn update(client: &Client, id: &ClusterName, have: &ClusterInputs, want: &ClusterInputs) -> Result<(), ProviderError> {
            let wrong = unbuilt("UpdateCluster");
            let configured = |inputs: &ClusterInputs| (inputs.execute_command.clone(), inputs.managed_storage.clone());
            let namespace =
                want.service_connect_namespace.as_ref().filter(|_| have.service_connect_namespace != want.service_connect_namespace);
            if differs(&have.container_insights, &want.container_insights)
                || differs(&configured(have), &configured(want))
                || namespace.is_some()
            {
                // The configuration is set as a whole, so what is not managed of it is given as it is.
                let whole = ClusterInputs {
                    execute_command: want.execute_command.clone().or_else(|| have.execute_command.clone()),
                    managed_storage: want.managed_storage.clone().or_else(|| have.managed_storage.clone()),
                    ..ClusterInputs::default()
                };
                let defaults = namespace.map(|namespace| sdk::ClusterServiceConnectDefaultsRequest::builder().namespace(namespace).build());
                let call = client
                    .update_cluster()
                    .cluster(id.as_str())
                    .set_settings(settings(want))
                    .set_configuration(configuration(&whole)?)
                    .set_service_connect_defaults(defaults.transpose().map_err(&wrong)?);
                call.send().await.map_err(failed("UpdateCluster"))?;
            }
            let strategy_differs = differs(&have.default_capacity_provider_strategy, &want.default_capacity_provider_strategy);
            if strategy_differs || set_changes(have.capacity_providers.as_ref(), want.capacity_providers.as_ref()) {
                let strategy = want.default_capacity_provider_strategy.as_ref().or(have.default_capacity_provider_strategy.as_ref());
                let providers = want.capacity_providers.as_ref().or(have.capacity_providers.as_ref());
                let call = client
                    .put_cluster_capacity_providers()
                    .cluster(id.as_str())
                    .set_capacity_providers(Some(providers.cloned().unwrap_or_default()))
                    .set_default_capacity_provider_strategy(Some(
                        strategy.map(Wired::wire).transpose().map_err(wrong)?.unwrap_or_default(),
                    ));
                call.send().await.map_err(failed("PutClusterCapacityProviders"))?;
            }
            if want.tags.is_some() && want.tags != have.tags {
                // Only its ARN names it here.
                let Some(cluster) = active(client, id.as_str()).await? else { return Ok(()) };
                tags::update(client, cluster.cluster_arn().unwrap_or_default(), have.tags.as_ref(), want.tags.as_ref()).await?;
            }
            Ok(())
        }

        async fn delete(client: &Client, id: &ClusterName) -> Result<(), ProviderError> {
            let deleted = client.delete_cluster().cluster(id.as_str()).send().await.map_err(failed("DeleteCluster"));
            // Services and instances that go are still counted for a while.
            let deleted = deleted.map_err(|error| error.class_if(Class::InUse, |error| still_holds(error.code.as_deref())));
            gone_is_success(deleted.map(drop))
        }

        async fn find(client: &Client, want: &ClusterInputs, new: Creation<'_>) -> Result<Option<ClusterName>, ProviderError> {
            let name = named(want.name.as_ref(), "DescribeClusters")?;
            let found = active(client, name).await?.filter(|cluster| tags::has_token(cluster.tags(), new.token));
            Ok(found.map(|_| ClusterName::new(name)))
        }
    }

    fn still_holds(code: Option<&str>) -> bool {
        code.is_some_and(|code| code.starts_with("ClusterContains") || code == "UpdateInProgressException")
    }

    async fn describe(client: &Client, names: Vec<String>) -> Result<Vec<sdk::Cluster>, ProviderError> {
        let include = [ClusterField::Settings, ClusterField::Configurations, ClusterField::Tags];
        let call = client.describe_clusters().set_clusters(Some(names)).set_include(Some(include.to_vec()));
        Ok(call.send().await.map_err(failed("DescribeClusters"))?.clusters.unwrap_or_default())
    }

    async fn active(client: &Client, name: &str) -> Result<Option<sdk::Cluster>, ProviderError> {
        let found = describe(client, vec![name.to_owned()]).await?;
        Ok(found.into_iter().find(|cluster| cluster.status() != Some("INACTIVE")))
    }

    fn settings(want: &ClusterInputs) -> Option<Vec<sdk::ClusterSetting>> {
        let insights = want.container_insights?;
        Some(vec![sdk::ClusterSetting::builder().name(sdk::ClusterSettingName::ContainerInsights).value(insights.as_str()).build()])
    }

    fn configuration(want: &ClusterInputs) -> Result<Option<sdk::ClusterConfiguration>, ProviderError> {
        if want.execute_command.is_none() && want.managed_storage.is_none() {
            return Ok(None);
        }
        let wrong = unbuilt("UpdateCluster");
        let built = sdk::ClusterConfiguration::builder()
            .set_execute_command_configuration(want.execute_command.wire().map_err(&wrong)?)
            .set_managed_storage_configuration(want.managed_storage.wire().map_err(wrong)?);
        Ok(Some(built.build()))
    }

    fn inputs(cluster: &sdk::Cluster) -> ClusterInputs {
        let insights = |setting: &&sdk::ClusterSetting| setting.name() == Some(&sdk::ClusterSettingName::ContainerInsights);
        let setting = cluster.settings().iter().find(insights);
        let configuration = cluster.configuration();
        ClusterInputs {
            name: cluster.cluster_name().map(str::to_owned),
            container_insights: setting.and_then(|setting| ContainerInsights::from_word(setting.value()?)),
            execute_command: configuration.and_then(|all| ExecuteCommand::unwire(all.execute_command_configuration()?)),
            managed_storage: configuration.and_then(|all| ManagedStorage::unwire(all.managed_storage_configuration()?)),
            capacity_providers: Some(cluster.capacity_providers().to_vec()),
            default_capacity_provider_strategy: Vec::unwire(&cluster.default_capacity_provider_strategy().to_vec()),
            // It may be given by name, and is told as an ARN.
            service_connect_namespace: None,
            tags: Some(tags::from_sdk(cluster.tags())),
        }
    }
}
