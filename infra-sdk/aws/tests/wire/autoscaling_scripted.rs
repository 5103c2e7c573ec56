//! What a group does that the local cloud does not: refreshes, refusals, and settings that it forgets.

use infra_apply::{Class, Condition, Creation, ProviderError};
use infra_aws::autoscaling::{
    AutoScalingGroup, AutoScalingGroupName, InstanceMaintenancePolicy, InstanceRefresh, LaunchTemplateChoice, LifecycleHook,
    RefreshStandby, ScalingPolicy,
};
use infra_aws::cloudwatch::MetricAlarmName;
use infra_aws::ec2::LaunchTemplateId;
use infra_core::{Stack, Tags};

use crate::conformance::inputs;
use crate::scripted::Scripted;

const REFRESHES: &str = "DescribeInstanceRefreshes";

fn group(stack: &Stack, version: &str) {
    let template = LaunchTemplateChoice::new().template(LaunchTemplateId::new("lt-1")).version(version);
    let refresh = InstanceRefresh::new()
        .min_healthy_percentage(50)
        .standby_instances(RefreshStandby::Ignore)
        .alarms([MetricAlarmName::new("errors")]);
    AutoScalingGroup::new("app").name("app").launch_template(template).instance_refresh(refresh).min_size(1).max_size(2).add(stack);
}

const HOOKS: &str = "<LifecycleHooks><member><LifecycleHookName>drain</LifecycleHookName><NotificationTargetARN>arn:old</NotificationTargetARN>\
                     <LifecycleTransition>autoscaling:EC2_INSTANCE_TERMINATING</LifecycleTransition><HeartbeatTimeout>60</HeartbeatTimeout>\
                     </member></LifecycleHooks>";

#[test]
fn a_hooks_target_stays_unless_it_is_taken_away() {
    let groups = "<AutoScalingGroups><member><AutoScalingGroupName>app</AutoScalingGroupName></member></AutoScalingGroups>";
    let cloud = Scripted::new(&[("DescribeAutoScalingGroups", groups), ("DescribeLifecycleHooks", HOOKS)]);
    let handler = cloud.handler::<AutoScalingGroup>();
    let found = cloud.runtime.block_on(handler.read(&["app".into()])).unwrap().remove(0);
    let group = || AutoScalingGroup::new("app").name("app").min_size(0).max_size(0);
    let ask = |declare: &dyn Fn(&Stack)| {
        cloud.runtime.block_on(handler.update("app", &found.inputs, &inputs(declare))).unwrap();
        cloud.asked("PutLifecycleHook")
    };
    let kept = ask(&|stack| drop(group().lifecycle_hooks([("drain", LifecycleHook::terminating().heartbeat_timeout(90))]).add(stack)));
    assert!(kept.contains("NotificationTargetARN=arn%3Aold") && kept.contains("HeartbeatTimeout=90"), "{kept}");
    let taken = ask(&|stack| drop(group().lifecycle_hooks([("drain", LifecycleHook::terminating().notification_target(""))]).add(stack)));
    assert!(taken.contains("NotificationTargetARN=&") && taken.contains("HeartbeatTimeout=60"), "{taken}");
}

fn refresh(status: &str) -> String {
    format!("<InstanceRefreshes><member><Status>{status}</Status></member></InstanceRefreshes>")
}

fn change(cloud: &Scripted, from: &str, to: &str) -> Result<(), ProviderError> {
    let (have, want) = (inputs(|stack| group(stack, from)), inputs(|stack| group(stack, to)));
    cloud.runtime.block_on(cloud.handler::<AutoScalingGroup>().update("app", &have, &want))
}

#[test]
fn a_new_template_version_replaces_the_instances_after_the_group_has_it() {
    let cloud = Scripted::new(&[(REFRESHES, &refresh("Successful"))]);
    change(&cloud, "1", "2").unwrap();
    assert_eq!(cloud.operations(), [REFRESHES, "UpdateAutoScalingGroup", "StartInstanceRefresh"]);
    assert!(cloud.asked("UpdateAutoScalingGroup").contains("LaunchTemplate.Version=2"));
    let asked = cloud.asked("StartInstanceRefresh");
    for part in ["MinHealthyPercentage=50", "StandbyInstances=Ignore", "AlarmSpecification.Alarms.member.1=errors"] {
        assert!(asked.contains(part), "{asked}");
    }
}

