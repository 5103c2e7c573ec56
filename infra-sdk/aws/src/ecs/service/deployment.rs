//! How a service comes from one task definition to the next.

use infra_core::{Block, Input, Set, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// Who replaces a service's tasks.
    pub enum DeploymentController {
        /// ECS.
        Ecs = "ECS",
        /// CodeDeploy.
        CodeDeploy = "CODE_DEPLOY",
        /// Somebody else.
        External = "EXTERNAL",
    }
}

choices! {
    /// How tasks are replaced.
    pub enum DeploymentStrategy {
        /// A few at a time.
        Rolling = "ROLLING",
        /// All of them beside the old ones, and the traffic at once.
        BlueGreen = "BLUE_GREEN",
        /// All of them beside the old ones, and the traffic step by step.
        Linear = "LINEAR",
        /// All of them beside the old ones, and a little of the traffic first.
        Canary = "CANARY",
    }
}

choices! {
    /// What a circuit breaker's threshold counts.
    pub enum ThresholdType {
        /// Failures.
        Count = "COUNT",
        /// Failures, in percent of the desired tasks, within AWS's bounds.
        BoundedPercent = "BOUNDED_PERCENT",
        /// Failures, in percent of the desired tasks.
        UnboundedPercent = "UNBOUNDED_PERCENT",
    }
}

/// Gives up a deployment whose tasks do not start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct CircuitBreaker {
    /// Whether it does.
    pub enable: bool,
    /// Whether it then goes back to the last deployment that was steady.
    pub rollback: bool,
    /// Whether a task that is well makes it count from the beginning. Default: true.
    pub reset_on_healthy_task: Option<bool>,
    /// How many failures it takes. Default: half of the desired tasks, 3 to 200.
    #[input(cloud = "ThresholdConfiguration/Value")]
    pub threshold: Option<i32>,
    /// What the threshold counts.
    #[input(cloud = "ThresholdConfiguration/Type")]
    pub threshold_type: Option<ThresholdType>,
}

impl CircuitBreaker {
    /// Gives up a deployment whose tasks do not start, and goes back to the last one that was steady.
    pub fn rolling_back() -> CircuitBreakerBuilder<Set, Set> {
        CircuitBreaker::new().enable(true).rollback(true)
    }
}

/// Gives up a deployment while an alarm rings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct DeploymentAlarms {
    /// The alarms, by name.
    #[input(cloud = "AlarmNames")]
    pub alarms: Vec<String>,
    /// Whether they are looked at.
    pub enable: bool,
    /// Whether the service then goes back to the last deployment that was steady.
    pub rollback: bool,
}

choices! {
    /// A moment of a deployment.
    pub enum LifecycleStage {
        /// Before anything is done.
        ReconcileService = "RECONCILE_SERVICE",
        /// Before new tasks are started.
        PreScaleUp = "PRE_SCALE_UP",
        /// After new tasks are started.
        PostScaleUp = "POST_SCALE_UP",
        /// While test traffic goes over.
        TestTrafficShift = "TEST_TRAFFIC_SHIFT",
        /// After test traffic has gone over.
        PostTestTrafficShift = "POST_TEST_TRAFFIC_SHIFT",
        /// Before traffic goes over.
        PreProductionTrafficShift = "PRE_PRODUCTION_TRAFFIC_SHIFT",
        /// While traffic goes over.
        ProductionTrafficShift = "PRODUCTION_TRAFFIC_SHIFT",
        /// After traffic has gone over.
        PostProductionTrafficShift = "POST_PRODUCTION_TRAFFIC_SHIFT",
    }
}

/// A Lambda function that is asked at moments of a deployment, and can stop it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct LifecycleHook {
    /// The function, by ARN.
    #[input(cloud = "HookTargetArn", unlike_cloud = "AWS requires it of a function")]
    pub function: String,
    /// The role that may call it, by ARN.
    #[input(cloud = "RoleArn", unlike_cloud = "AWS requires it of a function")]
    pub role: String,
    /// When it is asked.
    #[input(cloud = "LifecycleStages")]
    pub stages: Vec<LifecycleStage>,
}

/// Traffic that goes over step by step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct LinearConfiguration {
    /// Percent of the traffic at each step, 3 to 100. Default: 10.
    pub step_percent: Option<f64>,
    /// Minutes between steps, 0 to 1440. Default: 6.
    pub step_bake_time_in_minutes: Option<i32>,
}

/// A little of the traffic that goes over first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct CanaryConfiguration {
    /// Percent of the traffic, 0.1 to 100. Default: 5.
    pub canary_percent: Option<f64>,
    /// Minutes until the rest follows, 0 to 1440. Default: 10.
    pub canary_bake_time_in_minutes: Option<i32>,
}

