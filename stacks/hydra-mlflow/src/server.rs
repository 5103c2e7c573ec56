//! The server: its tasks, the service that keeps them, and how many there are.

use infra_sdk::aws::applicationautoscaling::{ScalableTarget, ScalingPolicy, TargetTracking, TargetTrackingBuilder};
use infra_sdk::aws::ecs::{
    Cluster, ContainerDefinition, DeploymentConfiguration, FargateService, LoadBalancer, LogConfiguration, PortMapping, TaskDefinition,
};
use infra_sdk::aws::logs::LogGroup;
use infra_sdk::aws::rds::DbInstance;
use infra_sdk::aws::s3::Bucket;
use infra_sdk::core::Set;
use infra_sdk::prelude::*;

use crate::access::{Groups, PORT, Roles};
use crate::config::Config;
use crate::database::Credentials;
use crate::front::Front;
use crate::network::Network;

/// What a task is made of. Another image, another database or another bucket is another revision, to which the service moves.
pub(crate) fn tasks(
    stack: &Stack,
    config: &Config,
    image: &ContainerImage,
    artifacts: &Bucket,
    database: &DbInstance,
    credentials: &Credentials,
    roles: &Roles,
) -> TaskDefinition {
    let log = LogGroup::new("tasks").retention_in_days(30).add(stack);
    let environment = [
        ("BUCKET", artifacts.name()),
        ("FOLDER", output!("{}", config.artifact_folder)),
        ("DBNAME", output!("{}", config.database.name)),
        ("HOST", database.address()),
        ("PORT", output!("3306")),
    ];
    let server = ContainerDefinition::new()
        .name("mlflow")
        .image(image.reference())
        .essential(true)
        .port_mappings([PortMapping::tcp(i32::from(PORT))])
        .environment(environment)
        .secrets([("USERNAME", credentials.username.version.secret()), ("PASSWORD", credentials.password.version.secret())])
        .log_configuration(LogConfiguration::awslogs(output!("{}", log.id()), &config.region, "ecs"));
    TaskDefinition::fargate("mlflow", config.tasks.cpu, config.tasks.memory, [server])
        .execution_role(&roles.execution)
        .task_role(&roles.task)
        .add(stack)
}

/// Keeps the tasks, as many as auto scaling says.
pub(crate) fn service(
    stack: &Stack,
    config: &Config,
    network: &Network,
    tasks: &TaskDefinition,
    groups: &Groups,
    front: &Front,
) -> (Cluster, FargateService) {
    let cluster = Cluster::new("mlflow").add(stack);
    let service = FargateService::new("mlflow")
        .cluster(&cluster)
        .task_definition(tasks)
        .subnets(network.inner.clone())
        .security_groups([&groups.tasks])
        .assign_public_ip(config.private_subnets.is_empty())
        .load_balancers([LoadBalancer::to("mlflow", i32::from(PORT), &front.targets)])
        // A new version migrates the database before it answers.
        .health_check_grace_period(120)
        .deployment(DeploymentConfiguration::rolling(100, 200))
        .add(stack);

    let target = ScalableTarget::of_service("mlflow", &service).min_capacity(config.tasks.min).max_capacity(config.tasks.max).add(stack);
    let policy = |name: &str, tracking: TargetTrackingBuilder<Set>| {
        let tracking = tracking.scale_in_cooldown(config.tasks.scale_in_cooldown).scale_out_cooldown(config.tasks.scale_out_cooldown);
        ScalingPolicy::new(name).target(&target).target_tracking(tracking).add(stack);
    };
    policy("cpu", TargetTracking::average_cpu(config.tasks.cpu_target));
    policy("memory", TargetTracking::average_memory(config.tasks.memory_target));
    (cluster, service)
}
