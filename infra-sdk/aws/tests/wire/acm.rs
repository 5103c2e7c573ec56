//! Certificates, and the wait for them.

use infra_aws::acm::{Certificate, CertificateArn, CertificateValidation, KeyAlgorithm, ValidationMethod};

use crate::conformance::{change, make};

#[test]
fn a_certificate_tells_the_records_that_validate_it_and_is_waited_for_until_it_is_issued() {
    let certificate = || {
        let certificate = Certificate::new("c").domain_name("wire.example.com").validation_method(ValidationMethod::Dns);
        certificate.subject_alternative_names(["www.wire.example.com"]).key_algorithm(KeyAlgorithm::Rsa2048)
    };
    let made = make::<Certificate>(|stack| drop(certificate().tags([("Name", "web"), ("Old", "1")]).add(stack)));
    change(&made, |stack| drop(certificate().tags([("Name", "other"), ("New", "2")]).add(stack)));
    let outputs = made.read().outputs.reveal();
    let record = &outputs["validation_records"]["wire.example.com"];
    assert!(record["name"].as_str().unwrap().ends_with(".wire.example.com"), "{outputs}");
    assert_eq!(record["record_type"], "CNAME");
    assert_eq!(outputs["validation_records"].as_object().unwrap().len(), 2, "{outputs}");

    // The local cloud issues it when it has been looked at.
    let validation = || CertificateValidation::new("v").certificate(CertificateArn::new(&made.id));
    let waited = make::<CertificateValidation>(|stack| drop(validation().add(stack)));
    assert_eq!(waited.output("certificate"), made.id);
    waited.delete();
    assert_eq!(made.read().id, made.id, "the certificate stays");
    made.delete();
}
