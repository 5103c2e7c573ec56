//! The life of an alarm.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types as sdk;
use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
use infra_core::{OWNERSHIP_PREFIX, Tags};

use super::{
    Comparison, EvaluationWindow, LowSamples, MetricAlarm, MetricAlarmArn, MetricAlarmInputs, MetricAlarmName, MetricAlarmOutputs,
    MissingData, PromQl, TagsPropagation, WarmUp, WindowKind,
};
use crate::cloudwatch::{AlarmActionArn, Metric, MetricQuery, MetricStat, Stat, Statistic, Unit};
use crate::sdk::{failed, told};

impl Lifecycle for MetricAlarm {
    type Client = Client;
    const SERVICE: &'static str = "cloudwatch";

    async fn read(client: &Client, ids: &[MetricAlarmName]) -> Result<Vec<Observed<MetricAlarm>>, ProviderError> {
        Self::look(client, &Asked::whole_of(ids)).await
    }

    async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<MetricAlarm>>, ProviderError> {
        let mut observed = Vec::new();
        for alarm in describe(client, objects.iter().map(|asked| asked.id().to_owned()).collect()).await? {
            let arn = alarm.alarm_arn().unwrap_or_default().to_owned();
            let wanted = Asked::wanted(objects, alarm.alarm_name().unwrap_or_default(), &["tags"]);
            let tags = match told(wanted, tags(client, &arn)).await {
                // The alarm has gone since it was described.
                Err(error) if error.class == Class::NotFound => continue,
                tags => tags?,
            };
            observed.push(Observed {
                id: MetricAlarmName::new(alarm.alarm_name().unwrap_or_default()),
                inputs: observe(&alarm, tags),
                outputs: MetricAlarmOutputs { arn: MetricAlarmArn::new(arn) },
                condition: Condition::Ready,
            });
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &MetricAlarmInputs, new: Creation<'_>) -> Result<MetricAlarmName, ProviderError> {
        let name = name(want)?;
        // The service would take another's alarm of this name for ours and change it without a word.
        if let Some(other) = describe(client, vec![name.to_owned()]).await?.first() {
            if tags(client, other.alarm_arn().unwrap_or_default()).await?.get(&token_key()).map(String::as_str) != Some(new.token) {
                let message = format!("there is an alarm `{name}` already");
                return Err(ProviderError::new(Class::Exists, "PutMetricAlarm", message));
            }
            return Ok(MetricAlarmName::new(name));
        }
        let tags = new.tags.iter().map(|(key, value)| sdk::Tag::builder().key(key).value(value).build()).collect();
        put(client, name, want).set_tags(Some(tags)).send().await.map_err(failed("PutMetricAlarm"))?;
        Ok(MetricAlarmName::new(name))
    }

    async fn update(
        client: &Client,
        id: &MetricAlarmName,
        have: &MetricAlarmInputs,
        want: &MetricAlarmInputs,
    ) -> Result<(), ProviderError> {
        let settings = |inputs: &MetricAlarmInputs| MetricAlarmInputs { tags: None, ..inputs.clone() };
        let (before, after) = (settings(have), merged(settings(have), settings(want)));
        if before != after {
            put(client, id.as_str(), &after).send().await.map_err(failed("PutMetricAlarm"))?;
        }
        if want.tags.is_some() && want.tags != have.tags {
            let alarms = describe(client, vec![id.as_str().to_owned()]).await?;
            let arn = alarms.first().and_then(|alarm| alarm.alarm_arn()).unwrap_or_default();
            update_tags(client, arn, have.tags.as_ref(), want.tags.as_ref()).await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &MetricAlarmName) -> Result<(), ProviderError> {
        let deleted = client.delete_alarms().alarm_names(id.as_str()).send().await.map_err(failed("DeleteAlarms"));
        gone_is_success(deleted.map(drop))
    }

    async fn find(client: &Client, want: &MetricAlarmInputs, new: Creation<'_>) -> Result<Option<MetricAlarmName>, ProviderError> {
        for alarm in describe(client, vec![name(want)?.to_owned()]).await? {
            let tags = tags(client, alarm.alarm_arn().unwrap_or_default()).await?;
            if tags.get(&token_key()).map(String::as_str) == Some(new.token) {
                return Ok(alarm.alarm_name().map(MetricAlarmName::new));
            }
        }
        Ok(None)
    }
}

fn name(want: &MetricAlarmInputs) -> Result<&str, ProviderError> {
    want.name.as_deref().ok_or_else(|| ProviderError::new(Class::Invalid, "PutMetricAlarm", "the alarm has no name"))
}

fn token_key() -> String {
    format!("{OWNERSHIP_PREFIX}token")
}

async fn describe(client: &Client, names: Vec<String>) -> Result<Vec<sdk::MetricAlarm>, ProviderError> {
    let mut pages = client.describe_alarms().set_alarm_names(Some(names)).into_paginator().send();
    let mut alarms = Vec::new();
    while let Some(page) = pages.next().await {
        alarms.extend(page.map_err(failed("DescribeAlarms"))?.metric_alarms.unwrap_or_default());
    }
    Ok(alarms)
}

/// All tags of an alarm, the engine's too.
async fn tags(client: &Client, arn: &str) -> Result<Tags, ProviderError> {
    let answer = client.list_tags_for_resource().resource_arn(arn).send().await.map_err(failed("ListTagsForResource"))?;
    let pairs = answer.tags().iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())));
    Ok(pairs.collect())
}

