//! Names of metrics, ways to sum them up, and expressions over them.
//!
//! AWS has thousands of metrics and more each week, so they are named by text; what can be typed is where they come from.
//! A resource's handle knows the namespace and the dimension of its own: `group.instance_metric("CPUUtilization")`.

use std::collections::BTreeMap;

use infra_core::{Block, Declared, Expr, Input, Output, Set, choices, text_type};
use serde::{Deserialize, Serialize};

use crate::autoscaling::AutoScalingGroup;
use crate::ec2::Instance;
use crate::elb::ClassicLoadBalancer;
use crate::elbv2::{LoadBalancer, TargetGroup};

/// The namespaces of what AWS itself measures.
pub mod namespace {
    /// Application load balancers and their target groups.
    pub const APPLICATION_ELB: &str = "AWS/ApplicationELB";
    /// Auto scaling groups, as far as their sizes go.
    pub const AUTO_SCALING: &str = "AWS/AutoScaling";
    /// Volumes.
    pub const EBS: &str = "AWS/EBS";
    /// Instances, one by one or all of a group.
    pub const EC2: &str = "AWS/EC2";
    /// Classic load balancers.
    pub const ELB: &str = "AWS/ELB";
    /// Network load balancers and their target groups.
    pub const NETWORK_ELB: &str = "AWS/NetworkELB";
    /// Queues.
    pub const SQS: &str = "AWS/SQS";
}

choices! {
    /// A common way to make one number of a period's values.
    pub enum Statistic {
        /// Their mean.
        Average = "Average",
        /// The greatest.
        Maximum = "Maximum",
        /// The least.
        Minimum = "Minimum",
        /// How many there are.
        SampleCount = "SampleCount",
        /// Their sum.
        Sum = "Sum",
    }
}

text_type! {
    /// Any way to make one number of a period's values, as CloudWatch writes it: `Average`, `p99.9`, `tm90`.
    pub struct Stat;
}

impl Stat {
    /// The value that `percent` of the values do not exceed: `p99`.
    pub fn percentile(percent: f64) -> Stat {
        Stat::new(format!("p{percent}"))
    }

    /// The mean of the values without those above a percentile: `tm99`.
    pub fn trimmed_mean(percent: f64) -> Stat {
        Stat::new(format!("tm{percent}"))
    }

    /// The mean with the values above a percentile lowered to it: `wm98`.
    pub fn winsorized_mean(percent: f64) -> Stat {
        Stat::new(format!("wm{percent}"))
    }

    /// The mean of the middle half of the values.
    pub fn interquartile_mean() -> Stat {
        Stat::new("IQM")
    }
}

impl Input<Stat> for Statistic {
    fn into_expr(self) -> Expr {
        Expr::lit(self.as_str())
    }
}

impl Input<Stat> for &str {
    fn into_expr(self) -> Expr {
        Expr::lit(self)
    }
}

choices! {
    /// The unit of a metric's values.
    pub enum Unit {
        /// Seconds.
        Seconds = "Seconds",
        /// Millionths of a second.
        Microseconds = "Microseconds",
        /// Thousandths of a second.
        Milliseconds = "Milliseconds",
        /// Bytes.
        Bytes = "Bytes",
        /// Thousands of bytes.
        Kilobytes = "Kilobytes",
        /// Millions of bytes.
        Megabytes = "Megabytes",
        /// Billions of bytes.
        Gigabytes = "Gigabytes",
        /// Trillions of bytes.
        Terabytes = "Terabytes",
        /// Bits.
        Bits = "Bits",
        /// Thousands of bits.
        Kilobits = "Kilobits",
        /// Millions of bits.
        Megabits = "Megabits",
        /// Billions of bits.
        Gigabits = "Gigabits",
        /// Trillions of bits.
        Terabits = "Terabits",
        /// Hundredths.
        Percent = "Percent",
        /// A number of things.
        Count = "Count",
        /// Bytes a second.
        BytesPerSecond = "Bytes/Second",
        /// Thousands of bytes a second.
        KilobytesPerSecond = "Kilobytes/Second",
        /// Millions of bytes a second.
        MegabytesPerSecond = "Megabytes/Second",
        /// Billions of bytes a second.
        GigabytesPerSecond = "Gigabytes/Second",
        /// Trillions of bytes a second.
        TerabytesPerSecond = "Terabytes/Second",
        /// Bits a second.
        BitsPerSecond = "Bits/Second",
        /// Thousands of bits a second.
        KilobitsPerSecond = "Kilobits/Second",
        /// Millions of bits a second.
        MegabitsPerSecond = "Megabits/Second",
        /// Billions of bits a second.
        GigabitsPerSecond = "Gigabits/Second",
        /// Trillions of bits a second.
        TerabitsPerSecond = "Terabits/Second",
        /// A number of things a second.
        CountPerSecond = "Count/Second",
        /// None.
        None = "None",
    }
}

/// A metric: what is measured, and of what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct Metric {
    /// Where it comes from, as in `AWS/EC2`, or a name of your own.
    #[input(unlike_cloud = "the API refuses a metric without it")]
    pub namespace: String,
    /// What is measured, as in `CPUUtilization`.
    #[input(unlike_cloud = "the API refuses a metric without it")]
    pub metric_name: String,
    /// Of what, as in `AutoScalingGroupName` and a group's name. Only values sent with exactly these are in it.
    pub dimensions: Option<BTreeMap<String, String>>,
}

/// A metric on its way to an alarm or a policy.
pub type NamedMetric = MetricBuilder<Set, Set>;

