//! A launch configuration: what instances of a group are to be like, before there were launch templates.

use infra_core::{Block, Outputs, Resource};
use serde::{Deserialize, Serialize};

use crate::ec2::{InstanceId, KeyPairName, MetadataTokens, SecurityGroupId, Tenancy, VolumeType};
use crate::iam::InstanceProfileName;

/// What instances of an auto scaling group are to be like. It never changes: any difference makes another one.
///
/// AWS advises [`LaunchTemplate`](crate::ec2::LaunchTemplate) instead, and refuses this in newer accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = LaunchConfiguration, id = LaunchConfigurationName, outputs = LaunchConfigurationOutputs,
    kind = "aws:autoscaling/launch-configuration", cloud = "AWS::AutoScaling::LaunchConfiguration",
    iam(
        "autoscaling:DescribeLaunchConfigurations", "ec2:DescribeImages",
        create("autoscaling:CreateLaunchConfiguration", "iam:PassRole"),
        delete("autoscaling:DeleteLaunchConfiguration"),
    ),
    without(
        ClassicLinkVPCId = "EC2-Classic, which it links to, is no more",
        ClassicLinkVPCSecurityGroups = "EC2-Classic is no more",
    ),
)]
pub struct LaunchConfigurationInputs {
    /// Its name, unique in the region. Default: one made of the stack's and the resource's.
    #[input(name = 255, replace, cloud = "LaunchConfigurationName")]
    pub name: Option<String>,
    /// The image instances start from, as in `ami-0123`.
    #[input(replace, cloud = "ImageId")]
    pub image: String,
    /// The type, as in `t3.micro`.
    #[input(replace)]
    pub instance_type: String,
    /// An instance whose description is taken for what is not said here.
    #[input(replace, write_only, cloud = "InstanceId")]
    pub instance: Option<InstanceId>,
    /// The security groups. Default: the VPC's default group.
    #[input(replace, set)]
    pub security_groups: Option<Vec<SecurityGroupId>>,
    /// Whether instances get a public IPv4 address. Default: as the subnet says.
    #[input(replace, cloud = "AssociatePublicIpAddress")]
    pub public_address: Option<bool>,
    /// The key pair that lets in over SSH.
    #[input(replace, cloud = "KeyName")]
    pub key_pair: Option<KeyPairName>,
    /// The instance profile, whose role the programs on an instance have.
    #[input(replace, cloud = "IamInstanceProfile")]
    pub instance_profile: Option<InstanceProfileName>,
    /// What runs at the first start: a script or cloud-init's configuration, in clear, up to 16 KiB.
    #[input(replace)]
    pub user_data: Option<String>,
    /// The volumes, by device; those of the image that are not named are made as it says.
    // AWS fills in what is not said and keeps no order; since nothing here ever changes, what was asked is what is there.
    #[input(replace, write_only, set, cloud = "BlockDeviceMappings")]
    pub block_devices: Option<Vec<ConfiguredDevice>>,
    /// Whether volumes have bandwidth of their own. Default: false.
    #[input(replace)]
    pub ebs_optimized: Option<bool>,
    /// Whether measures come every minute instead of every five, at a price. Default: true.
    #[input(replace, cloud = "InstanceMonitoring")]
    pub monitoring: Option<bool>,
    /// The metadata service.
    #[input(replace)]
    pub metadata_options: Option<ConfiguredMetadata>,
    /// Whether instances share their host with other accounts. Default: as the VPC says.
    #[input(replace, cloud = "PlacementTenancy")]
    pub tenancy: Option<Tenancy>,
    /// The most to pay for an hour of a spot instance, in US dollars, as in `0.05`. Default: instances are on demand.
    #[input(replace)]
    pub spot_price: Option<String>,
    /// The kernel, by id, for images that have none.
    #[input(replace, cloud = "KernelId")]
    pub kernel: Option<String>,
    /// The RAM disk, by id, for images that have none.
    #[input(replace, cloud = "RamDiskId")]
    pub ramdisk: Option<String>,
}

