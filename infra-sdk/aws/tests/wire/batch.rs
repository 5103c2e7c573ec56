//! Compute environments, queues and definitions of jobs.

use infra_aws::batch::{
    AllocationStrategy, BatchComputeEnvironment, ComputeEnvironmentArn, ComputeEnvironmentState, ComputeEnvironmentType, ComputeResources,
    ContainerProperties, EvaluateOnExit, JobDefinition, JobQueue, JobQueueState, JobType, LogConfiguration, LogDriver, MountPoint,
    PlatformCapability, RetryAction, RetryStrategy, Ulimit, Volume,
};
use infra_aws::ec2::{SecurityGroup, SecurityGroupId, Subnet, SubnetId, Vpc, VpcId};
use infra_aws::iam::{InstanceProfile, InstanceProfileArn, PolicyDocument, Role, RoleArn, RoleName};

use crate::conformance::{Made, change, inputs, live_through, make};
use crate::wire;

/// What a compute environment refers to.
struct Around {
    vpc: Made<'static>,
    subnet: Made<'static>,
    group: Made<'static>,
    role: Made<'static>,
    profile: Made<'static>,
}

impl Around {
    fn new(name: &'static str) -> Around {
        let vpc = make::<Vpc>(|stack| drop(Vpc::new("v").cidr_block("10.0.0.0/16").add(stack)));
        let subnet = make::<Subnet>(|stack| drop(Subnet::new("s").vpc(VpcId::new(&vpc.id)).cidr_block("10.0.1.0/24").add(stack)));
        let group = make::<SecurityGroup>(|stack| {
            drop(SecurityGroup::new("g").name(format!("{name}-group")).description("jobs").vpc(VpcId::new(&vpc.id)).add(stack));
        });
        let trust = PolicyDocument::new().allow(["sts:AssumeRole"]).by(infra_aws::iam::Principal::service("batch.amazonaws.com"));
        let role = make::<Role>(|stack| drop(Role::new("r").name(format!("{name}-role")).trust_policy(&trust.clone()).add(stack)));
        let profile = make::<InstanceProfile>(|stack| {
            drop(InstanceProfile::new("p").name(format!("{name}-profile")).role(RoleName::new(&role.id)).add(stack));
        });
        Around { vpc, subnet, group, role, profile }
    }

    fn subnets(&self) -> [SubnetId; 1] {
        [SubnetId::new(&self.subnet.id)]
    }

    fn groups(&self) -> [SecurityGroupId; 1] {
        [SecurityGroupId::new(&self.group.id)]
    }

    fn role_arn(&self) -> RoleArn {
        RoleArn::new(self.role.output("arn"))
    }

    fn ec2(&self, max: i32) -> infra_aws::batch::ComputeResourcesBuilder<infra_core::Set, infra_core::Set, infra_core::Set> {
        let profile = InstanceProfileArn::new(self.profile.output("arn"));
        ComputeResources::ec2(max, self.subnets(), ["m5.large"], profile).security_groups(self.groups()).min_vcpus(0)
    }

    fn end(self) {
        for made in [self.profile, self.role, self.group, self.subnet, self.vpc] {
            made.delete();
        }
    }
}

#[test]
fn a_managed_environment_grows_in_place_and_is_disabled_before_it_goes() {
    let around = Around::new("wire-batch-ec2");
    let environment = |max: i32| {
        let resources = around.ec2(max).allocation_strategy(AllocationStrategy::BestFitProgressive).instance_tags([("Name", "job")]);
        let environment = BatchComputeEnvironment::new("e").name("wire-ec2").environment_type(ComputeEnvironmentType::Managed);
        environment.compute_resources(resources).service_role(around.role_arn())
    };
    live_through::<BatchComputeEnvironment>(
        |stack| drop(environment(8).state(ComputeEnvironmentState::Enabled).tags([("Name", "e"), ("Old", "1")]).add(stack)),
        |stack| drop(environment(16).state(ComputeEnvironmentState::Disabled).tags([("Name", "other"), ("New", "2")]).add(stack)),
    );
    around.end();
}

#[test]
fn environments_are_of_fargate_of_spot_or_kept_by_somebody_else() {
    let around = Around::new("wire-batch-kinds");
    let environment = |name: &str| BatchComputeEnvironment::new("e").name(name).service_role(around.role_arn());
    let fargate = ComputeResources::fargate(4, around.subnets(), around.groups());
    let made = make::<BatchComputeEnvironment>(|stack| {
        let environment = environment("wire-fargate").environment_type(ComputeEnvironmentType::Managed);
        drop(environment.compute_resources(fargate.clone()).add(stack));
    });
    made.delete();
    let profile = InstanceProfileArn::new(around.profile.output("arn"));
    let spot = ComputeResources::spot(4, around.subnets(), ["m5.large"], profile).security_groups(around.groups());
    let made = make::<BatchComputeEnvironment>(|stack| {
        let environment = environment("wire-spot").environment_type(ComputeEnvironmentType::Managed);
        drop(environment.compute_resources(spot.clone().bid_percentage(60)).add(stack));
    });
    made.delete();
    let unmanaged = |state| environment("wire-unmanaged").environment_type(ComputeEnvironmentType::Unmanaged).state(state);
    live_through::<BatchComputeEnvironment>(
        |stack| drop(unmanaged(ComputeEnvironmentState::Enabled).add(stack)),
        |stack| drop(unmanaged(ComputeEnvironmentState::Disabled).add(stack)),
    );
    around.end();
}

