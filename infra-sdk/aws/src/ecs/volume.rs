//! Storage that the containers of a task share.

use std::collections::BTreeMap;

use infra_core::{Block, Input, Set, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// How long a Docker volume lasts.
    pub enum DockerVolumeScope {
        /// As long as the task.
        Task = "task",
        /// Longer, for the next task on the instance.
        Shared = "shared",
    }
}

choices! {
    /// Whether what goes to a file system is encrypted on the way.
    pub enum TransitEncryption {
        /// It is.
        Enabled = "ENABLED",
        /// It is not.
        Disabled = "DISABLED",
    }
}

choices! {
    /// Whether the task's role decides what it may do in a file system.
    pub enum EfsIam {
        /// It does; the way there must be encrypted.
        Enabled = "ENABLED",
        /// It does not.
        Disabled = "DISABLED",
    }
}

/// A volume of a Docker driver, on EC2 instances only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct DockerVolume {
    /// How long it lasts. Default: as long as the task.
    pub scope: Option<DockerVolumeScope>,
    /// Whether it is made where there is none; for shared ones. Default: false.
    pub autoprovision: Option<bool>,
    /// The driver. Default: `local`.
    pub driver: Option<String>,
    /// What the driver is told.
    pub driver_opts: Option<BTreeMap<String, String>>,
    /// Labels on it.
    pub labels: Option<BTreeMap<String, String>>,
}

/// As whom an EFS file system is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct EfsAuthorization {
    /// The access point, by id.
    #[input(cloud = "AccessPointId")]
    pub access_point: Option<String>,
    /// Whether the task's role decides. Default: disabled.
    #[input(cloud = "IAM")]
    pub iam: Option<EfsIam>,
}

/// A file system of EFS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct EfsVolume {
    /// Its id, as in `fs-…`.
    #[input(cloud = "FilesystemId")]
    pub file_system: String,
    /// The folder that is mounted. Default: `/`.
    pub root_directory: Option<String>,
    /// Whether what goes there is encrypted. Default: disabled.
    pub transit_encryption: Option<TransitEncryption>,
    /// The port for that. Default: one that is free.
    pub transit_encryption_port: Option<i32>,
    /// As whom it is used.
    #[input(cloud = "AuthorizationConfig")]
    pub authorization: Option<EfsAuthorization>,
}

/// As whom a file system of FSx is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct FsxAuthorization {
    /// The ARN of the secret or parameter with the credentials.
    pub credentials_parameter: String,
    /// The Active Directory domain.
    pub domain: String,
}

/// A file system of FSx for Windows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct FsxWindowsVolume {
    /// Its id.
    #[input(cloud = "FileSystemId")]
    pub file_system: String,
    /// The folder that is mounted.
    pub root_directory: String,
    /// As whom it is used.
    #[input(cloud = "AuthorizationConfig")]
    pub authorization: Option<FsxAuthorization>,
}

/// A file system of S3 Files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct S3FilesVolume {
    /// Its ARN.
    #[input(cloud = "FileSystemArn")]
    pub file_system: String,
    /// The folder that is mounted. Default: `/`.
    pub root_directory: Option<String>,
    /// The port of the encrypted way there. Default: one that is free.
    pub transit_encryption_port: Option<i32>,
    /// The access point, by ARN.
    #[input(cloud = "AccessPointArn")]
    pub access_point: Option<String>,
}

/// A volume of a task, which its containers mount by name. One that says nothing but its name is empty and lasts as long as
/// the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Volume {
    /// Its name.
    #[input(unlike_cloud = "a volume that has no name cannot be mounted")]
    pub name: String,
    /// A folder of the instance, on EC2 instances only.
    #[input(cloud = "Host/SourcePath")]
    pub host_path: Option<String>,
    /// Whether the service says what it is, in `volumes`. Default: false.
    pub configured_at_launch: Option<bool>,
    /// A volume of a Docker driver.
    #[input(cloud = "DockerVolumeConfiguration")]
    pub docker: Option<DockerVolume>,
    /// A file system of EFS.
    #[input(cloud = "EFSVolumeConfiguration")]
    pub efs: Option<EfsVolume>,
    /// A file system of FSx for Windows.
    #[input(cloud = "FSxWindowsFileServerVolumeConfiguration")]
    pub fsx_windows: Option<FsxWindowsVolume>,
    /// A file system of S3 Files.
    #[input(cloud = "S3FilesVolumeConfiguration")]
    pub s3_files: Option<S3FilesVolume>,
}

