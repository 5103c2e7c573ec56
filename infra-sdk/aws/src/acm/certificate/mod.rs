//! A certificate.

#[cfg(feature = "acm")]
pub(super) mod live;

use std::collections::BTreeMap;

use infra_core::{Block, Expr, Input, Output, Outputs, Resource, Tags, choices, ops};
use serde::{Deserialize, Serialize};

choices! {
    /// How one shows that a domain is one's own.
    pub enum ValidationMethod {
        /// By a record that ACM asks for: see [`CertificateOutputs::validation_records`]. It is renewed by itself.
        Dns = "DNS",
        /// By a link in a message to the domain's owners. Each renewal asks again.
        Email = "EMAIL",
        /// By a redirect that CloudFront makes.
        Http = "HTTP",
    }
}

choices! {
    /// The algorithm of the key.
    pub enum KeyAlgorithm {
        /// RSA with 1024 bits, of imported certificates only.
        Rsa1024 = "RSA_1024",
        /// RSA with 2048 bits.
        Rsa2048 = "RSA_2048",
        /// RSA with 3072 bits.
        Rsa3072 = "RSA_3072",
        /// RSA with 4096 bits.
        Rsa4096 = "RSA_4096",
        /// The elliptic curve P-256.
        EcPrime256v1 = "EC_prime256v1",
        /// The elliptic curve P-384.
        EcSecp384r1 = "EC_secp384r1",
        /// The elliptic curve P-521.
        EcSecp521r1 = "EC_secp521r1",
    }
}

/// A certificate for TLS, of ACM's or of a private authority.
///
/// It is there as soon as ACM has said how the domains are to be validated, which is not yet issued:
/// [`CertificateValidation`](super::CertificateValidation) is what waits for that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Certificate, id = CertificateArn, outputs = CertificateOutputs, kind = "aws:acm/certificate",
    cloud = "AWS::CertificateManager::Certificate",
    iam(
        "acm:DescribeCertificate", "acm:ListTagsForCertificate", "acm:ListCertificates",
        create("acm:RequestCertificate", "acm:AddTagsToCertificate"),
        update("acm:AddTagsToCertificate", "acm:RemoveTagsFromCertificate"),
        delete("acm:DeleteCertificate"),
    ),
    without(CertificateTransparencyLoggingPreference = "AWS does not let one opt out any more"),
)]
pub struct CertificateInputs {
    /// The domain, as in `www.example.com`, or `*.example.com` for all names right below one.
    #[input(replace)]
    pub domain_name: String,
    /// More domains, without that one.
    #[input(set, replace)]
    pub subject_alternative_names: Option<Vec<String>>,
    /// How one shows that the domains are one's own. Required but of a private authority's.
    #[input(replace, unlike_cloud = "the API has no call that changes it")]
    pub validation_method: Option<ValidationMethod>,
    /// To whom messages go, by domain, with EMAIL: the domain itself or one above it. Default: the domain itself.
    #[input(replace, filled, cloud = "DomainValidationOptions", unlike_cloud = "CloudFormation lists pairs of a domain and its domain")]
    pub validation_domains: Option<BTreeMap<String, String>>,
    /// The algorithm of the key. Default: RSA_2048.
    #[input(replace)]
    pub key_algorithm: Option<KeyAlgorithm>,
    /// The ARN of the private authority that issues it. Default: Amazon's public one.
    #[input(replace, cloud = "CertificateAuthorityArn")]
    pub certificate_authority: Option<String>,
    /// Whether it and its key can be taken out of ACM. Default: false.
    #[input(replace, cloud = "CertificateExport", unlike_cloud = "it is one of two words")]
    pub exportable: Option<bool>,
    /// Tags.
    pub tags: Option<Tags>,
}

// A load balancer's certificate may be one that was uploaded to IAM, or lives elsewhere.
impl Input<CertificateArn> for &str {
    fn into_expr(self) -> Expr {
        Expr::lit(self)
    }
}

impl Input<CertificateArn> for String {
    fn into_expr(self) -> Expr {
        Expr::lit(self.as_str())
    }
}

/// The record that shows that a domain is one's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ValidationRecord {
    /// Its name, as in `_3639ac514e785e898d2646601fa951d5.example.com`.
    pub name: String,
    /// Its type: `CNAME`.
    pub record_type: String,
    /// Its value, as in `_98d2646601fa.acm-validations.aws.`.
    pub value: String,
}

/// What AWS says of a [`Certificate`]; its ARN is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Certificate)]
pub struct CertificateOutputs {
    /// With DNS, the record of each domain. A domain and all names right below it share theirs.
    #[output(stable)]
    pub validation_records: BTreeMap<String, ValidationRecord>,
}

/// The parts of a [`ValidationRecord`] that is known only later.
#[derive(Clone, Debug)]
pub struct RecordOfValidation {
    /// Its name.
    pub name: Output<String>,
    /// Its value.
    pub value: Output<String>,
}

impl Certificate {
    /// The record that shows that one of its domains is one's own, for [`Record::validating`](crate::route53::Record::validating).
    pub fn validation_record(&self, domain: impl Input<String>) -> RecordOfValidation {
        let record = ops::field(self.validation_records(), domain).cast::<BTreeMap<String, String>>();
        RecordOfValidation { name: ops::field(record.clone(), "name"), value: ops::field(record, "value") }
    }
}