/// A volume of each instance of a group; a launch configuration can say less of it than a launch template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ConfiguredDevice {
    /// The device it appears as, as in `/dev/sdf`.
    pub device_name: String,
    /// The size, in GiB. Default: that of the snapshot; required without one.
    #[input(cloud = "Ebs/VolumeSize")]
    pub size: Option<i32>,
    /// The kind of volume. Default: `gp2`, or what the image says.
    #[input(cloud = "Ebs/VolumeType")]
    pub volume_type: Option<VolumeType>,
    /// Input and output operations a second, from 100 to 20000: for `gp3`, `io1` and `io2`.
    #[input(cloud = "Ebs/Iops")]
    pub iops: Option<i32>,
    /// Throughput in MiB a second, from 125 to 1000: for `gp3` only.
    #[input(cloud = "Ebs/Throughput")]
    pub throughput: Option<i32>,
    /// Whether what is on it is encrypted, with the account's key. Default: as the account's setting or the snapshot.
    #[input(cloud = "Ebs/Encrypted")]
    pub encrypted: Option<bool>,
    /// The snapshot it is made from.
    #[input(cloud = "Ebs/SnapshotId")]
    pub snapshot: Option<String>,
    /// Whether the volume goes with the instance. Default: true.
    #[input(cloud = "Ebs/DeleteOnTermination")]
    pub delete_on_termination: Option<bool>,
    /// A disk of the host instead of an EBS volume: `ephemeral0`, `ephemeral1`, …
    pub virtual_name: Option<String>,
    /// Whether the device, which the image describes, is left out.
    pub no_device: Option<bool>,
}

/// The metadata service of each instance of a group; a launch configuration can say less of it than a launch template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ConfiguredMetadata {
    /// Whether it answers at all. Default: true.
    #[input(cloud = "HttpEndpoint")]
    pub enabled: Option<bool>,
    /// Whether a session token is needed. Default: `optional`; `required` is safer.
    #[input(cloud = "HttpTokens")]
    pub tokens: Option<MetadataTokens>,
    /// How many network hops an answer may travel, from 1 to 64; containers need 2. Default: 1.
    #[input(cloud = "HttpPutResponseHopLimit")]
    pub hop_limit: Option<i32>,
}

/// What AWS says of a [`LaunchConfiguration`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = LaunchConfiguration)]
pub struct LaunchConfigurationOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
}

#[cfg(feature = "autoscaling")]
mod live {
    use aws_sdk_autoscaling::Client;
    use aws_sdk_autoscaling::types::{BlockDeviceMapping, Ebs, InstanceMetadataOptions, InstanceMonitoring, LaunchConfiguration as Told};
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{
        ConfiguredDevice, ConfiguredMetadata, LaunchConfiguration, LaunchConfigurationInputs, LaunchConfigurationName,
        LaunchConfigurationOutputs,
    };
    use crate::ec2::{KeyPairName, MetadataTokens, SecurityGroupId, Tenancy, VolumeType};
    use crate::iam::InstanceProfileName;
    use crate::sdk::{amends, failed, from_base64, is_on, name_of, named, some_list, switch, texts, to_base64};

    impl Lifecycle for LaunchConfiguration {
        type Client = Client;
        const SERVICE: &'static str = "autoscaling";
        const PAGE: usize = 50;

        async fn read(client: &Client, ids: &[LaunchConfigurationName]) -> Result<Vec<Observed<LaunchConfiguration>>, ProviderError> {
            let names = ids.iter().map(|id| id.as_str().to_owned()).collect();
            let call = client.describe_launch_configurations().set_launch_configuration_names(Some(names));
            let mut pages = call.into_paginator().items().send();
            let mut observed = Vec::new();
            while let Some(told) = pages.next().await {
                let told = told.map_err(failed("DescribeLaunchConfigurations"))?;
                observed.push(Observed {
                    id: LaunchConfigurationName::new(told.launch_configuration_name().unwrap_or_default()),
                    inputs: inputs(&told),
                    outputs: LaunchConfigurationOutputs { arn: told.launch_configuration_arn().unwrap_or_default().to_owned() },
                    condition: Condition::Ready,
                });
            }
            Ok(observed)
        }

