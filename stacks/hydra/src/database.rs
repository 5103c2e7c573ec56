//! A MySQL database in subnets of its own.

use infra_sdk::aws::ec2::{SecurityGroupId, SubnetId};
use infra_sdk::aws::rds::{DbInstance, DbSubnetGroup, StorageType};
use infra_sdk::prelude::*;

use crate::drawn::Drawn;

/// What of the database a stack lets one choose.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// Its name in the account; made from stack and resource where there is none.
    pub identifier: Option<String>,
    /// The name of its subnet group; made from stack and resource where there is none.
    pub subnet_group_name: Option<String>,
    /// The name of the database in it.
    pub name: String,
    /// The machine's class.
    pub class: String,
    /// The version of MySQL, or the beginning of one.
    pub version: String,
    /// GiB.
    pub storage: i32,
    /// What it is stored on.
    pub storage_type: StorageType,
    /// Whether it is encrypted, which cannot be changed later.
    pub encrypted: bool,
    /// Whether it has a public address.
    pub publicly_accessible: bool,
    /// Whether IAM's users and roles can log in.
    pub iam_authentication: bool,
    /// Whether it goes without a last snapshot.
    pub skip_final_snapshot: bool,
    /// Whether changes are made at once rather than in the maintenance window.
    pub apply_immediately: bool,
}

/// A MySQL database, to be declared.
#[derive(Clone, Debug)]
pub struct Database {
    /// The resources' name in the stack.
    pub name: String,
    /// What is chosen.
    pub settings: DatabaseSettings,
    /// The subnets that it can be in, of two zones at least.
    pub subnets: Vec<SubnetId>,
    /// Its security groups.
    pub security_groups: Output<Vec<SecurityGroupId>>,
    /// What the stack called the subnet group and the database before, from the root of the stack.
    pub former: Option<[String; 2]>,
}

/// What was declared.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The database.
    pub instance: DbInstance,
    /// The group of its subnets.
    pub subnets: DbSubnetGroup,
}

impl Database {
    /// Declares it, with the name and the password of its administrator.
    #[track_caller]
    pub fn add(&self, stack: &Stack, username: &Drawn, password: &Drawn) -> Declared {
        let Database { name, settings, .. } = self;
        let [group, database] = [0, 1].map(|at| self.former.iter().map(move |former| format!("/{}", former[at])));
        let subnets = group.fold(DbSubnetGroup::new(name), |group, former| group.moved_from(former));
        let subnets = subnets
            .maybe_name(settings.subnet_group_name.clone())
            .description(format!("The subnets of {name}"))
            .subnets(self.subnets.clone())
            .add(stack);
        let instance = database.fold(DbInstance::new(name), |instance, former| instance.moved_from(former));
        let instance = instance
            .instance_class(&settings.class)
            .maybe_name(settings.identifier.clone())
            .engine("mysql")
            .engine_version(&settings.version)
            .database(&settings.name)
            .username(&username.value)
            .password(&password.value)
            .allocated_storage(settings.storage)
            .storage_type(settings.storage_type)
            .storage_encrypted(settings.encrypted)
            .subnet_group(&subnets)
            .security_groups(&self.security_groups)
            .publicly_accessible(settings.publicly_accessible)
            .iam_authentication(settings.iam_authentication)
            .skip_final_snapshot(settings.skip_final_snapshot)
            .apply_immediately(settings.apply_immediately)
            .add(stack);
        Declared { instance, subnets }
    }
}
