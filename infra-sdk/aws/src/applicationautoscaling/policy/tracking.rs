//! A policy that keeps a metric at a value.

use std::collections::BTreeMap;

use infra_core::{Block, Input, Set, choices, output};
use serde::{Deserialize, Serialize};

use crate::cloudwatch::{MetricQuery, Statistic, Unit, full_name};
use crate::elbv2::{LoadBalancer, TargetGroup};

choices! {
    /// A metric that AWS keeps of what scales.
    pub enum PredefinedMetricKind {
        /// How busy a service's processors are, in percent of what its tasks reserve.
        EcsServiceAverageCpu = "ECSServiceAverageCPUUtilization",
        /// How full a service's memory is, in percent of what its tasks reserve.
        EcsServiceAverageMemory = "ECSServiceAverageMemoryUtilization",
        /// Requests that each task gets from a load balancer in a minute, which the label names.
        AlbRequestCountPerTarget = "ALBRequestCountPerTarget",
        /// How much of a table's reads is used, in percent.
        DynamodbReadCapacity = "DynamoDBReadCapacityUtilization",
        /// How much of a table's writes is used, in percent.
        DynamodbWriteCapacity = "DynamoDBWriteCapacityUtilization",
        /// How busy an Aurora cluster's readers are, in percent.
        RdsReaderAverageCpu = "RDSReaderAverageCPUUtilization",
        /// How many connections an Aurora cluster's readers have.
        RdsReaderAverageConnections = "RDSReaderAverageDatabaseConnections",
        /// How much of a function's provisioned concurrency is used, from 0 to 1.
        LambdaProvisionedConcurrency = "LambdaProvisionedConcurrencyUtilization",
        /// How busy a spot fleet's processors are, in percent.
        Ec2SpotFleetAverageCpu = "EC2SpotFleetRequestAverageCPUUtilization",
        /// How much of a fleet's capacity is used, in percent.
        AppstreamCapacity = "AppStreamAverageCapacityUtilization",
        /// How much of a Keyspaces table's reads is used, in percent.
        CassandraReadCapacity = "CassandraReadCapacityUtilization",
        /// How much of a Keyspaces table's writes is used, in percent.
        CassandraWriteCapacity = "CassandraWriteCapacityUtilization",
        /// How much of an endpoint's inference is used, in percent.
        ComprehendInference = "ComprehendInferenceUtilization",
        /// Bytes a spot fleet's instances receive.
        Ec2SpotFleetAverageNetworkIn = "EC2SpotFleetRequestAverageNetworkIn",
        /// Bytes a spot fleet's instances send.
        Ec2SpotFleetAverageNetworkOut = "EC2SpotFleetRequestAverageNetworkOut",
        /// As `EcsServiceAverageCpu`, measured every 20 seconds.
        EcsServiceAverageCpuHighResolution = "ECSServiceAverageCPUUtilizationHighResolution",
        /// As `EcsServiceAverageMemory`, measured every 20 seconds.
        EcsServiceAverageMemoryHighResolution = "ECSServiceAverageMemoryUtilizationHighResolution",
        /// How full a cluster is, with what can be evicted, in percent.
        ElasticacheCapacityForEvict = "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage",
        /// How much memory a cluster uses, with what can be evicted, in percent.
        ElasticacheMemoryForEvict = "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage",
        /// How much memory a cluster uses, in percent.
        ElasticacheMemory = "ElastiCacheDatabaseMemoryUsagePercentage",
        /// How busy a cluster's engine is, in percent.
        ElasticacheEngineCpu = "ElastiCacheEngineCPUUtilization",
        /// How busy the engines of the primaries are, in percent.
        ElasticachePrimaryEngineCpu = "ElastiCachePrimaryEngineCPUUtilization",
        /// How busy the engines of the replicas are, in percent.
        ElasticacheReplicaEngineCpu = "ElastiCacheReplicaEngineCPUUtilization",
        /// How full the brokers' disks are, in percent.
        KafkaBrokerStorage = "KafkaBrokerStorageUtilization",
        /// How busy a Neptune cluster's readers are, in percent.
        NeptuneReaderAverageCpu = "NeptuneReaderAverageCPUUtilization",
        /// Requests that run at once on each copy, measured every 10 seconds.
        SagemakerComponentRequestsHighResolution = "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
        /// Requests that each copy gets in a minute.
        SagemakerComponentInvocations = "SageMakerInferenceComponentInvocationsPerCopy",
        /// Requests that run at once on each model, measured every 10 seconds.
        SagemakerVariantRequestsHighResolution = "SageMakerVariantConcurrentRequestsPerModelHighResolution",
        /// Requests that each instance gets in a minute.
        SagemakerVariantInvocations = "SageMakerVariantInvocationsPerInstance",
        /// How much of the provisioned concurrency is used, from 0 to 1.
        SagemakerProvisionedConcurrency = "SageMakerVariantProvisionedConcurrencyUtilization",
        /// How much of the capacity for sessions is used, in percent.
        WorkspacesSessions = "WorkSpacesAverageUserSessionsCapacityUtilization",
    }
}

