//! Databases, and the groups of subnets and parameters that they name.

use infra_aws::ec2::{SecurityGroup, SecurityGroupId, Subnet, SubnetId, Vpc, VpcId};
use infra_aws::rds::{DbInstance, DbParameterGroup, DbParameterGroupName, DbSubnetGroup, DbSubnetGroupName, StorageType};

use crate::conformance::{Made, change, live_through, make};
use crate::wire;

struct Network {
    vpc: Made<'static>,
    subnets: [Made<'static>; 3],
}

fn network() -> Network {
    let vpc = make::<Vpc>(|stack| drop(Vpc::new("v").cidr_block("10.0.0.0/16").add(stack)));
    let subnets = [("a", 1), ("b", 2), ("c", 3)].map(|(zone, number)| {
        make::<Subnet>(|stack| {
            let subnet = Subnet::new("s").vpc(VpcId::new(&vpc.id)).cidr_block(format!("10.0.{number}.0/24"));
            drop(subnet.availability_zone(format!("us-west-2{zone}")).add(stack));
        })
    });
    Network { vpc, subnets }
}

impl Network {
    fn subnet(&self, at: usize) -> SubnetId {
        SubnetId::new(&self.subnets[at].id)
    }

    fn end(self) {
        self.subnets.into_iter().for_each(Made::delete);
        self.vpc.delete();
    }
}

#[test]
fn a_group_of_subnets_changes_in_place() {
    let network = network();
    let group = |description: &str| DbSubnetGroup::new("g").name("wire-subnets").description(description);
    live_through::<DbSubnetGroup>(
        |stack| drop(group("first").subnets([network.subnet(0), network.subnet(1)]).tags([("Name", "g"), ("Old", "1")]).add(stack)),
        |stack| drop(group("second").subnets([network.subnet(2), network.subnet(0)]).tags([("Name", "h"), ("New", "2")]).add(stack)),
    );
    network.end();
}

#[test]
fn a_group_of_parameters_sets_more_than_one_call_takes() {
    let group = || DbParameterGroup::new("g").name("wire-parameters").family("mysql8.0").description("for tests");
    let made = make::<DbParameterGroup>(|stack| {
        drop(group().parameters([("max_connections", "100"), ("wait_timeout", "60")]).tags([("Old", "1")]).add(stack));
    });
    // Resetting one is an error of the local cloud: that is looked at with answers that are written down.
    change(&made, |stack| {
        let many = (0..25).map(|number| (format!("wire_{number}"), number.to_string()));
        let known = [("max_connections", "200"), ("wait_timeout", "60")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        drop(group().parameters(many.chain(known).collect::<Vec<_>>()).tags([("New", "2")]).add(stack));
    });
    made.delete();
}

#[test]
fn a_database_lives_and_changes_in_place() {
    let network = network();
    let group = make::<DbSubnetGroup>(|stack| {
        let group = DbSubnetGroup::new("g").name("wire-db").description("databases");
        drop(group.subnets([network.subnet(0), network.subnet(1)]).add(stack));
    });
    let parameters = make::<DbParameterGroup>(|stack| {
        drop(DbParameterGroup::new("p").name("wire-db").family("mysql8.0").description("databases").add(stack));
    });
    let security = make::<SecurityGroup>(|stack| {
        drop(SecurityGroup::new("s").name("wire-db").description("databases").vpc(VpcId::new(&network.vpc.id)).add(stack));
    });
    let database = |class: &str, version: &str| {
        let database = DbInstance::new("d").name("wire-jobs").instance_class(class).engine("mysql").engine_version(version);
        let database = database.database("jobs").username("batch").subnet_group(DbSubnetGroupName::new(&group.id));
        database.security_groups([SecurityGroupId::new(&security.id)]).storage_type(StorageType::Gp3)
    };
    let made = make::<DbInstance>(|stack| {
        database("db.t4g.micro", "8.0.36")
            .password("hunter-two")
            .allocated_storage(20)
            .backup_retention_period(1)
            .backup_window("03:00-03:30")
            .maintenance_window("sun:04:00-sun:04:30")
            .iam_authentication(true)
            .publicly_accessible(false)
            .log_exports(["error"])
            .skip_final_snapshot(true)
            .tags([("Name", "jobs"), ("Old", "1")])
            .add(stack);
    });
    change(&made, |stack| {
        database("db.t4g.small", "8.0.37")
            .password("hunter-three")
            .allocated_storage(30)
            .backup_retention_period(7)
            .multi_az(true)
            .parameter_group(DbParameterGroupName::new(&parameters.id))
            .log_exports(["slowquery", "error"])
            .copy_tags_to_snapshot(true)
            .apply_immediately(true)
            .delete_automated_backups(false)
            .tags([("Name", "other"), ("New", "2")])
            .add(stack);
    });
    let told = made.read();
    assert_eq!(told.outputs.reveal()["port"], 3306);
    assert!(told.inputs.reveal().get("password").is_none(), "nobody tells a password");
    // What only says how it ends, or of which version any will do, changes nothing of the database.
    change(&made, |stack| drop(database("db.t4g.small", "8.0").final_snapshot("wire-last").skip_final_snapshot(true).add(stack)));
    assert_eq!(made.output("engine_version"), "8.0.37");
    made.delete();
    for made in [security, parameters, group] {
        made.delete();
    }
    network.end();
}

#[test]
fn a_last_snapshot_is_kept_and_another_database_is_made_of_it() {
    let database = |name: &str| DbInstance::new("d").name(name).instance_class("db.t4g.micro").skip_final_snapshot(true);
    let first = make::<DbInstance>(|stack| {
        let database = database("wire-first").engine("postgres").engine_version("16.3").username("admin").allocated_storage(20);
        drop(database.manage_password(true).skip_final_snapshot(false).final_snapshot("wire-kept").add(stack));
    });
    assert!(first.output("secret_arn").starts_with("arn:aws:secretsmanager:"));
    first.delete();
    let client = aws_sdk_rds::Client::new(&wire().sdk);
    let kept = wire().runtime.block_on(client.describe_db_snapshots().db_snapshot_identifier("wire-kept").send()).unwrap();
    assert_eq!(kept.db_snapshots().len(), 1);
    let second = make::<DbInstance>(|stack| drop(database("wire-second").snapshot("wire-kept").add(stack)));
    assert_eq!(second.read().inputs.reveal()["engine"], "postgres");
    let follower = make::<DbInstance>(|stack| drop(database("wire-follower").source("wire-second").add(stack)));
    follower.delete();
    second.delete();
}
