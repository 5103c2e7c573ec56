//! What RDS does that the local cloud does not: it defers, refuses for a while, and knows which parameters are static.

use infra_apply::Class;
use infra_aws::rds::{DbInstance, DbParameterGroup};
use infra_core::{Resource, Stack};

use crate::conformance::inputs;
use crate::scripted::Scripted;

fn update<R: Resource>(cloud: &Scripted, have: impl Fn(&Stack), want: impl Fn(&Stack)) {
    cloud.runtime.block_on(cloud.handler::<R>().update("x", &inputs(have), &inputs(want))).unwrap();
}

#[test]
fn a_static_parameter_waits_for_a_reboot_and_one_that_is_not_wanted_is_reset() {
    let parameter =
        |name: &str, kind: &str| format!("<Parameter><ParameterName>{name}</ParameterName><ApplyType>{kind}</ApplyType></Parameter>");
    let all = [parameter("a", "dynamic"), parameter("b", "static"), parameter("c", "static")].concat();
    let cloud = Scripted::new(&[("DescribeDBParameters", &format!("<Parameters>{all}</Parameters>"))]);
    let group = || DbParameterGroup::new("g").name("x").family("mysql8.0").description("d");
    update::<DbParameterGroup>(
        &cloud,
        |stack| drop(group().parameters([("a", "1"), ("b", "1"), ("c", "1")]).add(stack)),
        |stack| drop(group().parameters([("a", "2"), ("b", "2")]).add(stack)),
    );
    assert_eq!(cloud.operations(), ["DescribeDBParameters", "ResetDBParameterGroup", "ModifyDBParameterGroup"]);
    let reset = cloud.asked("ResetDBParameterGroup");
    assert!(reset.contains("ParameterName=c") && reset.contains("ApplyMethod=pending-reboot"), "{reset}");
    let set = cloud.asked("ModifyDBParameterGroup");
    let (first, second) = set.split_once("Parameters.Parameter.2").unwrap();
    assert!(first.contains("ParameterName=a") && first.contains("ApplyMethod=immediate"), "{set}");
    assert!(second.contains("ParameterName=b") && second.contains("ApplyMethod=pending-reboot"), "{set}");
}

fn database(
    stack: &Stack,
    with: impl Fn(infra_aws::rds::DbInstanceBuilder<infra_core::Set>) -> infra_aws::rds::DbInstanceBuilder<infra_core::Set>,
) {
    drop(with(DbInstance::new("d").name("x").instance_class("db.t4g.micro")).add(stack));
}

#[test]
fn a_change_says_what_differs_and_whether_it_is_at_once() {
    let cloud = Scripted::new(&[]);
    update::<DbInstance>(
        &cloud,
        |stack| database(stack, |database| database.allocated_storage(20).iops(3000).multi_az(false).backup_retention_period(1)),
        |stack| database(stack, |database| database.allocated_storage(20).iops(4000).multi_az(true).backup_retention_period(1)),
    );
    let asked = cloud.asked("ModifyDBInstance");
    for part in ["ApplyImmediately=false", "Iops=4000", "AllocatedStorage=20", "MultiAZ=true"] {
        assert!(asked.contains(part), "{part} in {asked}");
    }
    assert!(!asked.contains("BackupRetentionPeriod") && !asked.contains("DBInstanceClass"), "{asked}");
}

#[test]
fn a_beginning_of_the_version_that_is_there_is_only_noted() {
    let found = "<DBInstances><DBInstance><DBInstanceIdentifier>x</DBInstanceIdentifier><DBInstanceArn>arn:x</DBInstanceArn></DBInstance></DBInstances>";
    let cloud = Scripted::new(&[("DescribeDBInstances", found)]);
    update::<DbInstance>(
        &cloud,
        |stack| database(stack, |database| database.engine_version("8.0.36")),
        |stack| database(stack, |database| database.engine_version("8.0")),
    );
    assert_eq!(cloud.operations(), ["DescribeDBInstances", "AddTagsToResource"]);
    assert!(cloud.asked("AddTagsToResource").contains("infra%3Aengine-version"));
}

#[test]
fn a_database_that_is_being_changed_is_deleted_later() {
    let found = "<DBInstances><DBInstance><DBInstanceIdentifier>x</DBInstanceIdentifier><DBInstanceStatus>backing-up</DBInstanceStatus>\
                 <DbiResourceId>db-ABC</DbiResourceId><InstanceCreateTime>2026-01-01T00:00:00Z</InstanceCreateTime></DBInstance></DBInstances>";
    let cloud = Scripted::new(&[
        ("DescribeDBInstances", found),
        ("DescribeDBInstances", found),
        ("DeleteDBInstance", "!InvalidDBInstanceState: Instance x is currently backing up"),
    ]);
    let handler = cloud.handler::<DbInstance>();
    assert_eq!(cloud.runtime.block_on(handler.delete("x")).unwrap_err().class, Class::NotYet);
    cloud.runtime.block_on(handler.delete("x")).unwrap();
    let asked = cloud.asked("DeleteDBInstance");
    assert!(asked.contains("FinalDBSnapshotIdentifier=x-final-abc") && asked.contains("SkipFinalSnapshot=false"), "{asked}");
}
