//! The lifecycle of a certificate.

use aws_sdk_acm::Client;
use aws_sdk_acm::types as sdk;
use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
use infra_core::Tags;

use super::{Certificate, CertificateArn, CertificateInputs, CertificateOutputs, KeyAlgorithm, ValidationMethod, ValidationRecord};
use crate::sdk::{failed, some_list, tags, told};

impl Lifecycle for Certificate {
    type Client = Client;
    const SERVICE: &'static str = "acm";
    // A certificate is described by itself.
    const PAGE: usize = 1;

    async fn read(client: &Client, ids: &[CertificateArn]) -> Result<Vec<Observed<Certificate>>, ProviderError> {
        Self::look(client, &Asked::whole_of(ids)).await
    }

    async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<Certificate>>, ProviderError> {
        let mut all = Vec::new();
        for asked in objects {
            let Some(detail) = describe(client, asked.id()).await? else { continue };
            let tags = match told(asked.wants("tags"), tags_of(client, asked.id())).await? {
                Some(None) => continue,
                tags => tags.flatten().map(|tags| tags::of_program(pairs(&tags))),
            };
            all.push(observed(&CertificateArn::new(asked.id()), &detail, tags));
        }
        Ok(all)
    }

    async fn create(client: &Client, want: &CertificateInputs, new: Creation<'_>) -> Result<CertificateArn, ProviderError> {
        let names = want.subject_alternative_names.as_deref().unwrap_or_default();
        if names.contains(&want.domain_name) {
            let message = "`subject_alternative_names` has `domain_name` itself, which is in the certificate anyway: leave it out";
            return Err(ProviderError::new(Class::Invalid, "RequestCertificate", message));
        }
        let option = |(domain, validation): (&String, &String)| {
            sdk::DomainValidationOption::builder().domain_name(domain).validation_domain(validation).build().map_err(incomplete)
        };
        let validation: Vec<_> = want.validation_domains.iter().flatten().map(option).collect::<Result<_, _>>()?;
        let options =
            want.exportable.map(|on| sdk::CertificateOptions::builder().export(if on { "ENABLED" } else { "DISABLED" }.into()).build());
        let call = client
            .request_certificate()
            .domain_name(&want.domain_name)
            .set_subject_alternative_names(some_list(names.iter().cloned()))
            .set_validation_method(want.validation_method.map(|method| method.as_str().into()))
            .set_domain_validation_options((!validation.is_empty()).then_some(validation))
            .set_key_algorithm(want.key_algorithm.map(|algorithm| algorithm.as_str().into()))
            .set_certificate_authority_arn(want.certificate_authority.clone())
            .set_options(options)
            // It takes letters, digits and underscores.
            .idempotency_token(new.token.replace('-', "_"))
            .set_tags(Some(to_sdk(new.tags)?));
        let answer = call.send().await.map_err(failed("RequestCertificate"))?;
        Ok(CertificateArn::new(answer.certificate_arn().unwrap_or_default()))
    }

