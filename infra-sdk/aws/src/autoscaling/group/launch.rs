//! What a group's instances are made from: a launch template, alone or as the base of several instance types.

use infra_core::{Block, Declared, Expr, Input, Output, Set, choices};
use serde::{Deserialize, Serialize};

use super::InstanceRequirements;
use crate::ec2::{LaunchTemplate, LaunchTemplateId};

/// A launch template and its version.
///
/// A template's handle stands for one with its newest version: `.launch_template(&template)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct LaunchTemplateChoice {
    /// The launch template.
    #[input(cloud = "LaunchTemplateId")]
    pub template: LaunchTemplateId,
    /// The number of its version as text, `$Latest` or `$Default`. With the latter two AWS takes what is newest or default at
    /// each launch, and a new version changes nothing in the stack. Default: `$Default`.
    #[input(unlike_cloud = "the API takes the default version where none is named")]
    pub version: Option<String>,
}

impl LaunchTemplateChoice {
    /// A template at its newest version of this deploy.
    pub fn newest(template: &LaunchTemplate) -> LaunchTemplateChoiceBuilder<Set> {
        let version: Output<String> =
            Output::from_expr(Expr::Format(vec![Output::<String>::attr(template.address(), "latest_version").into_expr()]));
        LaunchTemplateChoice::new().template(template).version(version)
    }
}

impl Input<LaunchTemplateChoice> for &LaunchTemplate {
    fn into_expr(self) -> Expr {
        LaunchTemplateChoice::newest(self).into_expr()
    }
}

choices! {
    /// In which order instance types are taken for instances on demand.
    pub enum OnDemandAllocation {
        /// The cheapest first.
        LowestPrice = "lowest-price",
        /// In the order of the overrides.
        Prioritized = "prioritized",
    }
}

choices! {
    /// From which pools spot instances are taken.
    pub enum SpotAllocation {
        /// Few interruptions and a low price together: what AWS advises.
        PriceCapacityOptimized = "price-capacity-optimized",
        /// The pools with the most to spare.
        CapacityOptimized = "capacity-optimized",
        /// The pools with the most to spare, in the order of the overrides where possible.
        CapacityOptimizedPrioritized = "capacity-optimized-prioritized",
        /// The cheapest pools, as many as `spot_instance_pools` says.
        LowestPrice = "lowest-price",
    }
}

choices! {
    /// How an instance is bought.
    pub enum CapacityType {
        /// On demand.
        OnDemand = "on-demand",
        /// On demand, within a capacity reservation.
        OnDemandCapacityReservation = "on-demand-capacity-reservation",
        /// Within a capacity block.
        CapacityBlock = "capacity-block",
        /// Within a reservation that may be interrupted.
        InterruptibleCapacityReservation = "interruptible-capacity-reservation",
    }
}

/// Several instance types, on demand and spot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct MixedInstancesPolicy {
    /// The launch template, for all that the overrides do not say.
    #[input(cloud = "LaunchTemplate/LaunchTemplateSpecification")]
    pub launch_template: LaunchTemplateChoice,
    /// The instance types, the preferred ones first. Default: the template's.
    #[input(cloud = "LaunchTemplate/Overrides")]
    pub overrides: Option<Vec<InstanceOverride>>,
    /// How much is on demand and how much spot. Default: all on demand.
    pub instances_distribution: Option<InstancesDistribution>,
}

/// An instance type, or what one must have, in place of the launch template's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct InstanceOverride {
    /// The instance type, as in `m7g.large`. Not with `instance_requirements`.
    pub instance_type: Option<String>,
    /// What an instance type must have. Not with `instance_type`.
    pub instance_requirements: Option<InstanceRequirements>,
    /// How many units of the group's size such an instance is, 1 to 999. Default: 1.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub weighted_capacity: Option<i32>,
    /// Another launch template for this type, such as one with an image for another processor.
    #[input(cloud = "LaunchTemplateSpecification")]
    pub launch_template: Option<LaunchTemplateChoice>,
    /// Another image for this type.
    #[input(cloud = "ImageId")]
    pub image: Option<String>,
}

impl InstanceOverride {
    /// An instance type by name.
    pub fn of(instance_type: impl Input<String>) -> InstanceOverrideBuilder {
        InstanceOverride::new().instance_type(instance_type)
    }
}

