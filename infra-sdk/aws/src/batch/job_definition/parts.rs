//! Volumes, limits, devices and logs of a job's container.

use std::collections::BTreeMap;

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// Who takes a container's logs.
    pub enum LogDriver {
        /// CloudWatch Logs.
        Awslogs = "awslogs",
        /// FireLens, which passes them on.
        Awsfirelens = "awsfirelens",
        /// Fluentd.
        Fluentd = "fluentd",
        /// Graylog.
        Gelf = "gelf",
        /// The machine's journal.
        Journald = "journald",
        /// Files on the machine.
        JsonFile = "json-file",
        /// Splunk.
        Splunk = "splunk",
        /// The machine's syslog.
        Syslog = "syslog",
    }
}

/// Where a container's logs go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct LogConfiguration {
    /// Who takes them.
    #[input(cloud = "LogDriver")]
    pub driver: LogDriver,
    /// The driver's options, as in `awslogs-group`.
    pub options: Option<BTreeMap<String, String>>,
    /// Options whose values come from secrets, by ARN.
    #[input(unlike_cloud = "AWS lists pairs of a name and an ARN")]
    pub secret_options: Option<BTreeMap<String, String>>,
}

/// A file system of EFS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct EfsVolume {
    /// The file system's id.
    #[input(cloud = "FileSystemId")]
    pub file_system: String,
    /// The folder that is mounted. Default: `/`.
    pub root_directory: Option<String>,
    /// Whether what goes over the network is encrypted. Default: false.
    #[input(cloud = "TransitEncryption")]
    pub encrypted: Option<bool>,
    /// The port of the encryption. Default: one that is free.
    #[input(cloud = "TransitEncryptionPort")]
    pub port: Option<i32>,
    /// The id of the access point.
    #[input(cloud = "AuthorizationConfig/AccessPointId")]
    pub access_point: Option<String>,
    /// Whether the job's role decides what may be done. Default: false.
    #[input(cloud = "AuthorizationConfig/Iam")]
    pub iam: Option<bool>,
}

/// A volume that containers can mount: a folder of the machine, a file system of EFS, or, with neither, an empty one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Volume {
    /// Its name, for mount points.
    #[input(unlike_cloud = "nothing can be mounted without it")]
    pub name: String,
    /// The folder of the machine.
    #[input(cloud = "Host/SourcePath")]
    pub host_path: Option<String>,
    /// The file system.
    #[input(cloud = "EfsVolumeConfiguration")]
    pub efs: Option<EfsVolume>,
}

/// Where a volume is mounted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct MountPoint {
    /// The volume's name.
    #[input(cloud = "SourceVolume", unlike_cloud = "nothing is mounted without it")]
    pub volume: String,
    /// The folder in the container.
    #[input(unlike_cloud = "nothing is mounted without it")]
    pub container_path: String,
    /// Whether nothing can be written there. Default: false.
    pub read_only: Option<bool>,
}

/// A limit of processes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Ulimit {
    /// Its name, as in `nofile`.
    pub name: String,
    /// What a process starts with.
    pub soft_limit: i32,
    /// What a process may raise it to.
    pub hard_limit: i32,
}

choices! {
    /// What may be done with a device.
    pub enum DevicePermission {
        /// Reading.
        Read = "READ",
        /// Writing.
        Write = "WRITE",
        /// Making device files.
        Mknod = "MKNOD",
    }
}

/// A device of the machine that the container has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Device {
    /// Its path on the machine.
    #[input(unlike_cloud = "Batch requires it")]
    pub host_path: String,
    /// Its path in the container. Default: the same.
    #[input(filled)]
    pub container_path: Option<String>,
    /// What may be done with it. Default: all.
    #[input(filled, set)]
    pub permissions: Option<Vec<DevicePermission>>,
}

/// A file system in memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Tmpfs {
    /// The folder in the container.
    pub container_path: String,
    /// How large it may become, in MiB.
    pub size: i32,
    /// Mount options, as in `noexec`.
    #[input(set)]
    pub mount_options: Option<Vec<String>>,
}

/// What is special to Linux. Only the process that reaps others is for Fargate too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct LinuxParameters {
    /// Devices of the machine that the container has.
    #[input(set)]
    pub devices: Option<Vec<Device>>,
    /// Whether the container has a process that passes on signals and reaps others. Default: false.
    pub init_process_enabled: Option<bool>,
    /// How much memory on disk it may use, in MiB. Default: as much again as it has memory.
    pub max_swap: Option<i32>,
    /// How readily memory goes to disk, from 0 to 100. Default: 60.
    pub swappiness: Option<i32>,
    /// How large `/dev/shm` is, in MiB.
    pub shared_memory_size: Option<i32>,
    /// File systems in memory.
    #[input(set)]
    pub tmpfs: Option<Vec<Tmpfs>>,
}