async fn update_tags(client: &Client, arn: &str, have: Option<&Tags>, want: Option<&Tags>) -> Result<(), ProviderError> {
    let none = Tags::new();
    let (have, want) = (have.unwrap_or(&none), want.unwrap_or(&none));
    let set: Vec<_> = want.iter().filter(|(key, value)| have.get(*key) != Some(value)).collect();
    let unset: Vec<String> = have.keys().filter(|key| !want.contains_key(*key)).cloned().collect();
    if !set.is_empty() {
        let tags = set.into_iter().map(|(key, value)| sdk::Tag::builder().key(key).value(value).build()).collect();
        client.tag_resource().resource_arn(arn).set_tags(Some(tags)).send().await.map_err(failed("TagResource"))?;
    }
    if !unset.is_empty() {
        client.untag_resource().resource_arn(arn).set_tag_keys(Some(unset)).send().await.map_err(failed("UntagResource"))?;
    }
    Ok(())
}

/// What is wanted, with what is there wherever nothing is wanted, since the service replaces an alarm as a whole; but
/// nothing of another way to watch than the wanted one, which the service would refuse.
fn merged(have: MetricAlarmInputs, want: MetricAlarmInputs) -> MetricAlarmInputs {
    let mut have = have;
    if want.metrics.is_some() || want.prom_ql.is_some() {
        have = MetricAlarmInputs { namespace: None, metric_name: None, dimensions: None, period: None, unit: None, ..have };
        have = MetricAlarmInputs { statistic: None, extended_statistic: None, metrics: None, ..have };
    }
    if want.prom_ql.is_some() {
        have = MetricAlarmInputs { comparison: None, threshold: None, threshold_metric: None, evaluation_periods: None, ..have };
        have = MetricAlarmInputs { datapoints_to_alarm: None, treat_missing_data: None, evaluation_window: None, ..have };
    }
    if want.metric_name.is_some() || want.metrics.is_some() {
        have = MetricAlarmInputs { prom_ql: None, evaluation_interval: None, ..have };
    }
    if want.metric_name.is_some() {
        have.metrics = None;
    }
    if want.statistic.is_some() || want.extended_statistic.is_some() {
        have = MetricAlarmInputs { statistic: None, extended_statistic: None, ..have };
    }
    if want.threshold.is_some() || want.threshold_metric.is_some() {
        have = MetricAlarmInputs { threshold: None, threshold_metric: None, ..have };
    }
    macro_rules! either {
        ($($field:ident)*) => { MetricAlarmInputs { $($field: want.$field.or(have.$field)),* } };
    }
    either! {
        name description namespace metric_name dimensions statistic extended_statistic period unit metrics prom_ql evaluation_interval
        comparison threshold threshold_metric evaluation_periods datapoints_to_alarm treat_missing_data low_samples evaluation_window
        warm_up actions_enabled alarm_actions ok_actions insufficient_data_actions tags_propagation tags
    }
}

