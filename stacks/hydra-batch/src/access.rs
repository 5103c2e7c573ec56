//! Who may do what: Batch, its machines, and the function.

use hydra_components::ServiceRole;
use infra_sdk::aws::iam::{InstanceProfile, PolicyDocument, Role, RolePolicy};
use infra_sdk::prelude::*;

use crate::config::Config;
use crate::storage::Storage;

/// What the rest refers to. Whatever does waits for the policies.
pub(crate) struct Roles {
    /// Batch's.
    pub(crate) service: Role,
    /// The machines'.
    pub(crate) profile: InstanceProfile,
    /// The function's.
    pub(crate) function: Role,
}

pub(crate) fn roles(stack: &Stack, config: &Config) -> Roles {
    let service = ServiceRole::new("compute-environment-service", "batch.amazonaws.com")
        .role_name(config.compute_environment_service_role_name.clone())
        .policies(&config.compute_environment_service_iam_policy_arn)
        .moved_from("permissions/compute_environment_service_role")
        .add(stack);
    let instance = ServiceRole::new("compute-environment-instance", "ec2.amazonaws.com")
        .role_name(config.compute_environment_instance_role_name.clone())
        .policies(&config.compute_environment_instance_iam_policy_arn)
        .moved_from("permissions/compute_environment_instance_role")
        .add(stack);
    let profile = InstanceProfile::new("compute-environment-instance")
        .maybe_name(config.compute_environment_instance_role_name.clone())
        .role(&instance)
        .moved_from("/permissions/compute_environment_instance_profile")
        .add(stack);
    let function = ServiceRole::new("lambda-service", "lambda.amazonaws.com")
        .role_name(config.lambda_service_role_name.clone())
        .policies(&config.lambda_service_iam_policy_arn)
        .moved_from("permissions/lambda_service_role")
        .add(stack);
    Roles { service, profile, function }
}

/// Lets the function read the script and the two secrets, and nothing else of S3 and Secrets Manager.
pub(crate) fn reading(stack: &Stack, roles: &Roles, storage: &Storage) {
    let document = PolicyDocument::new()
        .allow(["s3:GetObject"])
        .on([output!("arn:aws:s3:::{}/{}", storage.script.bucket(), storage.script.key())])
        .allow(["secretsmanager:GetSecretValue"])
        .on([storage.username.version.secret(), storage.password.version.secret()]);
    RolePolicy::new("script-and-secrets").role(&roles.function).document(document).add(stack);
}
