//! Volumes that are made together with an instance, as instances and launch templates describe them.

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// The kind of an EBS volume: what it costs and how fast it is.
    pub enum VolumeType {
        /// General purpose, on solid state; speed grows with size.
        Gp2 = "gp2",
        /// General purpose, on solid state; speed is bought apart from size.
        Gp3 = "gp3",
        /// Provisioned speed, on solid state.
        Io1 = "io1",
        /// Provisioned speed with higher durability, on solid state.
        Io2 = "io2",
        /// Magnetic, for what is seldom read.
        Sc1 = "sc1",
        /// Magnetic, for long sequential reads and writes.
        St1 = "st1",
        /// Magnetic, of the previous generation.
        Standard = "standard",
    }
}

/// A volume that is made with an instance, or a change to one that its image describes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct BlockDevice {
    /// The device it appears as, as in `/dev/sdf`.
    #[input(unlike_cloud = "the API knows a device by nothing else")]
    pub device_name: String,
    /// The size, in GiB. Default: that of the snapshot; required without one.
    #[input(cloud = "Ebs/VolumeSize")]
    pub size: Option<i32>,
    /// The kind of volume. Default: `gp2`, or what the image says.
    #[input(cloud = "Ebs/VolumeType")]
    pub volume_type: Option<VolumeType>,
    /// Input and output operations a second: for `gp3`, `io1` and `io2`, from 100 to 256000 depending on the type.
    #[input(cloud = "Ebs/Iops")]
    pub iops: Option<i32>,
    /// Throughput in MiB a second, from 125 to 2000: for `gp3` only.
    #[input(cloud = "Ebs/Throughput")]
    pub throughput: Option<i32>,
    /// Whether what is on it is encrypted. Default: as the account's setting or the snapshot.
    #[input(cloud = "Ebs/Encrypted")]
    pub encrypted: Option<bool>,
    /// The key to encrypt with, by ARN. Default: the account's key for EBS.
    #[input(cloud = "Ebs/KmsKeyId")]
    pub kms_key: Option<String>,
    /// The snapshot it is made from.
    #[input(cloud = "Ebs/SnapshotId")]
    pub snapshot: Option<String>,
    /// Whether the volume goes with the instance. Default: true.
    #[input(cloud = "Ebs/DeleteOnTermination")]
    pub delete_on_termination: Option<bool>,
    /// How fast the snapshot's blocks are fetched, in MiB a second, from 100 to 300. Default: as they are read.
    #[input(cloud = "Ebs/VolumeInitializationRate")]
    pub volume_initialization_rate: Option<i32>,
    /// The EBS card that serves the volume, on instance types that have several. Default: 0.
    #[input(cloud = "Ebs/EbsCardIndex")]
    pub ebs_card_index: Option<i32>,
    /// A disk of the host instead of an EBS volume: `ephemeral0`, `ephemeral1`, …
    pub virtual_name: Option<String>,
    /// Whether the device, which the image describes, is left out.
    #[input(unlike_cloud = "an empty text there means true")]
    pub no_device: Option<bool>,
}

impl BlockDevice {
    /// Whether anything is said that makes it an EBS volume.
    #[cfg(feature = "ec2")]
    fn is_volume(&self) -> bool {
        self.size.is_some()
            || self.volume_type.is_some()
            || self.iops.is_some()
            || self.throughput.is_some()
            || self.encrypted.is_some()
            || self.kms_key.is_some()
            || self.snapshot.is_some()
            || self.delete_on_termination.is_some()
            || self.volume_initialization_rate.is_some()
            || self.ebs_card_index.is_some()
    }
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::types::{
        BlockDeviceMapping, EbsBlockDevice, LaunchTemplateBlockDeviceMapping, LaunchTemplateBlockDeviceMappingRequest,
        LaunchTemplateEbsBlockDeviceRequest,
    };

    use super::{BlockDevice, VolumeType};

