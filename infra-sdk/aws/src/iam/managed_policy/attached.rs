//! Who has a managed policy, where its own lists say it.

use std::collections::BTreeSet;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use infra_apply::{Class, ProviderError, gone_is_success};
use infra_core::Tags;

use super::ManagedPolicyInputs;
use crate::iam::RoleName;
use crate::sdk::{failed, set_changes};

/// The tag of a policy whose lists say who has it: the engine deletes by id, and knows nothing else then.
const LISTED: &str = "infra:listed";

/// Who has a policy; nothing where that is not asked for, or not for its lists to say.
#[derive(Default)]
pub(super) struct Attached {
    pub(super) roles: Option<Vec<RoleName>>,
    pub(super) users: Option<Vec<String>>,
    pub(super) groups: Option<Vec<String>>,
}

/// Whether the policy's lists say who has it.
pub(super) fn is_listed(tags: &[Tag]) -> bool {
    tags.iter().any(|tag| tag.key() == LISTED)
}

/// The tags, with that of a policy whose lists say who has it, if there is a list.
pub(super) fn marked(tags: &Tags, want: &ManagedPolicyInputs) -> Tags {
    let mut tags = tags.clone();
    if want.roles.is_some() || want.users.is_some() || want.groups.is_some() {
        tags.insert(LISTED.to_owned(), "true".to_owned());
    }
    tags
}

/// Whether a list is other than what there is.
pub(super) fn differs(have: &ManagedPolicyInputs, want: &ManagedPolicyInputs) -> bool {
    // One that was never given is told as none, which an empty one is not.
    fn list<T: Ord + Clone>(have: Option<&Vec<T>>, want: Option<&Vec<T>>) -> bool {
        want.is_some() && (have.is_none() || set_changes(have, want))
    }
    list(have.roles.as_ref(), want.roles.as_ref())
        || list(have.users.as_ref(), want.users.as_ref())
        || list(have.groups.as_ref(), want.groups.as_ref())
}

/// All that have a policy.
pub(super) async fn read(client: &Client, arn: &str) -> Result<Attached, ProviderError> {
    let (mut roles, mut users, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    let mut pages = client.list_entities_for_policy().policy_arn(arn).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = match page.map_err(failed("ListEntitiesForPolicy")) {
            // The policy has gone meanwhile, which the next look will show.
            Err(error) if error.class == Class::NotFound => break,
            page => page?,
        };
        roles.extend(page.policy_roles().iter().filter_map(|role| role.role_name()).map(RoleName::new));
        users.extend(page.policy_users().iter().filter_map(|user| user.user_name()).map(str::to_owned));
        groups.extend(page.policy_groups().iter().filter_map(|group| group.group_name()).map(str::to_owned));
    }
    Ok(Attached { roles: Some(roles), users: Some(users), groups: Some(groups) })
}

/// Attaches a policy to what the lists name, and detaches it from what they do not.
pub(super) async fn change(client: &Client, arn: &str, want: &ManagedPolicyInputs) -> Result<(), ProviderError> {
    let now = read(client, arn).await?;
    if let Some(wanted) = &want.roles {
        let (coming, leaving) = delta(now.roles.as_deref().unwrap_or_default(), wanted);
        for name in coming {
            let call = client.attach_role_policy().policy_arn(arn).role_name(name.as_str());
            call.send().await.map_err(failed("AttachRolePolicy"))?;
        }
        detach_roles(client, arn, leaving).await?;
    }
    if let Some(wanted) = &want.users {
        let (coming, leaving) = delta(now.users.as_deref().unwrap_or_default(), wanted);
        for name in coming {
            client.attach_user_policy().policy_arn(arn).user_name(name).send().await.map_err(failed("AttachUserPolicy"))?;
        }
        detach_users(client, arn, leaving).await?;
    }
    if let Some(wanted) = &want.groups {
        let (coming, leaving) = delta(now.groups.as_deref().unwrap_or_default(), wanted);
        for name in coming {
            client.attach_group_policy().policy_arn(arn).group_name(name).send().await.map_err(failed("AttachGroupPolicy"))?;
        }
        detach_groups(client, arn, leaving).await?;
    }
    Ok(())
}

/// Detaches a policy from all that have it, without which it cannot be deleted.
pub(super) async fn detach_all(client: &Client, arn: &str) -> Result<(), ProviderError> {
    let now = read(client, arn).await?;
    detach_roles(client, arn, now.roles.iter().flatten().collect()).await?;
    detach_users(client, arn, now.users.iter().flatten().collect()).await?;
    detach_groups(client, arn, now.groups.iter().flatten().collect()).await
}

async fn detach_roles(client: &Client, arn: &str, leaving: BTreeSet<&RoleName>) -> Result<(), ProviderError> {
    for name in leaving {
        let call = client.detach_role_policy().policy_arn(arn).role_name(name.as_str());
        gone_is_success(call.send().await.map(drop).map_err(failed("DetachRolePolicy")))?;
    }
    Ok(())
}

async fn detach_users(client: &Client, arn: &str, leaving: BTreeSet<&String>) -> Result<(), ProviderError> {
    for name in leaving {
        let call = client.detach_user_policy().policy_arn(arn).user_name(name);
        gone_is_success(call.send().await.map(drop).map_err(failed("DetachUserPolicy")))?;
    }
    Ok(())
}

async fn detach_groups(client: &Client, arn: &str, leaving: BTreeSet<&String>) -> Result<(), ProviderError> {
    for name in leaving {
        let call = client.detach_group_policy().policy_arn(arn).group_name(name);
        gone_is_success(call.send().await.map(drop).map_err(failed("DetachGroupPolicy")))?;
    }
    Ok(())
}

/// What is wanted and not there, and what is there and not wanted.
fn delta<'a, T: Ord>(have: &'a [T], want: &'a [T]) -> (BTreeSet<&'a T>, BTreeSet<&'a T>) {
    let (have, want): (BTreeSet<&T>, BTreeSet<&T>) = (have.iter().collect(), want.iter().collect());
    (want.difference(&have).copied().collect(), have.difference(&want).copied().collect())
}
