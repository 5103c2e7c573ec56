//! Classic load balancers.

use infra_aws::ec2::{InstanceId, SecurityGroupId, Subnet, SubnetId, Vpc, VpcId};
use infra_aws::elb::{
    AppCookieStickiness, BackendPolicy, ClassicAccessLog, ClassicHealthCheck, ClassicListener, ClassicLoadBalancer, ClassicProtocol,
    ClassicScheme, ConnectionDraining, LbCookieStickiness, PolicyAttribute,
};

use infra_core::Output;

use crate::conformance::{change, live_through, make};

#[test]
fn a_classic_load_balancer_changes_all_but_its_name_and_scheme_in_place() {
    let vpc = make::<Vpc>(|stack| drop(Vpc::new("elb").cidr_block("10.0.0.0/16").add(stack)));
    let subnet = |zone: &str, number: u8| {
        make::<Subnet>(|stack| {
            let subnet = Subnet::new("s").vpc(VpcId::new(&vpc.id)).cidr_block(format!("10.0.{number}.0/24"));
            drop(subnet.availability_zone(format!("us-west-2{zone}")).add(stack));
        })
    };
    let (a, b) = (subnet("a", 1), subnet("b", 2));
    let balancer = || ClassicLoadBalancer::new("web").name("wire-classic").scheme(ClassicScheme::Internal);
    let check = |target: &str| ClassicHealthCheck::new().target(target).interval(30).timeout(5).healthy_threshold(3).unhealthy_threshold(2);
    let proxy = |name: &str, port: i32| {
        let attributes = [PolicyAttribute::of("ProxyProtocol", "true")];
        BackendPolicy::new().name(name).policy_type("ProxyProtocolPolicyType").attributes(attributes).instance_ports([port])
    };
    let made = make::<ClassicLoadBalancer>(|stack| {
        balancer()
            .listeners([ClassicListener::http(80, 8080).policies(["lb"])])
            .subnets([SubnetId::new(&a.id)])
            .health_check(check("HTTP:8080/first"))
            .cross_zone(true)
            .connection_draining(ConnectionDraining::seconds(60))
            .idle_timeout(30)
            .access_log(ClassicAccessLog::new().enabled(true).bucket("logs").prefix("web").interval(5))
            .lb_cookie_stickiness([LbCookieStickiness::new().name("lb").expiration(60)])
            .policies([proxy("proxy", 8080)])
            .instances([InstanceId::new("i-0a"), InstanceId::new("i-0b")])
            .tags([("Name", "web"), ("Old", "1")])
            .add(stack);
    });
    assert!(made.output("dns_name").contains("wire-classic"));
    // The local cloud knows nothing of instances' ports but those of the first listeners, so the backend's port stays.
    change(&made, |stack| {
        balancer()
            .listeners([ClassicListener::http(80, 8080).policies(["app"]), ClassicListener::tcp(22, 22)])
            .subnets([SubnetId::new(&b.id)])
            .health_check(check("TCP:22"))
            .cross_zone(false)
            .connection_draining(ConnectionDraining::off())
            .idle_timeout(40)
            .access_log(ClassicAccessLog::new().enabled(false))
            .app_cookie_stickiness([AppCookieStickiness::new().name("app").cookie("session")])
            .lb_cookie_stickiness(Vec::<Output<LbCookieStickiness>>::new())
            .policies([proxy("other", 8080)])
            .instances([InstanceId::new("i-0b"), InstanceId::new("i-0c")])
            .security_groups([SecurityGroupId::new(vpc.output("default_security_group"))])
            .tags([("Name", "other"), ("New", "2")])
            .add(stack);
    });
    made.delete();
    a.delete();
    b.delete();
    vpc.delete();
}

#[test]
fn a_classic_load_balancer_changes_its_zones_and_the_listener_of_a_port() {
    let balancer = || ClassicLoadBalancer::new("zones").name("wire-zones");
    live_through::<ClassicLoadBalancer>(
        |stack| drop(balancer().listeners([ClassicListener::http(80, 8080)]).availability_zones(["us-west-2a"]).add(stack)),
        |stack| drop(balancer().listeners([ClassicListener::http(80, 8081)]).availability_zones(["us-west-2b", "us-west-2a"]).add(stack)),
    );
}

#[test]
fn a_certificate_changes_at_its_listener() {
    let balancer = |certificate: &str| {
        // The local cloud takes the protocol of the instances for that of the clients, so it is left to the cloud.
        let listener = ClassicListener::new().load_balancer_port(443).protocol(ClassicProtocol::Https).instance_port(80);
        let listener = listener.certificate(format!("arn:aws:iam::123456789012:server-certificate/{certificate}"));
        ClassicLoadBalancer::new("tls").name("wire-classic-tls").listeners([listener]).availability_zones(["us-west-2a"])
    };
    live_through::<ClassicLoadBalancer>(|stack| drop(balancer("old").add(stack)), |stack| drop(balancer("new").add(stack)));
}
