//! Parameters.

use infra_apply::{Class, Creation};
use infra_aws::ssm::{Parameter, ParameterKind, ParameterTier};
use infra_core::Tags;

use crate::conformance::{change, inputs, make};
use crate::wire;

fn value(name: &str) -> String {
    let ssm = aws_sdk_ssm::Client::new(&wire().sdk);
    let answer = wire().runtime.block_on(ssm.get_parameter().name(name).with_decryption(true).send()).unwrap();
    answer.parameter().unwrap().value().unwrap().to_owned()
}

#[test]
fn a_plain_parameter_lives_and_drift_of_its_text_shows() {
    let made = make::<Parameter>(|stack| {
        let parameter = Parameter::new("p").kind(ParameterKind::String).name("/wire/url").value("http://a").description("first");
        drop(parameter.allowed_pattern("^http.*").tier(ParameterTier::Standard).tags([("Old", "1")]).add(stack));
    });
    let second = || Parameter::new("p").kind(ParameterKind::String).name("/wire/url").value("http://b").description("second");
    change(&made, |stack| drop(second().tags([("New", "2")]).add(stack)));
    let ssm = aws_sdk_ssm::Client::new(&wire().sdk);
    let call = ssm.put_parameter().name("/wire/url").value("http://c").r#type("String".into()).overwrite(true);
    wire().runtime.block_on(call.send()).unwrap();
    change(&made, |stack| drop(second().add(stack)));
    assert_eq!(value("/wire/url"), "http://b");
    assert_eq!(made.output("arn"), "arn:aws:ssm:us-west-2:123456789012:parameter/wire/url");
    let tags = Tags::from([("infra:token".into(), "another".into())]);
    let want = inputs(|stack| drop(second().add(stack)));
    let error = wire().runtime.block_on(made.handler.create(&want, Creation { tags: &tags, token: "another" })).unwrap_err();
    assert_eq!(error.class, Class::Exists);
    made.delete();
}

#[test]
fn a_list_becomes_a_secure_text_whose_value_is_never_read_back() {
    let made = make::<Parameter>(|stack| {
        drop(Parameter::new("p").kind(ParameterKind::StringList).name("wire-list").value("a,b").add(stack));
    });
    let secure = |text: &'static str| Parameter::new("p").kind(ParameterKind::SecureString).name("wire-list").secure_value(text);
    change(&made, |stack| drop(secure("hunter1").add(stack)));
    assert_eq!(value("wire-list"), "hunter1");
    let want = |text| inputs(move |stack| drop(secure(text).add(stack)));
    wire().runtime.block_on(made.handler.update(&made.id, &want("hunter1"), &want("hunter2"))).unwrap();
    assert_eq!(value("wire-list"), "hunter2");
    assert!(!format!("{:?}", made.read()).contains("hunter"), "a value is never read back");
    let error = wire().runtime.block_on(made.handler.update(
        &made.id,
        &want("hunter2"),
        &inputs(|stack| drop(Parameter::new("p").kind(ParameterKind::SecureString).name("wire-list").value("x").add(stack))),
    ));
    assert!(error.unwrap_err().to_string().contains("a `SecureString` has a `secure_value`"));
    made.delete();
}