        async fn create(
            client: &Client,
            want: &LaunchConfigurationInputs,
            new: Creation<'_>,
        ) -> Result<LaunchConfigurationName, ProviderError> {
            let name = named(want.name.as_ref(), "CreateLaunchConfiguration")?;
            let call = client
                .create_launch_configuration()
                .launch_configuration_name(name)
                .image_id(&want.image)
                .instance_type(&want.instance_type)
                .set_instance_id(want.instance.as_ref().map(|id| id.as_str().to_owned()))
                .set_security_groups(texts(want.security_groups.as_deref()))
                .set_associate_public_ip_address(want.public_address)
                .set_key_name(want.key_pair.as_ref().map(|name| name.as_str().to_owned()))
                .set_iam_instance_profile(want.instance_profile.as_ref().map(|name| name.as_str().to_owned()))
                .set_user_data(want.user_data.as_deref().map(to_base64))
                .set_block_device_mappings(want.block_devices.as_ref().map(|devices| devices.iter().map(device).collect()))
                .set_ebs_optimized(want.ebs_optimized)
                .set_instance_monitoring(want.monitoring.map(|on| InstanceMonitoring::builder().enabled(on).build()))
                .set_metadata_options(want.metadata_options.as_ref().map(metadata))
                .set_placement_tenancy(want.tenancy.map(|word| word.as_str().to_owned()))
                .set_spot_price(want.spot_price.clone())
                .set_kernel_id(want.kernel.clone())
                .set_ramdisk_id(want.ramdisk.clone());
            match call.send().await.map_err(failed("CreateLaunchConfiguration")) {
                Ok(_) => Ok(LaunchConfigurationName::new(name)),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error.class_if(Class::NotYet, is_not_yet)),
            }
        }

        async fn update(
            _: &Client,
            id: &LaunchConfigurationName,
            _: &LaunchConfigurationInputs,
            _: &LaunchConfigurationInputs,
        ) -> Result<(), ProviderError> {
            // Every input replaces it, so a difference here means that AWS keeps something else than it was given.
            let message = format!("AWS has {id} other than it was made, and cannot change it: replace it");
            Err(ProviderError::new(Class::Invalid, "update", message))
        }

        async fn delete(client: &Client, id: &LaunchConfigurationName) -> Result<(), ProviderError> {
            let deleted = client.delete_launch_configuration().launch_configuration_name(id.as_str()).send().await;
            let deleted = deleted.map(drop).map_err(failed("DeleteLaunchConfiguration"));
            // Auto Scaling has one code for all that is wrong with a request.
            gone_is_success(deleted.map_err(|error| error.class_if(Class::NotFound, |error| error.message.contains("not found"))))
        }

