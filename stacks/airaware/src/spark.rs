//! The Spark cluster: a master, workers that register with it, and a controller that submits jobs.

use infra_sdk::aws::ec2::{Instance, InstanceBuilder};
use infra_sdk::prelude::*;

use crate::access::{Access, Groups};
use crate::machine::{Shared, disk, tags};
use crate::postgres::DataZone;

/// The cluster.
pub(crate) struct Spark {
    pub(crate) master: Instance,
}

pub(crate) fn spark(stack: &Stack, zones: [&DataZone; 2], groups: &Groups, shared: &Shared) -> Spark {
    let [first, second] = zones;
    let machine = |name: &str, role: &str| -> InstanceBuilder {
        let machine = shared.machine(name, &shared.images.spark, "m4.large", &first.zone, &groups.spark);
        let machine = machine.root_volume(disk()).tags(tags(name, Some(role)));
        match &shared.access {
            Access::Profiles { spark, .. } => machine.instance_profile(spark),
            Access::Keys { .. } => machine,
        }
    };
    let access = shared.access.script();

    let master = machine("spark-master", "master")
        .user_data(output!(
            "#!/bin/sh\nset -eu\n{access}/opt/hadoop/bin/hdfs namenode -format -nonInteractive || true\n\
             /opt/hadoop/sbin/start-dfs.sh\n/opt/spark/sbin/start-master.sh\n/opt/spark/sbin/start-history-server.sh\n"
        ))
        .add(stack);
    let address = master.private_dns_name();
    for number in 0..shared.config.workers {
        machine(&format!("spark-worker-{number}"), "worker")
            .user_data(output!(
                "#!/bin/sh\nset -eu\n{access}/opt/hadoop/bin/configure-datanode hdfs://{address}:9000\n\
                 /opt/hadoop/bin/hdfs --daemon start datanode\n/opt/spark/sbin/start-worker.sh spark://{address}:7077\n"
            ))
            .add(stack);
    }
    machine("spark-controller", "controller")
        .user_data(output!(
            "#!/bin/sh\nset -eu\n{access}cd /home/ubuntu/airaware\n\
             sed -i -e 's/^dns_1 *=.*/dns_1 = {}/' -e 's/^dns_2 *=.*/dns_2 = {}/' -e 's/^dns *=.*/dns = {address}:7077/' setup.cfg\n",
            first.database.private_dns_name(),
            second.database.private_dns_name(),
        ))
        .add(stack);
    Spark { master }
}