#[test]
fn nothing_is_replaced_where_the_template_stays() {
    let cloud = Scripted::new(&[]);
    change(&cloud, "2", "2").unwrap();
    assert_eq!(cloud.operations(), Vec::<String>::new());
}

#[test]
fn an_earlier_replacement_is_ended_before_anything_changes() {
    let cloud =
        Scripted::new(&[(REFRESHES, &refresh("InProgress")), (REFRESHES, &refresh("Cancelling")), (REFRESHES, &refresh("Cancelled"))]);
    assert_eq!(change(&cloud, "1", "2").unwrap_err().class, Class::InUse);
    assert_eq!(cloud.operations(), [REFRESHES, "CancelInstanceRefresh"]);
    assert_eq!(change(&cloud, "1", "2").unwrap_err().class, Class::InUse);
    change(&cloud, "1", "2").unwrap();
    assert_eq!(cloud.operations()[2..], [REFRESHES, REFRESHES, "UpdateAutoScalingGroup", "StartInstanceRefresh"]);
}

#[test]
fn a_group_that_nobody_has_heard_of_is_deleted_already() {
    let cloud = Scripted::new(&[(
        "DeleteAutoScalingGroup",
        "!ValidationError: AutoScalingGroup name not found - AutoScalingGroup 'app' not found",
    )]);
    cloud.runtime.block_on(cloud.handler::<AutoScalingGroup>().delete("app")).unwrap();
    assert!(cloud.asked("DeleteAutoScalingGroup").contains("ForceDelete=true"));
}

#[test]
fn another_groups_deletion_that_is_refused_is_not_taken_for_success() {
    let cloud = Scripted::new(&[("DeleteAutoScalingGroup", "!ValidationError: deletion protection is on")]);
    let error = cloud.runtime.block_on(cloud.handler::<AutoScalingGroup>().delete("app")).unwrap_err();
    assert_eq!(error.class, Class::Invalid);
}

fn create(cloud: &Scripted) -> Result<String, ProviderError> {
    let want = inputs(|stack| group(stack, "1"));
    let tags = Tags::from([("infra:token".into(), "t".into())]);
    cloud.runtime.block_on(cloud.handler::<AutoScalingGroup>().create(&want, Creation { tags: &tags, token: "t" }))
}

#[test]
fn a_group_of_the_same_name_is_ours_only_if_it_carries_our_token() {
    let exists = ("CreateAutoScalingGroup", "!AlreadyExists: AutoScalingGroup by this name already exists");
    let tagged = |token: &str| {
        let tag = format!("<member><Key>infra:token</Key><Value>{token}</Value></member>");
        format!(
            "<AutoScalingGroups><member><AutoScalingGroupName>app</AutoScalingGroupName><Tags>{tag}</Tags></member></AutoScalingGroups>"
        )
    };
    let ours = Scripted::new(&[exists, ("DescribeAutoScalingGroups", &tagged("t"))]);
    assert_eq!(create(&ours).unwrap(), "app");
    let others = Scripted::new(&[exists, ("DescribeAutoScalingGroups", &tagged("other"))]);
    assert_eq!(create(&others).unwrap_err().class, Class::Exists);
}

#[test]
fn an_instance_profile_that_is_too_new_is_waited_for() {
    let message = "!ValidationError: You must use a valid fully-formed launch template. Value (app) for parameter iamInstanceProfile.name \
                   is invalid. Invalid IAM Instance Profile name";
    let cloud = Scripted::new(&[("CreateAutoScalingGroup", message)]);
    assert_eq!(create(&cloud).unwrap_err().class, Class::NotYet);
}

