//! What a managed compute environment consists of.

use std::collections::BTreeMap;

use infra_core::{Block, Input, Set, choices};
use serde::{Deserialize, Serialize};

use crate::ec2::{KeyPairName, LaunchTemplateId, SecurityGroupId, SubnetId};
use crate::iam::{InstanceProfileArn, RoleArn};

choices! {
    /// What jobs run on.
    pub enum ComputeType {
        /// EC2 instances at the usual price.
        Ec2 = "EC2",
        /// EC2 instances that are cheaper and can be taken away.
        Spot = "SPOT",
        /// Fargate.
        Fargate = "FARGATE",
        /// Fargate that is cheaper and can be taken away.
        FargateSpot = "FARGATE_SPOT",
    }
}

choices! {
    /// Which instance type is taken where several would do.
    pub enum AllocationStrategy {
        /// The cheapest that fits, waiting for it where there is none. AWS's default for EC2, and its advice is against it.
        BestFit = "BEST_FIT",
        /// The cheapest that fits, and others where there is none.
        BestFitProgressive = "BEST_FIT_PROGRESSIVE",
        /// In the order of the list.
        BestFitProgressiveOrdered = "BEST_FIT_PROGRESSIVE_ORDERED",
        /// The one that is least likely to be taken away. Spot.
        SpotCapacityOptimized = "SPOT_CAPACITY_OPTIMIZED",
        /// As that, in the order of the list as far as possible. Spot.
        SpotCapacityOptimizedPrioritized = "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
        /// The best of price and of not being taken away: AWS's advice for spot.
        SpotPriceCapacityOptimized = "SPOT_PRICE_CAPACITY_OPTIMIZED",
    }
}

choices! {
    /// How a launch template's user data is written, with EKS.
    pub enum UserdataType {
        /// As a shell script, for Amazon Linux 2.
        EksBootstrapSh = "EKS_BOOTSTRAP_SH",
        /// As a configuration of nodeadm, for Amazon Linux 2023.
        EksNodeadm = "EKS_NODEADM",
    }
}

/// The launch template of the machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct LaunchTemplateChoice {
    /// The template. Batch overwrites its instance type, security groups, subnets and the like.
    #[input(cloud = "LaunchTemplateId", unlike_cloud = "a template without a reference is a mistake that can be seen early")]
    pub template: LaunchTemplateId,
    /// The version: a number, `$Latest` or `$Default`. Batch looks at it when the environment is made, so give a
    /// template's `latest_version` where its changes are to arrive. Default: `$Default`.
    pub version: Option<String>,
    /// How its user data is written, with EKS.
    pub userdata_type: Option<UserdataType>,
}

/// Which image the machines of some kind start from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ImageChoice {
    /// The kind: `ECS_AL2`, `ECS_AL2023`, `ECS_AL2_NVIDIA`, `ECS_AL2023_NVIDIA`, or those of EKS.
    pub image_type: String,
    /// An image's id. Default: AWS's newest of that kind.
    #[input(filled, cloud = "ImageIdOverride")]
    pub image: Option<String>,
    /// The version of Kubernetes, with EKS.
    #[input(filled, cloud = "ImageKubernetesVersion")]
    pub kubernetes_version: Option<String>,
}