/// A metric that AWS keeps of what scales.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PredefinedMetric {
    /// Which one.
    #[input(cloud = "PredefinedMetricType")]
    pub kind: PredefinedMetricKind,
    /// For requests: the load balancer and target group, as `app/NAME/ID/targetgroup/NAME/ID`, from the ends of their ARNs.
    pub resource_label: Option<String>,
}

/// Any metric that falls as capacity is added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct CustomizedMetric {
    /// Where it comes from, as in `AWS/SQS`. Not with `metrics`.
    pub namespace: Option<String>,
    /// What is measured. Not with `metrics`.
    pub metric_name: Option<String>,
    /// Of what. Not with `metrics`.
    pub dimensions: Option<BTreeMap<String, String>>,
    /// How one number is made of a minute's values. Not with `metrics`.
    pub statistic: Option<Statistic>,
    /// Only values of this unit. Default: all.
    pub unit: Option<Unit>,
    /// Metrics and expressions over them; the one with `return_data` is followed.
    pub metrics: Option<Vec<MetricQuery>>,
}

/// The metric that is kept at a value, and the value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct TargetTracking {
    /// The value.
    pub target_value: f64,
    /// A metric that AWS keeps of what scales. Either this or `customized_metric`.
    #[input(cloud = "PredefinedMetricSpecification")]
    pub predefined_metric: Option<PredefinedMetric>,
    /// Any other metric. Either this or `predefined_metric`.
    #[input(cloud = "CustomizedMetricSpecification")]
    pub customized_metric: Option<CustomizedMetric>,
    /// Whether capacity is only ever added by this policy. Default: false.
    pub disable_scale_in: Option<bool>,
    /// Seconds from one scaling in to the next. Default: 300 for services.
    pub scale_in_cooldown: Option<i32>,
    /// Seconds from one scaling out to the next. Default: 300 for services.
    pub scale_out_cooldown: Option<i32>,
}

impl TargetTracking {
    /// A metric that AWS keeps, at a value.
    pub fn of(kind: PredefinedMetricKind, value: impl Input<f64>) -> TargetTrackingBuilder<Set> {
        TargetTracking::new().target_value(value).predefined_metric(PredefinedMetric::new().kind(kind))
    }

    /// A service's processors, busy to `percent` on average.
    pub fn average_cpu(percent: impl Input<f64>) -> TargetTrackingBuilder<Set> {
        TargetTracking::of(PredefinedMetricKind::EcsServiceAverageCpu, percent)
    }

    /// A service's memory, full to `percent` on average.
    pub fn average_memory(percent: impl Input<f64>) -> TargetTrackingBuilder<Set> {
        TargetTracking::of(PredefinedMetricKind::EcsServiceAverageMemory, percent)
    }

    /// `count` requests a minute to each task, from an application load balancer through a target group.
    pub fn requests_per_target(
        count: impl Input<f64>,
        load_balancer: &LoadBalancer,
        target_group: &TargetGroup,
    ) -> TargetTrackingBuilder<Set> {
        let label = output!("{}/{}", full_name(load_balancer), full_name(target_group));
        let metric = PredefinedMetric::new().kind(PredefinedMetricKind::AlbRequestCountPerTarget).resource_label(label);
        TargetTracking::new().target_value(count).predefined_metric(metric)
    }
}