/// How much of a group is on demand and how much spot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct InstancesDistribution {
    /// In which order instance types are taken on demand. Default: `prioritized`, with requirements `lowest-price`.
    pub on_demand_allocation_strategy: Option<OnDemandAllocation>,
    /// How many units are on demand before anything is spot. Default: 0.
    pub on_demand_base_capacity: Option<i32>,
    /// How many percent beyond the base are on demand, 0 to 100. Default: 100.
    pub on_demand_percentage_above_base_capacity: Option<i32>,
    /// From which pools spot instances are taken. Default: `lowest-price`.
    pub spot_allocation_strategy: Option<SpotAllocation>,
    /// From how many of the cheapest pools, 1 to 20; only with `lowest-price`. Default: 2.
    pub spot_instance_pools: Option<i32>,
    /// The most to pay for an instance and hour, in dollars. An empty text, the default, means the price on demand.
    pub spot_max_price: Option<String>,
    /// Ways to buy capacity, the preferred ones first.
    pub distribution_segments: Option<Vec<DistributionSegment>>,
}

impl InstancesDistribution {
    /// Everything spot, from the pools where interruptions are few and the price is low.
    pub fn spot() -> InstancesDistributionBuilder {
        InstancesDistribution::new()
            .on_demand_percentage_above_base_capacity(0)
            .spot_allocation_strategy(SpotAllocation::PriceCapacityOptimized)
    }
}

/// Ways to buy capacity that are tried in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct DistributionSegment {
    /// The ways, the preferred ones first.
    pub target_capacity_types: Vec<CapacityType>,
}

#[cfg(feature = "autoscaling")]
pub(super) mod live {
    use aws_sdk_autoscaling::types as sdk;

    use super::{
        CapacityType, DistributionSegment, InstanceOverride, InstancesDistribution, LaunchTemplateChoice, MixedInstancesPolicy,
        OnDemandAllocation, SpotAllocation,
    };
    use crate::autoscaling::group::requirements::live as requirements;
    use crate::ec2::LaunchTemplateId;

    pub(in super::super) fn template_to_sdk(choice: &LaunchTemplateChoice) -> sdk::LaunchTemplateSpecification {
        sdk::LaunchTemplateSpecification::builder()
            .launch_template_id(choice.template.as_str())
            .version(choice.version.as_deref().unwrap_or("$Default"))
            .build()
    }

    pub(in super::super) fn template_from_sdk(spec: &sdk::LaunchTemplateSpecification) -> LaunchTemplateChoice {
        LaunchTemplateChoice {
            template: LaunchTemplateId::new(spec.launch_template_id().unwrap_or_default()),
            version: Some(spec.version().unwrap_or("$Default").to_owned()),
        }
    }

    pub(in super::super) fn mixed_to_sdk(policy: &MixedInstancesPolicy) -> sdk::MixedInstancesPolicy {
        let template = sdk::LaunchTemplate::builder()
            .launch_template_specification(template_to_sdk(&policy.launch_template))
            .set_overrides(policy.overrides.as_ref().map(|overrides| overrides.iter().map(override_to_sdk).collect()));
        sdk::MixedInstancesPolicy::builder()
            .launch_template(template.build())
            .set_instances_distribution(policy.instances_distribution.as_ref().map(distribution_to_sdk))
            .build()
    }

    pub(in super::super) fn mixed_from_sdk(policy: &sdk::MixedInstancesPolicy) -> Option<MixedInstancesPolicy> {
        let template = policy.launch_template()?;
        Some(MixedInstancesPolicy {
            launch_template: template_from_sdk(template.launch_template_specification()?),
            overrides: Some(template.overrides().iter().map(override_from_sdk).collect()),
            instances_distribution: policy.instances_distribution().map(distribution_from_sdk),
        })
    }

    fn override_to_sdk(item: &InstanceOverride) -> sdk::LaunchTemplateOverrides {
        sdk::LaunchTemplateOverrides::builder()
            .set_instance_type(item.instance_type.clone())
            .set_instance_requirements(item.instance_requirements.as_ref().map(requirements::to_sdk))
            .set_weighted_capacity(item.weighted_capacity.map(|weight| weight.to_string()))
            .set_launch_template_specification(item.launch_template.as_ref().map(template_to_sdk))
            .set_image_id(item.image.clone())
            .build()
    }

