//! Small conversions between AWS's ways to say a thing and ours.

use infra_apply::{Class, ProviderError};
use infra_core::ResourceId;
use serde::Serialize;
use serde_json::Value as Json;

/// AWS's word for a switch.
pub(crate) fn switch(on: bool) -> &'static str {
    if on { "enabled" } else { "disabled" }
}

/// Whether AWS's word for a switch is that it is on.
pub(crate) fn is_on(word: &str) -> bool {
    word == "enabled"
}

/// Text as AWS takes user data.
pub(crate) fn to_base64(text: &str) -> String {
    aws_smithy_types::base64::encode(text)
}

/// User data as text; what is no text stays encoded, and so differs from any text.
pub(crate) fn from_base64(encoded: &str) -> String {
    let decoded = aws_smithy_types::base64::decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.unwrap_or_else(|| encoded.to_owned())
}

/// The texts of ids, as a call takes them.
pub(crate) fn texts<I: ResourceId>(ids: Option<&[I]>) -> Option<Vec<String>> {
    ids.map(|ids| ids.iter().map(|id| id.as_str().to_owned()).collect())
}

/// A list as the cloud tells it; an empty one says nothing.
pub(crate) fn some_list<T>(items: impl Iterator<Item = T>) -> Option<Vec<T>> {
    let items: Vec<T> = items.collect();
    (!items.is_empty()).then_some(items)
}

/// Whether `want` says something other than what is there.
pub(crate) fn changes<T: PartialEq>(have: Option<&T>, want: Option<&T>) -> bool {
    want.is_some() && have != want
}

/// As [`changes`], for a list whose order means nothing.
pub(crate) fn set_changes<T: Ord + Clone>(have: Option<&Vec<T>>, want: Option<&Vec<T>>) -> bool {
    let sorted = |items: &'_ Vec<T>| -> Vec<T> {
        let mut items = items.clone();
        items.sort();
        items
    };
    want.is_some() && have.map(sorted).unwrap_or_default() != want.map(sorted).unwrap_or_default()
}

/// As [`changes`], for an object: what `want` leaves out of it is no difference.
pub(crate) fn amends<T: Serialize>(have: Option<&T>, want: Option<&T>) -> bool {
    fn says_other(have: &Json, want: &Json) -> bool {
        match want {
            Json::Null => false,
            Json::Object(fields) => fields.iter().any(|(key, want)| says_other(have.get(key).unwrap_or(&Json::Null), want)),
            want => have != want,
        }
    }
    let json = |object: Option<&T>| serde_json::to_value(object).unwrap_or_default();
    says_other(&json(have), &json(want))
}

/// The name at the end of an ARN, or the name itself.
pub(crate) fn name_of(arn_or_name: &str) -> &str {
    arn_or_name.rsplit('/').next().unwrap_or(arn_or_name)
}

/// The physical name, which the engine fills in where the program gives none.
pub(crate) fn named<'a>(name: Option<&'a String>, operation: &'static str) -> Result<&'a str, ProviderError> {
    name.map(String::as_str).ok_or_else(|| ProviderError::new(Class::Invalid, operation, "there is no name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_data_is_text_again_and_what_is_no_text_stays_encoded() {
        assert_eq!(from_base64(&to_base64("#!/bin/sh\necho hé\n")), "#!/bin/sh\necho hé\n");
        assert_eq!(from_base64("H4sI/w=="), "H4sI/w==");
        assert_eq!(from_base64("not base64!"), "not base64!");
    }

    #[test]
    fn what_an_object_leaves_out_is_no_difference() {
        let have = serde_json::json!({"a": 1, "b": {"c": 2, "d": 3}});
        assert!(!amends(Some(&have), Some(&serde_json::json!({"b": {"c": 2, "d": null}}))));
        assert!(amends(Some(&have), Some(&serde_json::json!({"b": {"c": 3}}))));
        assert!(amends(None, Some(&serde_json::json!({"a": 1}))));
        assert!(!amends(Some(&have), None));
    }

    #[test]
    fn the_order_of_a_set_is_no_difference() {
        assert!(!set_changes(Some(&vec!["b", "a"]), Some(&vec!["a", "b"])));
        assert!(set_changes(Some(&vec!["b", "a"]), Some(&vec!["a"])));
        assert!(!set_changes(Some(&vec!["a"]), None));
    }

    #[test]
    fn a_profile_is_the_same_by_name_and_by_arn() {
        assert_eq!(name_of("arn:aws:iam::123456789012:instance-profile/team/web"), "web");
        assert_eq!(name_of("web"), "web");
    }
}
