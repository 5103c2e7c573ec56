//! A database.

#[cfg(feature = "rds")]
mod create;
#[cfg(feature = "rds")]
mod end;
#[cfg(feature = "rds")]
mod live;
#[cfg(feature = "rds")]
mod notes;
#[cfg(feature = "rds")]
mod read;
#[cfg(feature = "rds")]
mod update;

use std::collections::BTreeMap;

use infra_core::{Block, Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

use super::{DbParameterGroupName, DbSubnetGroupName};
use crate::ec2::SecurityGroupId;
use crate::iam::RoleArn;

choices! {
    /// What a database is stored on.
    pub enum StorageType {
        /// Magnetic disks, of former times.
        Standard = "standard",
        /// Solid state disks whose speed grows with their size.
        Gp2 = "gp2",
        /// Solid state disks whose speed can be chosen.
        Gp3 = "gp3",
        /// Solid state disks that keep a speed.
        Io1 = "io1",
        /// As those, and more reliable.
        Io2 = "io2",
    }
}

choices! {
    /// Which addresses a database has.
    pub enum NetworkType {
        /// IPv4.
        Ipv4 = "IPV4",
        /// IPv4 and IPv6.
        Dual = "DUAL",
    }
}

choices! {
    /// How much Database Insights sees.
    pub enum DatabaseInsights {
        /// The load, for seven days.
        Standard = "standard",
        /// More, for fifteen months; Performance Insights must be on.
        Advanced = "advanced",
    }
}

choices! {
    /// What becomes of an engine's version that its makers do not support any more.
    pub enum LifecycleSupport {
        /// AWS supports it for money.
        Extended = "open-source-rds-extended-support",
        /// The database is upgraded.
        None = "open-source-rds-extended-support-disabled",
    }
}

/// The Active Directory that a database is a member of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Domain {
    /// The id of a directory of AWS's.
    #[input(cloud = "Domain")]
    pub directory: Option<String>,
    /// The role with which the directory is spoken to. Required with `directory`.
    #[input(cloud = "DomainIAMRoleName")]
    pub role_name: Option<String>,
    /// The domain's name, of a directory of one's own.
    #[input(cloud = "DomainFqdn")]
    pub fqdn: Option<String>,
    /// The organizational unit that the database joins.
    #[input(cloud = "DomainOu")]
    pub organizational_unit: Option<String>,
    /// The ARN of the secret of the user who lets it join.
    #[input(cloud = "DomainAuthSecretArn")]
    pub auth_secret: Option<String>,
    /// The addresses of the two domain controllers.
    #[input(cloud = "DomainDnsIps")]
    pub dns_ips: Option<Vec<String>>,
}