    fn override_from_sdk(item: &sdk::LaunchTemplateOverrides) -> InstanceOverride {
        InstanceOverride {
            instance_type: item.instance_type().map(str::to_owned),
            instance_requirements: item.instance_requirements().map(requirements::from_sdk),
            weighted_capacity: item.weighted_capacity().and_then(|weight| weight.parse().ok()),
            launch_template: item.launch_template_specification().map(template_from_sdk),
            image: item.image_id().map(str::to_owned),
        }
    }

    fn distribution_to_sdk(distribution: &InstancesDistribution) -> sdk::InstancesDistribution {
        let segments = distribution.distribution_segments.as_ref().map(|segments| segments.iter().map(segment_to_sdk).collect());
        sdk::InstancesDistribution::builder()
            .set_on_demand_allocation_strategy(distribution.on_demand_allocation_strategy.map(|word| word.to_string()))
            .set_on_demand_base_capacity(distribution.on_demand_base_capacity)
            .set_on_demand_percentage_above_base_capacity(distribution.on_demand_percentage_above_base_capacity)
            .set_spot_allocation_strategy(distribution.spot_allocation_strategy.map(|word| word.to_string()))
            .set_spot_instance_pools(distribution.spot_instance_pools)
            .set_spot_max_price(distribution.spot_max_price.clone())
            .set_distribution_segments(segments)
            .build()
    }

    fn distribution_from_sdk(distribution: &sdk::InstancesDistribution) -> InstancesDistribution {
        InstancesDistribution {
            on_demand_allocation_strategy: distribution.on_demand_allocation_strategy().and_then(OnDemandAllocation::from_word),
            on_demand_base_capacity: distribution.on_demand_base_capacity(),
            on_demand_percentage_above_base_capacity: distribution.on_demand_percentage_above_base_capacity(),
            spot_allocation_strategy: distribution.spot_allocation_strategy().and_then(SpotAllocation::from_word),
            spot_instance_pools: distribution.spot_instance_pools(),
            // AWS is silent where there is no limit, which a program says with an empty text.
            spot_max_price: Some(distribution.spot_max_price().unwrap_or_default().to_owned()),
            distribution_segments: Some(distribution.distribution_segments().iter().map(segment_from_sdk).collect()),
        }
    }

    fn segment_to_sdk(segment: &DistributionSegment) -> sdk::DistributionSegment {
        let types = segment.target_capacity_types.iter().map(|word| word.as_str().into()).collect();
        sdk::DistributionSegment::builder().set_target_capacity_types(Some(types)).build()
    }

    fn segment_from_sdk(segment: &sdk::DistributionSegment) -> DistributionSegment {
        let types = segment.target_capacity_types().iter().filter_map(|word| CapacityType::from_word(word.as_str()));
        DistributionSegment { target_capacity_types: types.collect() }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_mixed_policy_is_read_back_as_it_was_written() {
            let template = LaunchTemplateChoice { template: LaunchTemplateId::new("lt-1"), version: Some("3".into()) };
            let policy = MixedInstancesPolicy {
                launch_template: template.clone(),
                overrides: Some(vec![InstanceOverride {
                    instance_type: Some("m7g.large".into()),
                    instance_requirements: None,
                    weighted_capacity: Some(2),
                    launch_template: Some(template),
                    image: Some("ami-1".into()),
                }]),
                instances_distribution: Some(InstancesDistribution {
                    on_demand_allocation_strategy: Some(OnDemandAllocation::Prioritized),
                    on_demand_base_capacity: Some(1),
                    on_demand_percentage_above_base_capacity: Some(20),
                    spot_allocation_strategy: Some(SpotAllocation::PriceCapacityOptimized),
                    spot_instance_pools: None,
                    spot_max_price: Some("0.05".into()),
                    distribution_segments: Some(vec![DistributionSegment { target_capacity_types: vec![CapacityType::OnDemand] }]),
                }),
            };
            assert_eq!(mixed_from_sdk(&mixed_to_sdk(&policy)), Some(policy));
        }
    }
}