/// How tasks are replaced.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct DeploymentConfiguration {
    /// How. Default: a few at a time.
    pub strategy: Option<DeploymentStrategy>,
    /// How many tasks there may be meanwhile, in percent of the desired ones. Default: 200.
    pub maximum_percent: Option<i32>,
    /// How many tasks there must be meanwhile, in percent of the desired ones. Default: 100.
    pub minimum_healthy_percent: Option<i32>,
    /// Gives up a deployment whose tasks do not start.
    #[input(cloud = "DeploymentCircuitBreaker")]
    pub circuit_breaker: Option<CircuitBreaker>,
    /// Gives up a deployment while an alarm rings.
    pub alarms: Option<DeploymentAlarms>,
    /// Minutes that both the old tasks and the new ones are kept once the traffic has gone over, 0 to 1440. Default: 15.
    pub bake_time_in_minutes: Option<i32>,
    /// Functions that are asked meanwhile.
    pub lifecycle_hooks: Option<Vec<LifecycleHook>>,
    /// With the strategy `Linear`.
    #[input(cloud = "LinearConfiguration")]
    pub linear: Option<LinearConfiguration>,
    /// With the strategy `Canary`.
    #[input(cloud = "CanaryConfiguration")]
    pub canary: Option<CanaryConfiguration>,
}

impl DeploymentConfiguration {
    /// A few tasks at a time, between so many and so many percent of the desired ones; what does not start is given up, and
    /// the last deployment that was steady comes back.
    pub fn rolling(minimum_healthy_percent: impl Input<i32>, maximum_percent: impl Input<i32>) -> DeploymentConfigurationBuilder {
        DeploymentConfiguration::new()
            .minimum_healthy_percent(minimum_healthy_percent)
            .maximum_percent(maximum_percent)
            .circuit_breaker(CircuitBreaker::rolling_back())
    }
}

/// How closely a service is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ServiceMetric {
    /// What is measured: `CPUUtilization`, `MemoryUtilization`.
    #[input(cloud = "MetricNames")]
    pub metrics: Vec<String>,
    /// Every so many seconds: 20 or 60.
    #[input(cloud = "ResolutionSeconds")]
    pub resolution: i32,
}

#[cfg(feature = "ecs")]
mod live {
    use aws_sdk_ecs::types as sdk;

    use super::{
        CanaryConfiguration, CircuitBreaker, DeploymentAlarms, DeploymentConfiguration, DeploymentController, DeploymentStrategy,
        LifecycleHook, LifecycleStage, LinearConfiguration, ServiceMetric, ThresholdType,
    };
    use crate::sdk::{Wired, wired, wired_words};

    type Built<T> = Result<T, aws_smithy_types::error::operation::BuildError>;

    wired_words!(
        DeploymentController => sdk::DeploymentControllerType,
        DeploymentStrategy => sdk::DeploymentStrategy,
        LifecycleStage => sdk::DeploymentLifecycleHookStage,
        ThresholdType => sdk::ThresholdType,
    );

    wired!(DeploymentAlarms = sdk::DeploymentAlarms,
        sdk::DeploymentAlarms::builder().set_alarm_names(Some(Vec::new())).enable(false).rollback(false).build();
        same: enable, rollback;
        named: alarms = alarm_names;
    );

    wired!(LifecycleHook = sdk::DeploymentLifecycleHook, Ok(sdk::DeploymentLifecycleHook::builder().build());
        given: function = hook_target_arn, role = role_arn, stages = lifecycle_stages;
    );

    wired!(ServiceMetric = sdk::MetricConfiguration,
        sdk::MetricConfiguration::builder().set_metric_names(Some(Vec::new())).resolution_seconds(60).build();
        named: metrics = metric_names, resolution = resolution_seconds;
    );

    wired!(LinearConfiguration = sdk::LinearConfiguration, Ok(sdk::LinearConfiguration::builder().build());
        same: step_percent, step_bake_time_in_minutes;
    );

    wired!(CanaryConfiguration = sdk::CanaryConfiguration, Ok(sdk::CanaryConfiguration::builder().build());
        same: canary_percent, canary_bake_time_in_minutes;
    );

    wired!(DeploymentConfiguration = sdk::DeploymentConfiguration, Ok(sdk::DeploymentConfiguration::builder().build());
        same: strategy, maximum_percent, minimum_healthy_percent, alarms, bake_time_in_minutes, lifecycle_hooks;
        named: circuit_breaker = deployment_circuit_breaker, linear = linear_configuration, canary = canary_configuration;
    );

    impl Wired<sdk::DeploymentCircuitBreaker> for CircuitBreaker {
        fn wire(&self) -> Built<sdk::DeploymentCircuitBreaker> {
            let threshold = self.threshold.map(|value| {
                let kind = self.threshold_type.unwrap_or(ThresholdType::Count);
                sdk::ThresholdConfiguration::builder().r#type(kind.as_str().into()).value(value).build()
            });
            let built = sdk::DeploymentCircuitBreaker::builder()
                .enable(self.enable)
                .rollback(self.rollback)
                .set_reset_on_healthy_task(self.reset_on_healthy_task)
                .set_threshold_configuration(threshold.transpose()?);
            Ok(built.build())
        }

        fn unwire(sdk: &sdk::DeploymentCircuitBreaker) -> Option<CircuitBreaker> {
            let threshold = sdk.threshold_configuration.as_ref();
            Some(CircuitBreaker {
                enable: sdk.enable,
                rollback: sdk.rollback,
                reset_on_healthy_task: sdk.reset_on_healthy_task,
                threshold: threshold.map(|threshold| threshold.value),
                threshold_type: threshold.and_then(|threshold| ThresholdType::unwire(&threshold.r#type)),
            })
        }
    }
}
