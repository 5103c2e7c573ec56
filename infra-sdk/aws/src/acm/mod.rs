//! Certificates for TLS.

mod certificate;
mod validation;

pub use certificate::{
    Certificate, CertificateArn, CertificateInputs, CertificateOutputs, KeyAlgorithm, RecordOfValidation, ValidationMethod,
    ValidationRecord,
};
pub use validation::{CertificateValidation, CertificateValidationArn, CertificateValidationInputs, CertificateValidationOutputs};

crate::resources!("acm", aws_sdk_acm::Client: Certificate, CertificateValidation);
