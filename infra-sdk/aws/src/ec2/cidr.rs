//! Ranges of addresses as AWS writes them.
//!
//! AWS takes `10.0.0.7/16` but then tells `10.0.0.0/16`: a program that says the first would differ from its object for
//! ever. Such a range is refused, with the one to write.

use std::net::IpAddr;

use infra_apply::{Class, ProviderError};

/// Refuses a range that AWS would write otherwise; what is no range at all is left to AWS.
pub(super) fn check(operation: &'static str, cidr: Option<&str>) -> Result<(), ProviderError> {
    match cidr.and_then(|cidr| Some((cidr, canonical(cidr)?))) {
        Some((cidr, canonical)) if cidr != canonical => {
            Err(ProviderError::new(Class::Invalid, operation, format!("AWS writes the range {cidr} as {canonical}: write it so")))
        }
        _ => Ok(()),
    }
}

fn canonical(cidr: &str) -> Option<String> {
    let (address, length) = cidr.split_once('/')?;
    let bits: u32 = length.parse().ok()?;
    let network = match address.parse().ok()? {
        IpAddr::V4(address) => IpAddr::V4((address.to_bits() & u32::MAX.checked_shl(32_u32.checked_sub(bits)?).unwrap_or(0)).into()),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & u128::MAX.checked_shl(128_u32.checked_sub(bits)?).unwrap_or(0)).into()),
    };
    Some(format!("{network}/{bits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_that_aws_would_rewrite_is_refused_with_the_one_to_write() {
        for (said, written) in [("10.0.0.7/16", "10.0.0.0/16"), ("2001:DB8::1/32", "2001:db8::/32"), ("1.2.3.4/0", "0.0.0.0/0")] {
            let error = check("CreateVpc", Some(said)).unwrap_err();
            assert!(error.message.contains(written), "{error}");
        }
    }

    #[test]
    fn a_range_as_aws_writes_it_and_what_is_none_pass() {
        for cidr in ["0.0.0.0/0", "::/0", "10.1.2.3/32", "2600:1f14:abc:de00::/56", "nonsense", "10.0.0.0/33"] {
            assert!(check("CreateVpc", Some(cidr)).is_ok(), "{cidr}");
        }
        assert!(check("CreateVpc", None).is_ok());
    }
}
