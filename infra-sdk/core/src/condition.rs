//! The functions whose value is true or false: what conditions are made of.

use std::cmp::Ordering;

use regex_lite::RegexBuilder;

use crate::function::text;
use crate::{Function, Value};

/// How much memory a pattern may take, in bytes, so that a program cannot hold up the engine with one.
const LARGEST_PATTERN: usize = 1 << 20;

/// Whether a condition holds, of arguments in clear.
pub(crate) fn holds(function: Function, args: &[Value]) -> Result<bool, String> {
    match (function, args) {
        (Function::Eq, [left, right]) => Ok(same(left, right)),
        (Function::Ne, [left, right]) => Ok(!same(left, right)),
        (Function::Lt, [left, right]) => Ok(ordering(left, right)? == Ordering::Less),
        (Function::Le, [left, right]) => Ok(ordering(left, right)? != Ordering::Greater),
        (Function::Contains, [Value::List(items), item]) => Ok(items.iter().any(|other| same(other, item))),
        (Function::Contains, [whole, _]) => Err(format!("expected a list, found {whole:?}")),
        (Function::Matches, [whole, pattern]) => {
            let pattern = text(pattern)?;
            let built = RegexBuilder::new(pattern).size_limit(LARGEST_PATTERN).build();
            let built = built.map_err(|error| format!("`{pattern}` is no regular expression: {error}"))?;
            Ok(built.is_match(text(whole)?))
        }
        (Function::IsEmpty, [value]) => match value {
            Value::Null => Ok(true),
            Value::String(text) => Ok(text.is_empty()),
            Value::List(items) => Ok(items.is_empty()),
            Value::Object(fields) => Ok(fields.is_empty()),
            other => Err(format!("expected a text, a list or a map, found {other:?}")),
        },
        (Function::And, [left, right]) => Ok(truth(left)? && truth(right)?),
        (Function::Or, [left, right]) => Ok(truth(left)? || truth(right)?),
        (Function::Not, [condition]) => truth(condition).map(|holds| !holds),
        (_, args) => Err(format!("takes another number of arguments than {}", args.len())),
    }
}

fn truth(value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(bool) => Ok(*bool),
        other => Err(format!("expected true or false, found {other:?}")),
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        _ => left == right,
    }
}

fn ordering(left: &Value, right: &Value) -> Result<Ordering, String> {
    let unordered = || format!("{left:?} and {right:?} have no order: two numbers have, and two texts");
    match (left, right) {
        (Value::Number(one), Value::Number(other)) => match (one.as_i64(), other.as_i64()) {
            (Some(one), Some(other)) => Ok(one.cmp(&other)),
            _ => one.as_f64().zip(other.as_f64()).and_then(|(one, other)| one.partial_cmp(&other)).ok_or_else(unordered),
        },
        (Value::String(one), Value::String(other)) => Ok(one.cmp(other)),
        _ => Err(unordered()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(function: Function, args: &[serde_json::Value]) -> Result<Value, String> {
        let args: Vec<Value> = args.iter().cloned().map(Value::from).collect();
        function.call(&args).map_err(|error| error.to_string())
    }

    #[test]
    fn each_comparison_says_what_it_is_called_for() {
        for (function, args, holds) in [
            (Function::Eq, vec![json!(80), json!(80.0)], true),
            (Function::Ne, vec![json!(["a"]), json!(["a", "b"])], true),
            (Function::Lt, vec![json!(2), json!(10)], true),
            (Function::Lt, vec![json!("2"), json!("10")], false),
            (Function::Le, vec![json!(0.5), json!(0.5)], true),
            (Function::Contains, vec![json!(["a", "b"]), json!("b")], true),
            (Function::Matches, vec![json!("eu-west-1a"), json!("^eu-.*[a-c]$")], true),
            (Function::IsEmpty, vec![json!(null)], true),
            (Function::IsEmpty, vec![json!({"a": 1})], false),
            (Function::And, vec![json!(true), json!(false)], false),
            (Function::Or, vec![json!(true), json!(false)], true),
            (Function::Not, vec![json!(false)], true),
        ] {
            assert_eq!(call(function, &args), Ok(Value::Bool(holds)), "{function:?} {args:?}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_an_error_and_no_panic() {
        for function in [Function::Lt, Function::Contains, Function::Matches, Function::IsEmpty, Function::And, Function::Not] {
            assert!(call(function, &[json!(1), json!("x")]).is_err(), "{function:?}");
            assert!(call(function, &[]).is_err(), "{function:?}");
        }
        let problem = call(Function::Matches, &[json!("x"), json!("(")]).unwrap_err();
        assert!(problem.contains("`(` is no regular expression"), "{problem}");
        assert!(call(Function::Matches, &[json!("x"), json!("((a{1000}){1000}){1000}")]).is_err());
    }

    #[test]
    fn a_condition_on_a_secret_is_one_and_its_words_do_not_tell_it() {
        let secret = Value::Secret(Box::new(Value::from("hunter2")));
        let matched = Function::Matches.call(&[secret.clone(), Value::from("^hunter")]).unwrap();
        assert_eq!(matched, Value::Secret(Box::new(Value::Bool(true))));
        let problem = Function::Lt.call(&[secret, Value::from(serde_json::json!(1))]).unwrap_err().to_string();
        assert!(!problem.contains("hunter2"), "{problem}");
    }
}