type Put = aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;

fn put(client: &Client, name: &str, want: &MetricAlarmInputs) -> Put {
    let actions = |actions: &Option<Vec<AlarmActionArn>>| actions.as_ref().map(|all| all.iter().map(ToString::to_string).collect());
    // Nothing to query is no metric at all.
    let metrics = want.metrics.as_ref().filter(|metrics| !metrics.is_empty());
    client
        .put_metric_alarm()
        .alarm_name(name)
        .set_alarm_description(want.description.clone())
        .set_namespace(want.namespace.clone())
        .set_metric_name(want.metric_name.clone())
        .set_dimensions(want.dimensions.as_ref().map(dimensions_to_sdk))
        .set_statistic(want.statistic.map(|word| word.as_str().into()))
        .set_extended_statistic(want.extended_statistic.as_ref().map(ToString::to_string))
        .set_period(want.period)
        .set_unit(want.unit.map(|word| word.as_str().into()))
        .set_metrics(metrics.map(|metrics| metrics.iter().map(query_to_sdk).collect()))
        .set_evaluation_criteria(want.prom_ql.as_ref().map(criteria_to_sdk))
        .set_evaluation_interval(want.evaluation_interval)
        .set_comparison_operator(want.comparison.map(|word| word.as_str().into()))
        .set_threshold(want.threshold)
        .set_threshold_metric_id(want.threshold_metric.clone())
        .set_evaluation_periods(want.evaluation_periods)
        .set_datapoints_to_alarm(want.datapoints_to_alarm)
        .set_treat_missing_data(want.treat_missing_data.map(|word| word.to_string()))
        .set_evaluate_low_sample_count_percentile(want.low_samples.map(|word| word.to_string()))
        .set_evaluation_window(want.evaluation_window.as_ref().and_then(window_to_sdk))
        .set_warm_up_configuration(want.warm_up.as_ref().map(warm_up_to_sdk))
        .set_actions_enabled(want.actions_enabled)
        .set_alarm_actions(actions(&want.alarm_actions))
        .set_ok_actions(actions(&want.ok_actions))
        .set_insufficient_data_actions(actions(&want.insufficient_data_actions))
        .set_action_configuration(want.tags_propagation.as_ref().map(propagation_to_sdk))
}

fn observe(alarm: &sdk::MetricAlarm, tags: Option<Tags>) -> MetricAlarmInputs {
    let own = |key: &str| key.starts_with(OWNERSHIP_PREFIX) || key.starts_with("aws:");
    let actions = |actions: &[String]| Some(actions.iter().map(AlarmActionArn::new).collect());
    MetricAlarmInputs {
        name: alarm.alarm_name().map(str::to_owned),
        description: alarm.alarm_description().map(str::to_owned),
        namespace: alarm.namespace().map(str::to_owned),
        metric_name: alarm.metric_name().map(str::to_owned),
        dimensions: (!alarm.dimensions().is_empty()).then(|| dimensions_from_sdk(alarm.dimensions())),
        statistic: alarm.statistic().and_then(|word| Statistic::from_word(word.as_str())),
        extended_statistic: alarm.extended_statistic().map(Stat::new),
        period: alarm.period(),
        unit: alarm.unit().and_then(|word| Unit::from_word(word.as_str())),
        metrics: (!alarm.metrics().is_empty()).then(|| alarm.metrics().iter().map(query_from_sdk).collect()),
        prom_ql: alarm.evaluation_criteria().and_then(criteria_from_sdk),
        evaluation_interval: alarm.evaluation_interval(),
        comparison: alarm.comparison_operator().and_then(|word| Comparison::from_word(word.as_str())),
        threshold: alarm.threshold(),
        threshold_metric: alarm.threshold_metric_id().map(str::to_owned),
        evaluation_periods: alarm.evaluation_periods(),
        datapoints_to_alarm: alarm.datapoints_to_alarm(),
        treat_missing_data: alarm.treat_missing_data().and_then(MissingData::from_word),
        low_samples: alarm.evaluate_low_sample_count_percentile().and_then(LowSamples::from_word),
        evaluation_window: Some(window_from_sdk(alarm.evaluation_window())),
        warm_up: alarm.warm_up_configuration().map(warm_up_from_sdk),
        actions_enabled: alarm.actions_enabled(),
        alarm_actions: actions(alarm.alarm_actions()),
        ok_actions: actions(alarm.ok_actions()),
        insufficient_data_actions: actions(alarm.insufficient_data_actions()),
        tags_propagation: alarm.action_configuration().and_then(|actions| actions.alarm_tags_propagation()).map(propagation_from_sdk),
        tags: tags.map(|tags| tags.into_iter().filter(|(key, _)| !own(key)).collect()),
    }
}

