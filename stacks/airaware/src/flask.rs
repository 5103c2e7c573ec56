//! The fleet of Flask servers in a zone, which reads that zone's own database, and what makes it grow and shrink.

use infra_sdk::aws::autoscaling::{AdjustmentType, AutoScalingGroup, GroupTag, HealthCheck, LaunchConfiguration, ScalingPolicy};
use infra_sdk::aws::cloudwatch::{Comparison, MetricAlarm, Statistic};
use infra_sdk::aws::ec2::{LaunchTemplate, MetadataOptions};
use infra_sdk::aws::elb::ClassicLoadBalancer;
use infra_sdk::prelude::*;

use crate::access::Groups;
use crate::config::{Launch, Placement};
use crate::machine::Shared;
use crate::postgres::DataZone;
use crate::spark::Spark;

/// How long a new server may take before its health counts, in seconds.
const GRACE: i32 = 300;

pub(crate) fn flask(stack: &Stack, zone: &DataZone, spark: &Spark, lb: &ClassicLoadBalancer, groups: &Groups, shared: &Shared) {
    let (number, fleet) = (zone.zone.number, &shared.config.flask);
    let user_data = output!(
        "#!/bin/sh\nset -eu\ncd /home/ubuntu/airaware/flask\n\
         sed -i -e 's/^dns *=.*/dns = {}/' -e 's/^spark *=.*/spark = {}:7077/' setup.cfg\nexec python app_stress.py\n",
        zone.database.private_dns_name(),
        spark.master.private_dns_name(),
    );
    let group = AutoScalingGroup::new(format!("flask-autoscaling-{number}"))
        .subnets([&zone.zone.subnet])
        .min_size(fleet.min)
        .max_size(fleet.max)
        .health_checks([HealthCheck::Elb])
        .health_check_grace_period(GRACE)
        .classic_load_balancers([lb])
        .tags([GroupTag::propagated("Name", format!("flask-{number}"))]);
    let group = match shared.config.launch {
        Launch::Template => {
            let template = LaunchTemplate::new(format!("flask-{number}"))
                .image(&shared.images.flask)
                .instance_type(&fleet.instance_type)
                .key_pair(&shared.keys)
                .security_groups([&groups.flask])
                .metadata_options(MetadataOptions::tokens_required())
                .user_data(user_data)
                .add(stack);
            group.launch_template(&template)
        }
        Launch::Configuration => {
            let configuration = LaunchConfiguration::new(format!("flask-launchconfig-{number}"))
                .image(&shared.images.flask)
                .instance_type(&fleet.instance_type)
                .key_pair(&shared.keys)
                .security_groups([&groups.flask])
                .public_address(shared.config.placement == Placement::Public)
                .user_data(user_data)
                .add(stack);
            group.launch_configuration(&configuration)
        }
    };
    let group = group.add(stack);

    let steps = [("up", 1, Comparison::GreaterOrEqual, fleet.grow_at), ("down", -1, Comparison::LessOrEqual, fleet.shrink_at)];
    for (way, machines, comparison, threshold) in steps {
        let policy = ScalingPolicy::new(format!("flask-{number}-cpu-{way}"))
            .group(&group)
            .adjustment_type(AdjustmentType::ChangeInCapacity)
            .scaling_adjustment(machines)
            .cooldown(fleet.cooldown)
            .add(stack);
        MetricAlarm::new(format!("flask-{number}-cpu-{way}"))
            .metric(group.cpu_utilization())
            .statistic(Statistic::Average)
            .over(1, 60)
            .comparison(comparison)
            .threshold(threshold)
            .alarm_actions([&policy])
            .add(stack);
    }
}
