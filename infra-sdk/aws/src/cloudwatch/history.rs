//! What metrics were: the datapoints that CloudWatch still has, for whoever learns from them.

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use infra_apply::ProviderError;

use crate::sdk::failed;

/// A metric of one dimension, as one statistic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastMetric {
    /// Its namespace, as in `AWS/EC2`.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The dimension's name and value.
    pub dimension: (String, String),
    /// The statistic, as in `Average` or `p95`.
    pub statistic: String,
}

/// The datapoints of metrics between two times in epoch seconds, each with its time: a list for each metric, in their order.
///
/// # Errors
/// Where CloudWatch cannot be asked, or refuses to say.
pub async fn past_metrics(
    config: &SdkConfig,
    metrics: &[PastMetric],
    (from, to): (i64, i64),
    period: i32,
) -> Result<Vec<Vec<(i64, f64)>>, ProviderError> {
    let query = |(index, past): (usize, &PastMetric)| {
        let dimension = Dimension::builder().name(&past.dimension.0).value(&past.dimension.1).build();
        let metric = Metric::builder().namespace(&past.namespace).metric_name(&past.name).dimensions(dimension).build();
        let statistic = MetricStat::builder().metric(metric).period(period).stat(&past.statistic).build();
        MetricDataQuery::builder().id(format!("m{index}")).metric_stat(statistic).build()
    };
    let queries: Vec<MetricDataQuery> = metrics.iter().enumerate().map(query).collect();
    let call = Client::new(config).get_metric_data().start_time(DateTime::from_secs(from)).end_time(DateTime::from_secs(to));
    let mut pages = call.set_metric_data_queries(Some(queries)).into_paginator().send();
    let mut found = vec![Vec::new(); metrics.len()];
    while let Some(page) = pages.next().await {
        let page = page.map_err(failed("GetMetricData"))?;
        for result in page.metric_data_results() {
            let index = result.id().and_then(|id| id.strip_prefix('m')).and_then(|id| id.parse::<usize>().ok());
            if let Some(points) = index.and_then(|index| found.get_mut(index)) {
                points.extend(result.timestamps().iter().zip(result.values()).map(|(at, value)| (at.secs(), *value)));
            }
        }
    }
    Ok(found)
}
