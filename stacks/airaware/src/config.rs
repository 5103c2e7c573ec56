//! What may differ from one environment to the next. Each choice has the original's behaviour as its other side.

use infra_sdk::prelude::Secret;
use serde::Deserialize;

/// The stack's configuration, from its `infra.toml`.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// How many Spark workers.
    pub workers: u16,
    /// The network's range of addresses, a /16.
    pub range: String,
    /// The two zones, as in `us-west-2a`. Default: the region's first two.
    pub zones: Option<[String; 2]>,
    /// The images that the machines start from.
    pub images: Images,
    /// The administrators' public key, in OpenSSH's format.
    pub public_key: String,
    /// Where the machines are.
    #[serde(default)]
    pub placement: Placement,
    /// What the machines let in.
    #[serde(default)]
    pub firewall: Firewall,
    /// How the machines get at AWS.
    #[serde(default)]
    pub access: Access,
    /// How the fleets' machines are described.
    #[serde(default)]
    pub launch: Launch,
    /// Where administrators come from, for Prometheus and Grafana; nobody by default.
    pub admin_range: Option<String>,
    /// The bucket with the measurements; it exists already.
    pub bucket: String,
    /// The fleets of Flask servers, one in each zone.
    pub flask: Fleet,
}

/// Image ids by role.
#[derive(Clone, Debug, Deserialize)]
pub struct Images {
    /// With Spark and Hadoop.
    pub spark: String,
    /// With Postgres and PostGIS.
    pub postgres: String,
    /// With the web application.
    pub flask: String,
    /// Plain Ubuntu, for Prometheus.
    pub ubuntu: String,
}

/// A fleet's size and what changes it.
#[derive(Clone, Debug, Deserialize)]
pub struct Fleet {
    /// The type of its machines.
    pub instance_type: String,
    /// The fewest machines.
    pub min: i32,
    /// The most machines.
    pub max: i32,
    /// One more machine from this processor load on, in percent.
    pub grow_at: f64,
    /// One machine less from this processor load down, in percent.
    pub shrink_at: f64,
    /// How long after one change the next may come, in seconds.
    pub cooldown: i32,
}

/// Where the machines are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// In private subnets, out through one NAT gateway; only the load balancer is public.
    #[default]
    Private,
    /// In the public subnets, with public addresses, as the original's code has it.
    Public,
}

/// What the machines let in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Firewall {
    /// A group for each role, open to the roles that need it, as the original's diagrams have it.
    #[default]
    Narrow,
    /// One group that lets everything in, as the original's code has it.
    Open,
}

/// How the machines get at AWS.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// By an instance profile, with the rights that the role needs.
    #[default]
    InstanceProfile,
    /// By access keys in their user data, as the original does.
    Keys {
        /// The key's id.
        id: String,
        /// The key.
        secret: Secret<String>,
    },
}

/// How the fleets' machines are described.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Launch {
    /// By launch templates.
    #[default]
    Template,
    /// By launch configurations, as the original does; AWS has closed them to new accounts.
    Configuration,
}
