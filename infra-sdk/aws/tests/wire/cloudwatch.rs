//! Alarms.

use infra_apply::{Class, Creation};
use infra_aws::cloudwatch::{Comparison, LowSamples, Metric, MetricAlarm, MetricQuery, MissingData, Stat, Statistic, Unit, namespace};
use infra_core::Tags;

use crate::conformance::{inputs, live_through, make};
use crate::wire;

fn name(base: &str) -> String {
    format!("wire-{base}-{}", std::process::id())
}

#[test]
fn an_alarm_lives_and_changes_in_place() {
    let cpu = || Metric::named(namespace::EC2, "CPUUtilization").dimensions([("AutoScalingGroupName", "app")]);
    let alarm = || MetricAlarm::new("busy").name(name("busy"));
    live_through::<MetricAlarm>(
        |stack| {
            alarm()
                .description("the processors are busy")
                .metric(cpu())
                .statistic(Statistic::Average)
                .over(3, 60)
                .datapoints_to_alarm(2)
                .above(40.5)
                .unit(Unit::Percent)
                .treat_missing_data(MissingData::Breaching)
                .alarm_actions(["arn:aws:sns:us-west-2:123456789012:a", "arn:aws:sns:us-west-2:123456789012:b"])
                .ok_actions(["arn:aws:sns:us-west-2:123456789012:a"])
                .tags([("Name", "busy"), ("Old", "1")])
                .add(stack);
        },
        |stack| {
            alarm()
                .metric(cpu())
                .extended_statistic(Stat::percentile(99.5))
                .low_samples(LowSamples::Ignore)
                .over(1, 300)
                .comparison(Comparison::LessOrEqual)
                .threshold(5)
                .actions_enabled(false)
                .alarm_actions(["arn:aws:sns:us-west-2:123456789012:b"])
                .ok_actions(Vec::<&str>::new())
                .insufficient_data_actions(["arn:aws:sns:us-west-2:123456789012:a"])
                .tags([("Name", "idle"), ("New", "2")])
                .add(stack);
        },
    );
}

#[test]
fn an_alarm_on_an_expression_lives() {
    let part = |id: &str, name: &str| MetricQuery::metric(id, Metric::named("Shop", name).dimensions([("Queue", "q")]), Statistic::Sum, 60);
    let alarm = || MetricAlarm::new("rate").name(name("rate")).comparison(Comparison::GreaterOrEqual).evaluation_periods(2);
    live_through::<MetricAlarm>(
        |stack| {
            let rate = MetricQuery::expression("rate", "failed / all * 100").label("failed jobs");
            alarm().metrics([part("failed", "Failed"), part("all", "Jobs"), rate]).threshold(5).add(stack);
        },
        |stack| {
            let rate = MetricQuery::expression("rate", "failed * 100 / all");
            alarm().metrics([part("failed", "Failed"), part("all", "Jobs"), rate]).threshold(7.5).add(stack);
        },
    );
}

#[test]
fn anothers_alarm_of_the_same_name_is_not_taken_over() {
    let alarm =
        || MetricAlarm::new("a").name(name("twice")).metric(Metric::named("Shop", "Jobs")).statistic(Statistic::Sum).over(1, 60).above(1);
    let made = make::<MetricAlarm>(|stack| drop(alarm().add(stack)));
    let want = inputs(|stack| drop(alarm().above(2).add(stack)));
    let handler = wire().registry.handler("aws:cloudwatch/alarm").unwrap();
    let tags = Tags::from([("infra:token".into(), "other".into())]);
    let error = wire().runtime.block_on(handler.create(&want, Creation { tags: &tags, token: "other" })).unwrap_err();
    assert_eq!(error.class, Class::Exists);
    made.delete();
}