impl Volume {
    /// An empty one that lasts as long as the task.
    pub fn scratch(name: impl Input<String>) -> VolumeBuilder<Set> {
        Volume::new().name(name)
    }

    /// A file system of EFS, reached encrypted.
    pub fn efs(name: impl Input<String>, file_system: impl Input<String>) -> VolumeBuilder<Set> {
        Volume::new().name(name).efs(EfsVolume::new().file_system(file_system).transit_encryption(TransitEncryption::Enabled))
    }
}

#[cfg(feature = "ecs")]
mod live {
    use aws_sdk_ecs::types as sdk;

    use super::{
        DockerVolume, DockerVolumeScope, EfsAuthorization, EfsIam, EfsVolume, FsxAuthorization, FsxWindowsVolume, S3FilesVolume,
        TransitEncryption, Volume,
    };
    use crate::sdk::{Wired, wired, wired_words};

    type Built<T> = Result<T, aws_smithy_types::error::operation::BuildError>;

    wired_words!(
        DockerVolumeScope => sdk::Scope,
        TransitEncryption => sdk::EfsTransitEncryption,
        EfsIam => sdk::EfsAuthorizationConfigIam,
    );

    wired!(DockerVolume = sdk::DockerVolumeConfiguration, Ok(sdk::DockerVolumeConfiguration::builder().build());
        same: scope, autoprovision, driver, driver_opts, labels;
    );

    wired!(EfsAuthorization = sdk::EfsAuthorizationConfig, Ok(sdk::EfsAuthorizationConfig::builder().build());
        same: iam;
        named: access_point = access_point_id;
    );

    wired!(EfsVolume = sdk::EfsVolumeConfiguration, sdk::EfsVolumeConfiguration::builder().file_system_id("").build();
        same: root_directory, transit_encryption, transit_encryption_port;
        named: file_system = file_system_id, authorization = authorization_config;
    );

    wired!(FsxAuthorization = sdk::FSxWindowsFileServerAuthorizationConfig,
        sdk::FSxWindowsFileServerAuthorizationConfig::builder().credentials_parameter("").domain("").build();
        same: credentials_parameter, domain;
    );

    wired!(S3FilesVolume = sdk::S3FilesVolumeConfiguration, sdk::S3FilesVolumeConfiguration::builder().file_system_arn("").build();
        same: root_directory, transit_encryption_port;
        named: file_system = file_system_arn, access_point = access_point_arn;
    );

    impl Wired<sdk::FSxWindowsFileServerVolumeConfiguration> for FsxWindowsVolume {
        fn wire(&self) -> Built<sdk::FSxWindowsFileServerVolumeConfiguration> {
            let built = sdk::FSxWindowsFileServerVolumeConfiguration::builder()
                .file_system_id(&self.file_system)
                .root_directory(&self.root_directory)
                .set_authorization_config(self.authorization.wire()?);
            built.build()
        }

        fn unwire(sdk: &sdk::FSxWindowsFileServerVolumeConfiguration) -> Option<FsxWindowsVolume> {
            let authorization = sdk.authorization_config.as_ref().and_then(FsxAuthorization::unwire);
            Some(FsxWindowsVolume { file_system: sdk.file_system_id.clone(), root_directory: sdk.root_directory.clone(), authorization })
        }
    }

    impl Wired<sdk::Volume> for Volume {
        fn wire(&self) -> Built<sdk::Volume> {
            let host = self.host_path.as_ref().map(|path| sdk::HostVolumeProperties::builder().source_path(path).build());
            let built = sdk::Volume::builder()
                .name(&self.name)
                .set_host(host)
                .set_configured_at_launch(self.configured_at_launch)
                .set_docker_volume_configuration(self.docker.wire()?)
                .set_efs_volume_configuration(self.efs.wire()?)
                .set_fsx_windows_file_server_volume_configuration(self.fsx_windows.wire()?)
                .set_s3files_volume_configuration(self.s3_files.wire()?);
            Ok(built.build())
        }

        fn unwire(sdk: &sdk::Volume) -> Option<Volume> {
            Some(Volume {
                name: sdk.name.clone()?,
                host_path: sdk.host.as_ref().and_then(|host| host.source_path.clone()),
                configured_at_launch: sdk.configured_at_launch,
                docker: Wired::unwire(&sdk.docker_volume_configuration)?,
                efs: Wired::unwire(&sdk.efs_volume_configuration)?,
                fsx_windows: Wired::unwire(&sdk.fsx_windows_file_server_volume_configuration)?,
                s3_files: Wired::unwire(&sdk.s3files_volume_configuration)?,
            })
        }
    }
}
