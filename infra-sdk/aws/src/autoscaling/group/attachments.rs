//! What a group is attached to, and which metrics it sends.

use infra_core::{choices, text_type};

text_type! {
    /// The ARN of a VPC Lattice target group.
    pub struct LatticeTargetGroupArn;
}

choices! {
    /// A metric of a group itself.
    pub enum GroupMetric {
        /// The least size.
        MinSize = "GroupMinSize",
        /// The greatest size.
        MaxSize = "GroupMaxSize",
        /// The size that AWS aims at.
        DesiredCapacity = "GroupDesiredCapacity",
        /// Instances in service.
        InServiceInstances = "GroupInServiceInstances",
        /// Instances on the way in.
        PendingInstances = "GroupPendingInstances",
        /// Instances on standby.
        StandbyInstances = "GroupStandbyInstances",
        /// Instances on the way out.
        TerminatingInstances = "GroupTerminatingInstances",
        /// All instances.
        TotalInstances = "GroupTotalInstances",
        /// Units of capacity in service.
        InServiceCapacity = "GroupInServiceCapacity",
        /// Units of capacity on the way in.
        PendingCapacity = "GroupPendingCapacity",
        /// Units of capacity on standby.
        StandbyCapacity = "GroupStandbyCapacity",
        /// Units of capacity on the way out.
        TerminatingCapacity = "GroupTerminatingCapacity",
        /// All units of capacity.
        TotalCapacity = "GroupTotalCapacity",
        /// The size of the warm pool that AWS aims at.
        WarmPoolDesiredCapacity = "WarmPoolDesiredCapacity",
        /// Units of capacity ready in the warm pool.
        WarmPoolWarmedCapacity = "WarmPoolWarmedCapacity",
        /// Units of capacity on the way into the warm pool.
        WarmPoolPendingCapacity = "WarmPoolPendingCapacity",
        /// Units of capacity on the way out of the warm pool.
        WarmPoolTerminatingCapacity = "WarmPoolTerminatingCapacity",
        /// All units of capacity in the warm pool.
        WarmPoolTotalCapacity = "WarmPoolTotalCapacity",
        /// The size of group and warm pool that AWS aims at.
        GroupAndWarmPoolDesiredCapacity = "GroupAndWarmPoolDesiredCapacity",
        /// All units of capacity in group and warm pool.
        GroupAndWarmPoolTotalCapacity = "GroupAndWarmPoolTotalCapacity",
    }
}

impl GroupMetric {
    /// The eight metrics that count instances and sizes: what most people want.
    pub const INSTANCES: [GroupMetric; 8] = [
        GroupMetric::MinSize,
        GroupMetric::MaxSize,
        GroupMetric::DesiredCapacity,
        GroupMetric::InServiceInstances,
        GroupMetric::PendingInstances,
        GroupMetric::StandbyInstances,
        GroupMetric::TerminatingInstances,
        GroupMetric::TotalInstances,
    ];
}

#[cfg(feature = "autoscaling")]
pub(super) mod live {
    use aws_sdk_autoscaling::Client;
    use aws_sdk_autoscaling::types::{AutoScalingGroup, TrafficSourceIdentifier};
    use infra_apply::ProviderError;

    use super::super::AutoScalingGroupInputs;
    use super::{GroupMetric, LatticeTargetGroupArn};
    use crate::sdk::failed;

    /// How many balancers or target groups one call takes.
    const BATCH: usize = 10;
    const LATTICE: &str = "vpc-lattice";