/// What a managed compute environment consists of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ComputeResources {
    /// What jobs run on.
    #[input(replace, cloud = "Type", unlike_cloud = "instances that ECS manages are described in another way altogether")]
    pub compute_type: ComputeType,
    /// The most vCPUs at a time. Batch can exceed it by one instance.
    #[input(cloud = "MaxvCpus")]
    pub max_vcpus: i32,
    /// The subnets that jobs run in.
    #[input(set, replace, unlike_cloud = "Batch requires them")]
    pub subnets: Vec<SubnetId>,
    /// The security groups. Required with Fargate, and where a launch template names none.
    #[input(set, replace, cloud = "SecurityGroupIds")]
    pub security_groups: Option<Vec<SecurityGroupId>>,
    /// The fewest vCPUs, also without jobs. Not for Fargate. Default: 0.
    #[input(cloud = "MinvCpus")]
    pub min_vcpus: Option<i32>,
    /// How many vCPUs there should be now, between the two. Batch changes it as jobs come and go, so it is mostly left
    /// out. Not for Fargate.
    #[input(cloud = "DesiredvCpus")]
    pub desired_vcpus: Option<i32>,
    /// Types, as in `m5.large`, families, as in `m5`, or `optimal`. Required but for Fargate.
    #[input(replace)]
    pub instance_types: Option<Vec<String>>,
    /// The instance profile of the machines. It needs `service-role/AmazonEC2ContainerServiceforEC2Role`. Required but
    /// for Fargate.
    #[input(replace)]
    pub instance_role: Option<InstanceProfileArn>,
    /// Which instance type is taken where several would do. Not for Fargate. Default: BEST_FIT.
    #[input(replace)]
    pub allocation_strategy: Option<AllocationStrategy>,
    /// How much of the usual price a spot instance may cost at most, in percent. Default: 100.
    #[input(replace)]
    pub bid_percentage: Option<i32>,
    /// The role of spot fleets. Required with spot and BEST_FIT.
    #[input(replace, cloud = "SpotIamFleetRole")]
    pub spot_fleet_role: Option<RoleArn>,
    /// The images that the machines start from, by their kind, two at most. Default: AWS's newest for ECS.
    #[input(set, replace, cloud = "Ec2Configuration")]
    pub images: Option<Vec<ImageChoice>>,
    /// The key with which people may log in.
    #[input(replace, cloud = "Ec2KeyPair")]
    pub key_pair: Option<KeyPairName>,
    /// The launch template of the machines.
    #[input(replace)]
    pub launch_template: Option<LaunchTemplateChoice>,
    /// The name of the placement group.
    #[input(replace)]
    pub placement_group: Option<String>,
    /// How many minutes an idle machine stays, from 20 to 10080. Default: it may go at once.
    #[input(cloud = "ScalingPolicy/MinScaleDownDelayMinutes")]
    pub min_scale_down_delay: Option<i32>,
    /// Tags of the machines. Not for Fargate.
    #[input(replace, cloud = "Tags")]
    pub instance_tags: Option<BTreeMap<String, String>>,
}

impl ComputeResources {
    /// Fargate, up to so many vCPUs.
    pub fn fargate(
        max_vcpus: impl Input<i32>,
        subnets: impl Input<Vec<SubnetId>>,
        security_groups: impl Input<Vec<SecurityGroupId>>,
    ) -> ComputeResourcesBuilder<Set, Set, Set> {
        ComputeResources::of(ComputeType::Fargate, max_vcpus, subnets).security_groups(security_groups)
    }

    /// EC2 instances of some types, up to so many vCPUs.
    pub fn ec2(
        max_vcpus: impl Input<i32>,
        subnets: impl Input<Vec<SubnetId>>,
        instance_types: impl Input<Vec<String>>,
        instance_role: impl Input<InstanceProfileArn>,
    ) -> ComputeResourcesBuilder<Set, Set, Set> {
        ComputeResources::of(ComputeType::Ec2, max_vcpus, subnets).instance_types(instance_types).instance_role(instance_role)
    }

    /// Spot instances of some types, up to so many vCPUs, chosen as AWS advises.
    pub fn spot(
        max_vcpus: impl Input<i32>,
        subnets: impl Input<Vec<SubnetId>>,
        instance_types: impl Input<Vec<String>>,
        instance_role: impl Input<InstanceProfileArn>,
    ) -> ComputeResourcesBuilder<Set, Set, Set> {
        ComputeResources::of(ComputeType::Spot, max_vcpus, subnets)
            .instance_types(instance_types)
            .instance_role(instance_role)
            .allocation_strategy(AllocationStrategy::SpotPriceCapacityOptimized)
    }

    /// Of one type; what it needs besides is by type.
    pub fn of(
        compute_type: ComputeType,
        max_vcpus: impl Input<i32>,
        subnets: impl Input<Vec<SubnetId>>,
    ) -> ComputeResourcesBuilder<Set, Set, Set> {
        ComputeResources::new().compute_type(compute_type).max_vcpus(max_vcpus).subnets(subnets)
    }
}
