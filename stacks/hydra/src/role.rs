//! The role of a service.

use std::collections::BTreeSet;

use infra_sdk::aws::iam::{ManagedPolicyArn, PolicyDocument, Role, RolePolicyAttachment};
use infra_sdk::prelude::*;

/// What the ARNs of AWS's own managed policies begin with.
pub const AWS_POLICIES: &str = "arn:aws:iam::aws:policy/";

/// A role that a service takes on, with managed policies. What uses the role waits for all of them, and goes before them, since
/// an attachment says by its type that it completes the role.
#[derive(Clone, Debug)]
pub struct ServiceRole {
    /// The resource's name in the stack.
    pub name: String,
    /// Who takes it on, as in `batch.amazonaws.com`.
    pub service: String,
    /// The role's name in the account; made from stack and resource where there is none.
    pub role_name: Option<String>,
    /// The managed policies, by ARN.
    pub policies: Vec<String>,
    /// What the stack called it before, from the root of the stack.
    pub former: Option<String>,
}

impl ServiceRole {
    /// One of that name, for a service, without policies yet.
    pub fn new(name: impl Into<String>, service: impl Into<String>) -> ServiceRole {
        ServiceRole { name: name.into(), service: service.into(), role_name: None, policies: Vec::new(), former: None }
    }

    /// Gives it a name in the account, if there is one.
    #[must_use]
    pub fn role_name(self, role_name: Option<String>) -> ServiceRole {
        ServiceRole { role_name, ..self }
    }

    /// Attaches managed policies, each once.
    #[must_use]
    pub fn policies(self, policies: &[String]) -> ServiceRole {
        ServiceRole { policies: policies.to_vec(), ..self }
    }

    /// Says what it was called before, from the root of the stack.
    #[must_use]
    pub fn moved_from(self, former: impl Into<String>) -> ServiceRole {
        ServiceRole { former: Some(former.into()), ..self }
    }

    /// Declares the role and an attachment for each policy, which is called after both.
    #[track_caller]
    pub fn add(&self, stack: &Stack) -> Role {
        let trust = PolicyDocument::trust_service(&self.service);
        let role = Role::new(&self.name).maybe_name(self.role_name.clone()).trust_policy(trust);
        let role = self.former.iter().fold(role, |role, former| role.moved_from(format!("/{former}"))).add(stack);
        for policy in self.policies.iter().collect::<BTreeSet<_>>() {
            let attached = RolePolicyAttachment::new(format!("{}-{}", self.name, short(policy))).role(&role);
            let attached = attached.policy(ManagedPolicyArn::new(policy));
            let former = self.former.iter().map(|former| format!("/{former}-{}", short(policy)));
            former.fold(attached, |attached, former| attached.moved_from(former)).add(stack);
        }
        role
    }
}

/// The last part of a policy's ARN, by which people know it.
fn short(policy: &str) -> &str {
    policy.rsplit('/').next().unwrap_or(policy)
}
