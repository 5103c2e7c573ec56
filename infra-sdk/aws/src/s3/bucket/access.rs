//! Who may use a bucket, besides its policy.

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// Who owns the objects that other accounts put into a bucket, and whether access control lists count.
    pub enum ObjectOwnership {
        /// The bucket's owner; lists do not count.
        BucketOwnerEnforced = "BucketOwnerEnforced",
        /// The bucket's owner where the object's list says so; lists count.
        BucketOwnerPreferred = "BucketOwnerPreferred",
        /// Who put it there; lists count.
        ObjectWriter = "ObjectWriter",
    }
}

choices! {
    /// Access control lists that S3 has words for.
    pub enum BucketAcl {
        /// Its owner may do all, nobody else anything.
        Private = "Private",
        /// Everybody may list it.
        PublicRead = "PublicRead",
        /// Everybody may list it and put and delete objects.
        PublicReadWrite = "PublicReadWrite",
        /// Everybody with an AWS account may list it.
        AuthenticatedRead = "AuthenticatedRead",
        /// S3 may put the logs of other buckets into it.
        LogDeliveryWrite = "LogDeliveryWrite",
    }
}

/// What of a bucket can never be public, whatever policies and access control lists say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PublicAccessBlock {
    /// Whether lists that make it or its objects public are refused. Default: false.
    pub block_public_acls: Option<bool>,
    /// Whether policies that make it public are refused. Default: false.
    pub block_public_policy: Option<bool>,
    /// Whether lists that make it or its objects public mean nothing. Default: false.
    pub ignore_public_acls: Option<bool>,
    /// Whether only its own account and AWS's services may use it while its policy is public. Default: false.
    pub restrict_public_buckets: Option<bool>,
}

impl PublicAccessBlock {
    /// Nothing of it can be public.
    pub fn all() -> PublicAccessBlockBuilder {
        PublicAccessBlock::every(true)
    }

    /// Policies and lists decide.
    pub fn nothing() -> PublicAccessBlockBuilder {
        PublicAccessBlock::every(false)
    }

    fn every(on: bool) -> PublicAccessBlockBuilder {
        PublicAccessBlock::new().block_public_acls(on).block_public_policy(on).ignore_public_acls(on).restrict_public_buckets(on)
    }
}

#[cfg(feature = "s3")]
pub(super) mod live {
    use aws_sdk_s3::operation::get_bucket_acl::GetBucketAclOutput;
    use aws_sdk_s3::types::{BucketCannedAcl, Grant, Permission, PublicAccessBlockConfiguration};

    use super::{BucketAcl, PublicAccessBlock};

    const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
    const ACCOUNTS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    const LOGS: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

    pub(in super::super) fn block_from_sdk(sdk: Option<&PublicAccessBlockConfiguration>) -> PublicAccessBlock {
        let is = |flag: fn(&PublicAccessBlockConfiguration) -> Option<bool>| Some(sdk.and_then(flag).unwrap_or_default());
        PublicAccessBlock {
            block_public_acls: is(PublicAccessBlockConfiguration::block_public_acls),
            block_public_policy: is(PublicAccessBlockConfiguration::block_public_policy),
            ignore_public_acls: is(PublicAccessBlockConfiguration::ignore_public_acls),
            restrict_public_buckets: is(PublicAccessBlockConfiguration::restrict_public_buckets),
        }
    }

    /// A block as it is wanted; what it leaves out stays as it is.
    pub(in super::super) fn block_to_sdk(have: Option<&PublicAccessBlock>, want: &PublicAccessBlock) -> PublicAccessBlockConfiguration {
        let either = |flag: fn(&PublicAccessBlock) -> Option<bool>| flag(want).or_else(|| have.and_then(flag));
        PublicAccessBlockConfiguration::builder()
            .set_block_public_acls(either(|block| block.block_public_acls))
            .set_block_public_policy(either(|block| block.block_public_policy))
            .set_ignore_public_acls(either(|block| block.ignore_public_acls))
            .set_restrict_public_buckets(either(|block| block.restrict_public_buckets))
            .build()
    }

    /// The word for a list of grants; none where S3 has none for it.
    pub(in super::super) fn acl_from_sdk(acl: &GetBucketAclOutput) -> Option<BucketAcl> {
        let owner = acl.owner().and_then(|owner| owner.id());
        let mut others: Vec<(&str, &str)> = Vec::new();
        for grant in acl.grants() {
            let permission = grant.permission().map(Permission::as_str).unwrap_or_default();
            match group(grant) {
                Some(group) => others.push((group, permission)),
                None if permission == "FULL_CONTROL" && grant.grantee().and_then(|grantee| grantee.id()) == owner => {}
                None => return None,
            }
        }
        others.sort_unstable();
        match others.as_slice() {
            [] => Some(BucketAcl::Private),
            [(EVERYBODY, "READ")] => Some(BucketAcl::PublicRead),
            [(EVERYBODY, "READ"), (EVERYBODY, "WRITE")] => Some(BucketAcl::PublicReadWrite),
            [(ACCOUNTS, "READ")] => Some(BucketAcl::AuthenticatedRead),
            [(LOGS, "READ_ACP"), (LOGS, "WRITE")] => Some(BucketAcl::LogDeliveryWrite),
            _ => None,
        }
    }

    fn group(grant: &Grant) -> Option<&str> {
        grant.grantee().and_then(|grantee| grantee.uri())
    }

    pub(in super::super) fn acl_to_sdk(acl: BucketAcl) -> BucketCannedAcl {
        BucketCannedAcl::from(match acl {
            BucketAcl::Private => "private",
            BucketAcl::PublicRead => "public-read",
            BucketAcl::PublicReadWrite => "public-read-write",
            BucketAcl::AuthenticatedRead => "authenticated-read",
            BucketAcl::LogDeliveryWrite => "log-delivery-write",
        })
    }
}