    /// The VPC Lattice target groups among a group's traffic sources: the others are its load balancers and target groups.
    pub(in super::super) fn lattice(group: &AutoScalingGroup) -> Vec<LatticeTargetGroupArn> {
        let lattice = group.traffic_sources().iter().filter(|source| source.r#type() == Some(LATTICE));
        lattice.filter_map(|source| source.identifier().map(LatticeTargetGroupArn::new)).collect()
    }

    pub(in super::super) fn source(arn: &LatticeTargetGroupArn) -> TrafficSourceIdentifier {
        TrafficSourceIdentifier::builder().identifier(arn.as_str()).r#type(LATTICE).build()
    }

    pub(in super::super) fn metrics(group: &AutoScalingGroup) -> Vec<GroupMetric> {
        group.enabled_metrics().iter().filter_map(|enabled| GroupMetric::from_word(enabled.metric()?)).collect()
    }

    /// Attaches what is new and detaches what is no longer wanted.
    pub(in super::super) async fn update(
        client: &Client,
        id: &str,
        have: &AutoScalingGroupInputs,
        want: &AutoScalingGroupInputs,
    ) -> Result<(), ProviderError> {
        let (new, old) = delta(have.target_groups.as_ref(), want.target_groups.as_ref());
        for batch in new.chunks(BATCH) {
            let call = client.attach_load_balancer_target_groups().auto_scaling_group_name(id);
            let call = call.set_target_group_arns(Some(batch.iter().map(|arn| arn.as_str().to_owned()).collect()));
            call.send().await.map_err(failed("AttachLoadBalancerTargetGroups"))?;
        }
        for batch in old.chunks(BATCH) {
            let call = client.detach_load_balancer_target_groups().auto_scaling_group_name(id);
            let call = call.set_target_group_arns(Some(batch.iter().map(|arn| arn.as_str().to_owned()).collect()));
            call.send().await.map_err(failed("DetachLoadBalancerTargetGroups"))?;
        }
        let (new, old) = delta(have.classic_load_balancers.as_ref(), want.classic_load_balancers.as_ref());
        for batch in new.chunks(BATCH) {
            let call = client.attach_load_balancers().auto_scaling_group_name(id);
            let call = call.set_load_balancer_names(Some(batch.iter().map(|name| name.as_str().to_owned()).collect()));
            call.send().await.map_err(failed("AttachLoadBalancers"))?;
        }
        for batch in old.chunks(BATCH) {
            let call = client.detach_load_balancers().auto_scaling_group_name(id);
            let call = call.set_load_balancer_names(Some(batch.iter().map(|name| name.as_str().to_owned()).collect()));
            call.send().await.map_err(failed("DetachLoadBalancers"))?;
        }
        let (new, old) = delta(have.lattice_target_groups.as_ref(), want.lattice_target_groups.as_ref());
        for batch in new.chunks(BATCH) {
            let call = client.attach_traffic_sources().auto_scaling_group_name(id);
            let call = call.set_traffic_sources(Some(batch.iter().map(|arn| source(arn)).collect()));
            call.send().await.map_err(failed("AttachTrafficSources"))?;
        }
        for batch in old.chunks(BATCH) {
            let call = client.detach_traffic_sources().auto_scaling_group_name(id);
            let call = call.set_traffic_sources(Some(batch.iter().map(|arn| source(arn)).collect()));
            call.send().await.map_err(failed("DetachTrafficSources"))?;
        }
        let (new, old) = delta(have.group_metrics.as_ref(), want.group_metrics.as_ref());
        let words = |metrics: Vec<&GroupMetric>| Some(metrics.into_iter().map(ToString::to_string).collect());
        if !new.is_empty() {
            let call = client.enable_metrics_collection().auto_scaling_group_name(id).granularity("1Minute").set_metrics(words(new));
            call.send().await.map_err(failed("EnableMetricsCollection"))?;
        }
        if !old.is_empty() {
            let call = client.disable_metrics_collection().auto_scaling_group_name(id).set_metrics(words(old));
            call.send().await.map_err(failed("DisableMetricsCollection"))?;
        }
        Ok(())
    }

    /// What is wanted and not there, and what is there and not wanted; nothing of either where nothing is wanted.
    pub(in super::super) fn delta<'a, T: PartialEq>(have: Option<&'a Vec<T>>, want: Option<&'a Vec<T>>) -> (Vec<&'a T>, Vec<&'a T>) {
        let Some(want) = want else { return (Vec::new(), Vec::new()) };
        let have = have.map_or(&[][..], |have| have.as_slice());
        (want.iter().filter(|item| !have.contains(item)).collect(), have.iter().filter(|item| !want.contains(item)).collect())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_what_differs_is_attached_or_detached_and_nothing_where_the_program_is_silent() {
            let (have, want) = (vec![1, 2], vec![2, 3]);
            assert_eq!(delta(Some(&have), Some(&want)), (vec![&3], vec![&1]));
            assert_eq!(delta(Some(&have), None), (vec![], vec![]));
            assert_eq!(delta(None, Some(&want)), (vec![&2, &3], vec![]));
        }

        #[test]
        fn a_target_group_that_aws_also_calls_a_traffic_source_is_not_a_lattice_one() {
            let other = TrafficSourceIdentifier::builder().identifier("arn:elb").r#type("elbv2").build();
            let group =
                AutoScalingGroup::builder().traffic_sources(other).traffic_sources(source(&LatticeTargetGroupArn::new("arn:l"))).build();
            assert_eq!(lattice(&group), [LatticeTargetGroupArn::new("arn:l")]);
        }
    }
}
