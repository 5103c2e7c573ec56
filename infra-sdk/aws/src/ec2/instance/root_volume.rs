//! The volume that an instance starts from.

use infra_core::Block;
use serde::{Deserialize, Serialize};

use crate::ec2::VolumeType;

/// The volume that an instance starts from, other than its image says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct RootVolume {
    /// The size, in GiB, at least that of the image. It grows in place (the file system does not by itself) and cannot
    /// shrink.
    #[input(cloud = "Ebs/VolumeSize")]
    pub size: Option<i32>,
    /// The kind of volume. It changes in place.
    #[input(cloud = "Ebs/VolumeType")]
    pub volume_type: Option<VolumeType>,
    /// Input and output operations a second, for `gp3`, `io1` and `io2`. It changes in place.
    #[input(cloud = "Ebs/Iops")]
    pub iops: Option<i32>,
    /// Throughput in MiB a second, from 125 to 2000, for `gp3`. It changes in place.
    #[input(cloud = "Ebs/Throughput")]
    pub throughput: Option<i32>,
    /// Whether what is on it is encrypted. Default: as the account's setting or the image.
    #[input(replace, cloud = "Ebs/Encrypted")]
    pub encrypted: Option<bool>,
    /// The key to encrypt with, by ARN. Default: the account's key for EBS.
    #[input(replace, cloud = "Ebs/KmsKeyId")]
    pub kms_key: Option<String>,
    /// Whether the volume goes with the instance. Default: as the image says, mostly true.
    #[input(cloud = "Ebs/DeleteOnTermination")]
    pub delete_on_termination: Option<bool>,
}