    async fn update(client: &Client, id: &CertificateArn, have: &CertificateInputs, want: &CertificateInputs) -> Result<(), ProviderError> {
        let (set, unset) = tags::changes(have.tags.as_ref(), want.tags.as_ref());
        if !unset.is_empty() {
            let keys = unset.into_iter().map(|key| sdk::Tag::builder().key(key).build().map_err(incomplete));
            let keys = keys.collect::<Result<_, _>>()?;
            let call = client.remove_tags_from_certificate().certificate_arn(id.as_str()).set_tags(Some(keys));
            call.send().await.map_err(failed("RemoveTagsFromCertificate"))?;
        }
        if !set.is_empty() {
            add_tags(client, id.as_str(), &set).await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &CertificateArn) -> Result<(), ProviderError> {
        let deleted = client.delete_certificate().certificate_arn(id.as_str()).send().await;
        gone_is_success(deleted.map(drop).map_err(failed("DeleteCertificate")))
    }

    async fn find(client: &Client, want: &CertificateInputs, new: Creation<'_>) -> Result<Option<CertificateArn>, ProviderError> {
        // Left alone, it lists those with the usual keys only.
        let keys =
            sdk::Filters::builder().set_key_types(Some(sdk::KeyAlgorithm::values().iter().map(|word| (*word).into()).collect())).build();
        let mut all = client.list_certificates().includes(keys).into_paginator().items().send();
        while let Some(summary) = all.next().await {
            let summary = summary.map_err(failed("ListCertificates"))?;
            let Some(arn) = summary.certificate_arn().filter(|_| summary.domain_name() == Some(&want.domain_name)) else { continue };
            if tags_of(client, arn).await?.is_some_and(|all| tags::has_token(pairs(&all), new.token)) {
                return Ok(Some(CertificateArn::new(arn)));
            }
        }
        Ok(None)
    }
}

/// What ACM says of a certificate; nothing where it is gone.
pub(in crate::acm) async fn describe(client: &Client, arn: &str) -> Result<Option<sdk::CertificateDetail>, ProviderError> {
    match client.describe_certificate().certificate_arn(arn).send().await.map_err(failed("DescribeCertificate")) {
        Ok(answer) => Ok(answer.certificate),
        // What is no ARN cannot be one of a certificate.
        Err(error) if error.class == Class::NotFound || !arn.starts_with("arn:") => Ok(None),
        Err(error) => Err(error),
    }
}

/// All tags of a certificate; nothing where it is gone.
pub(in crate::acm) async fn tags_of(client: &Client, arn: &str) -> Result<Option<Vec<sdk::Tag>>, ProviderError> {
    match client.list_tags_for_certificate().certificate_arn(arn).send().await.map_err(failed("ListTagsForCertificate")) {
        Ok(answer) => Ok(Some(answer.tags.unwrap_or_default())),
        Err(error) if error.class == Class::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(in crate::acm) async fn add_tags(client: &Client, arn: &str, tags: &Tags) -> Result<(), ProviderError> {
    let call = client.add_tags_to_certificate().certificate_arn(arn).set_tags(Some(to_sdk(tags)?));
    call.send().await.map(drop).map_err(failed("AddTagsToCertificate"))
}

pub(in crate::acm) fn pairs(tags: &[sdk::Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|tag| (tag.key(), tag.value().unwrap_or_default()))
}

fn to_sdk(tags: &Tags) -> Result<Vec<sdk::Tag>, ProviderError> {
    tags.iter().map(|(key, value)| sdk::Tag::builder().key(key).value(value).build().map_err(incomplete)).collect()
}

pub(in crate::acm) fn incomplete(error: impl std::fmt::Display) -> ProviderError {
    ProviderError::new(Class::Invalid, "write the call", error.to_string())
}

/// Why a certificate will never be, if it will not.
pub(in crate::acm) fn hopeless(detail: &sdk::CertificateDetail) -> Option<String> {
    use sdk::CertificateStatus as Status;
    let status = detail.status()?;
    let why = detail.failure_reason().map_or(status.as_str(), |reason| reason.as_str());
    let over = matches!(status, Status::Expired | Status::Failed | Status::Revoked | Status::ValidationTimedOut);
    over.then(|| if why == status.as_str() { why.to_owned() } else { format!("{}: {why}", status.as_str()) })
}

fn observed(id: &CertificateArn, detail: &sdk::CertificateDetail, tags: Option<Tags>) -> Observed<Certificate> {
    let domain = detail.domain_name().unwrap_or_default();
    let validations = detail.domain_validation_options();
    let method = validations.iter().find_map(|validation| validation.validation_method());
    let method = method.and_then(|method| ValidationMethod::from_word(method.as_str()));
    let record = |validation: &sdk::DomainValidation| {
        let record = validation.resource_record()?;
        let record = ValidationRecord {
            name: record.name().trim_end_matches('.').to_owned(),
            record_type: record.r#type().as_str().to_owned(),
            value: record.value().to_owned(),
        };
        Some((validation.domain_name().to_owned(), record))
    };
    // ACM needs some seconds to make them up, and what uses them needs them all.
    let waits = detail.certificate_authority_arn().is_none()
        && match method {
            Some(ValidationMethod::Dns) => validations.iter().any(|validation| validation.resource_record().is_none()),
            Some(_) => false,
            None => detail.status() == Some(&sdk::CertificateStatus::PendingValidation),
        };
    let options = detail.options();
    Observed {
        id: id.clone(),
        inputs: CertificateInputs {
            domain_name: domain.to_owned(),
            subject_alternative_names: some_list(detail.subject_alternative_names().iter().filter(|name| *name != domain).cloned()),
            validation_method: method,
            validation_domains: Some(
                validations
                    .iter()
                    .filter_map(|validation| Some((validation.domain_name().to_owned(), validation.validation_domain()?.to_owned())))
                    .collect(),
            ),
            // It is asked for as `RSA_2048` and told as `RSA-2048`.
            key_algorithm: detail.key_algorithm().and_then(|algorithm| KeyAlgorithm::from_word(&algorithm.as_str().replace('-', "_"))),
            certificate_authority: detail.certificate_authority_arn().map(str::to_owned),
            exportable: Some(options.and_then(|options| options.export()) == Some(&sdk::CertificateExport::Enabled)),
            tags,
        },
        outputs: CertificateOutputs { validation_records: validations.iter().filter_map(record).collect() },
        condition: match hopeless(detail) {
            Some(why) => Condition::Failed(why),
            None if waits => Condition::Pending("without its validation records".to_owned()),
            None => Condition::Ready,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(record: bool) -> sdk::CertificateDetail {
        let record = record.then(|| {
            sdk::ResourceRecord::builder().name("_a.example.com.").r#type(sdk::RecordType::Cname).value("_b.aws.").build().unwrap()
        });
        let validation = sdk::DomainValidation::builder()
            .domain_name("example.com")
            .validation_method(sdk::ValidationMethod::Dns)
            .set_resource_record(record)
            .build();
        sdk::CertificateDetail::builder()
            .domain_name("example.com")
            .subject_alternative_names("example.com")
            .subject_alternative_names("www.example.com")
            .key_algorithm("RSA-2048".into())
            .status(sdk::CertificateStatus::PendingValidation)
            .domain_validation_options(validation.unwrap())
            .build()
    }

    #[test]
    fn a_certificate_is_there_when_its_records_are_known_and_not_only_when_it_is_issued() {
        let id = CertificateArn::new("arn:aws:acm:us-east-1:1:certificate/1");
        assert!(matches!(observed(&id, &detail(false), None).condition, Condition::Pending(_)));
        let there = observed(&id, &detail(true), None);
        assert_eq!(there.condition, Condition::Ready);
        assert_eq!(there.outputs.validation_records["example.com"].name, "_a.example.com");
        assert_eq!(there.inputs.subject_alternative_names, Some(vec!["www.example.com".to_owned()]));
        assert_eq!(there.inputs.key_algorithm, Some(KeyAlgorithm::Rsa2048));
    }

    #[test]
    fn a_certificate_that_will_never_be_issued_has_failed_with_the_reason() {
        let failed = sdk::CertificateDetail::builder().status(sdk::CertificateStatus::Failed).failure_reason(sdk::FailureReason::CaaError);
        assert_eq!(hopeless(&failed.build()).as_deref(), Some("FAILED: CAA_ERROR"));
        assert_eq!(hopeless(&detail(true)), None);
    }
}
