//! What a container may do with a Linux kernel.

use infra_core::{Block, Set, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// What may be done with a device.
    pub enum DevicePermission {
        /// Reading.
        Read = "read",
        /// Writing.
        Write = "write",
        /// Making its file.
        Mknod = "mknod",
    }
}

/// A device of the instance in a container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Device {
    /// Its path on the instance.
    #[input(unlike_cloud = "AWS requires it")]
    pub host_path: String,
    /// Its path in the container. Default: the same.
    pub container_path: Option<String>,
    /// What may be done with it. Default: all.
    #[input(set)]
    pub permissions: Option<Vec<DevicePermission>>,
}

/// A folder in memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Tmpfs {
    /// Where it is.
    #[input(unlike_cloud = "AWS requires it")]
    pub container_path: String,
    /// MiB of it at most.
    pub size: i32,
    /// How it is mounted.
    pub mount_options: Option<Vec<String>>,
}

/// What of root's powers a container has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct KernelCapabilities {
    /// More than Docker gives; on Fargate only `SYS_PTRACE`.
    #[input(set)]
    pub add: Option<Vec<String>>,
    /// Less than Docker gives.
    #[input(set)]
    pub drop: Option<Vec<String>>,
}

/// What is special for Linux.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct LinuxParameters {
    /// What of root's powers it has.
    pub capabilities: Option<KernelCapabilities>,
    /// Devices of the instance; not on Fargate.
    pub devices: Option<Vec<Device>>,
    /// Whether a small first process takes the signals and buries the children. Default: false.
    pub init_process_enabled: Option<bool>,
    /// MiB of `/dev/shm`; not on Fargate.
    pub shared_memory_size: Option<i32>,
    /// Folders in memory; not on Fargate.
    pub tmpfs: Option<Vec<Tmpfs>>,
    /// MiB of swap at most; not on Fargate.
    pub max_swap: Option<i32>,
    /// How readily it swaps, 0 to 100; not on Fargate. Default: 60.
    pub swappiness: Option<i32>,
}

/// A kernel parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct SystemControl {
    /// Its name, as in `net.ipv4.tcp_keepalive_time`.
    pub namespace: Option<String>,
    /// Its value.
    pub value: Option<String>,
}

choices! {
    /// What the kernel counts of a process.
    pub enum UlimitName {
        /// The size of what is left of a crash.
        Core = "core",
        /// Processor time.
        Cpu = "cpu",
        /// The data segment.
        Data = "data",
        /// The size of a file.
        Fsize = "fsize",
        /// Locks.
        Locks = "locks",
        /// Locked memory.
        Memlock = "memlock",
        /// Message queues.
        Msgqueue = "msgqueue",
        /// Niceness.
        Nice = "nice",
        /// Open files.
        Nofile = "nofile",
        /// Processes.
        Nproc = "nproc",
        /// Memory in use.
        Rss = "rss",
        /// Real-time priority.
        Rtprio = "rtprio",
        /// Real-time processor time.
        Rttime = "rttime",
        /// Waiting signals.
        Sigpending = "sigpending",
        /// The stack.
        Stack = "stack",
    }
}

/// How much of something a process may use; on Fargate only of open files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Ulimit {
    /// Of what.
    pub name: UlimitName,
    /// How much, unless it asks for more.
    pub soft_limit: i32,
    /// How much it may ask for.
    pub hard_limit: i32,
}

impl Ulimit {
    /// So many open files.
    pub fn open_files(limit: i32) -> UlimitBuilder<Set, Set, Set> {
        Ulimit::new().name(UlimitName::Nofile).soft_limit(limit).hard_limit(limit)
    }
}
