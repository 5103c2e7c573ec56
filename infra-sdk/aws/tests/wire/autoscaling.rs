//! Auto scaling groups, and what makes them grow and shrink.

use std::sync::OnceLock;

use aws_sdk_ec2::types::{InstanceType, RequestLaunchTemplateData};
use infra_apply::Condition;
use infra_aws::autoscaling::{
    AdjustmentType, AutoScalingGroup, AutoScalingGroupName, CustomizedMetric, GroupMetric, GroupTag, HealthCheck, HookResult,
    InstanceOverride, InstancesDistribution, LaunchTemplateChoice, LifecycleHook, MetricAggregation, MixedInstancesPolicy,
    PredictiveScaling, ScalingPolicy, ScheduledAction, SpotAllocation, StepAdjustment, TargetTracking,
};
use infra_aws::cloudwatch::{Metric, Statistic};
use infra_aws::ec2::{LaunchTemplateId, Subnet, SubnetId, Vpc, VpcId};
use infra_aws::elb::ClassicLoadBalancerName;
use infra_aws::elbv2::TargetGroupArn;

use crate::conformance::{Made, change, inputs, live_through, make};
use crate::wire;

/// What groups need and other resources' tests are about.
struct Place {
    vpc: String,
    subnets: [SubnetId; 2],
    template: LaunchTemplateId,
}

fn sdk() -> aws_config::SdkConfig {
    wire().sdk.clone()
}

fn place() -> &'static Place {
    static PLACE: OnceLock<Place> = OnceLock::new();
    PLACE.get_or_init(|| {
        let vpc = make::<Vpc>(|stack| drop(Vpc::new("main").cidr_block("10.9.0.0/16").add(stack))).id;
        let subnet = |range: &str, zone: &str| {
            let subnet = || Subnet::new("a").vpc(VpcId::new(&vpc)).cidr_block(range).availability_zone(zone);
            SubnetId::new(make::<Subnet>(|stack| drop(subnet().add(stack))).id)
        };
        let subnets = [subnet("10.9.1.0/24", "us-west-2a"), subnet("10.9.2.0/24", "us-west-2b")];
        let client = aws_sdk_ec2::Client::new(&sdk());
        let template = wire().runtime.block_on(async {
            let images = client.describe_images().owners("amazon").send().await.unwrap();
            let image = images.images().first().unwrap().image_id().unwrap();
            let data = |size| RequestLaunchTemplateData::builder().image_id(image).instance_type(size).build();
            let name = format!("wire-{}", std::process::id());
            let call = client.create_launch_template().launch_template_name(name).launch_template_data(data(InstanceType::T3Micro));
            let id = call.send().await.unwrap().launch_template().unwrap().launch_template_id().unwrap().to_owned();
            let call = client.create_launch_template_version().launch_template_id(&id).launch_template_data(data(InstanceType::T3Small));
            call.send().await.unwrap();
            LaunchTemplateId::new(id)
        });
        Place { vpc, subnets, template }
    })
}

fn template(version: &str) -> impl infra_core::Input<LaunchTemplateChoice> {
    LaunchTemplateChoice::new().template(&place().template).version(version)
}

fn name(base: &str) -> String {
    format!("wire-{base}-{}", std::process::id())
}

fn target_group(base: &str) -> TargetGroupArn {
    let client = aws_sdk_elasticloadbalancingv2::Client::new(&sdk());
    let call = client.create_target_group().name(name(base)).vpc_id(&place().vpc).port(80).protocol("HTTP".into());
    let answer = wire().runtime.block_on(call.send()).unwrap();
    TargetGroupArn::new(answer.target_groups()[0].target_group_arn().unwrap())
}

