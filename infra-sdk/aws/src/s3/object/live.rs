//! The life of an object.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Config;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::Tagging;
use aws_smithy_types::base64;
use aws_smithy_types::timeout::TimeoutConfig;
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
use infra_core::Tags;

use super::body::{Body, DIGEST, FORM, Files, body};
use super::{BucketObject, BucketObjectId, BucketObjectInputs, BucketObjectOutputs, ObjectEncryption, ObjectStorageClass};
use crate::kms::KeyArn;
use crate::s3::BucketName;
use crate::s3::call::built;
use crate::s3::tags;
use crate::sdk::{changes, differs, failed, tags::changes as tag_changes, there};

/// What the slowest way to S3 carries in a second, in bytes.
const SLOWEST: u64 = 128 * 1024;

impl Lifecycle for BucketObject {
    type Client = Files;
    const SERVICE: &'static str = "s3";
    // An object is told by itself; the list leaves out what its headers say.
    const PAGE: usize = 1;

    async fn read(files: &Files, ids: &[BucketObjectId]) -> Result<Vec<Observed<BucketObject>>, ProviderError> {
        let mut observed = Vec::new();
        for id in ids {
            let Some((bucket, key)) = id.parts() else { continue };
            observed.extend(observe(&files.s3, id, bucket, key).await?);
        }
        Ok(observed)
    }

