//! What a resource is called: its kind, and its name within the stack.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The type of a resource, `provider:service/type`, as in `aws:ec2/subnet`.
pub type Kind = Arc<str>;

/// A resource's identity in its stack, written `aws:ec2/subnet:network/public-1`.
///
/// The name carries the scopes it was declared in, joined by `/`. An address says nothing of the object in the
/// cloud: that is what the state is for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    kind: Kind,
    name: Arc<str>,
}

impl Address {
    /// An address from its parts, unchecked: [`check_name`] tells what a name may hold.
    pub fn new(kind: impl Into<Kind>, name: impl Into<Arc<str>>) -> Address {
        Address { kind: kind.into(), name: name.into() }
    }

    /// The resource's kind.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The resource's name with its scopes.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.name)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
        struct Written;

        impl Visitor<'_> for Written {
            type Value = Address;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address, as `aws:ec2/subnet:public-1`")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Address, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Written)
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Address, String> {
        let malformed = || format!("`{text}` is no address: one looks like `aws:ec2/subnet:public-1`");
        let (kind, name) = text.rsplit_once(':').ok_or_else(malformed)?;
        if !kind.contains(':') || !kind.contains('/') || name.is_empty() {
            return Err(malformed());
        }
        Ok(Address::new(kind, name))
    }
}

/// Longest name of a resource, an output or a scope, in characters.
const LONGEST: usize = 100;

/// Checks one name (without its scopes): letters, digits, `-`, `_` and `.`, beginning with a letter or digit,
/// at most 100 characters. The error says which character is wrong.
pub fn check_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() {
        return Err("a name cannot be empty".into());
    }
    if name.chars().count() > LONGEST {
        return Err(format!("the name is longer than {LONGEST} characters"));
    }
    if let Some(wrong) = name.chars().find(|c| !allowed(*c)) {
        return Err(format!("`{}` is not allowed in a name; use letters, digits, `-`, `_` and `.`", wrong.escape_default()));
    }
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err("a name begins with a letter or a digit".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        let address = Address::new("aws:ec2/subnet", "network/public-1");
        assert_eq!(address.to_string(), "aws:ec2/subnet:network/public-1");
        assert_eq!(address.to_string().parse::<Address>().unwrap(), address);
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example() {
        for text in ["", "subnet", "aws:subnet", "aws:ec2/subnet:", "a/b:c"] {
            assert!(text.parse::<Address>().unwrap_err().contains("aws:ec2/subnet"), "{text}");
        }
    }

    #[test]
    fn a_name_with_a_forbidden_character_is_refused_and_names_it() {
        assert!(check_name("a/b").unwrap_err().contains('/'));
        assert!(check_name("tab\there").unwrap_err().contains("\\t"));
        assert!(check_name("-a").is_err() && check_name("").is_err() && check_name(&"x".repeat(101)).is_err());
        assert!(check_name("public-1.a_b").is_ok());
    }
}
