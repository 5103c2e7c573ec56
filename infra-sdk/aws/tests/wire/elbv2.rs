//! Load balancers, target groups, listeners and rules.

use infra_aws::ec2::{SecurityGroupId, Subnet, SubnetId, Vpc, VpcId};
use infra_aws::elbv2::{
    Action, Algorithm, ClientRouting, CrossZone, DesyncMitigation, HealthCheck, IpAddressType, Listener, ListenerArn, ListenerRule,
    LoadBalancer, LoadBalancerArn, LoadBalancerType, Logs, Protocol, Redirect, RuleCondition, Scheme, Stickiness, SubnetMapping, Target,
    TargetGroup, TargetGroupArn, TargetType,
};

use crate::conformance::{Made, change, live_through, make};

/// A VPC with subnets in three zones.
fn network() -> (Made<'static>, [Made<'static>; 3]) {
    let vpc = make::<Vpc>(|stack| drop(Vpc::new("lb").cidr_block("10.0.0.0/16").add(stack)));
    let subnet = |zone: &str, number: u8| {
        make::<Subnet>(|stack| {
            let subnet = Subnet::new("s").vpc(VpcId::new(&vpc.id)).cidr_block(format!("10.0.{number}.0/24"));
            drop(subnet.availability_zone(format!("us-west-2{zone}")).add(stack));
        })
    };
    let subnets = [subnet("a", 1), subnet("b", 2), subnet("c", 3)];
    (vpc, subnets)
}

fn end((vpc, subnets): (Made<'static>, [Made<'static>; 3])) {
    subnets.into_iter().for_each(Made::delete);
    vpc.delete();
}

#[test]
fn an_application_load_balancer_changes_its_subnets_and_attributes_in_place() {
    let network = network();
    let subnet = |at: usize| SubnetId::new(&network.1[at].id);
    let balancer = || LoadBalancer::new("web").name("wire-web").scheme(Scheme::Internal).load_balancer_type(LoadBalancerType::Application);
    let made = make::<LoadBalancer>(|stack| {
        balancer()
            .subnets([subnet(0), subnet(1)])
            .ip_address_type(IpAddressType::Ipv4)
            .deletion_protection(true)
            .idle_timeout(30)
            .http2(false)
            .drop_invalid_headers(true)
            .desync_mitigation(DesyncMitigation::Strictest)
            .access_logs(Logs::into_bucket("logs").prefix("web"))
            .attributes([("ipv6.deny_all_igw_traffic", "true")])
            .tags([("Name", "web"), ("Old", "1")])
            .add(stack);
    });
    assert!(made.output("dns_name").ends_with(".elb.amazonaws.com"));
    assert!(made.output("full_name").starts_with("app/wire-web/"));
    let group = SecurityGroupId::new(network.0.output("default_security_group"));
    change(&made, |stack| {
        balancer()
            .subnets([subnet(2), subnet(1)])
            .security_groups([&group])
            .ip_address_type(IpAddressType::Dualstack)
            .deletion_protection(false)
            .idle_timeout(40)
            .http2(true)
            .desync_mitigation(DesyncMitigation::Monitor)
            .access_logs(Logs::off())
            .connection_logs(Logs::into_bucket("logs"))
            .attributes([("ipv6.deny_all_igw_traffic", "false")])
            .tags([("Name", "other"), ("New", "2")])
            .add(stack);
    });
    made.delete();
    end(network);
}

#[test]
fn a_network_load_balancer_changes_its_subnet_mappings_and_attributes_in_place() {
    let network = network();
    let mapping = |at: usize| SubnetMapping::new().subnet(SubnetId::new(&network.1[at].id));
    let balancer = || LoadBalancer::new("net").name("wire-net").load_balancer_type(LoadBalancerType::Network);
    live_through::<LoadBalancer>(
        |stack| drop(balancer().subnet_mappings([mapping(0), mapping(1)]).cross_zone(true).add(stack)),
        |stack| {
            let balancer = balancer().subnet_mappings([mapping(2), mapping(0)]).client_routing(ClientRouting::ZoneAffinity);
            drop(balancer.cross_zone(false).zonal_shift(true).attributes([("secondary_ips.auto_assigned.per_subnet", "1")]).add(stack));
        },
    );
    end(network);
}

#[test]
fn a_listener_with_tls_changes_its_policy_and_its_further_certificates_in_place() {
    let network = network();
    let subnets = || [SubnetId::new(&network.1[0].id), SubnetId::new(&network.1[1].id)];
    let certificate = |name: &str| format!("arn:aws:iam::123456789012:server-certificate/{name}");
    let balancer = make::<LoadBalancer>(|stack| drop(LoadBalancer::new("l").name("wire-tls").subnets(subnets()).add(stack)));
    let listener = || {
        let listener = Listener::new("https").load_balancer(LoadBalancerArn::new(&balancer.id)).protocol(Protocol::Https).port(443);
        listener.certificate(certificate("main")).respond(200, "here")
    };
    live_through::<Listener>(
        |stack| {
            let more = [certificate("a"), certificate("b")];
            drop(listener().ssl_policy("ELBSecurityPolicy-TLS13-1-2-2021-06").more_certificates(more).add(stack));
        },
        |stack| {
            let more = [certificate("c"), certificate("b")];
            drop(listener().ssl_policy("ELBSecurityPolicy-2016-08").more_certificates(more).add(stack));
        },
    );
    balancer.delete();
    end(network);
}