impl Metric {
    /// A metric by its namespace, such as one of [`namespace`], and its name.
    pub fn named(namespace: impl Input<String>, metric_name: impl Input<String>) -> NamedMetric {
        Metric::new().namespace(namespace).metric_name(metric_name)
    }

    fn of(namespace: &str, name: impl Input<String>, dimension: &str, value: Output<String>) -> NamedMetric {
        Metric::named(namespace, name).dimensions([(dimension, value)])
    }
}

/// What a metric's name, namespace and dimensions are, for those who have them among their own fields.
pub(crate) fn parts(metric: NamedMetric) -> BTreeMap<String, Expr> {
    match metric.into_expr() {
        Expr::Object(parts) => parts,
        // A builder is an object.
        _ => BTreeMap::new(),
    }
}

impl AutoScalingGroup {
    /// A metric of the group itself, such as `GroupInServiceInstances`; it must be one of its `group_metrics`.
    pub fn metric(&self, name: impl Input<String>) -> NamedMetric {
        Metric::of(namespace::AUTO_SCALING, name, "AutoScalingGroupName", self.id().cast())
    }

    /// A metric of all its instances together, such as `NetworkIn`.
    pub fn instance_metric(&self, name: impl Input<String>) -> NamedMetric {
        Metric::of(namespace::EC2, name, "AutoScalingGroupName", self.id().cast())
    }

    /// How busy the processors of its instances are, in percent.
    pub fn cpu_utilization(&self) -> NamedMetric {
        self.instance_metric("CPUUtilization")
    }
}

impl Instance {
    /// A metric of the instance, such as `StatusCheckFailed`.
    pub fn metric(&self, name: impl Input<String>) -> NamedMetric {
        Metric::of(namespace::EC2, name, "InstanceId", self.id().cast())
    }
}

impl ClassicLoadBalancer {
    /// A metric of the load balancer, such as `Latency`.
    pub fn metric(&self, name: impl Input<String>) -> NamedMetric {
        Metric::of(namespace::ELB, name, "LoadBalancerName", self.id().cast())
    }
}

impl LoadBalancer {
    /// A metric of an application load balancer, such as `RequestCount`.
    pub fn metric(&self, name: impl Input<String>) -> NamedMetric {
        Metric::of(namespace::APPLICATION_ELB, name, "LoadBalancer", full_name(self))
    }

    /// A metric of a network load balancer, such as `ActiveFlowCount`.
    pub fn network_metric(&self, name: impl Input<String>) -> NamedMetric {
        Metric::of(namespace::NETWORK_ELB, name, "LoadBalancer", full_name(self))
    }
}

impl TargetGroup {
    /// A metric of the target group behind an application load balancer, such as `HealthyHostCount`.
    pub fn metric(&self, name: impl Input<String>, load_balancer: &LoadBalancer) -> NamedMetric {
        let dimensions = [("TargetGroup", full_name(self)), ("LoadBalancer", full_name(load_balancer))];
        Metric::named(namespace::APPLICATION_ELB, name).dimensions(dimensions)
    }
}

/// The end of a load balancer's or target group's ARN, by which metrics and policies call it.
pub(crate) fn full_name(of: &impl Declared) -> Output<String> {
    Output::attr(of.address(), "full_name")
}

/// A metric's values, one a period.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct MetricStat {
    /// The metric.
    #[input(unlike_cloud = "the schema of application auto scaling leaves it out, and its API does not")]
    pub metric: Metric,
    /// How one number is made of a period's values.
    #[input(cloud = "Stat", unlike_cloud = "the schema of application auto scaling leaves it out, and its API does not")]
    pub stat: Stat,
    /// Seconds that a period lasts: 10, 20, 30 or a multiple of 60. Required in an alarm.
    #[input(unlike_cloud = "alarms need it and scaling policies have none, so the service says where it lacks")]
    pub period: Option<i32>,
    /// Only values of this unit. Default: all; AWS advises to leave it out.
    pub unit: Option<Unit>,
}

impl Default for Stat {
    fn default() -> Stat {
        Stat::new("Average")
    }
}

/// A metric, or an expression over others, with a name that expressions use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct MetricQuery {
    /// The name, as in `m1`: a small letter, then letters, digits and `_`.
    #[input(unlike_cloud = "the schema of application auto scaling leaves it out, and its API does not")]
    pub id: String,
    /// The metric. Either this or `expression`.
    pub metric_stat: Option<MetricStat>,
    /// The expression, as in `m1 / m2 * 100`. Either this or `metric_stat`.
    pub expression: Option<String>,
    /// The name for people.
    pub label: Option<String>,
    /// Whether it is the one that is watched or followed: exactly one is. Default: true, so say false for the others.
    pub return_data: Option<bool>,
    /// Seconds that a period of an expression lasts.
    #[input(unlike_cloud = "CloudFormation's scaling policies lack it; alarms take it")]
    pub period: Option<i32>,
    /// The account the metric is in, if it is another's. Not in scaling policies.
    #[input(cloud = "AccountId", unlike_cloud = "scaling policies lack it; alarms take it")]
    pub account: Option<String>,
}

impl MetricQuery {
    /// A metric that expressions use.
    pub fn metric(id: impl Input<String>, metric: NamedMetric, stat: impl Input<Stat>, period: impl Input<i32>) -> MetricQueryBuilder<Set> {
        MetricQuery::new().id(id).metric_stat(MetricStat::new().metric(metric).stat(stat).period(period)).return_data(false)
    }

    /// The expression that is watched or followed.
    pub fn expression(id: impl Input<String>, expression: impl Input<String>) -> MetricQueryBuilder<Set> {
        MetricQuery::new().id(id).expression(expression).return_data(true)
    }
}
