//! The fleet that an Elastic Beanstalk environment makes: without Elastic Beanstalk, as a group behind a load balancer, two alarms
//! and two simple policies, or with `kind = "beanstalk"` as the environment itself.

mod config;
mod environment;
mod network;

pub use config::{Config, Kind, Platform, Program, Trigger};

use infra_sdk::aws::autoscaling::{AdjustmentType, AutoScalingGroup, GroupTag, HealthCheck as GroupCheck, ScalingPolicy};
use infra_sdk::aws::cloudwatch::{Comparison, MetricAlarm, Statistic};
use infra_sdk::aws::ec2::{LaunchTemplate, MetadataOptions};
use infra_sdk::aws::elbv2::{HealthCheck, Listener, LoadBalancer, Protocol, TargetGroup};
use infra_sdk::prelude::*;

/// Where the sample application listens.
const PORT: u16 = 8080;

/// The whole stack.
pub fn beanstalk_fleet(stack: &Stack, config: Config) {
    let network = network::network(stack, &config);
    if config.kind == Kind::Beanstalk {
        return environment::environment(stack, &config, &network);
    }
    let groups = network::groups(stack, &network.vpc);
    let lb = LoadBalancer::new("app").subnets(&network.subnets).security_groups([&groups.front]).add(stack);
    // An environment's defaults: a check each 15 s of which five must fail, and 20 s to drain.
    let targets = TargetGroup::new("app")
        .vpc(&network.vpc)
        .port(i32::from(PORT))
        .protocol(Protocol::Http)
        .health_check(HealthCheck::http("/").interval(15).timeout(5).healthy_threshold(3).unhealthy_threshold(5))
        .deregistration_delay(20)
        .add(stack);
    let listener = Listener::new("http").load_balancer(&lb).port(80).protocol(Protocol::Http).forward_to(&targets).add(stack);
    let trigger = &config.trigger;
    let template = LaunchTemplate::new("app")
        .image(&config.image)
        .instance_type(&config.instance_type)
        .monitoring(trigger.detailed)
        .security_groups([&groups.servers])
        .metadata_options(MetadataOptions::tokens_required())
        .user_data(format!("#!/bin/sh\nexec serve --port {PORT}\n"))
        .add(stack);
    let group = AutoScalingGroup::new("app")
        .launch_template(&template)
        .subnets(&network.subnets)
        .min_size(trigger.min)
        .max_size(trigger.max)
        .default_cooldown(trigger.cooldown)
        .target_groups([&targets])
        .health_checks([GroupCheck::Elb])
        .health_check_grace_period(300)
        .tags([GroupTag::propagated("Name", "app")])
        .depends_on(&listener)
        .add(stack);
    let ways = [
        ("scale-up", trigger.increment, Comparison::Greater, trigger.upper),
        ("scale-down", -trigger.decrement, Comparison::Less, trigger.lower),
    ];
    for (way, servers, comparison, threshold) in ways {
        let policy =
            ScalingPolicy::new(way).group(&group).adjustment_type(AdjustmentType::ChangeInCapacity).scaling_adjustment(servers).add(stack);
        MetricAlarm::new(way)
            .metric(group.cpu_utilization())
            .statistic(Statistic::Average)
            .over(1, trigger.period)
            .comparison(comparison)
            .threshold(threshold)
            .alarm_actions([&policy])
            .add(stack);
    }
    stack.export("url", output!("http://{}/", lb.dns_name()));
}
