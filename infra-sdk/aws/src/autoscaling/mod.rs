//! EC2 Auto Scaling.

mod group;
mod launch_configuration;
mod policy;

pub use group::{AutoScalingGroup, AutoScalingGroupInputs, AutoScalingGroupName};
pub use launch_configuration::{
    ConfiguredDevice, ConfiguredDeviceBuilder, ConfiguredMetadata, ConfiguredMetadataBuilder, LaunchConfiguration,
    LaunchConfigurationBuilder, LaunchConfigurationInputs, LaunchConfigurationName, LaunchConfigurationOutputs,
};
pub use policy::{ScalingPolicy, ScalingPolicyArn, ScalingPolicyInputs};

crate::resources!("autoscaling", aws_sdk_autoscaling::Client: LaunchConfiguration);
