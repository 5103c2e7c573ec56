//! The closed set of functions an expression may call. Each is total: bad arguments are an error, never a panic.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{EvalError, Expr, Value, condition};

/// A function of [`ops`](crate::ops), where each is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the functions are documented in `ops`")]
pub enum Function {
    Format,
    Join,
    Split,
    Json,
    Base64,
    Sha256,
    CidrSubnet,
    CidrHost,
    Select,
    Field,
    Concat,
    Length,
    Lower,
    Upper,
    Trim,
    Replace,
    Merge,
    Eq,
    Ne,
    Lt,
    Le,
    Contains,
    Matches,
    IsEmpty,
    And,
    Or,
    Not,
}

impl Function {
    /// The name in `ops`.
    pub fn name(self) -> &'static str {
        match self {
            Function::Format => "format",
            Function::Join => "join",
            Function::Split => "split",
            Function::Json => "json",
            Function::Base64 => "base64",
            Function::Sha256 => "sha256",
            Function::CidrSubnet => "cidr_subnet",
            Function::CidrHost => "cidr_host",
            Function::Select => "select",
            Function::Field => "field",
            Function::Concat => "concat",
            Function::Length => "length",
            Function::Lower => "lower",
            Function::Upper => "upper",
            Function::Trim => "trim",
            Function::Replace => "replace",
            Function::Merge => "merge",
            Function::Eq => "eq",
            Function::Ne => "ne",
            Function::Lt => "lt",
            Function::Le => "le",
            Function::Contains => "contains",
            Function::Matches => "matches",
            Function::IsEmpty => "is_empty",
            Function::And => "and",
            Function::Or => "or",
            Function::Not => "not",
        }
    }

    /// Whether the arguments that are known decide the value, whatever the others turn out to be.
    pub(crate) fn is_decided(self, args: &[Expr]) -> bool {
        let deciding = match self {
            Function::And => false,
            Function::Or => true,
            _ => return false,
        };
        args.contains(&Expr::Lit(Value::Bool(deciding)))
    }

    /// The function's value. A secret anywhere in the arguments makes the result secret.
    pub fn call(self, args: &[Value]) -> Result<Value, EvalError> {
        let secret = args.iter().any(Value::has_secret);
        let clear: Vec<Value> = args.iter().map(|arg| if secret { Value::from(arg.reveal()) } else { arg.clone() }).collect();
        let value = self.clear(&clear).map_err(|problem| {
            // The words of the problem have the arguments in them.
            let problem = if secret { "it cannot take what it was given, which is secret and not shown".to_owned() } else { problem };
            EvalError::Function { function: self.name(), problem }
        })?;
        Ok(if secret { Value::Secret(Box::new(value)) } else { value })
    }

    fn clear(self, args: &[Value]) -> Result<Value, String> {
        match (self, args) {
            (Function::Format, parts) => {
                let mut text = String::new();
                for part in parts {
                    text.push_str(&plain_text(part)?);
                }
                Ok(Value::String(text))
            }
            (Function::Join, [separator, items]) => {
                let items = list(items)?.iter().map(plain_text).collect::<Result<Vec<_>, _>>()?;
                Ok(Value::String(items.join(text(separator)?)))
            }
            (Function::Split, [separator, whole]) => {
                let separator = text(separator)?;
                if separator.is_empty() {
                    return Err("the separator is empty".into());
                }
                Ok(Value::List(text(whole)?.split(separator).map(Value::from).collect()))
            }
            (Function::Json, [value]) => Ok(Value::String(value.reveal().to_string())),
            (Function::Base64, [value]) => Ok(Value::String(STANDARD.encode(text(value)?))),
            (Function::Sha256, [value]) => {
                let digest = Sha256::digest(text(value)?.as_bytes());
                Ok(Value::String(digest.iter().map(|byte| format!("{byte:02x}")).collect()))
            }
            (Function::CidrSubnet, [range, bits, number]) => cidr_subnet(text(range)?, integer(bits)?, integer(number)?),
            (Function::CidrHost, [range, number]) => cidr_host(text(range)?, integer(number)?),
            (Function::Select, [items, index]) => {
                let items = list(items)?;
                let index = integer(index)?;
                let item = usize::try_from(index).ok().and_then(|index| items.get(index));
                item.cloned().ok_or_else(|| format!("there is no item {index} in a list of {}", items.len()))
            }
            (Function::Field, [object, name]) => {
                let (object, name) = (object.as_object().ok_or("not an object")?, text(name)?);
                object.get(name).cloned().ok_or_else(|| format!("there is no field `{name}`"))
            }
            (Function::Concat, lists) => {
                let mut all = Vec::new();
                for items in lists {
                    all.extend_from_slice(list(items)?);
                }
                Ok(Value::List(all))
            }
            (Function::Length, [Value::List(items)]) => Ok(Value::Number(items.len().into())),
            (Function::Length, [Value::Object(fields)]) => Ok(Value::Number(fields.len().into())),
            (Function::Length, [whole]) => Ok(Value::Number(text(whole)?.chars().count().into())),
            (Function::Lower, [whole]) => Ok(Value::String(text(whole)?.to_lowercase())),
            (Function::Upper, [whole]) => Ok(Value::String(text(whole)?.to_uppercase())),
            (Function::Trim, [whole]) => Ok(Value::from(text(whole)?.trim())),
            (Function::Replace, [whole, from, to]) => Ok(Value::String(text(whole)?.replace(text(from)?, text(to)?))),
            (Function::Merge, objects) => {
                let mut merged = BTreeMap::new();
                for object in objects {
                    merged.extend(object.as_object().ok_or("not an object")?.clone());
                }
                Ok(Value::Object(merged))
            }
            (
                Function::Eq
                | Function::Ne
                | Function::Lt
                | Function::Le
                | Function::Contains
                | Function::Matches
                | Function::IsEmpty
                | Function::And
                | Function::Or
                | Function::Not,
                args,
            ) => condition::holds(self, args).map(Value::Bool),
            (_, args) => Err(format!("takes another number of arguments than {}", args.len())),
        }
    }
}

