//! Scalable targets and their policies.

use infra_aws::applicationautoscaling::{
    AdjustmentType, PredefinedMetricKind, ScalableResourceId, ScalableTarget, ScalableTargetId, ScalingPolicy, ScheduledAction,
    ServiceNamespace, StepAdjustment, StepScaling, SuspendedState, TargetTracking,
};
use infra_aws::ec2::{Subnet, SubnetId, Vpc, VpcId};
use infra_aws::ecs::{Cluster, ClusterName, ContainerDefinition, FargateService, TaskDefinition, TaskDefinitionArn};

use crate::conformance::{Made, change, live_through, make};

/// A service that scales, and what it is made of, the last one first.
fn service(name: &'static str) -> (Made<'static>, Vec<Made<'static>>) {
    let vpc = make::<Vpc>(|stack| drop(Vpc::new("v").cidr_block("10.0.0.0/16").add(stack)));
    let subnet = make::<Subnet>(|stack| drop(Subnet::new("s").vpc(VpcId::new(&vpc.id)).cidr_block("10.0.1.0/24").add(stack)));
    let cluster = make::<Cluster>(|stack| drop(Cluster::new("c").name(name).add(stack)));
    let definition = make::<TaskDefinition>(|stack| {
        drop(TaskDefinition::fargate("t", 256, 512, [ContainerDefinition::new().name("web").image("web:1")]).family(name).add(stack));
    });
    let group = infra_aws::ec2::SecurityGroupId::new(vpc.output("default_security_group"));
    let service = make::<FargateService>(|stack| {
        let service =
            FargateService::new("web").cluster(ClusterName::new(&cluster.id)).task_definition(TaskDefinitionArn::new(&definition.id));
        drop(service.name(name).subnets([SubnetId::new(&subnet.id)]).security_groups([group.clone()]).add(stack));
    });
    (service, vec![definition, cluster, subnet, vpc])
}

#[test]
fn a_target_changes_its_limits_and_its_actions_by_the_clock_in_place() {
    let (web, rest) = service("wire-scaled");
    let target = |min: i32, max: i32| {
        let resource = ScalableResourceId::new(web.output("scalable"));
        ScalableTarget::of_service("t", &resource).min_capacity(min).max_capacity(max)
    };
    live_through::<ScalableTarget>(
        |stack| {
            let morning = ScheduledAction::between("morning", "cron(0 8 ? * MON-FRI *)", 4, 16).timezone("Europe/Berlin");
            drop(target(2, 16).scheduled_actions([morning, ScheduledAction::between("once", "at(2099-01-01T00:00:00)", 1, 1)]).add(stack));
        },
        |stack| {
            let morning = ScheduledAction::between("morning", "cron(0 7 ? * MON-FRI *)", 6, 16).timezone("Europe/Berlin");
            let night = ScheduledAction::between("night", "cron(0 20 * * ? *)", 1, 2);
            drop(
                target(1, 8)
                    .suspended_state(SuspendedState::new().dynamic_scaling_in_suspended(true))
                    .scheduled_actions([night, morning])
                    .add(stack),
            );
        },
    );
    web.delete();
    rest.into_iter().for_each(Made::delete);
}

#[test]
fn a_target_that_somebody_else_registered_is_not_overwritten() {
    let resource = ScalableResourceId::new("table/wire-orders");
    let declare = |stack: &infra_core::Stack| {
        let target = ScalableTarget::new("t").resource(&resource).service_namespace(ServiceNamespace::Dynamodb);
        drop(target.scalable_dimension("dynamodb:table:ReadCapacityUnits").min_capacity(1).max_capacity(5).add(stack));
    };
    let made = make::<ScalableTarget>(declare);
    let want = crate::conformance::inputs(declare);
    let tags = infra_core::Tags::new();
    let again = crate::wire().runtime.block_on(made.handler.create(&want, infra_apply::Creation { tags: &tags, token: "other" }));
    assert_eq!(again.unwrap_err().class, infra_apply::Class::Exists);
    made.delete();
}

#[test]
fn policies_by_target_and_by_steps_change_in_place() {
    let (web, rest) = service("wire-policies");
    let resource = ScalableResourceId::new(web.output("scalable"));
    let target =
        make::<ScalableTarget>(|stack| drop(ScalableTarget::of_service("t", &resource).min_capacity(1).max_capacity(4).add(stack)));
    let policy = |name: &'static str| ScalingPolicy::new("p").target(ScalableTargetId::new(&target.id)).name(name);
    let made = make::<ScalingPolicy>(|stack| {
        let tracking = TargetTracking::average_cpu(80).scale_in_cooldown(0).scale_out_cooldown(0);
        drop(policy("wire-cpu").target_tracking(tracking).add(stack));
    });
    assert!(made.output("arn").contains("wire-cpu"));
    change(&made, |stack| {
        let tracking = TargetTracking::average_memory(60).scale_in_cooldown(30).scale_out_cooldown(0).disable_scale_in(true);
        drop(policy("wire-cpu").target_tracking(tracking).add(stack));
    });
    // Two targets of one namespace, with policies of one name and with actions at one time.
    let tables = ["wire-one", "wire-two"].map(|table| {
        let resource = ScalableResourceId::new(format!("table/{table}"));
        let target = make::<ScalableTarget>(|stack| {
            let target = ScalableTarget::new("t").resource(&resource).service_namespace(ServiceNamespace::Dynamodb);
            let target = target.scalable_dimension("dynamodb:table:ReadCapacityUnits").min_capacity(1).max_capacity(5);
            drop(target.scheduled_actions([ScheduledAction::between(table, "cron(0 8 * * ? *)", 2, 4)]).add(stack));
        });
        let policy = make::<ScalingPolicy>(|stack| {
            let policy = ScalingPolicy::new("p").target(ScalableTargetId::new(&target.id)).name("wire-cpu");
            drop(policy.target_tracking(TargetTracking::of(PredefinedMetricKind::DynamodbReadCapacity, 70)).add(stack));
        });
        (target, policy)
    });
    let [(first, first_policy), (second, second_policy)] = &tables;
    let together = |made: [&Made<'_>; 2]| {
        let ids = [made[0].id.clone(), "no-such-object".into(), made[1].id.clone()];
        let mut found = crate::wire().runtime.block_on(made[0].handler.read(&ids)).unwrap();
        found.sort_by(|one, other| one.id.cmp(&other.id));
        assert_eq!(found, made.map(Made::read), "together and alone the same is told");
    };
    together([first, second]);
    together([first_policy, second_policy]);
    for (target, policy) in tables {
        policy.delete();
        target.delete();
    }
    made.delete();
    let steps = |cooldown: i32, adjustment: i32| {
        let steps = [StepAdjustment::above(0, adjustment)];
        StepScaling::new().adjustment_type(AdjustmentType::ChangeInCapacity).step_adjustments(steps).cooldown(cooldown)
    };
    live_through::<ScalingPolicy>(
        |stack| drop(policy("wire-steps").step(steps(60, 1)).add(stack)),
        |stack| drop(policy("wire-steps").step(steps(30, 2)).add(stack)),
    );
    target.delete();
    web.delete();
    rest.into_iter().for_each(Made::delete);
}
