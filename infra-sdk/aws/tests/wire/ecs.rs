//! Clusters, task definitions and services.

use infra_aws::ec2::SecurityGroupId;
use infra_aws::ec2::{Subnet, SubnetId, Vpc, VpcId};
use infra_aws::ecs::{
    CapacityProviderStrategyItem, CircuitBreaker, Cluster, ClusterName, ContainerCondition, ContainerDefinition, ContainerDependency,
    ContainerHealthCheck, DeploymentConfiguration, EcsService, FargateService, LaunchType, LoadBalancer, LogConfiguration, MountPoint,
    NetworkMode, PlacementStrategy, PlacementStrategyType, PortMapping, TaskDefinition, TaskDefinitionArn, Ulimit, Volume,
};
use infra_aws::elbv2::{Protocol, TargetGroup, TargetGroupArn, TargetType};
use infra_aws::iam::RoleArn;

use crate::conformance::{Made, change, live_through, make};

#[test]
fn a_cluster_changes_its_capacity_and_tags_in_place() {
    // moto answers a change of settings and of the configuration with an error.
    let cluster = || Cluster::new("c").name("wire-cluster").container_insights(infra_aws::ecs::ContainerInsights::Enabled);
    let made = make::<Cluster>(|stack| drop(cluster().capacity_providers(["FARGATE"]).tags([("Name", "c"), ("Old", "1")]).add(stack)));
    assert!(made.output("arn").ends_with(":cluster/wire-cluster"));
    change(&made, |stack| {
        let strategy = [CapacityProviderStrategyItem::fargate_spot(3), CapacityProviderStrategyItem::fargate(1).base(1)];
        let cluster = cluster().capacity_providers(["FARGATE_SPOT", "FARGATE"]).default_capacity_provider_strategy(strategy);
        drop(cluster.tags([("Name", "other"), ("New", "2")]).add(stack));
    });
    made.delete();
}

fn definition(name: &'static str, image: &'static str) -> Made<'static> {
    make::<TaskDefinition>(|stack| {
        let container = ContainerDefinition::new().name("web").image(image).port_mappings([PortMapping::tcp(80)]);
        drop(TaskDefinition::fargate("t", 256, 512, [container]).family(name).add(stack));
    })
}

#[test]
fn a_task_definition_is_read_as_it_was_registered_and_its_next_revision_is_another_object() {
    let define = |image: &str, tags: [(&str, &str); 2]| {
        let web = ContainerDefinition::new()
            .name("web")
            .image(image)
            .cpu(128)
            .memory(256)
            .essential(true)
            .port_mappings([PortMapping::tcp(5000).host_port(5000)])
            .environment([("B", "2"), ("A", "1")])
            .secrets([("PASSWORD", "arn:aws:secretsmanager:us-west-2:123456789012:secret:password")])
            .log_configuration(LogConfiguration::awslogs("/ecs/web", "us-west-2", "ecs"))
            .health_check(ContainerHealthCheck::shell("curl -f localhost:5000").interval(10))
            .mount_points([MountPoint::new().source_volume("data").container_path("/data").read_only(true)])
            .ulimits([Ulimit::open_files(4096)])
            .depends_on([ContainerDependency::new().container("init").condition(ContainerCondition::Success)]);
        let init = ContainerDefinition::new().name("init").image("busybox").essential(false).command(["true"]);
        let volumes = [Volume::scratch("data"), Volume::efs("files", "fs-12345678")];
        let role = RoleArn::new("arn:aws:iam::123456789012:role/tasks");
        let definition = TaskDefinition::fargate("t", 512, 1024, [web, init]).family("wire-web").volumes(volumes).execution_role(&role);
        definition.task_role(&role).ephemeral_storage(30).tags(tags)
    };
    let first = make::<TaskDefinition>(|stack| drop(define("web:1", [("Name", "web"), ("Old", "1")]).add(stack)));
    change(&first, |stack| drop(define("web:1", [("Name", "web"), ("New", "2")]).add(stack)));
    let second = make::<TaskDefinition>(|stack| drop(define("web:2", [("Name", "web"), ("New", "2")]).add(stack)));
    assert!(first.id.ends_with("task-definition/wire-web:1") && second.id.ends_with("task-definition/wire-web:2"));
    assert_eq!(second.output("family_name"), "wire-web");
    first.delete();
    assert_eq!(second.read().id, second.id, "the new revision stays when the old one is deregistered");
    second.delete();
}

