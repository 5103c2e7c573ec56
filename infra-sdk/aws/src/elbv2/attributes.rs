//! Attributes: what AWS keeps as pairs of texts and this crate mostly as fields.

use std::collections::BTreeMap;
use std::str::FromStr;

use infra_apply::{Class, ProviderError};

/// Attributes by key.
pub(super) type Attributes = BTreeMap<String, String>;

/// Sets an attribute, if there is a value for it.
pub(super) fn put(attributes: &mut Attributes, key: &str, value: Option<impl ToString>) {
    if let Some(value) = value {
        attributes.insert(key.to_owned(), value.to_string());
    }
}

/// Takes an attribute out; nothing where it is absent or not of the type.
pub(super) fn take<T: FromStr>(attributes: &mut Attributes, key: &str) -> Option<T> {
    attributes.remove(key)?.parse().ok()
}

/// All attributes that a program asks for: those with a field, and the named rest, which must have none.
pub(super) fn all(
    mut fields: Attributes,
    rest: Option<&Attributes>,
    take_fields: impl FnOnce(&mut Attributes),
) -> Result<Attributes, ProviderError> {
    let Some(rest) = rest else { return Ok(fields) };
    let mut without = rest.clone();
    take_fields(&mut without);
    if let Some(key) = rest.keys().find(|key| !without.contains_key(*key)) {
        let message = format!("`attributes` has `{key}`, which has a field of its own: use that instead");
        return Err(ProviderError::new(Class::Invalid, "set the attributes", message));
    }
    fields.extend(without);
    Ok(fields)
}

/// What must be set to come from `have` to `want`; what `want` lacks stays as it is.
pub(super) fn changed(have: &Attributes, want: Attributes) -> Attributes {
    want.into_iter().filter(|(key, value)| have.get(key) != Some(value)).collect()
}

/// `on` or `off`, as AWS has some switches.
pub(super) fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