fn dimensions_to_sdk(dimensions: &Tags) -> Vec<sdk::Dimension> {
    dimensions.iter().map(|(name, value)| sdk::Dimension::builder().name(name).value(value).build()).collect()
}

fn dimensions_from_sdk(dimensions: &[sdk::Dimension]) -> Tags {
    let pairs = dimensions.iter().map(|dimension| (dimension.name().unwrap_or_default(), dimension.value().unwrap_or_default()));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn query_to_sdk(query: &MetricQuery) -> sdk::MetricDataQuery {
    let stat = query.metric_stat.as_ref().map(|stat| {
        let metric = sdk::Metric::builder()
            .namespace(&stat.metric.namespace)
            .metric_name(&stat.metric.metric_name)
            .set_dimensions(stat.metric.dimensions.as_ref().map(dimensions_to_sdk));
        sdk::MetricStat::builder()
            .metric(metric.build())
            .stat(stat.stat.as_str())
            .set_period(stat.period)
            .set_unit(stat.unit.map(|word| word.as_str().into()))
            .build()
    });
    sdk::MetricDataQuery::builder()
        .id(&query.id)
        .set_metric_stat(stat)
        .set_expression(query.expression.clone())
        .set_label(query.label.clone())
        .set_return_data(query.return_data)
        .set_period(query.period)
        .set_account_id(query.account.clone())
        .build()
}

fn query_from_sdk(query: &sdk::MetricDataQuery) -> MetricQuery {
    let stat = query.metric_stat().map(|stat| {
        let metric = stat.metric();
        let dimensions = metric.map(|metric| metric.dimensions()).unwrap_or_default();
        MetricStat {
            metric: Metric {
                namespace: metric.and_then(|metric| metric.namespace()).unwrap_or_default().to_owned(),
                metric_name: metric.and_then(|metric| metric.metric_name()).unwrap_or_default().to_owned(),
                dimensions: (!dimensions.is_empty()).then(|| dimensions_from_sdk(dimensions)),
            },
            stat: Stat::new(stat.stat().unwrap_or_default()),
            period: stat.period(),
            unit: stat.unit().and_then(|word| Unit::from_word(word.as_str())),
        }
    });
    MetricQuery {
        id: query.id().unwrap_or_default().to_owned(),
        metric_stat: stat,
        expression: query.expression().map(str::to_owned),
        label: query.label().map(str::to_owned),
        return_data: query.return_data(),
        period: query.period(),
        account: query.account_id().map(str::to_owned),
    }
}

fn criteria_to_sdk(query: &PromQl) -> sdk::EvaluationCriteria {
    let criteria = sdk::AlarmPromQlCriteria::builder().query(&query.query);
    let criteria = criteria.set_pending_period(query.pending_period).set_recovery_period(query.recovery_period);
    sdk::EvaluationCriteria::PromQlCriteria(criteria.build())
}

fn criteria_from_sdk(criteria: &sdk::EvaluationCriteria) -> Option<PromQl> {
    let criteria = criteria.as_prom_ql_criteria().ok()?;
    Some(PromQl {
        query: criteria.query().unwrap_or_default().to_owned(),
        pending_period: criteria.pending_period(),
        recovery_period: criteria.recovery_period(),
    })
}

/// A sliding window is what an alarm has without any.
fn window_to_sdk(window: &EvaluationWindow) -> Option<sdk::EvaluationWindow> {
    let clock = sdk::WallClockWindow::builder().set_timezone(window.timezone.clone()).build();
    (window.kind == WindowKind::WallClock).then_some(sdk::EvaluationWindow::WallClockWindow(clock))
}

fn window_from_sdk(window: Option<&sdk::EvaluationWindow>) -> EvaluationWindow {
    match window.and_then(|window| window.as_wall_clock_window().ok()) {
        Some(clock) => EvaluationWindow { kind: WindowKind::WallClock, timezone: clock.timezone().map(str::to_owned) },
        None => EvaluationWindow { kind: WindowKind::Sliding, timezone: None },
    }
}

fn warm_up_to_sdk(warm_up: &WarmUp) -> sdk::WarmUpConfiguration {
    sdk::WarmUpConfiguration::builder()
        .warm_up_period_duration_in_minutes(warm_up.minutes)
        .set_only_start_evaluating_after_warm_up_period_ends(warm_up.whole)
        .build()
}

fn warm_up_from_sdk(warm_up: &sdk::WarmUpConfiguration) -> WarmUp {
    WarmUp {
        minutes: warm_up.warm_up_period_duration_in_minutes().unwrap_or_default(),
        whole: warm_up.only_start_evaluating_after_warm_up_period_ends(),
    }
}

fn propagation_to_sdk(propagation: &TagsPropagation) -> sdk::ActionConfiguration {
    let propagation = sdk::AlarmTagsPropagation::builder()
        .enabled(propagation.enabled)
        .set_included_tag_keys(propagation.included.clone())
        .set_excluded_tag_keys(propagation.excluded.clone());
    sdk::ActionConfiguration::builder().alarm_tags_propagation(propagation.build()).build()
}

fn propagation_from_sdk(propagation: &sdk::AlarmTagsPropagation) -> TagsPropagation {
    TagsPropagation {
        enabled: propagation.enabled().unwrap_or_default(),
        included: Some(propagation.included_tag_keys().to_vec()),
        excluded: Some(propagation.excluded_tag_keys().to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_wanted_stays_but_for_another_way_to_watch() {
        let have = MetricAlarmInputs {
            namespace: Some("AWS/EC2".into()),
            metric_name: Some("CPUUtilization".into()),
            statistic: Some(Statistic::Average),
            description: Some("by hand".into()),
            threshold: Some(50.0),
            ..MetricAlarmInputs::default()
        };
        let want = MetricAlarmInputs { metrics: Some(vec![MetricQuery::default()]), ..MetricAlarmInputs::default() };
        let both = merged(have.clone(), want);
        assert_eq!((both.namespace, both.metric_name, both.statistic), (None, None, None));
        assert_eq!((both.description.as_deref(), both.threshold), (Some("by hand"), Some(50.0)));
        let want = MetricAlarmInputs { extended_statistic: Some(Stat::percentile(99.0)), ..MetricAlarmInputs::default() };
        let both = merged(have, want);
        assert_eq!((both.statistic, both.extended_statistic), (None, Some(Stat::new("p99"))));
    }

    #[test]
    fn what_the_local_cloud_forgets_is_read_back_as_it_was_written() {
        let clock = EvaluationWindow { kind: WindowKind::WallClock, timezone: Some("Europe/Berlin".into()) };
        assert_eq!(window_from_sdk(window_to_sdk(&clock).as_ref()), clock);
        let sliding = EvaluationWindow { kind: WindowKind::Sliding, timezone: None };
        assert_eq!(window_from_sdk(window_to_sdk(&sliding).as_ref()), sliding);
        let warm_up = WarmUp { minutes: 10, whole: Some(true) };
        assert_eq!(warm_up_from_sdk(&warm_up_to_sdk(&warm_up)), warm_up);
        let query = PromQl { query: "up == 0".into(), pending_period: Some(60), recovery_period: None };
        assert_eq!(criteria_from_sdk(&criteria_to_sdk(&query)), Some(query));
        let propagation = TagsPropagation { enabled: true, included: Some(vec!["team".into()]), excluded: Some(vec![]) };
        assert_eq!(propagation_from_sdk(propagation_to_sdk(&propagation).alarm_tags_propagation().unwrap()), propagation);
    }
}