/// A database: MySQL, PostgreSQL or another engine, on a machine that RDS keeps.
///
/// A new one is empty, or is made of a `snapshot`, of another database's backups (`source` and a time), or follows another
/// one (`source` alone).
///
/// RDS defers some changes to the maintenance window, unless `apply_immediately` says otherwise. A deferred change counts as
/// made: the next plan has nothing to do, and `pending` names it until it has happened. What AWS has no place for is kept
/// in tags of the engine's, so that it holds when the program does not have the database any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = DbInstance, id = DbInstanceName, outputs = DbInstanceOutputs, kind = "aws:rds/db-instance", cloud = "AWS::RDS::DBInstance",
    iam(
        "rds:DescribeDBInstances",
        create(
            "rds:CreateDBInstance", "rds:RestoreDBInstanceFromDBSnapshot", "rds:RestoreDBInstanceToPointInTime",
            "rds:CreateDBInstanceReadReplica", "rds:AddTagsToResource", "iam:PassRole", "iam:CreateServiceLinkedRole",
        ),
        update("rds:ModifyDBInstance", "rds:AddTagsToResource", "rds:RemoveTagsFromResource", "iam:PassRole"),
        delete("rds:DeleteDBInstance"),
    ),
    without(
        AdditionalStorageVolumes = "for Oracle and SQL Server only",
        AssociatedRoles = "an association is a thing of its own, made after the database",
        AutomaticBackupReplicationRegion = "a replication is a thing of its own, in another region",
        AutomaticBackupReplicationKmsKeyId = "a replication is a thing of its own, in another region",
        AutomaticBackupReplicationRetentionPeriod = "a replication is a thing of its own, in another region",
        CustomIAMInstanceProfile = "for RDS Custom only",
        DBClusterIdentifier = "members of clusters are Aurora's",
        DBClusterSnapshotIdentifier = "members of clusters are Aurora's",
        SourceDBClusterIdentifier = "members of clusters are Aurora's",
        PromotionTier = "members of clusters are Aurora's",
        DBSecurityGroups = "of the time before VPCs",
        DBSystemId = "for Oracle only",
        ReplicaMode = "for Oracle only",
        SourceDBInstanceAutomatedBackupsArn = "for backups that were replicated from another region",
        SourceRegion = "the API signs its calls for itself",
    ),
)]
pub struct DbInstanceInputs {
    /// The type of its machine, as in `db.t4g.micro`. Deferred.
    #[input(cloud = "DBInstanceClass", unlike_cloud = "CloudFormation leaves it out for restored ones")]
    pub instance_class: String,
    /// Its name, in lower case, at most 63 letters, digits and hyphens, the same only once in a region. Default: made from
    /// stack and resource.
    #[input(name = 63, lower_case, replace, cloud = "DBInstanceIdentifier")]
    pub name: Option<String>,
    /// The engine, as in `mysql`, `mariadb` or `postgres`. Required but where it is that of a snapshot or a source.
    #[input(replace)]
    pub engine: Option<String>,
    /// The engine's version: all of it, as in `8.0.36`, or a beginning, as in `8.0` or `16`, for whichever of these AWS
    /// thinks best. Give a beginning where minor versions are upgraded by themselves. Default: AWS's choice. Deferred.
    pub engine_version: Option<String>,
    /// Whether `engine_version` may be of another major version than it is. Default: false.
    #[input(write_only)]
    pub allow_major_version_upgrade: Option<bool>,
    /// Whether minor versions are upgraded in the maintenance window. Default: true.
    pub auto_minor_version_upgrade: Option<bool>,
    /// What becomes of a version that its makers do not support any more. Default: AWS supports it for money.
    #[input(replace, unlike_cloud = "the API has no call that changes it for every engine")]
    pub engine_lifecycle_support: Option<LifecycleSupport>,
    /// The licence, as in `general-public-license` or `postgresql-license`. Default: by engine.
    pub license_model: Option<String>,

    /// The name of the database that is made in it. Default: none is.
    #[input(replace, cloud = "DBName")]
    pub database: Option<String>,
    /// The administrator's name. Required but where it is that of a snapshot or a source.
    #[input(replace, cloud = "MasterUsername")]
    pub username: Option<String>,
    /// The administrator's password, from 8 to 41 characters without `/`, `"` and `@`. Either this or `manage_password`.
    #[input(secret, write_only, cloud = "MasterUserPassword")]
    pub password: Option<String>,
    /// Whether RDS makes the password, changes it every week and keeps it in Secrets Manager, as `secret_arn`. Default: false.
    #[input(cloud = "ManageMasterUserPassword")]
    pub manage_password: Option<bool>,
    /// The ARN of the KMS key of that secret. Default: Secrets Manager's own.
    #[input(cloud = "MasterUserSecret/KmsKeyId")]
    pub password_key: Option<String>,
    /// How the administrator shows who he is: `password` or `iam-db-auth`. Default: password.
    #[input(write_only, cloud = "MasterUserAuthenticationType")]
    pub authentication_type: Option<String>,
    /// Whether IAM's users and roles can log in. Default: false.
    #[input(cloud = "EnableIAMDatabaseAuthentication")]
    pub iam_authentication: Option<bool>,
    /// The Active Directory that it is a member of.
    #[input(cloud = "")]
    pub domain: Option<Domain>,