#[test]
fn a_target_group_changes_its_health_check_attributes_and_targets_in_place() {
    let vpc = make::<Vpc>(|stack| drop(Vpc::new("tg").cidr_block("10.0.0.0/16").add(stack)));
    let group = || {
        let group = TargetGroup::new("tg").name("wire-tg").protocol(Protocol::Http).port(80).vpc(VpcId::new(&vpc.id));
        group.target_type(TargetType::Ip)
    };
    live_through::<TargetGroup>(
        |stack| {
            group()
                .health_check(HealthCheck::http("/first").interval(10).timeout(5).matcher("200-299").healthy_threshold(3))
                .deregistration_delay(10)
                .stickiness(Stickiness::lb_cookie(60))
                .targets([Target::new().id("10.0.0.1"), Target::new().id("10.0.0.2").port(81)])
                .tags([("Name", "tg"), ("Old", "1")])
                .add(stack);
        },
        |stack| {
            group()
                .health_check(HealthCheck::http("/then").interval(20).timeout(6).matcher("200,201").port("8080").unhealthy_threshold(4))
                .deregistration_delay(20)
                .stickiness(Stickiness::app_cookie("session", 120))
                .slow_start(30)
                .algorithm(Algorithm::LeastOutstandingRequests)
                .cross_zone(CrossZone::Off)
                .attributes([("target_group_health.dns_failover.minimum_healthy_targets.count", "2")])
                .targets([Target::new().id("10.0.0.2").port(81), Target::new().id("10.0.0.3")])
                .tags([("Name", "other"), ("New", "2")])
                .add(stack);
        },
    );
    vpc.delete();
}

#[test]
fn a_network_target_group_and_one_for_a_function_live() {
    let vpc = make::<Vpc>(|stack| drop(Vpc::new("tg").cidr_block("10.0.0.0/16").add(stack)));
    let network = || TargetGroup::new("n").name("wire-tcp").protocol(Protocol::Tcp).port(22).vpc(VpcId::new(&vpc.id));
    live_through::<TargetGroup>(
        |stack| drop(network().health_check(HealthCheck::tcp().interval(10)).add(stack)),
        |stack| drop(network().preserve_client_ip(true).proxy_protocol_v2(true).connection_termination(true).add(stack)),
    );
    let function = || TargetGroup::new("f").name("wire-function").target_type(TargetType::Lambda);
    live_through::<TargetGroup>(|stack| drop(function().add(stack)), |stack| drop(function().lambda_multi_value_headers(true).add(stack)));
    vpc.delete();
}

#[test]
fn a_listener_and_its_rules_change_what_they_do_in_place() {
    let network = network();
    let balancer = make::<LoadBalancer>(|stack| {
        drop(
            LoadBalancer::new("l")
                .name("wire-listened")
                .subnets([SubnetId::new(&network.1[0].id), SubnetId::new(&network.1[1].id)])
                .add(stack),
        );
    });
    let group = |name: &'static str| {
        make::<TargetGroup>(|stack| {
            drop(TargetGroup::new("g").name(name).protocol(Protocol::Http).port(80).vpc(VpcId::new(&network.0.id)).add(stack));
        })
    };
    let (one, two) = (group("wire-one"), group("wire-two"));
    let (first, second) = (TargetGroupArn::new(&one.id), TargetGroupArn::new(&two.id));

    let listener = || Listener::new("http").load_balancer(LoadBalancerArn::new(&balancer.id)).protocol(Protocol::Http);
    let made = make::<Listener>(|stack| drop(listener().port(80).forward_to(&first).tags([("Old", "1")]).add(stack)));
    change(&made, |stack| {
        let forward = Action::forward_by_weight([(&second, 20), (&first, 80)]);
        drop(listener().port(81).default_actions([forward]).tcp_idle_timeout(60).tags([("New", "2")]).add(stack));
    });
    change(&made, |stack| drop(listener().port(81).redirect_to_https().add(stack)));
    change(&made, |stack| {
        let redirect = Redirect::temporary().host("example.com").path("/#{path}").query("a=1&b=2");
        let attributes = [("routing.http.response.server.enabled", "false")];
        drop(listener().port(81).default_actions([Action::new().redirect(redirect)]).attributes(attributes).add(stack));
    });
    change(&made, |stack| drop(listener().port(81).respond(404, "nothing here").add(stack)));

    let rule = || ListenerRule::new("api").listener(ListenerArn::new(&made.id));
    live_through::<ListenerRule>(
        |stack| {
            let conditions = [RuleCondition::path(["/api/*", "/v2/*"]), RuleCondition::method(["GET"])];
            drop(rule().priority(10).conditions(conditions).forward_to(&first).tags([("Old", "1")]).add(stack));
        },
        |stack| {
            let conditions = [
                RuleCondition::host(["*.example.com"]),
                RuleCondition::header("User-Agent", ["*curl*"]),
                RuleCondition::query("debug", "1"),
                RuleCondition::source_ip(["10.0.0.0/8"]),
            ];
            let actions = [Action::respond(403, "not you")];
            drop(rule().priority(20).conditions(conditions).actions(actions).tags([("New", "2")]).add(stack));
        },
    );
    made.delete();
    balancer.delete();
    one.delete();
    two.delete();
    end(network);
}
