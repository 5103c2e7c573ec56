//! What an alarm does when its state changes.

use infra_core::{Expr, Input, Output, text_type};

use crate::autoscaling::{ScalingPolicy, ScalingPolicyArn};

text_type! {
    /// The ARN of what an alarm does: a scaling policy, a topic, a function, an action on an instance.
    ///
    /// A scaling policy's handle stands for its ARN: `.alarm_actions([&policy])`; so does any text.
    pub struct AlarmActionArn;
}

impl AlarmActionArn {
    /// Stops, starts again (`reboot`, `recover`) or terminates the instance whose metric is watched.
    pub fn instance(region: &str, action: &str) -> AlarmActionArn {
        AlarmActionArn::new(format!("arn:aws:automate:{region}:ec2:{action}"))
    }
}

impl Input<AlarmActionArn> for &ScalingPolicy {
    fn into_expr(self) -> Expr {
        self.id().into_expr()
    }
}

impl Input<AlarmActionArn> for Output<ScalingPolicyArn> {
    fn into_expr(self) -> Expr {
        Output::into_expr(self)
    }
}

impl Input<AlarmActionArn> for &str {
    fn into_expr(self) -> Expr {
        Expr::lit(self)
    }
}

impl Input<AlarmActionArn> for Output<String> {
    fn into_expr(self) -> Expr {
        Output::into_expr(self)
    }
}

#[cfg(test)]
mod tests {
    use infra_core::Stack;
    use infra_core::program::{Program, Request, Response};

    use crate::autoscaling::{AutoScalingGroup, ScalingPolicy};
    use crate::cloudwatch::MetricAlarm;
    use crate::ec2::LaunchTemplate;

    #[test]
    fn handles_stand_for_actions_and_metrics() {
        let program = |stack: &Stack| {
            let template = LaunchTemplate::new("app").add(stack);
            let group = AutoScalingGroup::new("app").launch_template(&template).min_size(0).max_size(1).add(stack);
            let policy = ScalingPolicy::new("up").group(&group).add(stack);
            let busy = MetricAlarm::new("busy").metric(group.cpu_utilization()).alarm_actions([&policy]).above(40);
            busy.ok_actions(["arn:aws:sns:us-west-2:123456789012:a"]).add(stack);
        };
        let request = Request { stack: "wire".into(), environment: "local".into(), ..Request::default() };
        let Response::Graph(graph) = program.run(&request) else { panic!("the declaration is wrong") };
        let node = |kind: &str| graph.nodes.iter().find(|node| node.address.to_string().contains(kind)).unwrap();
        assert_eq!(
            node("autoscaling/group").inputs["launch_template"].to_string(),
            "{template: app.id, version: \"${app.latest_version}\"}"
        );
        let alarm = node("cloudwatch/alarm");
        assert_eq!(alarm.inputs["alarm_actions"].to_string(), "[up.id]");
        assert_eq!(alarm.inputs["dimensions"].to_string(), "{AutoScalingGroupName: app.id}");
        assert_eq!(alarm.inputs["namespace"].to_string(), "\"AWS/EC2\"");
    }
}