struct Place {
    vpc: Made<'static>,
    subnets: [Made<'static>; 2],
    cluster: Made<'static>,
}

impl Place {
    fn new(name: &'static str) -> Place {
        let vpc = make::<Vpc>(|stack| drop(Vpc::new("ecs").cidr_block("10.0.0.0/16").add(stack)));
        let subnet = |zone: &str, number: u8| {
            make::<Subnet>(|stack| {
                let subnet = Subnet::new("s").vpc(VpcId::new(&vpc.id)).cidr_block(format!("10.0.{number}.0/24"));
                drop(subnet.availability_zone(format!("us-west-2{zone}")).add(stack));
            })
        };
        let subnets = [subnet("a", 1), subnet("b", 2)];
        Place { vpc, subnets, cluster: make::<Cluster>(|stack| drop(Cluster::new("c").name(name).add(stack))) }
    }

    fn subnet(&self, at: usize) -> SubnetId {
        SubnetId::new(&self.subnets[at].id)
    }

    fn end(self) {
        self.cluster.delete();
        self.subnets.into_iter().for_each(Made::delete);
        self.vpc.delete();
    }
}

#[test]
fn a_service_on_fargate_moves_to_another_revision_and_other_subnets_in_place() {
    let place = Place::new("wire-fargate");
    let (first, second) = (definition("wire-fargate", "web:1"), definition("wire-fargate", "web:2"));
    let group = make::<TargetGroup>(|stack| {
        let group = TargetGroup::new("g").name("wire-ecs").protocol(Protocol::Http).port(80).vpc(VpcId::new(&place.vpc.id));
        drop(group.target_type(TargetType::Ip).add(stack));
    });
    let security = SecurityGroupId::new(place.vpc.output("default_security_group"));
    let service = |definition: &Made<'_>| {
        FargateService::new("web")
            .cluster(ClusterName::new(&place.cluster.id))
            .name("wire-fargate")
            .task_definition(TaskDefinitionArn::new(&definition.id))
            .security_groups([&security])
            .load_balancers([LoadBalancer::to("web", 80, TargetGroupArn::new(&group.id))])
    };
    let made = make::<FargateService>(|stack| {
        service(&first)
            .subnets([place.subnet(0)])
            .assign_public_ip(true)
            .desired_count(2)
            .health_check_grace_period(30)
            .deployment(DeploymentConfiguration::rolling(50, 200))
            .enable_execute_command(true)
            .tags([("Name", "web"), ("Old", "1")])
            .add(stack);
    });
    assert_eq!(made.output("scalable"), "service/wire-fargate/wire-fargate");
    change(&made, |stack| {
        let breaker = CircuitBreaker::new().enable(true).rollback(false);
        service(&second)
            .subnets([place.subnet(1), place.subnet(0)])
            .assign_public_ip(false)
            .health_check_grace_period(60)
            .deployment(DeploymentConfiguration::new().minimum_healthy_percent(100).maximum_percent(150).circuit_breaker(breaker))
            .enable_execute_command(false)
            .tags([("Name", "other"), ("New", "2")])
            .add(stack);
    });
    let inputs = made.read().inputs;
    assert_eq!(inputs.as_object().unwrap()["desired_count"].reveal(), 2, "what is not managed stays");
    made.delete();
    group.delete();
    first.delete();
    second.delete();
    place.end();
}

#[test]
fn a_service_on_instances_changes_its_count_and_placement_in_place() {
    let cluster = make::<Cluster>(|stack| drop(Cluster::new("c").name("wire-instances").add(stack)));
    let definition = make::<TaskDefinition>(|stack| {
        let container = ContainerDefinition::new().name("job").image("job:1").memory(128);
        drop(TaskDefinition::new("t").containers([container]).family("wire-job").network_mode(NetworkMode::Bridge).add(stack));
    });
    let service = || {
        let service = EcsService::new("job").cluster(ClusterName::new(&cluster.id)).name("wire-job").launch_type(LaunchType::Ec2);
        service.task_definition(TaskDefinitionArn::new(&definition.id))
    };
    live_through::<EcsService>(
        |stack| drop(service().desired_count(1).add(stack)),
        |stack| {
            let spread = PlacementStrategy::new().kind(PlacementStrategyType::Spread).field("attribute:ecs.availability-zone");
            drop(service().desired_count(3).placement_strategies([spread]).add(stack));
        },
    );
    definition.delete();
    cluster.delete();
}
