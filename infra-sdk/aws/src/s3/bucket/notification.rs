//! Who is told of what happens to the objects of a bucket.

use infra_core::Block;
use serde::{Deserialize, Serialize};

/// Who is told of what happens to the objects of a bucket. Each must let `s3.amazonaws.com` tell it, before it is named here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct BucketNotification {
    /// Whether EventBridge is told of everything. Default: false.
    #[input(cloud = "EventBridgeConfiguration/EventBridgeEnabled")]
    pub event_bridge: Option<bool>,
    /// Functions that are called.
    #[input(set, cloud = "LambdaConfigurations", unlike_cloud = "one form for functions, queues and topics")]
    pub functions: Option<Vec<EventDestination>>,
    /// Queues of SQS that get a message.
    #[input(set, cloud = "QueueConfigurations", unlike_cloud = "one form for functions, queues and topics")]
    pub queues: Option<Vec<EventDestination>>,
    /// Topics of SNS that get a message.
    #[input(set, cloud = "TopicConfigurations", unlike_cloud = "one form for functions, queues and topics")]
    pub topics: Option<Vec<EventDestination>>,
}

/// One that is told, and of what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct EventDestination {
    /// Its ARN.
    #[input(unlike_cloud = "`Function`, `Queue` or `Topic` in CloudFormation")]
    pub destination: String,
    /// What it is told of, as in `s3:ObjectCreated:*`.
    #[input(set, cloud = "Event", unlike_cloud = "the API takes several events at once")]
    pub events: Vec<String>,
    /// Only of objects whose keys begin with this.
    #[input(cloud = "Filter/S3Key/Rules/Value")]
    pub prefix: Option<String>,
    /// Only of objects whose keys end with this, as in `.jpg`.
    #[input(cloud = "Filter/S3Key/Rules/Value")]
    pub suffix: Option<String>,
}

#[cfg(feature = "s3")]
pub(super) mod live {
    use aws_sdk_s3::operation::get_bucket_notification_configuration::GetBucketNotificationConfigurationOutput as Told;
    use aws_sdk_s3::types::{
        Event, EventBridgeConfiguration, FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfiguration,
        NotificationConfigurationFilter, QueueConfiguration, S3KeyFilter, TopicConfiguration,
    };
    use infra_apply::ProviderError;

    use super::{BucketNotification, EventDestination};
    use crate::s3::call::built;

    const OPERATION: &str = "PutBucketNotificationConfiguration";

    fn destination(arn: &str, events: &[Event], filter: Option<&NotificationConfigurationFilter>) -> EventDestination {
        let rules = filter.and_then(|filter| filter.key()).map(S3KeyFilter::filter_rules).unwrap_or_default();
        let value = |name: &str| {
            // S3 tells the names of rules with a capital letter.
            let rule = rules.iter().find(|rule| rule.name().is_some_and(|told| told.as_str().eq_ignore_ascii_case(name)));
            rule.and_then(|rule| rule.value()).map(str::to_owned)
        };
        EventDestination {
            destination: arn.to_owned(),
            events: events.iter().map(|event| event.as_str().to_owned()).collect(),
            prefix: value("prefix"),
            suffix: value("suffix"),
        }
    }

    pub(in super::super) fn from_sdk(told: &Told) -> BucketNotification {
        let functions = told.lambda_function_configurations().iter();
        let functions = functions.map(|one| destination(one.lambda_function_arn(), one.events(), one.filter())).collect();
        let queues = told.queue_configurations().iter();
        let queues = queues.map(|one| destination(one.queue_arn(), one.events(), one.filter())).collect();
        let topics = told.topic_configurations().iter();
        let topics = topics.map(|one| destination(one.topic_arn(), one.events(), one.filter())).collect();
        BucketNotification {
            event_bridge: Some(told.event_bridge_configuration().is_some()),
            functions: Some(functions),
            queues: Some(queues),
            topics: Some(topics),
        }
    }

    fn filter(one: &EventDestination) -> Option<NotificationConfigurationFilter> {
        let rule = |name: FilterRuleName, value: &Option<String>| {
            value.as_ref().map(|value| FilterRule::builder().name(name).value(value).build())
        };
        let rules = [rule(FilterRuleName::Prefix, &one.prefix), rule(FilterRuleName::Suffix, &one.suffix)];
        let rules: Vec<FilterRule> = rules.into_iter().flatten().collect();
        let key = || S3KeyFilter::builder().set_filter_rules(Some(rules.clone())).build();
        (!rules.is_empty()).then(|| NotificationConfigurationFilter::builder().key(key()).build())
    }

    fn events(one: &EventDestination) -> Option<Vec<Event>> {
        Some(one.events.iter().map(|event| Event::from(event.as_str())).collect())
    }

    /// All who are to be told; where `want` is silent of a kind, those who are told already.
    pub(in super::super) fn to_sdk(
        have: Option<&BucketNotification>,
        want: &BucketNotification,
    ) -> Result<NotificationConfiguration, ProviderError> {
        let mut call = NotificationConfiguration::builder();
        if want.event_bridge.or_else(|| have?.event_bridge) == Some(true) {
            call = call.event_bridge_configuration(EventBridgeConfiguration::builder().build());
        }
        for one in want.functions.as_ref().or_else(|| have?.functions.as_ref()).into_iter().flatten() {
            let function = LambdaFunctionConfiguration::builder().lambda_function_arn(&one.destination).set_events(events(one));
            call = call.lambda_function_configurations(built(function.set_filter(filter(one)).build(), OPERATION)?);
        }
        for one in want.queues.as_ref().or_else(|| have?.queues.as_ref()).into_iter().flatten() {
            let queue = QueueConfiguration::builder().queue_arn(&one.destination).set_events(events(one));
            call = call.queue_configurations(built(queue.set_filter(filter(one)).build(), OPERATION)?);
        }
        for one in want.topics.as_ref().or_else(|| have?.topics.as_ref()).into_iter().flatten() {
            let topic = TopicConfiguration::builder().topic_arn(&one.destination).set_events(events(one));
            call = call.topic_configurations(built(topic.set_filter(filter(one)).build(), OPERATION)?);
        }
        Ok(call.build())
    }
}
