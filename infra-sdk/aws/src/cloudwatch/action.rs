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
