//! The wait for a certificate.

use infra_core::{Outputs, Resource};
use serde::{Deserialize, Serialize};

use super::CertificateArn;

/// That a certificate is issued: what refers to this one, in place of the certificate, waits until it is.
///
/// AWS has no such thing. It stands for the wait, after the records that the validation needs: let it depend on them. That
/// it was waited for is marked on the certificate, with a tag of the engine's, which is all that deleting it takes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = CertificateValidation, id = CertificateValidationArn, outputs = CertificateValidationOutputs,
    kind = "aws:acm/certificate-validation",
    unlike_cloud = "CloudFormation waits within the certificate, and cannot make records in between",
    iam(
        "acm:DescribeCertificate", "acm:ListTagsForCertificate",
        create("acm:AddTagsToCertificate"),
        delete("acm:RemoveTagsFromCertificate"),
    ),
)]
pub struct CertificateValidationInputs {
    /// The certificate that is waited for.
    #[input(replace)]
    pub certificate: CertificateArn,
}

/// What is said of a [`CertificateValidation`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = CertificateValidation)]
pub struct CertificateValidationOutputs {
    /// The certificate, which is issued.
    #[output(stable, reference)]
    pub certificate: CertificateArn,
}

#[cfg(feature = "acm")]
mod live {
    use aws_sdk_acm::Client;
    use aws_sdk_acm::types::{CertificateStatus, Tag};
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::{OWNERSHIP_PREFIX, Tags};

    use super::{
        CertificateArn, CertificateValidation, CertificateValidationArn, CertificateValidationInputs, CertificateValidationOutputs,
    };
    use crate::acm::certificate::live::{add_tags, describe, hopeless, incomplete, pairs, tags_of};
    use crate::sdk::failed;

    /// The tag on a certificate that is waited for; its value is the token of the step.
    fn mark() -> String {
        format!("{OWNERSHIP_PREFIX}awaited")
    }

    impl Lifecycle for CertificateValidation {
        type Client = Client;
        const SERVICE: &'static str = "acm";
        // A certificate is described by itself.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[CertificateValidationArn]) -> Result<Vec<Observed<CertificateValidation>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                if marked(client, id.as_str()).await?.is_none() {
                    continue;
                }
                let Some(detail) = describe(client, id.as_str()).await? else { continue };
                let certificate = CertificateArn::new(id.as_str());
                observed.push(Observed {
                    id: id.clone(),
                    inputs: CertificateValidationInputs { certificate: certificate.clone() },
                    outputs: CertificateValidationOutputs { certificate },
                    condition: match (hopeless(&detail), detail.status()) {
                        (Some(why), _) => Condition::Failed(why),
                        (None, Some(CertificateStatus::Issued)) => Condition::Ready,
                        (None, status) => Condition::Pending(status.map_or("not issued", |status| status.as_str()).to_owned()),
                    },
                });
            }
            Ok(observed)
        }

        async fn create(
            client: &Client,
            want: &CertificateValidationInputs,
            new: Creation<'_>,
        ) -> Result<CertificateValidationArn, ProviderError> {
            let arn = want.certificate.as_str();
            match marked(client, arn).await? {
                Some(token) if token != new.token => {
                    let message = format!("{arn} is waited for already: one wait is enough for all that need it");
                    return Err(ProviderError::new(Class::Exists, "AddTagsToCertificate", message));
                }
                Some(_) => {}
                None => add_tags(client, arn, &Tags::from([(mark(), new.token.to_owned())])).await?,
            }
            Ok(CertificateValidationArn::new(arn))
        }

        async fn update(
            _: &Client,
            _: &CertificateValidationArn,
            _: &CertificateValidationInputs,
            _: &CertificateValidationInputs,
        ) -> Result<(), ProviderError> {
            Ok(())
        }

        async fn delete(client: &Client, id: &CertificateValidationArn) -> Result<(), ProviderError> {
            let tag = Tag::builder().key(mark()).build().map_err(incomplete)?;
            let removed = client.remove_tags_from_certificate().certificate_arn(id.as_str()).tags(tag).send().await;
            gone_is_success(removed.map(drop).map_err(failed("RemoveTagsFromCertificate")))
        }

        async fn find(
            client: &Client,
            want: &CertificateValidationInputs,
            new: Creation<'_>,
        ) -> Result<Option<CertificateValidationArn>, ProviderError> {
            let token = marked(client, want.certificate.as_str()).await?;
            Ok(token.filter(|token| token == new.token).map(|_| CertificateValidationArn::new(want.certificate.as_str())))
        }
    }

    /// The token with which a certificate is marked, if it is.
    async fn marked(client: &Client, arn: &str) -> Result<Option<String>, ProviderError> {
        if !arn.starts_with("arn:") {
            return Ok(None);
        }
        let all = tags_of(client, arn).await?.unwrap_or_default();
        Ok(pairs(&all).find(|(key, _)| *key == mark()).map(|(_, token)| token.to_owned()))
    }
}