        async fn find(
            client: &Client,
            want: &LaunchConfigurationInputs,
            _: Creation<'_>,
        ) -> Result<Option<LaunchConfigurationName>, ProviderError> {
            // It takes no tags: the same name with the same content is the one that was asked for.
            let Some(name) = &want.name else { return Ok(None) };
            let found = Self::read(client, &[LaunchConfigurationName::new(name)]).await?;
            Ok(found.into_iter().find(|found| is_same(&found.inputs, want)).map(|found| found.id))
        }
    }

    fn inputs(told: &Told) -> LaunchConfigurationInputs {
        let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        LaunchConfigurationInputs {
            name: owned(told.launch_configuration_name()),
            image: told.image_id().unwrap_or_default().to_owned(),
            instance_type: told.instance_type().unwrap_or_default().to_owned(),
            instance: None,
            security_groups: some_list(told.security_groups().iter().map(SecurityGroupId::new)),
            public_address: told.associate_public_ip_address(),
            key_pair: owned(told.key_name()).map(KeyPairName::new),
            instance_profile: owned(told.iam_instance_profile()).map(|name| InstanceProfileName::new(name_of(&name))),
            user_data: owned(told.user_data()).map(|encoded| from_base64(&encoded)),
            block_devices: some_list(told.block_device_mappings().iter().map(configured)),
            ebs_optimized: told.ebs_optimized(),
            monitoring: told.instance_monitoring().and_then(|monitoring| monitoring.enabled()),
            metadata_options: told.metadata_options().map(|options| ConfiguredMetadata {
                enabled: options.http_endpoint().map(|word| is_on(word.as_str())),
                tokens: options.http_tokens().and_then(|word| MetadataTokens::from_word(word.as_str())),
                hop_limit: options.http_put_response_hop_limit(),
            }),
            tenancy: told.placement_tenancy().and_then(Tenancy::from_word),
            spot_price: owned(told.spot_price()),
            kernel: owned(told.kernel_id()),
            ramdisk: owned(told.ramdisk_id()),
        }
    }

    /// Whether the error is that the instance profile, or the right to pass its role, is too new to be known everywhere;
    /// the code is the one for all that is wrong with a request.
    fn is_not_yet(error: &ProviderError) -> bool {
        let says = |words| error.message.contains(words);
        error.is_code("ValidationError") && (says("Invalid IamInstanceProfile") || says("not authorized to perform this operation"))
    }

    /// Whether what is there says all that is wanted, but for what is never told and for lists, which come in any order.
    fn is_same(have: &LaunchConfigurationInputs, want: &LaunchConfigurationInputs) -> bool {
        let unordered = LaunchConfigurationInputs { instance: None, security_groups: None, block_devices: None, ..want.clone() };
        !amends(Some(have), Some(&unordered))
    }

    fn device(device: &ConfiguredDevice) -> BlockDeviceMapping {
        let ebs = Ebs::builder()
            .set_volume_size(device.size)
            .set_volume_type(device.volume_type.map(|word| word.as_str().to_owned()))
            .set_iops(device.iops)
            .set_throughput(device.throughput)
            .set_encrypted(device.encrypted)
            .set_snapshot_id(device.snapshot.clone())
            .set_delete_on_termination(device.delete_on_termination)
            .build();
        BlockDeviceMapping::builder()
            .device_name(&device.device_name)
            .set_virtual_name(device.virtual_name.clone())
            .set_no_device(device.no_device)
            .set_ebs((ebs != Ebs::builder().build()).then_some(ebs))
            .build()
    }

    fn configured(told: &BlockDeviceMapping) -> ConfiguredDevice {
        let ebs = told.ebs();
        ConfiguredDevice {
            device_name: told.device_name().unwrap_or_default().to_owned(),
            size: ebs.and_then(|ebs| ebs.volume_size()),
            volume_type: ebs.and_then(|ebs| ebs.volume_type()).and_then(VolumeType::from_word),
            iops: ebs.and_then(|ebs| ebs.iops()),
            throughput: ebs.and_then(|ebs| ebs.throughput()),
            encrypted: ebs.and_then(|ebs| ebs.encrypted()),
            snapshot: ebs.and_then(|ebs| ebs.snapshot_id()).map(str::to_owned),
            delete_on_termination: ebs.and_then(|ebs| ebs.delete_on_termination()),
            virtual_name: told.virtual_name().map(str::to_owned),
            no_device: told.no_device(),
        }
    }

    fn metadata(options: &ConfiguredMetadata) -> InstanceMetadataOptions {
        InstanceMetadataOptions::builder()
            .set_http_endpoint(options.enabled.map(|on| switch(on).into()))
            .set_http_tokens(options.tokens.map(|word| word.as_str().into()))
            .set_http_put_response_hop_limit(options.hop_limit)
            .build()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_profile_too_new_to_be_known_is_waited_for_and_a_wrong_request_is_not() {
            let error = |message: &str| {
                let error = ProviderError::new(Class::Invalid, "CreateLaunchConfiguration", message);
                ProviderError { code: Some("ValidationError".into()), ..error }
            };
            assert!(is_not_yet(&error("Invalid IamInstanceProfile: web")));
            assert!(is_not_yet(&error("You are not authorized to perform this operation.")));
            assert!(!is_not_yet(&error("AMI cannot be described")));
        }

        #[test]
        fn the_same_content_is_the_same_whatever_aws_adds_to_it() {
            let inputs = |json| serde_json::from_value::<LaunchConfigurationInputs>(json).unwrap();
            let have = inputs(serde_json::json!({"image": "ami-1", "instance_type": "t2.micro", "monitoring": true}));
            let want = inputs(serde_json::json!({"image": "ami-1", "instance_type": "t2.micro", "security_groups": ["sg-1"]}));
            assert!(is_same(&have, &want));
            assert!(!is_same(&have, &LaunchConfigurationInputs { image: "ami-2".into(), ..want }));
        }
    }
}
