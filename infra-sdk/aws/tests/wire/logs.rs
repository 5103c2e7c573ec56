//! Log groups.

use infra_aws::logs::{LogGroup, LogGroupClass};

use crate::conformance::{change, make};

#[test]
fn a_log_group_keeps_events_for_longer_for_ever_and_not_any_more() {
    let group = || LogGroup::new("g").name("/wire/jobs");
    let made = make::<LogGroup>(|stack| {
        drop(group().retention_in_days(7).log_group_class(LogGroupClass::Standard).tags([("Name", "jobs"), ("Old", "1")]).add(stack));
    });
    // One whose name only begins with it is not it.
    let other = make::<LogGroup>(|stack| drop(LogGroup::new("o").name("/wire/jobs-too").add(stack)));
    change(&made, |stack| drop(group().retention_in_days(30).tags([("Name", "other"), ("New", "2")]).add(stack)));
    change(&made, |stack| drop(group().retention_in_days(0).tags([("New", "2")]).add(stack)));
    assert_eq!(made.output("arn"), "arn:aws:logs:us-west-2:123456789012:log-group:/wire/jobs");
    made.delete();
    other.delete();
}