#[test]
fn a_queue_tries_its_environments_in_order_and_changes_in_place() {
    let around = Around::new("wire-batch-queue");
    let environment = |name: &'static str| {
        make::<BatchComputeEnvironment>(|stack| {
            let environment = BatchComputeEnvironment::new("e").name(name).environment_type(ComputeEnvironmentType::Managed);
            drop(environment.compute_resources(around.ec2(4)).service_role(around.role_arn()).add(stack));
        })
    };
    let (first, second) = (environment("wire-first"), environment("wire-second"));
    let arns = |order: [&Made<'_>; 2]| order.map(|made| ComputeEnvironmentArn::new(&made.id));
    let queue = |priority: i32| JobQueue::new("q").name("wire-queue").priority(priority);
    live_through::<JobQueue>(
        |stack| drop(queue(1).compute_environments(arns([&first, &second])).tags([("Name", "q"), ("Old", "1")]).add(stack)),
        |stack| {
            let queue = queue(10).compute_environments(arns([&second, &first])).state(JobQueueState::Disabled);
            drop(queue.tags([("Name", "other"), ("New", "2")]).add(stack));
        },
    );
    first.delete();
    second.delete();
    around.end();
}

fn container(image: &str) -> infra_aws::batch::ContainerPropertiesBuilder<infra_core::Set> {
    ContainerProperties::of(image, 1, 512)
        .command(["train", "Ref::epochs"])
        .environment([("MODE", "test"), ("A", "1")])
        .volumes([Volume::new().name("data").host_path("/data")])
        .mount_points([MountPoint::new().volume("data").container_path("/mnt").read_only(true)])
        .ulimits([Ulimit::new().name("nofile").soft_limit(1024).hard_limit(2048)])
        .log_configuration(LogConfiguration::new().driver(LogDriver::Awslogs).options([("awslogs-group", "/jobs")]))
        .user("app")
}

#[test]
fn a_changed_definition_is_a_new_revision_that_keeps_what_is_not_said_and_whose_it_is() {
    let definition = || JobDefinition::new("d").name("wire-train").job_type(JobType::Container);
    let retries = || {
        let gone = EvaluateOnExit::new().action(RetryAction::Retry).on_status_reason("Host EC2*");
        RetryStrategy::new().attempts(3).evaluate_on_exit([gone])
    };
    let made = make::<JobDefinition>(|stack| {
        definition()
            .container(container("train:1"))
            .parameters([("epochs", "3")])
            .retry_strategy(retries())
            .timeout(3600)
            .platform_capabilities([PlatformCapability::Ec2])
            .tags([("Name", "train"), ("Old", "1")])
            .add(stack);
    });
    assert_eq!(made.read().outputs.reveal()["revision"], 1);
    // The local cloud forgets the capabilities of all revisions but the first.
    let changed = |image: &'static str| {
        move |stack: &infra_core::Stack| {
            let tags = [("Name", "other"), ("New", "2")];
            drop(definition().container(ContainerProperties::new().image(image)).timeout(60).tags(tags).add(stack));
        }
    };
    change(&made, changed("train:2"));
    let told = made.read();
    assert_eq!(told.outputs.reveal()["revision"], 2);
    let inputs_told = told.inputs.reveal();
    assert_eq!(inputs_told["container"]["command"], serde_json::json!(["train", "Ref::epochs"]), "what is not said stays");
    assert_eq!(inputs_told["parameters"]["epochs"], "3");
    change(&made, changed("train:3"));
    assert_eq!(active("wire-train"), [3], "older revisions are taken back");
    // A change of tags alone makes no revision.
    change(&made, |stack| {
        drop(definition().container(ContainerProperties::new().image("train:3")).tags([("Name", "third")]).add(stack));
    });
    assert_eq!(active("wire-train"), [3]);
    change(&made, |stack| {
        drop(definition().container(ContainerProperties::new().image("train:4")).keep_revisions(true).add(stack));
    });
    assert_eq!(active("wire-train"), [3, 4]);
    made.delete();
    assert!(active("wire-train").is_empty());
}

fn active(name: &str) -> Vec<i32> {
    let client = aws_sdk_batch::Client::new(&wire().sdk);
    let call = client.describe_job_definitions().job_definition_name(name).status("ACTIVE");
    let answer = wire().runtime.block_on(call.send()).unwrap();
    let mut revisions: Vec<_> = answer.job_definitions().iter().filter_map(|definition| definition.revision()).collect();
    revisions.sort_unstable();
    revisions
}

#[test]
fn a_definition_of_that_name_that_somebody_else_registered_gets_no_new_revision() {
    let definition = |stack: &infra_core::Stack| {
        drop(JobDefinition::new("d").name("wire-theirs").job_type(JobType::Container).container(container("a")).add(stack));
    };
    let theirs = make::<JobDefinition>(definition);
    let (want, tags) = (inputs(definition), infra_core::Tags::from([("infra:token".to_owned(), "another".to_owned())]));
    let new = infra_apply::Creation { tags: &tags, token: "another" };
    let refused = wire().runtime.block_on(theirs.handler.create(&want, new)).unwrap_err();
    assert_eq!(refused.class, infra_apply::Class::Exists);
    assert_eq!(active("wire-theirs"), [1]);
    theirs.delete();
}