pub(crate) fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("expected text, found {value:?}"))
}

fn plain_text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(bool) => Ok(bool.to_string()),
        other => Err(format!("{other:?} cannot stand in a text")),
    }
}

fn list(value: &Value) -> Result<&[Value], String> {
    match value {
        Value::List(items) => Ok(items),
        other => Err(format!("expected a list, found {other:?}")),
    }
}

fn integer(value: &Value) -> Result<i64, String> {
    match value {
        Value::Number(number) => number.as_i64().ok_or_else(|| format!("{number} is not an integer")),
        other => Err(format!("expected an integer, found {other:?}")),
    }
}

fn range(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>().map(|net| net.trunc()).map_err(|_| format!("`{text}` is no range such as 10.0.0.0/16"))
}

fn cidr_subnet(text: &str, bits: i64, number: i64) -> Result<Value, String> {
    let net = range(text)?;
    let bits = u8::try_from(bits).map_err(|_| format!("{bits} is no number of bits"))?;
    let prefix = net.prefix_len().checked_add(bits).filter(|prefix| *prefix <= net.max_prefix_len());
    let prefix = prefix.ok_or_else(|| format!("{text} cannot be divided by {bits} more bits"))?;
    let fits = number >= 0 && (bits >= 63 || number < 1_i64 << bits);
    if !fits {
        return Err(format!("{text} divided by {bits} bits has no part {number}"));
    }
    let shift = u32::from(net.max_prefix_len() - prefix);
    let offset = if number == 0 { 0 } else { (number as u128) << shift };
    Ok(Value::String(format!("{}/{prefix}", moved(&net, offset))))
}

fn cidr_host(text: &str, number: i64) -> Result<Value, String> {
    let net = range(text)?;
    let size_bits = u32::from(net.max_prefix_len() - net.prefix_len());
    let fits = number >= 0 && (size_bits >= 63 || number < 1_i64 << size_bits);
    if !fits {
        return Err(format!("{text} has no address {number}"));
    }
    Ok(Value::String(moved(&net, number as u128)))
}

fn moved(net: &IpNet, offset: u128) -> String {
    match net {
        IpNet::V4(net) => Ipv4Addr::from(u32::from(net.network()).wrapping_add(offset as u32)).to_string(),
        IpNet::V6(net) => Ipv6Addr::from(u128::from(net.network()).wrapping_add(offset)).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: i64) -> Value {
        Value::Number(number.into())
    }

    #[test]
    fn ranges_are_divided_as_networks_are() {
        let subnet = |bits, part| Function::CidrSubnet.call(&[Value::from("10.0.0.0/16"), number(bits), number(part)]);
        assert_eq!(subnet(8, 2).unwrap(), Value::from("10.0.2.0/24"));
        assert_eq!(subnet(0, 0).unwrap(), Value::from("10.0.0.0/16"));
        assert!(subnet(8, 256).unwrap_err().to_string().contains("no part 256"));
        assert!(subnet(17, 0).is_err() && subnet(-1, 0).is_err() && subnet(8, -1).is_err());
        let v6 = Function::CidrSubnet.call(&[Value::from("fd00::/56"), number(8), number(255)]).unwrap();
        assert_eq!(v6, Value::from("fd00:0:0:ff::/64"));
    }

    #[test]
    fn hosts_are_counted_from_the_network_address() {
        let host = |n| Function::CidrHost.call(&[Value::from("10.0.1.0/24"), number(n)]);
        assert_eq!(host(10).unwrap(), Value::from("10.0.1.10"));
        assert!(host(256).is_err());
    }

    #[test]
    fn an_index_past_the_end_says_how_long_the_list_is() {
        let error = Function::Select.call(&[Value::List(vec![]), number(0)]).unwrap_err();
        assert_eq!(error.to_string(), "`select`: there is no item 0 in a list of 0");
    }

    #[test]
    fn a_secret_argument_makes_a_secret_result() {
        let value = Function::Base64.call(&[Value::Secret(Box::new(Value::from("a")))]).unwrap();
        assert_eq!(value, Value::Secret(Box::new(Value::from("YQ=="))));
    }

    #[test]
    fn what_is_wrong_with_a_secret_argument_is_said_without_it() {
        let secret = Value::Secret(Box::new(Value::from("hunter2")));
        for function in [Function::Length, Function::CidrHost, Function::Field, Function::Merge, Function::Concat] {
            let problem = function.call(&[secret.clone(), secret.clone()]).unwrap_err().to_string();
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }
}