#[test]
fn what_the_local_cloud_forgets_is_asked_for_and_read() {
    let cloud = Scripted::new(&[(
        "DescribeAutoScalingGroups",
        "<AutoScalingGroups><member><AutoScalingGroupName>app</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>2</MaxSize>\
         <DefaultInstanceWarmup>60</DefaultInstanceWarmup><MaxInstanceLifetime>86400</MaxInstanceLifetime>\
         <HealthCheckType>EBS,ELB,VPC_LATTICE</HealthCheckType><VPCZoneIdentifier>subnet-1,subnet-2</VPCZoneIdentifier>\
         <InstanceMaintenancePolicy><MinHealthyPercentage>90</MinHealthyPercentage><MaxHealthyPercentage>120</MaxHealthyPercentage>\
         </InstanceMaintenancePolicy><Status>Delete in progress</Status></member></AutoScalingGroups>",
    )]);
    let found = cloud.runtime.block_on(cloud.handler::<AutoScalingGroup>().read(&["app".into()])).unwrap().remove(0);
    assert_eq!(found.condition, Condition::Pending("Delete in progress".into()));
    let inputs_found = found.inputs.reveal();
    assert_eq!(inputs_found["default_instance_warmup"], 60);
    assert_eq!(inputs_found["max_instance_lifetime"], 86400);
    assert_eq!(inputs_found["health_checks"], serde_json::json!(["EBS", "ELB", "VPC_LATTICE"]));
    assert_eq!(inputs_found["subnets"], serde_json::json!(["subnet-1", "subnet-2"]));

    let want = inputs(|stack| {
        let policy = InstanceMaintenancePolicy::between(100, 150);
        let group = AutoScalingGroup::new("app").name("app").default_instance_warmup(0).instance_maintenance_policy(policy);
        group.max_instance_lifetime(0).min_size(1).max_size(2).add(stack);
    });
    cloud.runtime.block_on(cloud.handler::<AutoScalingGroup>().update("app", &found.inputs, &want)).unwrap();
    let asked = cloud.asked("UpdateAutoScalingGroup");
    for part in ["DefaultInstanceWarmup=0", "MaxInstanceLifetime=0", "MinHealthyPercentage=100", "MaxHealthyPercentage=150"] {
        assert!(asked.contains(part), "{asked}");
    }
    assert!(!asked.contains("MinSize"), "{asked}");
}

#[test]
fn policies_are_asked_for_group_by_group_and_a_group_that_is_gone_has_none() {
    let arn = |group: &str| format!("arn:aws:autoscaling:us-west-2:1:scalingPolicy:u:autoScalingGroupName/{group}:policyName/up");
    let policy = format!(
        "<ScalingPolicies><member><PolicyARN>{}</PolicyARN><PolicyName>up</PolicyName><AutoScalingGroupName>b</AutoScalingGroupName>\
         <PolicyType>TargetTrackingScaling</PolicyType><Alarms><member><AlarmARN>arn:alarm</AlarmARN></member></Alarms></member></ScalingPolicies>",
        arn("b")
    );
    let cloud =
        Scripted::new(&[("DescribePolicies", "!ValidationError: AutoScalingGroup name not found"), ("DescribePolicies", policy.as_str())]);
    let found = cloud.runtime.block_on(cloud.handler::<ScalingPolicy>().read(&[arn("a"), arn("b")])).unwrap();
    assert_eq!(found.iter().map(|policy| &policy.id).collect::<Vec<_>>(), [&arn("b")]);
    assert_eq!(found[0].outputs.reveal()["alarms"], serde_json::json!(["arn:alarm"]));
    let want = inputs(|stack| {
        ScalingPolicy::new("up").name("up").group(AutoScalingGroupName::new("b")).add(stack);
    });
    let gone = Scripted::new(&[("DeletePolicy", "!ValidationError: AutoScalingGroup name not found")]);
    gone.runtime.block_on(gone.handler::<ScalingPolicy>().delete(&arn("b"))).unwrap();
    let creation = Creation { tags: &Tags::new(), token: "t" };
    assert_eq!(gone.runtime.block_on(gone.handler::<ScalingPolicy>().find(&want, creation)).unwrap(), None);
}
