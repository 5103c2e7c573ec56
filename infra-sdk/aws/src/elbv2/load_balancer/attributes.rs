//! The fields of a load balancer that AWS keeps as attributes.

use infra_apply::ProviderError;

use super::{ClientRouting, DesyncMitigation, ForwardedFor, LoadBalancerInputs, Logs};
use crate::elbv2::attributes::{self, Attributes, put, take};

const ACCESS_LOGS: &str = "access_logs";
const CONNECTION_LOGS: &str = "connection_logs";

/// The attributes that the fields ask for, and the named rest.
pub(super) fn wanted(inputs: &LoadBalancerInputs) -> Result<Attributes, ProviderError> {
    let mut fields = Attributes::new();
    let to = &mut fields;
    put(to, "deletion_protection.enabled", inputs.deletion_protection);
    put(to, "load_balancing.cross_zone.enabled", inputs.cross_zone);
    put_logs(to, ACCESS_LOGS, inputs.access_logs.as_ref());
    put_logs(to, CONNECTION_LOGS, inputs.connection_logs.as_ref());
    put(to, "idle_timeout.timeout_seconds", inputs.idle_timeout);
    put(to, "client_keep_alive.seconds", inputs.client_keep_alive);
    put(to, "routing.http2.enabled", inputs.http2);
    put(to, "routing.http.desync_mitigation_mode", inputs.desync_mitigation);
    put(to, "routing.http.drop_invalid_header_fields.enabled", inputs.drop_invalid_headers);
    put(to, "routing.http.preserve_host_header.enabled", inputs.preserve_host_header);
    put(to, "routing.http.x_amzn_tls_version_and_cipher_suite.enabled", inputs.tls_headers);
    put(to, "routing.http.xff_client_port.enabled", inputs.forwarded_client_port);
    put(to, "routing.http.xff_header_processing.mode", inputs.forwarded_for);
    put(to, "waf.fail_open.enabled", inputs.waf_fail_open);
    put(to, "zonal_shift.config.enabled", inputs.zonal_shift);
    put(to, "dns_record.client_routing_policy", inputs.client_routing);
    attributes::all(fields, inputs.attributes.as_ref(), |rest| fill(&mut LoadBalancerInputs::default(), rest))
}

/// The inputs that AWS tells as attributes, which are one request for each object.
pub(super) const TOLD_AS_ATTRIBUTES: &[&str] = &[
    "deletion_protection",
    "cross_zone",
    "access_logs",
    "connection_logs",
    "idle_timeout",
    "client_keep_alive",
    "http2",
    "desync_mitigation",
    "drop_invalid_headers",
    "preserve_host_header",
    "tls_headers",
    "forwarded_client_port",
    "forwarded_for",
    "waf_fail_open",
    "zonal_shift",
    "client_routing",
    "attributes",
];

/// Takes the attributes that have a field into that field; what is left is the rest.
pub(super) fn fill(inputs: &mut LoadBalancerInputs, from: &mut Attributes) {
    inputs.deletion_protection = take(from, "deletion_protection.enabled");
    inputs.cross_zone = take(from, "load_balancing.cross_zone.enabled");
    inputs.access_logs = take_logs(from, ACCESS_LOGS);
    inputs.connection_logs = take_logs(from, CONNECTION_LOGS);
    inputs.idle_timeout = take(from, "idle_timeout.timeout_seconds");
    inputs.client_keep_alive = take(from, "client_keep_alive.seconds");
    inputs.http2 = take(from, "routing.http2.enabled");
    inputs.desync_mitigation = from.remove("routing.http.desync_mitigation_mode").and_then(|word| DesyncMitigation::from_word(&word));
    inputs.drop_invalid_headers = take(from, "routing.http.drop_invalid_header_fields.enabled");
    inputs.preserve_host_header = take(from, "routing.http.preserve_host_header.enabled");
    inputs.tls_headers = take(from, "routing.http.x_amzn_tls_version_and_cipher_suite.enabled");
    inputs.forwarded_client_port = take(from, "routing.http.xff_client_port.enabled");
    inputs.forwarded_for = from.remove("routing.http.xff_header_processing.mode").and_then(|word| ForwardedFor::from_word(&word));
    inputs.waf_fail_open = take(from, "waf.fail_open.enabled");
    inputs.zonal_shift = take(from, "zonal_shift.config.enabled");
    inputs.client_routing = from.remove("dns_record.client_routing_policy").and_then(|word| ClientRouting::from_word(&word));
}

fn put_logs(to: &mut Attributes, kind: &str, logs: Option<&Logs>) {
    let Some(logs) = logs else { return };
    put(to, &format!("{kind}.s3.enabled"), Some(logs.enabled));
    put(to, &format!("{kind}.s3.bucket"), logs.bucket.as_ref());
    put(to, &format!("{kind}.s3.prefix"), logs.prefix.as_ref());
}

fn take_logs(from: &mut Attributes, kind: &str) -> Option<Logs> {
    let (bucket, prefix) = (take(from, &format!("{kind}.s3.bucket")), take(from, &format!("{kind}.s3.prefix")));
    Some(Logs { enabled: take(from, &format!("{kind}.s3.enabled"))?, bucket, prefix })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_survives_the_way_to_attributes_and_back() {
        let logs = Logs { enabled: true, bucket: Some("logs".into()), prefix: Some("web".into()) };
        let inputs = LoadBalancerInputs {
            deletion_protection: Some(true),
            cross_zone: Some(false),
            access_logs: Some(logs.clone()),
            connection_logs: Some(logs),
            idle_timeout: Some(30),
            client_keep_alive: Some(90),
            http2: Some(false),
            desync_mitigation: Some(DesyncMitigation::Strictest),
            drop_invalid_headers: Some(true),
            preserve_host_header: Some(true),
            tls_headers: Some(true),
            forwarded_client_port: Some(true),
            forwarded_for: Some(ForwardedFor::Preserve),
            waf_fail_open: Some(true),
            zonal_shift: Some(true),
            client_routing: Some(ClientRouting::ZoneAffinity),
            attributes: Some(Attributes::from([("health_check_logs.s3.enabled".into(), "false".into())])),
            ..LoadBalancerInputs::default()
        };
        let mut attributes = wanted(&inputs).unwrap();
        assert_eq!(attributes.len(), 21);
        let mut back = LoadBalancerInputs::default();
        fill(&mut back, &mut attributes);
        back.attributes = Some(attributes);
        assert_eq!(back, inputs);
    }

    #[test]
    fn an_attribute_that_has_a_field_is_refused_in_the_map() {
        let attributes = Some(Attributes::from([("idle_timeout.timeout_seconds".into(), "30".into())]));
        let error = wanted(&LoadBalancerInputs { attributes, ..LoadBalancerInputs::default() }).unwrap_err();
        assert!(error.to_string().contains("idle_timeout.timeout_seconds"), "{error}");
    }
}