    /// How much storage, in GiB; it can only grow. Where `max_allocated_storage` lets it grow by itself, it is the least.
    /// Required but where it is that of a snapshot or a source.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub allocated_storage: Option<i32>,
    /// Up to how much it grows by itself, in GiB. Default: it does not.
    pub max_allocated_storage: Option<i32>,
    /// What it is stored on. Default: gp3, or io1 with `iops`.
    pub storage_type: Option<StorageType>,
    /// How many operations a second, with io1, io2 and gp3.
    pub iops: Option<i32>,
    /// How many MiB a second, with gp3.
    pub storage_throughput: Option<i32>,
    /// Whether it is encrypted. Default: false, but of an encrypted snapshot.
    #[input(replace)]
    pub storage_encrypted: Option<bool>,
    /// The ARN of the KMS key that it is encrypted with. Default: AWS's own for RDS.
    #[input(replace, cloud = "KmsKeyId")]
    pub kms_key: Option<String>,
    /// Whether its logs have a disk of their own. Default: false.
    pub dedicated_log_volume: Option<bool>,

    /// The subnets that it can be in. Default: those of the default VPC.
    #[input(replace, cloud = "DBSubnetGroupName")]
    pub subnet_group: Option<DbSubnetGroupName>,
    /// Its security groups. Default: the VPC's own.
    #[input(set, cloud = "VPCSecurityGroups")]
    pub security_groups: Option<Vec<SecurityGroupId>>,
    /// Whether it has a public address. Default: by subnet group.
    pub publicly_accessible: Option<bool>,
    /// Whether it has a copy in another zone that takes over. Default: false. Deferred.
    #[input(cloud = "MultiAZ")]
    pub multi_az: Option<bool>,
    /// The zone that it is in. Not with `multi_az`. Default: one of its subnets'.
    #[input(replace)]
    pub availability_zone: Option<String>,
    /// The port. Default: the engine's, as in 3306 or 5432. Another one restarts it.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub port: Option<i32>,
    /// Which addresses it has. Default: IPV4.
    pub network_type: Option<NetworkType>,
    /// The authority of its certificate, as in `rds-ca-rsa2048-g1`. Default: AWS's choice. Deferred.
    #[input(cloud = "CACertificateIdentifier")]
    pub ca_certificate: Option<String>,
    /// Whether it is restarted for another certificate, where the engine needs that. Default: true.
    #[input(write_only)]
    pub certificate_rotation_restart: Option<bool>,

    /// The parameters of its engine. A change takes effect when it is rebooted. Default: the engine's.
    #[input(cloud = "DBParameterGroupName")]
    pub parameter_group: Option<DbParameterGroupName>,
    /// The name of the group of options of its engine. Default: the engine's.
    #[input(cloud = "OptionGroupName")]
    pub option_group: Option<String>,
    /// The character set, of Oracle and Db2.
    #[input(replace)]
    pub character_set_name: Option<String>,
    /// The national character set, of Oracle.
    #[input(replace)]
    pub nchar_character_set_name: Option<String>,
    /// The time zone, of SQL Server and Db2.
    #[input(replace)]
    pub timezone: Option<String>,
    /// The machine's processor, of Oracle and SQL Server: `coreCount` and `threadsPerCore`. Deferred.
    pub processor_features: Option<BTreeMap<String, String>>,
    /// Whether the processor goes back to what its type has. Default: false.
    #[input(write_only)]
    pub use_default_processor_features: Option<bool>,

