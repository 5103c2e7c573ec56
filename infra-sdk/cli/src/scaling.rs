//! The lints of auto scaling as policies of the starter set: warnings that infra.toml can turn off or make stricter.

use infra_autoscale::lint;
use infra_core::{Graph, Node};
use infra_policy::{Policy, Review, Violation};

/// The policies.
pub(crate) fn policies() -> Vec<Policy> {
    lint::names().map(|name| Policy::warn(name, move |review| violations(name, review))).collect()
}

fn violations(name: &str, review: &Review) -> Vec<Violation> {
    let violation = |finding: infra_core::Diagnostic| {
        let resource = finding.resource.as_ref().and_then(|address| review.resources.iter().find(|one| one.address == *address));
        let mut violation =
            resource.map_or_else(|| Violation::of_stack(&finding.problem), |resource| Violation::of(resource, &finding.problem));
        if let Some(field) = finding.field {
            violation = violation.field(field);
        }
        if let Some(help) = finding.help {
            violation = violation.help(help);
        }
        violation
    };
    lint::named(name, &graph(review)).into_iter().map(violation).collect()
}

/// What the program declares, as far as a review has it: all that scaling is made of.
fn graph(review: &Review) -> Graph {
    let node = |resource: &infra_policy::Resource| Node {
        address: resource.address.clone(),
        inputs: resource.declared_inputs.clone(),
        depends_on: Default::default(),
        options: Default::default(),
        declared: resource.declared.clone(),
    };
    Graph {
        nodes: review.resources.iter().map(node).collect(),
        schemas: infra_aws::schemas().into_iter().map(|schema| (schema.kind.clone(), schema)).collect(),
        ..Graph::empty(review.stack.clone())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test panics where it fails")]
mod tests {
    use infra_aws::autoscaling::{AdjustmentType, AutoScalingGroup, ScalingPolicy};
    use infra_aws::cloudwatch::{MetricAlarm, Statistic};
    use infra_aws::ec2::LaunchTemplate;
    use infra_core::program::Request;
    use infra_core::{Level, Stack};
    use infra_plan::{Observed, State, plan};
    use infra_policy::{judge, starter};

    use super::*;

    fn hasty(stack: &Stack) {
        let template = LaunchTemplate::new("web").image("ami-1").instance_type("m7g.large").add(stack);
        let group = AutoScalingGroup::new("web").launch_template(&template).min_size(1).max_size(4).add(stack);
        let up = ScalingPolicy::new("up").group(&group).adjustment_type(AdjustmentType::ChangeInCapacity).scaling_adjustment(1).add(stack);
        let alarm = MetricAlarm::new("busy").metric(group.cpu_utilization()).statistic(Statistic::Average).over(1, 60).above(50);
        alarm.alarm_actions([&up]).add(stack);
    }

    #[test]
    fn a_lint_is_a_policy_of_the_starter_set_that_names_the_resource_and_its_line() {
        let graph = infra_autoscale::graph(&hasty, &Request::default()).unwrap();
        let state = State::default();
        let review = Review::new(&graph, &plan(&graph, &state, &Observed::default()).unwrap(), &state, "local");
        let found = |levels: &[(&str, Level)]| {
            let levels = levels.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect();
            judge(&starter::with(policies(), &levels).unwrap(), &review)
        };
        let [finding] = &found(&[])[..] else { panic!("{:?}", found(&[])) };
        assert_eq!((finding.policy.as_str(), finding.level), ("alarm-without-data", Level::Warn));
        assert_eq!(finding.about.resource.as_ref().unwrap().name(), "busy");
        assert_eq!(finding.about.field.as_deref(), Some("period"));
        assert!(finding.about.declared.is_some() && finding.about.help.is_some());
        assert_eq!(found(&[("alarm-without-data", Level::Deny)])[0].level, Level::Deny);
        assert!(found(&[("alarm-without-data", Level::Off)]).is_empty());
        let unknown = starter::with(policies(), &[("no-such".to_owned(), Level::Off)].into()).unwrap_err();
        assert!(unknown.contains("`no-such`") && unknown.contains("standard-credits"), "{unknown}");
    }
}
