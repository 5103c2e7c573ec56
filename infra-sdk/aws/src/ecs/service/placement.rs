//! Where a service's tasks are placed, and the disks that they get.

use infra_core::{Block, Tags, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// What tasks run on.
    pub enum LaunchType {
        /// EC2 instances of the cluster.
        Ec2 = "EC2",
        /// Fargate.
        Fargate = "FARGATE",
        /// Machines outside of AWS.
        External = "EXTERNAL",
    }
}

choices! {
    /// How many tasks there are.
    pub enum SchedulingStrategy {
        /// As many as are desired.
        Replica = "REPLICA",
        /// One on each instance.
        Daemon = "DAEMON",
    }
}

choices! {
    /// Whose tags tasks get.
    pub enum PropagateTags {
        /// The service's.
        Service = "SERVICE",
        /// The task definition's.
        TaskDefinition = "TASK_DEFINITION",
    }
}

choices! {
    /// Whether tasks are moved until each zone has as many as the others.
    pub enum ZoneRebalancing {
        /// They are.
        Enabled = "ENABLED",
        /// They are not.
        Disabled = "DISABLED",
    }
}

choices! {
    /// Where a task must be placed.
    pub enum PlacementConstraintType {
        /// Each on an instance of its own.
        DistinctInstance = "distinctInstance",
        /// On instances of which the expression holds.
        MemberOf = "memberOf",
    }
}

/// Where tasks must be placed; not on Fargate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PlacementConstraint {
    /// What must hold.
    #[input(cloud = "Type")]
    pub kind: PlacementConstraintType,
    /// Of which instances, in the query language of clusters.
    pub expression: Option<String>,
}

choices! {
    /// Where a task is best placed.
    pub enum PlacementStrategyType {
        /// Where the least of the field is left.
        Binpack = "binpack",
        /// Anywhere.
        Random = "random",
        /// Where the fewest of the same value are.
        Spread = "spread",
    }
}

/// Where tasks are best placed; not on Fargate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PlacementStrategy {
    /// How.
    #[input(cloud = "Type")]
    pub kind: PlacementStrategyType,
    /// By what: `cpu` or `memory`, `instanceId`, or an attribute such as `attribute:ecs.availability-zone`.
    pub field: Option<String>,
}

/// A disk of EBS for each task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ManagedEbsVolume {
    /// The role that may make disks, by ARN.
    #[input(cloud = "RoleArn")]
    pub role: String,
    /// Whether it is encrypted. Default: what the account says.
    pub encrypted: Option<bool>,
    /// The key. Default: AWS's own.
    #[input(cloud = "KmsKeyId")]
    pub kms_key: Option<String>,
    /// Its type, as in `gp3`.
    pub volume_type: Option<String>,
    /// GiB.
    #[input(cloud = "SizeInGiB")]
    pub size: Option<i32>,
    /// The snapshot that it is made from.
    #[input(cloud = "SnapshotId")]
    pub snapshot: Option<String>,
    /// MiB a second that are read from the snapshot.
    pub volume_initialization_rate: Option<i32>,
    /// Operations a second.
    pub iops: Option<i32>,
    /// MiB a second.
    pub throughput: Option<i32>,
    /// Its file system: `ext3`, `ext4`, `xfs` or `ntfs`. Default: `xfs`.
    pub filesystem_type: Option<String>,
    /// Its tags.
    #[input(cloud = "TagSpecifications")]
    pub tags: Option<Tags>,
}

/// A volume that the task definition leaves to the service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ServiceVolume {
    /// It, by its name in the task definition.
    pub name: String,
    /// A disk for each task.
    #[input(cloud = "ManagedEBSVolume")]
    pub ebs: Option<ManagedEbsVolume>,
}

#[cfg(feature = "ecs")]
mod live {
    use aws_sdk_ecs::types as sdk;

    use super::{
        LaunchType, ManagedEbsVolume, PlacementConstraint, PlacementConstraintType, PlacementStrategy, PlacementStrategyType,
        PropagateTags, SchedulingStrategy, ServiceVolume, ZoneRebalancing,
    };
    use crate::ecs::tags;
    use crate::sdk::{Wired, wired, wired_words};

    type Built<T> = Result<T, aws_smithy_types::error::operation::BuildError>;

    wired_words!(
        LaunchType => sdk::LaunchType,
        PlacementConstraintType => sdk::PlacementConstraintType,
        PlacementStrategyType => sdk::PlacementStrategyType,
        PropagateTags => sdk::PropagateTags,
        SchedulingStrategy => sdk::SchedulingStrategy,
        ZoneRebalancing => sdk::AvailabilityZoneRebalancing,
    );

    wired!(PlacementConstraint = sdk::PlacementConstraint, Ok(sdk::PlacementConstraint::builder().build());
        same: expression;
        given: kind = r#type;
    );

    wired!(PlacementStrategy = sdk::PlacementStrategy, Ok(sdk::PlacementStrategy::builder().build());
        same: field;
        given: kind = r#type;
    );

    wired!(ServiceVolume = sdk::ServiceVolumeConfiguration, sdk::ServiceVolumeConfiguration::builder().name("").build();
        same: name;
        named: ebs = managed_ebs_volume;
    );

    impl Wired<sdk::ServiceManagedEbsVolumeConfiguration> for ManagedEbsVolume {
        fn wire(&self) -> Built<sdk::ServiceManagedEbsVolumeConfiguration> {
            let tagged = self.tags.as_ref().map(|tags| {
                let built = sdk::EbsTagSpecification::builder().resource_type(sdk::EbsResourceType::Volume);
                built.set_tags(Some(tags::to_sdk(tags))).build().map(|one| vec![one])
            });
            let built = sdk::ServiceManagedEbsVolumeConfiguration::builder()
                .role_arn(&self.role)
                .set_encrypted(self.encrypted)
                .set_kms_key_id(self.kms_key.clone())
                .set_volume_type(self.volume_type.clone())
                .set_size_in_gib(self.size)
                .set_snapshot_id(self.snapshot.clone())
                .set_volume_initialization_rate(self.volume_initialization_rate)
                .set_iops(self.iops)
                .set_throughput(self.throughput)
                .set_filesystem_type(self.filesystem_type.as_deref().map(Into::into))
                .set_tag_specifications(tagged.transpose()?);
            built.build()
        }

        fn unwire(sdk: &sdk::ServiceManagedEbsVolumeConfiguration) -> Option<ManagedEbsVolume> {
            let tags = sdk.tag_specifications.as_ref().and_then(|all| all.first()?.tags.as_deref().map(tags::from_sdk));
            Some(ManagedEbsVolume {
                role: sdk.role_arn.clone(),
                encrypted: sdk.encrypted,
                kms_key: sdk.kms_key_id.clone(),
                volume_type: sdk.volume_type.clone(),
                size: sdk.size_in_gib,
                snapshot: sdk.snapshot_id.clone(),
                volume_initialization_rate: sdk.volume_initialization_rate,
                iops: sdk.iops,
                throughput: sdk.throughput,
                filesystem_type: sdk.filesystem_type.as_ref().map(|kind| kind.as_str().to_owned()),
                tags,
            })
        }
    }
}