    async fn create(files: &Files, want: &BucketObjectInputs, new: Creation<'_>) -> Result<BucketObjectId, ProviderError> {
        let body = body(files, want).await?;
        match put(&files.s3, want, body, new.tags, true).await {
            Ok(()) => Ok(BucketObjectId::of(&want.bucket, &want.key)),
            Err(error) if error.class == Class::Exists => Self::find(files, want, new).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn update(files: &Files, id: &BucketObjectId, have: &BucketObjectInputs, want: &BucketObjectInputs) -> Result<(), ProviderError> {
        let Some((bucket, key)) = id.parts() else { return Ok(()) };
        let (set, unset) = tag_changes(have.tags.as_ref(), want.tags.as_ref());
        // Where the file lies is no part of the object.
        let without = |inputs: &BucketObjectInputs| BucketObjectInputs { source: None, tags: None, ..inputs.clone() };
        let metadata = changes(have.metadata.as_ref(), want.metadata.as_ref());
        let rewritten = metadata || differs(&without(have), &without(want));
        if !rewritten && set.is_empty() && unset.is_empty() {
            return Ok(());
        }
        let mut tags = all_tags(&files.s3, bucket, key).await?;
        tags.retain(|key, _| !unset.contains(key));
        tags.extend(set);
        if rewritten {
            let whole = kept(have, want);
            let body = body(files, &whole).await?;
            return put(&files.s3, &whole, body, &tags, false).await;
        }
        let tagging = built(Tagging::builder().set_tag_set(Some(tags::to_sdk(&tags))).build(), "PutObjectTagging")?;
        let call = files.s3.put_object_tagging().bucket(bucket).key(key).tagging(tagging);
        call.send().await.map(drop).map_err(failed("PutObjectTagging"))
    }

    async fn delete(files: &Files, id: &BucketObjectId) -> Result<(), ProviderError> {
        let Some((bucket, key)) = id.parts() else { return Ok(()) };
        let deleted = files.s3.delete_object().bucket(bucket).key(key).send().await.map_err(failed("DeleteObject"));
        gone_is_success(deleted.map(drop))
    }

    async fn find(files: &Files, want: &BucketObjectInputs, new: Creation<'_>) -> Result<Option<BucketObjectId>, ProviderError> {
        let tags = there(all_tags(&files.s3, want.bucket.as_str(), &want.key).await)?.unwrap_or_default();
        Ok(tags::has_token(&tags, new.token).then(|| BucketObjectId::of(&want.bucket, &want.key)))
    }
}

async fn all_tags(client: &Client, bucket: &str, key: &str) -> Result<Tags, ProviderError> {
    let answer = client.get_object_tagging().bucket(bucket).key(key).send().await.map_err(failed("GetObjectTagging"))?;
    Ok(tags::all(answer.tag_set()))
}

async fn observe(client: &Client, id: &BucketObjectId, bucket: &str, key: &str) -> Result<Option<Observed<BucketObject>>, ProviderError> {
    let head = there(client.head_object().bucket(bucket).key(key).send().await.map_err(failed("HeadObject")))?;
    let Some(head) = head else { return Ok(None) };
    let Some(all) = there(all_tags(client, bucket, key).await)? else { return Ok(None) };
    let form = head.metadata().and_then(|metadata| metadata.get(FORM)).map(String::as_str);
    let content = match form {
        Some("text" | "base64") => {
            let Some(answer) = there(client.get_object().bucket(bucket).key(key).send().await.map_err(failed("GetObject")))? else {
                return Ok(None);
            };
            let broken = |error: aws_smithy_types::byte_stream::error::Error| {
                ProviderError::new(Class::Unavailable, "GetObject", format!("the content came to an early end: {error}"))
            };
            Some(answer.body.collect().await.map_err(broken)?.into_bytes())
        }
        _ => None,
    };
    let text = content.as_ref().filter(|_| form == Some("text")).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let encoded = content.as_ref().filter(|_| form == Some("base64")).map(base64::encode);
    let outputs = BucketObjectOutputs {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        e_tag: head.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
        version_id: head.version_id().filter(|id| *id != "null").unwrap_or_default().to_owned(),
    };
    let inputs = BucketObjectInputs {
        bucket: BucketName::new(bucket),
        key: key.to_owned(),
        content: text,
        content_base64: encoded,
        source: None,
        tags: Some(tags::of_program(&all)),
        ..told(&head)
    };
    Ok(Some(Observed { id: id.clone(), inputs, outputs, condition: Condition::Ready }))
}

/// What the headers of an object tell.
fn told(head: &HeadObjectOutput) -> BucketObjectInputs {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let none = HashMap::new();
    let metadata = head.metadata().unwrap_or(&none);
    let own = metadata.iter().filter(|(key, _)| !key.starts_with("infra-"));
    let own: BTreeMap<_, _> = own.map(|(key, value)| (key.clone(), value.clone())).collect();
    BucketObjectInputs {
        bucket: BucketName::new(""),
        key: String::new(),
        content: None,
        content_base64: None,
        source: None,
        source_digest: metadata.get(DIGEST).cloned(),
        content_type: text(head.content_type()),
        content_encoding: text(head.content_encoding()),
        content_language: text(head.content_language()),
        content_disposition: text(head.content_disposition()),
        cache_control: text(head.cache_control()),
        website_redirect: text(head.website_redirect_location()),
        metadata: Some(own),
        // The standard class is told as nothing.
        storage_class: Some(
            head.storage_class().and_then(|class| ObjectStorageClass::from_word(class.as_str())).unwrap_or(ObjectStorageClass::Standard),
        ),
        encryption: head.server_side_encryption().and_then(|word| ObjectEncryption::from_word(word.as_str())),
        kms_key: head.ssekms_key_id().map(KeyArn::new),
        bucket_key: Some(head.bucket_key_enabled().unwrap_or_default()),
        tags: None,
    }
}

/// What is to be written: what is wanted, and what is silent in it as it is. What is in the object is wanted as a whole.
fn kept(have: &BucketObjectInputs, want: &BucketObjectInputs) -> BucketObjectInputs {
    let text = |want: &Option<String>, have: &Option<String>| want.clone().or_else(|| have.clone());
    let says = want.content.is_some() || want.content_base64.is_some() || want.source.is_some();
    let content = if says { want } else { have };
    BucketObjectInputs {
        bucket: want.bucket.clone(),
        key: want.key.clone(),
        content: content.content.clone(),
        content_base64: content.content_base64.clone(),
        source: content.source.clone(),
        source_digest: content.source_digest.clone(),
        content_type: text(&want.content_type, &have.content_type),
        content_encoding: text(&want.content_encoding, &have.content_encoding),
        content_language: text(&want.content_language, &have.content_language),
        content_disposition: text(&want.content_disposition, &have.content_disposition),
        cache_control: text(&want.cache_control, &have.cache_control),
        website_redirect: text(&want.website_redirect, &have.website_redirect),
        metadata: want.metadata.clone().or_else(|| have.metadata.clone()),
        storage_class: want.storage_class.or(have.storage_class),
        encryption: want.encryption.or(have.encryption),
        // A key goes with its algorithm.
        kms_key: want.kms_key.clone().or_else(|| have.kms_key.clone().filter(|_| want.encryption.is_none())),
        bucket_key: want.bucket_key.or(have.bucket_key),
        tags: None,
    }
}

/// Writes an object; `new` where there must be none.
async fn put(client: &Client, want: &BucketObjectInputs, body: Body, tags: &Tags, new: bool) -> Result<(), ProviderError> {
    let metadata = want.metadata.iter().flatten().map(|(key, value)| (key.clone(), value.clone()));
    let form = (FORM.to_owned(), body.form.to_owned());
    let digest = want.source_digest.iter().map(|digest| (DIGEST.to_owned(), digest.clone()));
    // An empty text is how one asks for a header to go.
    let header = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let encryption = want.encryption.map(|word| word.as_str().into());
    let call = client
        .put_object()
        .bucket(want.bucket.as_str())
        .key(&want.key)
        .set_metadata(Some(metadata.chain([form]).chain(digest).collect()))
        .set_content_type(header(&want.content_type))
        .set_content_encoding(header(&want.content_encoding))
        .set_content_language(header(&want.content_language))
        .set_content_disposition(header(&want.content_disposition))
        .set_cache_control(header(&want.cache_control))
        .set_website_redirect_location(header(&want.website_redirect))
        .set_storage_class(want.storage_class.map(|class| class.as_str().into()))
        .set_server_side_encryption(encryption)
        .set_ssekms_key_id(want.kms_key.as_ref().map(ToString::to_string))
        .set_bucket_key_enabled(want.bucket_key.filter(|on| *on))
        .set_checksum_sha256(body.digest.map(base64::encode))
        .set_if_none_match(new.then(|| "*".to_owned()))
        .tagging(query(tags))
        .body(body.stream);
    // What is large takes longer than a call may, and how long depends on the way to S3.
    let timeout = Duration::from_secs(60 + body.length / SLOWEST);
    let patient = Config::builder().timeout_config(TimeoutConfig::builder().operation_attempt_timeout(timeout).build());
    call.customize().config_override(patient).send().await.map(drop).map_err(|error| {
        let error = failed("PutObject")(error);
        let error = error.class_if(Class::Exists, |error| error.is_code("PreconditionFailed"));
        error.class_if(Class::InUse, |error| error.is_code("ConditionalRequestConflict"))
    })
}

/// Tags as a query, the form that the header takes.
fn query(tags: &Tags) -> String {
    let encoded = |text: &str| -> String {
        let byte = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pairs: Vec<String> = tags.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_written_so_that_any_text_survives_the_header() {
        let tags = Tags::from([("infra:stack".into(), "a&b=ü c".into()), ("n".into(), "1".into())]);
        assert_eq!(query(&tags), "infra%3Astack=a%26b%3D%C3%BC%20c&n=1");
    }

    #[test]
    fn a_change_of_a_header_keeps_the_content_and_a_new_algorithm_drops_the_key_of_the_old() {
        let head = HeadObjectOutput::builder().content_type("text/plain").ssekms_key_id("arn:key").build();
        let have = BucketObjectInputs { content: Some("a".into()), encryption: Some(ObjectEncryption::Kms), ..told(&head) };
        let none = told(&HeadObjectOutput::builder().build());
        let want = BucketObjectInputs { cache_control: Some("no-store".into()), ..none.clone() };
        let whole = kept(&have, &want);
        assert_eq!((whole.content.as_deref(), whole.content_type.as_deref()), (Some("a"), Some("text/plain")));
        assert_eq!(whole.kms_key, Some(KeyArn::new("arn:key")));
        let plain = kept(&have, &BucketObjectInputs { encryption: Some(ObjectEncryption::Aes256), ..none });
        assert_eq!(plain.kms_key, None);
    }
}
