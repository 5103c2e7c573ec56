//! The life of a bucket.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, Delete, ObjectIdentifier};
use infra_apply::{Asked, Class, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

use super::read::{self, FORCE_DESTROY};
use super::{Bucket, BucketInputs, BucketName, update};
use crate::s3::call::built;
use crate::s3::tags;
use crate::sdk::{failed, named, there};

/// The region in which a bucket's place is not said, and in which making one that one has already succeeds.
const FIRST_REGION: &str = "us-east-1";

impl Lifecycle for Bucket {
    type Client = Client;
    const SERVICE: &'static str = "s3";
    // A bucket is told by itself; the list has names only.
    const PAGE: usize = 1;

    async fn read(client: &Client, ids: &[BucketName]) -> Result<Vec<Observed<Bucket>>, ProviderError> {
        Self::look(client, &Asked::whole_of(ids)).await
    }

    async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<Bucket>>, ProviderError> {
        let mut observed = Vec::new();
        for asked in objects {
            observed.extend(read::read(client, asked).await?);
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &BucketInputs, new: Creation<'_>) -> Result<BucketName, ProviderError> {
        let name = named(want.name.as_ref(), "CreateBucket")?;
        let region = client.config().region().map(ToString::to_string).unwrap_or_default();
        if region == FIRST_REGION && exists(client, name).await? {
            let taken = || ProviderError::new(Class::Exists, "CreateBucket", format!("there is a bucket `{name}` already"));
            return Self::find(client, want, new).await?.ok_or_else(taken);
        }
        let force = update::force_destroy(want);
        let configuration = CreateBucketConfiguration::builder()
            .set_location_constraint((region != FIRST_REGION).then(|| BucketLocationConstraint::from(region.as_str())))
            .set_tags(Some(tags::to_sdk(new.tags.iter().chain(&force))));
        let call = client
            .create_bucket()
            .bucket(name)
            .create_bucket_configuration(configuration.build())
            .set_bucket_namespace(want.bucket_namespace.map(|word| word.as_str().into()))
            .set_object_ownership(want.object_ownership.map(|word| word.as_str().into()))
            .set_object_lock_enabled_for_bucket(want.object_lock.filter(|lock| *lock));
        match call.send().await.map_err(failed("CreateBucket")) {
            Ok(_) => Ok(BucketName::new(name)),
            Err(error) if error.is_code("BucketAlreadyOwnedByYou") => {
                let taken = error.class_if(Class::Exists, |_| true);
                Self::find(client, want, new).await?.ok_or(taken)
            }
            Err(error) => Err(error),
        }
    }

    async fn update(client: &Client, id: &BucketName, have: &BucketInputs, want: &BucketInputs) -> Result<(), ProviderError> {
        update::update(client, id.as_str(), have, want).await
    }

    async fn delete(client: &Client, id: &BucketName) -> Result<(), ProviderError> {
        let name = id.as_str();
        let deleted = client.delete_bucket().bucket(name).send().await.map(drop).map_err(failed("DeleteBucket"));
        match gone_is_success(deleted) {
            Err(error) if error.is_code("BucketNotEmpty") => {}
            other => return other,
        }
        if tags::of_bucket(client, name).await?.get(FORCE_DESTROY).is_none_or(|value| value != "true") {
            let words = "the bucket is not empty: empty it, or set its `force_destroy` and deploy that before";
            return Err(ProviderError::new(Class::Invalid, "DeleteBucket", words));
        }
        empty(client, name).await?;
        // Somebody may go on writing; then it is emptied again.
        let not_empty = |error: ProviderError| error.class_if(Class::InUse, |error| error.is_code("BucketNotEmpty"));
        gone_is_success(
            client.delete_bucket().bucket(name).send().await.map(drop).map_err(|error| not_empty(failed("DeleteBucket")(error))),
        )
    }

    async fn find(client: &Client, want: &BucketInputs, new: Creation<'_>) -> Result<Option<BucketName>, ProviderError> {
        let name = named(want.name.as_ref(), "GetBucketTagging")?;
        let ours = tags::has_token(&tags::of_bucket(client, name).await?, new.token);
        Ok(ours.then(|| BucketName::new(name)))
    }
}

/// Whether there is a bucket of that name in this account. Of another's, S3 says so itself when it is made.
async fn exists(client: &Client, name: &str) -> Result<bool, ProviderError> {
    match there(client.head_bucket().bucket(name).send().await.map_err(failed("HeadBucket"))) {
        Err(error) if error.class == Class::Denied => Ok(false),
        other => Ok(other?.is_some()),
    }
}

/// Deletes all that lies in a bucket: every version of every object, and what hides deleted ones.
async fn empty(client: &Client, bucket: &str) -> Result<(), ProviderError> {
    loop {
        // What is listed is deleted, so the next list begins at the beginning too.
        let answer = client.list_object_versions().bucket(bucket).send().await.map_err(failed("ListObjectVersions"))?;
        let versions = answer.versions().iter().map(|version| (version.key(), version.version_id()));
        let markers = answer.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
        let mut objects = Vec::new();
        for (key, version) in versions.chain(markers) {
            let object = ObjectIdentifier::builder().key(key.unwrap_or_default()).set_version_id(version.map(str::to_owned));
            objects.push(built(object.build(), "DeleteObjects")?);
        }
        if objects.is_empty() {
            return Ok(());
        }
        let delete = built(Delete::builder().set_objects(Some(objects)).quiet(true).build(), "DeleteObjects")?;
        let answer = client.delete_objects().bucket(bucket).delete(delete).send().await.map_err(failed("DeleteObjects"))?;
        if let Some(error) = answer.errors().first() {
            let words = format!("`{}` stays: {}", error.key().unwrap_or_default(), error.message().unwrap_or_default());
            let class = if error.code() == Some("AccessDenied") { Class::Denied } else { Class::Other };
            return Err(ProviderError::new(class, "DeleteObjects", words));
        }
    }
}
