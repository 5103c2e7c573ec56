//! Prometheus and Grafana in a zone: they find the Flask servers of that zone by their tags.

use infra_sdk::prelude::*;

use crate::access::{Access, Groups};
use crate::machine::{Shared, tags};
use crate::postgres::DataZone;

pub(crate) fn prometheus(stack: &Stack, zone: &DataZone, groups: &Groups, shared: &Shared) {
    let number = zone.zone.number;
    let name = format!("prometheus-{number}");
    let machine = shared.machine(&name, &shared.images.ubuntu, "t2.small", &zone.zone, &groups.prometheus);
    let machine = match &shared.access {
        Access::Profiles { prometheus, .. } => machine.instance_profile(prometheus),
        Access::Keys { .. } => machine,
    };
    let access = shared.access.script();
    let zone_name = zone.zone.subnet.availability_zone();
    machine
        .user_data(output!(
            "#!/bin/sh\nset -eu\n{access}apt-get update && apt-get install -y prometheus prometheus-node-exporter\n\
             cat > /etc/prometheus/prometheus.yml <<END\n\
             scrape_configs:\n  - job_name: node\n    scrape_interval: 5s\n    static_configs: [{{targets: ['localhost:9100']}}]\n\
             \x20 - job_name: flask\n    scrape_interval: 5s\n    ec2_sd_configs:\n      - port: 9100\n        filters:\n\
             \x20         - {{name: 'availability-zone', values: ['{zone_name}']}}\n\
             \x20   relabel_configs:\n      - {{source_labels: [__meta_ec2_tag_Name], regex: 'flask-{number}.*', action: keep}}\n\
             END\nsystemctl restart prometheus\n"
        ))
        .tags(tags(&name, None))
        .add(stack);
}