fn classic_load_balancer(base: &str) -> ClassicLoadBalancerName {
    let client = aws_sdk_elasticloadbalancing::Client::new(&sdk());
    let listener =
        aws_sdk_elasticloadbalancing::types::Listener::builder().protocol("http").load_balancer_port(80).instance_port(80).build();
    let call = client.create_load_balancer().load_balancer_name(name(base)).availability_zones("us-west-2a");
    wire().runtime.block_on(call.listeners(listener.unwrap()).send()).unwrap();
    ClassicLoadBalancerName::new(name(base))
}

#[test]
fn a_group_lives_and_changes_in_place() {
    let [first, second] = &place().subnets;
    let (blue, green) = (target_group("blue"), target_group("green"));
    let classic = classic_load_balancer("old");
    let group = || AutoScalingGroup::new("app").name(name("app"));
    let made = make::<AutoScalingGroup>(|stack| {
        group()
            .launch_template(template("1"))
            .subnets([second, first])
            .min_size(1)
            .max_size(3)
            .desired_capacity(2)
            .default_cooldown(120)
            .health_checks([HealthCheck::Elb])
            .health_check_grace_period(60)
            .termination_policies(["OldestInstance", "Default"])
            .new_instances_protected_from_scale_in(true)
            .capacity_rebalance(true)
            .target_groups([&blue])
            .classic_load_balancers([&classic])
            .group_metrics([GroupMetric::TotalInstances, GroupMetric::InServiceInstances])
            .lifecycle_hooks([("drain", LifecycleHook::terminating().heartbeat_timeout(60)), ("warm", LifecycleHook::launching())])
            .wait_for_capacity(2)
            .tags([GroupTag::propagated("Name", "app"), GroupTag::own("Old", "1")])
            .add(stack);
    });
    assert_eq!(made.output("name"), made.id);
    assert!(made.output("arn").contains(&made.id));
    change(&made, |stack| {
        group()
            .launch_template(template("2"))
            .subnets([first])
            .min_size(0)
            .max_size(4)
            .desired_capacity(1)
            .health_checks([HealthCheck::Ebs, HealthCheck::Elb])
            .health_check_grace_period(30)
            .new_instances_protected_from_scale_in(false)
            .target_groups([&green])
            .classic_load_balancers(Vec::<ClassicLoadBalancerName>::new())
            .lifecycle_hooks([("drain", LifecycleHook::terminating().heartbeat_timeout(90).default_result(HookResult::Continue))])
            .wait_for_capacity(0)
            .tags([GroupTag::own("Name", "app"), GroupTag::propagated("New", "2")])
            .add(stack);
    });
    change(&made, |stack| drop(group().health_checks(Vec::<HealthCheck>::new()).min_size(0).max_size(4).add(stack)));
    made.delete();
}

#[test]
fn a_group_that_waits_for_more_instances_than_it_has_is_not_ready() {
    let group = || AutoScalingGroup::new("slow").name(name("slow")).launch_template(template("1")).subnets(&place().subnets).max_size(2);
    let made = make::<AutoScalingGroup>(|stack| drop(group().min_size(1).wait_for_capacity(1).add(stack)));
    let handler = wire().registry.handler("aws:autoscaling/group").unwrap();
    let after = |size: i32| {
        let want = inputs(|stack| drop(group().min_size(size).wait_for_capacity(2).add(stack)));
        wire().runtime.block_on(async {
            let found = handler.read(std::slice::from_ref(&made.id)).await.unwrap().remove(0);
            handler.update(&made.id, &found.inputs, &want).await.unwrap();
            handler.read(std::slice::from_ref(&made.id)).await.unwrap().remove(0).condition
        })
    };
    assert_eq!(after(1), Condition::Pending("1 of 2 instances in service".into()));
    assert_eq!(after(2), Condition::Ready);
    made.delete();
}

