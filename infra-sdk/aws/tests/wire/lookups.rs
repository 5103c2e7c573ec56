//! What a program asks of the world while it runs.

use infra_apply::{Class, ProviderError};
use infra_aws::ec2::{Architecture, AvailabilityZones, DefaultVpc, NewestImage};
use infra_aws::sts::CallerIdentity;
use infra_core::Lookup;

use crate::wire;

fn ask<L: Lookup>(question: &L) -> Result<L::Answer, ProviderError> {
    let query = serde_json::to_value(question).unwrap();
    let answer = wire().runtime.block_on(wire().registry.answerer(L::KIND).expect("the kind is answered").answer(&query))?;
    Ok(serde_json::from_value(answer).unwrap())
}

#[test]
fn the_zones_of_the_region_come_sorted() {
    let zones = ask(&AvailabilityZones::new()).unwrap();
    assert!(zones.len() >= 3, "{zones:?}");
    assert!(zones.is_sorted() && zones[0] == "us-west-2a", "{zones:?}");
}

#[test]
fn the_newest_image_is_the_newest_of_those_that_fit() {
    let image = ask(&NewestImage::of(["amazon"]).name("amzn2-ami-hvm-*").architecture(Architecture::X86_64)).unwrap();
    assert!(image.id.starts_with("ami-") && image.name.starts_with("amzn2-ami-hvm-"), "{image:?}");
    assert!(image.root_device_name.starts_with("/dev/"), "{image:?}");
    let none = ask(&NewestImage::of(["amazon"]).name("no-such-image-*")).unwrap_err();
    assert_eq!(none.class, Class::NotFound);
    assert!(none.message.contains("no-such-image-*"), "{none}");
}

#[test]
fn the_default_vpc_comes_with_a_subnet_for_each_zone() {
    let network = ask(&DefaultVpc {}).unwrap();
    assert!(network.id.as_str().starts_with("vpc-"));
    let zones: Vec<&str> = network.subnets.iter().map(|subnet| subnet.availability_zone.as_str()).collect();
    assert!(zones.len() >= 3 && zones.is_sorted(), "{zones:?}");
}

#[test]
fn the_identity_and_the_account_are_those_of_the_credentials() {
    let identity = ask(&CallerIdentity {}).unwrap();
    assert_eq!(identity.account, "123456789012");
    assert!(identity.arn.contains(&identity.account) && !identity.user_id.is_empty(), "{identity:?}");
    assert_eq!(wire().runtime.block_on(infra_aws::sdk::account(&wire().sdk)).unwrap(), identity.account);
}

#[test]
fn a_question_that_does_not_fit_is_refused() {
    let answerer = wire().registry.answerer(NewestImage::KIND).unwrap();
    let error = wire().runtime.block_on(answerer.answer(&serde_json::json!({"owners": 1}))).unwrap_err();
    assert_eq!(error.class, Class::Invalid);
}
