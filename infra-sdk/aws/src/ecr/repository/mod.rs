//! A repository.

#[cfg(feature = "ecr")]
mod live;

use infra_core::{Block, Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::iam::PolicyDocument;

choices! {
    /// Whether a tag can be given to another image.
    pub enum Mutability {
        /// It can.
        Mutable = "MUTABLE",
        /// It can, but for the tags that are excluded.
        MutableWithExclusion = "MUTABLE_WITH_EXCLUSION",
        /// It cannot.
        Immutable = "IMMUTABLE",
        /// It cannot, but for the tags that are excluded.
        ImmutableWithExclusion = "IMMUTABLE_WITH_EXCLUSION",
    }
}

choices! {
    /// With whose key images are encrypted.
    pub enum EncryptionType {
        /// S3's.
        Aes256 = "AES256",
        /// A key of KMS.
        Kms = "KMS",
        /// A key of KMS, twice.
        KmsDsse = "KMS_DSSE",
    }
}

/// How images are encrypted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Encryption {
    /// With whose key.
    #[input(replace)]
    pub encryption_type: EncryptionType,
    /// The ARN of the KMS key. Default: AWS's own for ECR.
    #[input(replace)]
    pub kms_key: Option<String>,
}

/// A repository: the images of one name in the account's registry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Repository, id = RepositoryName, outputs = RepositoryOutputs, kind = "aws:ecr/repository", cloud = "AWS::ECR::Repository",
    iam(
        "ecr:DescribeRepositories", "ecr:ListTagsForResource", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy",
        create("ecr:CreateRepository", "ecr:TagResource"),
        update(
            "ecr:PutImageTagMutability", "ecr:PutImageScanningConfiguration", "ecr:PutLifecyclePolicy", "ecr:DeleteLifecyclePolicy",
            "ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy", "ecr:TagResource", "ecr:UntagResource",
        ),
        delete("ecr:DeleteRepository"),
    ),
)]
pub struct RepositoryInputs {
    /// Its name, at most 256 lower-case letters, digits and `-_./`, the same only once in a registry, as in `team/web`.
    /// Default: made from stack and resource.
    #[input(name = 256, lower_case, replace, cloud = "RepositoryName")]
    pub name: Option<String>,
    /// Whether a tag can be given to another image. Default: MUTABLE.
    #[input(cloud = "ImageTagMutability")]
    pub tag_mutability: Option<Mutability>,
    /// Which tags are excluded from that, five at most, where `*` stands for any text.
    #[input(cloud = "ImageTagMutabilityExclusionFilters", unlike_cloud = "the only type of filter is that with wildcards")]
    pub tag_exclusions: Option<Vec<String>>,
    /// Whether an image is looked through for known weaknesses when it is pushed. Default: false.
    #[input(cloud = "ImageScanningConfiguration/ScanOnPush")]
    pub scan_on_push: Option<bool>,
    /// How images are encrypted. Default: with S3's key.
    #[input(cloud = "EncryptionConfiguration")]
    pub encryption: Option<Encryption>,
    /// Which images are deleted by themselves, as ECR's lifecycle policies say it. `{}` removes it. Default: none are.
    #[input(cloud = "LifecyclePolicy/LifecyclePolicyText")]
    pub lifecycle_policy: Option<Json>,
    /// Who may do what with it, besides what the account's roles allow. One without statements removes it. Default: nobody.
    #[input(cloud = "RepositoryPolicyText")]
    pub policy: Option<PolicyDocument>,
    /// Whether deleting it deletes the images in it too. Without it, AWS refuses to delete one that has images. It is kept
    /// as a tag of the engine's, so that it holds when the program has no such resource any more. Default: false.
    #[input(cloud = "EmptyOnDelete")]
    pub force_delete: Option<bool>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`Repository`]; its name is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Repository)]
pub struct RepositoryOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
    /// What images in it are called, as in `123456789012.dkr.ecr.us-east-1.amazonaws.com/team/web`.
    #[output(stable)]
    pub uri: String,
    /// The id of the registry, which is the account's number.
    #[output(stable)]
    pub registry_id: String,
}
