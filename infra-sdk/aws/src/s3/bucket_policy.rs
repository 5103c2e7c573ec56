//! The policy of a bucket.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

use super::BucketName;
use crate::iam::PolicyDocument;

/// Who may do what with a bucket and what lies in it. A bucket has one at most.
///
/// Principals are named by ARN, as AWS tells them: `arn:aws:iam::123456789012:root` and not the account's number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = BucketPolicy, id = BucketPolicyId, outputs = NoOutputs, kind = "aws:s3/bucket-policy", cloud = "AWS::S3::BucketPolicy",
    iam("s3:GetBucketPolicy", create("s3:PutBucketPolicy"), update("s3:PutBucketPolicy"), delete("s3:DeleteBucketPolicy")),
    unique(bucket),
)]
pub struct BucketPolicyInputs {
    /// The bucket.
    #[input(replace)]
    pub bucket: BucketName,
    /// What it allows and denies.
    #[input(cloud = "PolicyDocument")]
    pub document: PolicyDocument,
}

#[cfg(feature = "s3")]
mod live {
    use aws_sdk_s3::Client;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::NoOutputs;

    use super::{BucketPolicy, BucketPolicyId, BucketPolicyInputs};
    use crate::iam::PolicyDocument;
    use crate::s3::BucketName;
    use crate::sdk::{failed, there};

    impl Lifecycle for BucketPolicy {
        type Client = Client;
        const SERVICE: &'static str = "s3";
        // A bucket's policy is told by itself.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[BucketPolicyId]) -> Result<Vec<Observed<BucketPolicy>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                let Some(document) = document(client, id.as_str()).await? else { continue };
                let inputs = BucketPolicyInputs { bucket: BucketName::new(id.as_str()), document };
                observed.push(Observed { id: id.clone(), inputs, outputs: NoOutputs {}, condition: Condition::Ready });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &BucketPolicyInputs, new: Creation<'_>) -> Result<BucketPolicyId, ProviderError> {
            // A policy takes the place of another, whose it ever is.
            if document(client, want.bucket.as_str()).await?.is_some() {
                let taken = || ProviderError::new(Class::Exists, "PutBucketPolicy", format!("`{}` has a policy already", want.bucket));
                return Self::find(client, want, new).await?.ok_or_else(taken);
            }
            put(client, want.bucket.as_str(), &want.document).await?;
            Ok(BucketPolicyId::new(want.bucket.as_str()))
        }

        async fn update(
            client: &Client,
            id: &BucketPolicyId,
            have: &BucketPolicyInputs,
            want: &BucketPolicyInputs,
        ) -> Result<(), ProviderError> {
            if have.document == want.document {
                return Ok(());
            }
            put(client, id.as_str(), &want.document).await
        }

        async fn delete(client: &Client, id: &BucketPolicyId) -> Result<(), ProviderError> {
            let deleted = client.delete_bucket_policy().bucket(id.as_str()).send().await.map_err(failed("DeleteBucketPolicy"));
            gone_is_success(deleted.map(drop))
        }

        async fn find(client: &Client, want: &BucketPolicyInputs, _: Creation<'_>) -> Result<Option<BucketPolicyId>, ProviderError> {
            let found = document(client, want.bucket.as_str()).await?;
            Ok(found.filter(|found| *found == want.document).map(|_| BucketPolicyId::new(want.bucket.as_str())))
        }
    }

    async fn document(client: &Client, bucket: &str) -> Result<Option<PolicyDocument>, ProviderError> {
        let answer = there(client.get_bucket_policy().bucket(bucket).send().await.map_err(failed("GetBucketPolicy")))?;
        Ok(answer.and_then(|answer| answer.policy).map(|text| PolicyDocument::from_answer(&text)))
    }

    async fn put(client: &Client, bucket: &str, document: &PolicyDocument) -> Result<(), ProviderError> {
        let call = client.put_bucket_policy().bucket(bucket).policy(document.to_string());
        // A role that was just made is no principal yet.
        let not_yet = |error: ProviderError| {
            error.class_if(Class::NotYet, |error| error.is_code("MalformedPolicy") && error.message.contains("Invalid principal"))
        };
        call.send().await.map(drop).map_err(|error| not_yet(failed("PutBucketPolicy")(error)))
    }
}
