//! An instance profile.

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::RoleName;

/// An instance profile: the wrapping in which an EC2 instance gets its role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = InstanceProfile, id = InstanceProfileName, outputs = InstanceProfileOutputs, kind = "aws:iam/instance-profile",
    cloud = "AWS::IAM::InstanceProfile",
    iam(
        "iam:GetInstanceProfile",
        create("iam:CreateInstanceProfile", "iam:TagInstanceProfile", "iam:PassRole"),
        update(
            "iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile",
            "iam:UntagInstanceProfile", "iam:PassRole",
        ),
        delete("iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"),
    ),
)]
pub struct InstanceProfileInputs {
    /// The role that instances get. A profile holds just one.
    #[input(cloud = "Roles", unlike_cloud = "CloudFormation lists the one role that there can be")]
    pub role: RoleName,
    /// Its name, at most 128 characters, the same only once in an account. Default: made from stack and resource.
    #[input(name = 128, replace, cloud = "InstanceProfileName")]
    pub name: Option<String>,
    /// The path before its name in the ARN, with `/` at both ends. Default: `/`.
    #[input(replace)]
    pub path: Option<String>,
    /// Tags.
    #[input(unlike_cloud = "CloudFormation does not tag profiles; the API does")]
    pub tags: Option<Tags>,
}

infra_core::text_type! {
    /// The ARN of an [`InstanceProfile`], as in `arn:aws:iam::123456789012:instance-profile/web`.
    pub struct InstanceProfileArn;
}

/// What AWS says of an [`InstanceProfile`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = InstanceProfile)]
pub struct InstanceProfileOutputs {
    /// Its ARN.
    #[output(stable, reference)]
    pub arn: InstanceProfileArn,
}

#[cfg(feature = "iam")]
mod live {
    use aws_sdk_iam::Client;
    use aws_sdk_iam::types::InstanceProfile as SdkProfile;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{InstanceProfile, InstanceProfileArn, InstanceProfileInputs, InstanceProfileName, InstanceProfileOutputs};
    use crate::iam::RoleName;
    use crate::iam::tags::{self, named, there};
    use crate::sdk::{failed, tags::changes};

    impl Lifecycle for InstanceProfile {
        type Client = Client;
        const SERVICE: &'static str = "iam";
        // A profile is told by itself; the list leaves out tags.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[InstanceProfileName]) -> Result<Vec<Observed<InstanceProfile>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                let Some(profile) = get(client, id.as_str()).await? else { continue };
                // A profile without a role, as one is between its creation and its first update, has none of any name.
                let role = profile.roles().first().map_or("", |role| role.role_name());
                observed.push(Observed {
                    id: id.clone(),
                    inputs: InstanceProfileInputs {
                        role: RoleName::new(role),
                        name: Some(profile.instance_profile_name().to_owned()),
                        path: Some(profile.path().to_owned()),
                        tags: Some(tags::from_sdk(profile.tags())),
                    },
                    outputs: InstanceProfileOutputs { arn: InstanceProfileArn::new(profile.arn()) },
                    condition: Condition::Ready,
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &InstanceProfileInputs, new: Creation<'_>) -> Result<InstanceProfileName, ProviderError> {
            let name = named(want.name.as_ref(), "CreateInstanceProfile")?;
            let call = client
                .create_instance_profile()
                .instance_profile_name(name)
                .set_path(want.path.clone())
                .set_tags(Some(tags::to_sdk(new.tags)));
            match call.send().await.map_err(failed("CreateInstanceProfile")) {
                Ok(_) => Ok(InstanceProfileName::new(name)),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(
            client: &Client,
            id: &InstanceProfileName,
            have: &InstanceProfileInputs,
            want: &InstanceProfileInputs,
        ) -> Result<(), ProviderError> {
            if want.role != have.role {
                if !have.role.as_str().is_empty() {
                    remove_role(client, id, have.role.as_str()).await?;
                }
                let call = client.add_role_to_instance_profile().instance_profile_name(id.as_str()).role_name(want.role.as_str());
                // Both are there by the graph's order, so one that is unknown was made just now.
                let not_yet = |error: ProviderError| error.class_if(Class::NotYet, |error| error.class == Class::NotFound);
                call.send().await.map_err(|error| not_yet(failed("AddRoleToInstanceProfile")(error)))?;
            }
            let (set, unset) = changes(have.tags.as_ref(), want.tags.as_ref());
            if !set.is_empty() {
                let call = client.tag_instance_profile().instance_profile_name(id.as_str()).set_tags(Some(tags::to_sdk(&set)));
                call.send().await.map_err(failed("TagInstanceProfile"))?;
            }
            if !unset.is_empty() {
                let call = client.untag_instance_profile().instance_profile_name(id.as_str()).set_tag_keys(Some(unset));
                call.send().await.map_err(failed("UntagInstanceProfile"))?;
            }
            Ok(())
        }

        async fn delete(client: &Client, id: &InstanceProfileName) -> Result<(), ProviderError> {
            let Some(profile) = get(client, id.as_str()).await? else { return Ok(()) };
            for role in profile.roles() {
                remove_role(client, id, role.role_name()).await?;
            }
            let deleted = client.delete_instance_profile().instance_profile_name(id.as_str()).send().await;
            gone_is_success(deleted.map(drop).map_err(failed("DeleteInstanceProfile")))
        }

        async fn find(
            client: &Client,
            want: &InstanceProfileInputs,
            new: Creation<'_>,
        ) -> Result<Option<InstanceProfileName>, ProviderError> {
            let name = named(want.name.as_ref(), "GetInstanceProfile")?;
            let profile = get(client, name).await?.filter(|profile| tags::has_token(profile.tags(), new.token));
            Ok(profile.map(|profile| InstanceProfileName::new(profile.instance_profile_name())))
        }
    }

    async fn get(client: &Client, name: &str) -> Result<Option<SdkProfile>, ProviderError> {
        let answer = client.get_instance_profile().instance_profile_name(name).send().await.map_err(failed("GetInstanceProfile"));
        Ok(there(answer)?.and_then(|answer| answer.instance_profile))
    }

    async fn remove_role(client: &Client, id: &InstanceProfileName, role: &str) -> Result<(), ProviderError> {
        let call = client.remove_role_from_instance_profile().instance_profile_name(id.as_str()).role_name(role);
        gone_is_success(call.send().await.map(drop).map_err(failed("RemoveRoleFromInstanceProfile")))
    }
}