#[test]
fn a_group_of_several_instance_types_lives() {
    let policy = |spot: i32| {
        MixedInstancesPolicy::new()
            .launch_template(template("1"))
            .overrides([InstanceOverride::of("t3.small").weighted_capacity(2), InstanceOverride::of("t3.medium").weighted_capacity(4)])
            .instances_distribution(
                InstancesDistribution::new()
                    .on_demand_base_capacity(1)
                    .on_demand_percentage_above_base_capacity(spot)
                    .spot_allocation_strategy(SpotAllocation::PriceCapacityOptimized)
                    .spot_max_price(""),
            )
    };
    let group = || AutoScalingGroup::new("mixed").name(name("mixed")).subnets(&place().subnets).min_size(0).max_size(4);
    live_through::<AutoScalingGroup>(
        |stack| drop(group().mixed_instances_policy(policy(50)).add(stack)),
        |stack| drop(group().mixed_instances_policy(policy(25)).add(stack)),
    );
}

fn group(base: &str) -> (Made<'static>, AutoScalingGroupName) {
    let group = || AutoScalingGroup::new("g").name(name(base)).launch_template(template("1")).subnets(&place().subnets);
    let made = make::<AutoScalingGroup>(|stack| drop(group().min_size(0).max_size(4).add(stack)));
    let name = AutoScalingGroupName::new(&made.id);
    (made, name)
}

#[test]
fn policies_of_every_kind_live_and_change_in_place() {
    let (made, group) = group("scaled");
    let policy = |base: &str| ScalingPolicy::new("p").name(name(base)).group(&group);
    let simple = || policy("simple").adjustment_type(AdjustmentType::ChangeInCapacity).cooldown(60);
    live_through::<ScalingPolicy>(
        |stack| drop(simple().scaling_adjustment(1).add(stack)),
        |stack| drop(simple().scaling_adjustment(-1).add(stack)),
    );
    let step = || {
        let percent = policy("step").adjustment_type(AdjustmentType::PercentChangeInCapacity).min_adjustment_magnitude(2);
        percent.metric_aggregation_type(MetricAggregation::Maximum).estimated_instance_warmup(90)
    };
    live_through::<ScalingPolicy>(
        |stack| drop(step().step_adjustments([StepAdjustment::above(20, 30), StepAdjustment::between(0, 20, 10)]).add(stack)),
        |stack| drop(step().step_adjustments([StepAdjustment::above(0, 10), StepAdjustment::below(-5.5, -10)]).add(stack)),
    );
    let jobs = || Metric::named("Shop", "Jobs").dimensions([("Queue", "q")]);
    live_through::<ScalingPolicy>(
        |stack| drop(policy("target").target_tracking(TargetTracking::average_cpu(40)).add(stack)),
        |stack| drop(policy("target").target_tracking(TargetTracking::average_cpu(50).disable_scale_in(true)).add(stack)),
    );
    live_through::<ScalingPolicy>(
        |stack| drop(policy("custom").target_tracking(TargetTracking::average_of(jobs(), 10)).add(stack)),
        |stack| {
            let metric = CustomizedMetric::of(jobs(), Statistic::Sum);
            drop(policy("custom").target_tracking(TargetTracking::new().target_value(7.5).customized_metric(metric)).add(stack));
        },
    );
    live_through::<ScalingPolicy>(
        |stack| drop(policy("forecast").predictive_scaling(PredictiveScaling::cpu(40)).add(stack)),
        |stack| drop(policy("forecast").predictive_scaling(PredictiveScaling::cpu(50).scheduling_buffer_time(60)).add(stack)),
    );
    made.delete();
}

#[test]
fn a_scheduled_action_lives_and_changes_in_place() {
    let (made, group) = group("timed");
    let action = || ScheduledAction::new("night").name(name("night")).group(&group).time_zone("Europe/Berlin");
    live_through::<ScheduledAction>(
        |stack| drop(action().recurrence("0 22 * * *").min_size(0).max_size(1).end_time("2099-12-31T00:00:00Z").add(stack)),
        |stack| drop(action().recurrence("0 23 * * *").desired_capacity(1).start_time("2099-01-31T09:00:00Z").add(stack)),
    );
    made.delete();
}
