//! The fields of a target group that AWS keeps as attributes.

use infra_apply::ProviderError;

use super::{Algorithm, CrossZone, Stickiness, StickinessType, TargetGroupInputs};
use crate::elbv2::attributes::{self, Attributes, on_off, put, take};

/// The attributes that the fields ask for, and the named rest.
pub(super) fn wanted(inputs: &TargetGroupInputs) -> Result<Attributes, ProviderError> {
    let mut fields = Attributes::new();
    let to = &mut fields;
    put(to, "deregistration_delay.timeout_seconds", inputs.deregistration_delay);
    put(to, "deregistration_delay.connection_termination.enabled", inputs.connection_termination);
    put_stickiness(to, inputs.stickiness.as_ref());
    put(to, "slow_start.duration_seconds", inputs.slow_start);
    put(to, "load_balancing.algorithm.type", inputs.algorithm);
    put(to, "load_balancing.algorithm.anomaly_mitigation", inputs.anomaly_mitigation.map(on_off));
    put(to, "load_balancing.cross_zone.enabled", inputs.cross_zone);
    put(to, "preserve_client_ip.enabled", inputs.preserve_client_ip);
    put(to, "proxy_protocol_v2.enabled", inputs.proxy_protocol_v2);
    put(to, "lambda.multi_value_headers.enabled", inputs.lambda_multi_value_headers);
    attributes::all(fields, inputs.attributes.as_ref(), |rest| fill(&mut TargetGroupInputs::default(), rest))
}

/// The inputs that AWS tells as attributes, which are one request for each object.
pub(super) const TOLD_AS_ATTRIBUTES: &[&str] = &[
    "deregistration_delay",
    "connection_termination",
    "stickiness",
    "slow_start",
    "algorithm",
    "anomaly_mitigation",
    "cross_zone",
    "preserve_client_ip",
    "proxy_protocol_v2",
    "lambda_multi_value_headers",
    "attributes",
];

/// Takes the attributes that have a field into that field; what is left is the rest.
pub(super) fn fill(inputs: &mut TargetGroupInputs, from: &mut Attributes) {
    inputs.deregistration_delay = take(from, "deregistration_delay.timeout_seconds");
    inputs.connection_termination = take(from, "deregistration_delay.connection_termination.enabled");
    inputs.stickiness = take_stickiness(from);
    inputs.slow_start = take(from, "slow_start.duration_seconds");
    inputs.algorithm = from.remove("load_balancing.algorithm.type").and_then(|word| Algorithm::from_word(&word));
    inputs.anomaly_mitigation = from.remove("load_balancing.algorithm.anomaly_mitigation").map(|word| word == "on");
    inputs.cross_zone = from.remove("load_balancing.cross_zone.enabled").and_then(|word| CrossZone::from_word(&word));
    inputs.preserve_client_ip = take(from, "preserve_client_ip.enabled");
    inputs.proxy_protocol_v2 = take(from, "proxy_protocol_v2.enabled");
    inputs.lambda_multi_value_headers = take(from, "lambda.multi_value_headers.enabled");
}

fn put_stickiness(to: &mut Attributes, stickiness: Option<&Stickiness>) {
    let Some(stickiness) = stickiness else { return };
    put(to, "stickiness.enabled", Some(stickiness.enabled));
    put(to, "stickiness.type", stickiness.stickiness_type);
    put(to, "stickiness.app_cookie.cookie_name", stickiness.cookie_name.as_ref());
    let duration = match stickiness.stickiness_type {
        Some(StickinessType::AppCookie) => "stickiness.app_cookie.duration_seconds",
        _ => "stickiness.lb_cookie.duration_seconds",
    };
    put(to, duration, stickiness.duration);
}

fn take_stickiness(from: &mut Attributes) -> Option<Stickiness> {
    let by_app = take(from, "stickiness.app_cookie.duration_seconds");
    let by_lb = take(from, "stickiness.lb_cookie.duration_seconds");
    let cookie_name = take(from, "stickiness.app_cookie.cookie_name");
    let stickiness_type = from.remove("stickiness.type").and_then(|word| StickinessType::from_word(&word));
    let duration = if stickiness_type == Some(StickinessType::AppCookie) { by_app } else { by_lb };
    Some(Stickiness { enabled: take(from, "stickiness.enabled")?, stickiness_type, cookie_name, duration })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_survives_the_way_to_attributes_and_back() {
        let inputs = TargetGroupInputs {
            deregistration_delay: Some(5),
            connection_termination: Some(true),
            stickiness: Some(Stickiness {
                enabled: true,
                stickiness_type: Some(StickinessType::AppCookie),
                cookie_name: Some("session".into()),
                duration: Some(60),
            }),
            slow_start: Some(30),
            algorithm: Some(Algorithm::WeightedRandom),
            anomaly_mitigation: Some(true),
            cross_zone: Some(CrossZone::On),
            preserve_client_ip: Some(false),
            proxy_protocol_v2: Some(true),
            lambda_multi_value_headers: Some(true),
            attributes: Some(Attributes::from([("target_failover.on_unhealthy".into(), "rebalance".into())])),
            ..TargetGroupInputs::default()
        };
        let mut attributes = wanted(&inputs).unwrap();
        assert_eq!(attributes["load_balancing.algorithm.anomaly_mitigation"], "on");
        let mut back = TargetGroupInputs::default();
        fill(&mut back, &mut attributes);
        back.attributes = Some(attributes);
        assert_eq!(back, inputs);
    }

    #[test]
    fn the_duration_is_that_of_the_cookie_in_use() {
        let mut attributes = Attributes::from(
            [
                ("stickiness.enabled", "true"),
                ("stickiness.type", "lb_cookie"),
                ("stickiness.lb_cookie.duration_seconds", "60"),
                ("stickiness.app_cookie.duration_seconds", "86400"),
            ]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
        );
        assert_eq!(take_stickiness(&mut attributes).and_then(|stickiness| stickiness.duration), Some(60));
        assert!(attributes.is_empty());
    }
}
