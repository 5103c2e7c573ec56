//! What the cloud really has of a stack, through a client of its own.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Filter, Instance};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::station::Station;

/// The clients that look past the engine.
pub(crate) struct Census<'a> {
    station: &'a Station,
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) autoscaling: aws_sdk_autoscaling::Client,
    pub(crate) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(crate) elb: aws_sdk_elasticloadbalancing::Client,
    pub(crate) iam: aws_sdk_iam::Client,
}

fn ours() -> Filter {
    Filter::builder().name("tag:infra:stack").values("airaware").build()
}

fn alive() -> Filter {
    Filter::builder().name("instance-state-name").values("pending").values("running").build()
}

impl<'a> Census<'a> {
    pub(crate) fn new(station: &'a Station) -> Census<'a> {
        Census {
            station,
            ec2: aws_sdk_ec2::Client::new(&station.sdk),
            autoscaling: aws_sdk_autoscaling::Client::new(&station.sdk),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&station.sdk),
            elb: aws_sdk_elasticloadbalancing::Client::new(&station.sdk),
            iam: aws_sdk_iam::Client::new(&station.sdk),
        }
    }

    /// Waits for an answer.
    pub(crate) fn ask<T>(&self, question: impl Future<Output = T>) -> T {
        self.station.runtime.block_on(question)
    }

    /// The stack's running machines by their `Name`, without those of the fleets.
    pub(crate) fn machines(&self) -> BTreeMap<String, Instance> {
        let answer = self.ask(self.ec2.describe_instances().filters(ours()).filters(alive()).send()).unwrap();
        let machines = answer.reservations().iter().flat_map(|reservation| reservation.instances());
        machines.map(|machine| (name(machine.tags()), machine.clone())).collect()
    }

    /// A machine's user data in clear.
    pub(crate) fn user_data(&self, id: &str) -> String {
        let call = self.ec2.describe_instance_attribute().instance_id(id).attribute("userData".into());
        let answer = self.ask(call.send()).unwrap();
        String::from_utf8(STANDARD.decode(answer.user_data().unwrap().value().unwrap()).unwrap()).unwrap()
    }

    /// Everything that carries the stack's tag or must be its own, as `type name`; empty when nothing is left.
    pub(crate) fn all(&self) -> BTreeSet<String> {
        let mut all: BTreeSet<String> = self.machines().into_keys().map(|name| format!("instance {name}")).collect();
        all.extend(self.network());
        let groups = self.ask(self.autoscaling.describe_auto_scaling_groups().send()).unwrap();
        all.extend(
            groups.auto_scaling_groups().iter().filter_map(|group| group.auto_scaling_group_name()).map(|name| format!("group {name}")),
        );
        let policies = self.ask(self.autoscaling.describe_policies().send()).unwrap();
        all.extend(policies.scaling_policies().iter().filter_map(|policy| policy.policy_name()).map(|name| format!("policy {name}")));
        let alarms = self.ask(self.cloudwatch.describe_alarms().send()).unwrap();
        all.extend(alarms.metric_alarms().iter().filter_map(|alarm| alarm.alarm_name()).map(|name| format!("alarm {name}")));
        let balancers = self.ask(self.elb.describe_load_balancers().send()).unwrap();
        all.extend(balancers.load_balancer_descriptions().iter().filter_map(|lb| lb.load_balancer_name()).map(|name| format!("lb {name}")));
        let roles = self.ask(self.iam.list_roles().send()).unwrap();
        all.extend(roles.roles().iter().map(|role| format!("role {}", role.role_name())));
        let profiles = self.ask(self.iam.list_instance_profiles().send()).unwrap();
        all.extend(profiles.instance_profiles().iter().map(|profile| format!("profile {}", profile.instance_profile_name())));
        let keys = self.ask(self.ec2.describe_key_pairs().send()).unwrap();
        all.extend(keys.key_pairs().iter().filter_map(|key| key.key_name()).map(|name| format!("key {name}")));
        all
    }

    /// What carries the stack's tag in the network, listed type by type: moto keeps tags of what has ended.
    fn network(&self) -> Vec<String> {
        let ec2 = &self.ec2;
        let mut ids: Vec<Option<String>> = Vec::new();
        let vpcs = self.ask(ec2.describe_vpcs().filters(ours()).send()).unwrap();
        ids.extend(vpcs.vpcs().iter().map(|one| one.vpc_id().map(str::to_owned)));
        let subnets = self.ask(ec2.describe_subnets().filters(ours()).send()).unwrap();
        ids.extend(subnets.subnets().iter().map(|one| one.subnet_id().map(str::to_owned)));
        let gateways = self.ask(ec2.describe_internet_gateways().filters(ours()).send()).unwrap();
        ids.extend(gateways.internet_gateways().iter().map(|one| one.internet_gateway_id().map(str::to_owned)));
        let tables = self.ask(ec2.describe_route_tables().filters(ours()).send()).unwrap();
        ids.extend(tables.route_tables().iter().map(|one| one.route_table_id().map(str::to_owned)));
        let groups = self.ask(ec2.describe_security_groups().filters(ours()).send()).unwrap();
        ids.extend(groups.security_groups().iter().map(|one| one.group_id().map(str::to_owned)));
        let addresses = self.ask(ec2.describe_addresses().filters(ours()).send()).unwrap();
        ids.extend(addresses.addresses().iter().map(|one| one.allocation_id().map(str::to_owned)));
        let templates = self.ask(ec2.describe_launch_templates().filters(ours()).send()).unwrap();
        ids.extend(templates.launch_templates().iter().map(|one| one.launch_template_id().map(str::to_owned)));
        let nats = self.ask(ec2.describe_nat_gateways().send()).unwrap();
        let alive = nats.nat_gateways().iter().filter(|nat| nat.state().is_none_or(|state| state.as_str() != "deleted"));
        ids.extend(alive.map(|nat| nat.nat_gateway_id().map(str::to_owned)));
        ids.into_iter().flatten().collect()
    }
}

/// The tag `Name`.
pub(crate) fn name(tags: &[aws_sdk_ec2::types::Tag]) -> String {
    tag(tags, "Name").unwrap_or_default()
}

/// A tag's value.
pub(crate) fn tag(tags: &[aws_sdk_ec2::types::Tag], key: &str) -> Option<String> {
    tags.iter().find(|tag| tag.key() == Some(key)).and_then(|tag| tag.value()).map(str::to_owned)
}