    /// For how many days backups are kept, up to 35; 0 for none. Default: 1.
    pub backup_retention_period: Option<i32>,
    /// When backups are made, in UTC, as in `03:00-03:30`. Default: AWS's choice.
    #[input(cloud = "PreferredBackupWindow")]
    pub backup_window: Option<String>,
    /// When deferred changes are made, in UTC and lower case, as in `sun:04:00-sun:04:30`. Default: AWS's choice.
    #[input(cloud = "PreferredMaintenanceWindow")]
    pub maintenance_window: Option<String>,
    /// Where backups are: `region`, `outposts` or `local`. Default: region.
    #[input(replace)]
    pub backup_target: Option<String>,
    /// Whether snapshots get its tags. Default: false.
    pub copy_tags_to_snapshot: Option<bool>,
    /// Whether backups go when it is deleted. Default: true.
    pub delete_automated_backups: Option<bool>,
    /// Whether AWS refuses to delete it. Default: false.
    pub deletion_protection: Option<bool>,
    /// Whether it is deleted without a last snapshot. Default: false.
    #[input(unlike_cloud = "CloudFormation says it beside the resource, as its deletion policy")]
    pub skip_final_snapshot: Option<bool>,
    /// The name of the last snapshot. There must be none of that name when the time comes. Default: made from the
    /// database's name and the id that no other ever had.
    #[input(unlike_cloud = "CloudFormation makes up a name")]
    pub final_snapshot: Option<String>,

    /// Every how many seconds the machine's metrics are sent to CloudWatch: 1, 5, 10, 15, 30, 60, or 0 for never. Default: 0.
    pub monitoring_interval: Option<i32>,
    /// The role that sends them. It needs `service-role/AmazonRDSEnhancedMonitoringRole`.
    #[input(cloud = "MonitoringRoleArn")]
    pub monitoring_role: Option<RoleArn>,
    /// Whether Performance Insights looks at it. Default: false.
    #[input(cloud = "EnablePerformanceInsights")]
    pub performance_insights: Option<bool>,
    /// The ARN of the KMS key of what Performance Insights keeps. It cannot be changed. Default: AWS's own for RDS.
    #[input(replace, cloud = "PerformanceInsightsKMSKeyId")]
    pub performance_insights_key: Option<String>,
    /// For how many days Performance Insights keeps it: 7, months of 31, or 731. Default: 7.
    pub performance_insights_retention_period: Option<i32>,
    /// How much Database Insights sees. Default: standard.
    #[input(cloud = "DatabaseInsightsMode")]
    pub database_insights: Option<DatabaseInsights>,
    /// Which logs go to CloudWatch, as in `error`, `slowquery` or `postgresql`. Default: none.
    #[input(set, cloud = "EnableCloudwatchLogsExports")]
    pub log_exports: Option<Vec<String>>,

    /// The snapshot that it is made of, by name or ARN.
    #[input(replace, write_only, cloud = "DBSnapshotIdentifier")]
    pub snapshot: Option<String>,
    /// The database that it follows, or whose backups it is made of where a time is given, by name or ARN.
    #[input(replace, write_only, cloud = "SourceDBInstanceIdentifier")]
    pub source: Option<String>,
    /// The same, by the id that no other database ever had: for one that is deleted and has backups.
    #[input(replace, write_only, cloud = "SourceDbiResourceId")]
    pub source_resource: Option<String>,
    /// The time to which backups are followed, as in `2026-03-01T12:00:00Z`.
    #[input(replace, write_only)]
    pub restore_time: Option<String>,
    /// Whether backups are followed as far as they go.
    #[input(replace, write_only)]
    pub use_latest_restorable_time: Option<bool>,

    /// Whether changes are made at once, and waited for, rather than in the maintenance window. Default: false.
    pub apply_immediately: Option<bool>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`DbInstance`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = DbInstance)]
pub struct DbInstanceOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
    /// The host name at which it listens.
    #[output(stable)]
    pub address: String,
    /// The port at which it listens.
    pub port: i32,
    /// The Route 53 zone of its host name, for an alias.
    #[output(stable)]
    pub hosted_zone: String,
    /// The id that no other database ever had, as in `db-ABCDEFGHIJ`.
    #[output(stable)]
    pub resource_id: String,
    /// The name of the database that was made in it; empty if none was.
    #[output(stable)]
    pub database: String,
    /// All of its engine's version, as in `8.0.36`.
    pub engine_version: String,
    /// The ARN of the secret with the administrator's password, where RDS makes it; else empty.
    pub secret_arn: String,
    /// The fields whose changes wait for the maintenance window.
    pub pending: Vec<String>,
}