    /// Fills either of the SDK's two builders for the same thing.
    macro_rules! to_sdk {
        ($device:ident, $mapping:ident, $ebs:ident) => {{
            let ebs = $ebs::builder()
                .set_volume_size($device.size)
                .set_volume_type($device.volume_type.map(|word| word.as_str().into()))
                .set_iops($device.iops)
                .set_throughput($device.throughput)
                .set_encrypted($device.encrypted)
                .set_kms_key_id($device.kms_key.clone())
                .set_snapshot_id($device.snapshot.clone())
                .set_delete_on_termination($device.delete_on_termination)
                .set_volume_initialization_rate($device.volume_initialization_rate)
                .set_ebs_card_index($device.ebs_card_index)
                .build();
            $mapping::builder()
                .device_name(&$device.device_name)
                .set_virtual_name($device.virtual_name.clone())
                // The interface says it with an empty text.
                .set_no_device($device.no_device.filter(|omit| *omit).map(|_| String::new()))
                .set_ebs($device.is_volume().then_some(ebs))
                .build()
        }};
    }

    impl BlockDevice {
        /// For a launch.
        pub(crate) fn to_launch(&self) -> BlockDeviceMapping {
            to_sdk!(self, BlockDeviceMapping, EbsBlockDevice)
        }

        /// For a launch template.
        pub(crate) fn to_template(&self) -> LaunchTemplateBlockDeviceMappingRequest {
            to_sdk!(self, LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest)
        }

        /// As a launch template has it.
        pub(crate) fn from_template(device: &LaunchTemplateBlockDeviceMapping) -> BlockDevice {
            let ebs = device.ebs();
            BlockDevice {
                device_name: device.device_name().unwrap_or_default().to_owned(),
                size: ebs.and_then(|ebs| ebs.volume_size()),
                volume_type: ebs.and_then(|ebs| ebs.volume_type()).and_then(|word| VolumeType::from_word(word.as_str())),
                iops: ebs.and_then(|ebs| ebs.iops()),
                throughput: ebs.and_then(|ebs| ebs.throughput()),
                encrypted: ebs.and_then(|ebs| ebs.encrypted()),
                kms_key: ebs.and_then(|ebs| ebs.kms_key_id()).map(str::to_owned),
                snapshot: ebs.and_then(|ebs| ebs.snapshot_id()).map(str::to_owned),
                delete_on_termination: ebs.and_then(|ebs| ebs.delete_on_termination()),
                volume_initialization_rate: ebs.and_then(|ebs| ebs.volume_initialization_rate()),
                ebs_card_index: ebs.and_then(|ebs| ebs.ebs_card_index()),
                virtual_name: device.virtual_name().map(str::to_owned),
                no_device: device.no_device().map(|_| true),
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_device_left_out_is_no_volume() {
            let device: BlockDevice = serde_json::from_str(r#"{"device_name": "/dev/sdb", "no_device": true}"#).unwrap();
            let mapping = device.to_launch();
            assert_eq!(mapping.no_device(), Some(""));
            assert!(mapping.ebs().is_none());
        }

        #[test]
        fn what_a_template_says_of_a_volume_is_read_as_it_was_written() {
            let text = r#"{"device_name": "/dev/sdb", "size": 20, "volume_type": "gp3", "iops": 4000, "encrypted": true}"#;
            let device: BlockDevice = serde_json::from_str(text).unwrap();
            let asked = device.to_template();
            let ebs = aws_sdk_ec2::types::LaunchTemplateEbsBlockDevice::builder()
                .set_volume_size(asked.ebs().and_then(|ebs| ebs.volume_size()))
                .set_volume_type(asked.ebs().and_then(|ebs| ebs.volume_type()).cloned())
                .set_iops(asked.ebs().and_then(|ebs| ebs.iops()))
                .set_encrypted(asked.ebs().and_then(|ebs| ebs.encrypted()))
                .build();
            let told = LaunchTemplateBlockDeviceMapping::builder().device_name("/dev/sdb").ebs(ebs).build();
            assert_eq!(BlockDevice::from_template(&told), device);
        }
    }
}
