//! What a value will be: a tree over literals and other resources' outputs that can be stored and evaluated.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Address, EvalError, Function, Value};

/// An output of a resource: what an expression refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Attr {
    /// The resource.
    pub resource: Address,
    /// The output's name; `id` is the physical id.
    pub output: String,
}

impl fmt::Display for Attr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.resource.name(), self.output)
    }
}

/// An expression. It holds no closure, so it can be compared, stored, and shown with its unknown parts in place.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// A known value.
    Lit(Value),
    /// Another resource's output.
    Attr(Attr),
    /// A list of expressions.
    List(Vec<Expr>),
    /// Expressions by name.
    Object(BTreeMap<String, Expr>),
    /// Text: the parts, one after the other.
    Format(Vec<Expr>),
    /// A function of `ops`.
    Call {
        /// Which one.
        function: Function,
        /// Its arguments.
        args: Vec<Expr>,
    },
    /// What is inside, marked as secret.
    Secret(Box<Expr>),
}

impl Expr {
    /// A literal.
    pub fn lit(value: impl Into<Value>) -> Expr {
        Expr::Lit(value.into())
    }

    /// The value, if the expression is a plain literal or a tree of them.
    pub fn value(&self) -> Option<Value> {
        match self {
            Expr::Lit(value) => Some(value.clone()),
            Expr::List(items) => items.iter().map(Expr::value).collect::<Option<_>>().map(Value::List),
            Expr::Object(fields) => {
                fields.iter().map(|(key, expr)| Some((key.clone(), expr.value()?))).collect::<Option<_>>().map(Value::Object)
            }
            Expr::Secret(inner) => inner.value().map(secret),
            Expr::Attr(_) | Expr::Format(_) | Expr::Call { .. } => None,
        }
    }

    /// Whether a secret stands anywhere in it.
    pub fn has_secret(&self) -> bool {
        match self {
            Expr::Lit(value) => value.has_secret(),
            Expr::Secret(_) => true,
            Expr::Attr(_) => false,
            Expr::List(items) | Expr::Format(items) | Expr::Call { args: items, .. } => items.iter().any(Expr::has_secret),
            Expr::Object(fields) => fields.values().any(Expr::has_secret),
        }
    }

    /// Every output the expression refers to.
    pub fn refs(&self) -> BTreeSet<&Attr> {
        let mut refs = BTreeSet::new();
        self.visit(&mut |attr| {
            refs.insert(attr);
        });
        refs
    }

    /// Calls `see` with every output the expression refers to, in order, repeats included.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Attr)) {
        match self {
            Expr::Lit(_) => {}
            Expr::Attr(attr) => see(attr),
            Expr::List(items) | Expr::Format(items) | Expr::Call { args: items, .. } => {
                items.iter().for_each(|item| item.visit(see));
            }
            Expr::Object(fields) => fields.values().for_each(|field| field.visit(see)),
            Expr::Secret(inner) => inner.visit(see),
        }
    }

    /// The expression with the outputs of `from` made those of `to`.
    #[must_use]
    pub fn readdressed(&self, from: &Address, to: &Address) -> Expr {
        let each = |items: &[Expr]| items.iter().map(|item| item.readdressed(from, to)).collect();
        match self {
            Expr::Attr(attr) if attr.resource == *from => Expr::Attr(Attr { resource: to.clone(), output: attr.output.clone() }),
            Expr::Lit(_) | Expr::Attr(_) => self.clone(),
            Expr::List(items) => Expr::List(each(items)),
            Expr::Format(parts) => Expr::Format(each(parts)),
            Expr::Call { function, args } => Expr::Call { function: *function, args: each(args) },
            Expr::Object(fields) => Expr::Object(fields.iter().map(|(key, field)| (key.clone(), field.readdressed(from, to))).collect()),
            Expr::Secret(inner) => Expr::Secret(Box::new(inner.readdressed(from, to))),
        }
    }

    /// The expression with everything that is known put in: a [`Expr::Lit`] where all is known, otherwise the same
    /// tree with the unknown leaves, and only those, left as they were. `known` says what an output is now; `None` is
    /// "not known yet".
    pub fn evaluate(&self, known: &(dyn Fn(&Attr) -> Result<Option<Value>, EvalError> + '_)) -> Result<Expr, EvalError> {
        let each = |items: &[Expr]| items.iter().map(|item| item.evaluate(known)).collect::<Result<Vec<_>, _>>();
        let folded = |expr: Expr| expr.value().map_or(expr, Expr::Lit);
        Ok(match self {
            Expr::Lit(_) => self.clone(),
            Expr::Attr(attr) => known(attr)?.map_or_else(|| self.clone(), Expr::Lit),
            Expr::List(items) => folded(Expr::List(each(items)?)),
            Expr::Object(fields) => folded(Expr::Object(
                fields.iter().map(|(key, field)| Ok((key.clone(), field.evaluate(known)?))).collect::<Result<_, EvalError>>()?,
            )),
            Expr::Secret(inner) => match inner.evaluate(known)? {
                Expr::Lit(value) => Expr::Lit(secret(value)),
                unknown => Expr::Secret(Box::new(unknown)),
            },
            Expr::Format(parts) => {
                let parts = each(parts)?;
                match values(&parts) {
                    Some(values) => Expr::Lit(Function::Format.call(&values)?),
                    None => Expr::Format(joined(parts)),
                }
            }
            Expr::Call { function, args } => {
                let args = each(args)?;
                match values(&args) {
                    Some(values) => Expr::Lit(function.call(&values)?),
                    None if function.is_decided(&args) => Expr::lit(*function == Function::Or),
                    None => Expr::Call { function: *function, args },
                }
            }
        })
    }
}

fn values(exprs: &[Expr]) -> Option<Vec<Value>> {
    exprs.iter().map(Expr::value).collect()
}

fn secret(value: Value) -> Value {
    match value {
        already @ (Value::Secret(_) | Value::Digest(_) | Value::Sealed(_)) => already,
        plain => Value::Secret(Box::new(plain)),
    }
}

/// Neighbouring known, unsecret parts of a text made one, so that a plan shows one piece between two unknowns.
fn joined(parts: Vec<Expr>) -> Vec<Expr> {
    let mut joined: Vec<Expr> = Vec::with_capacity(parts.len());
    for part in parts {
        let text = match &part {
            Expr::Lit(value) if !value.has_secret() => Function::Format.call(std::slice::from_ref(value)).ok(),
            _ => None,
        };
        match (joined.last_mut(), text) {
            (Some(Expr::Lit(Value::String(before))), Some(Value::String(text))) => before.push_str(&text),
            (_, Some(text)) => joined.push(Expr::Lit(text)),
            (_, None) => joined.push(part),
        }
    }
    joined
}

impl fmt::Debug for Expr {
    /// As it is displayed: what is inside a secret does not show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Expr {
    /// The expression as a person reads it: `"http://${web.dns_name}"`, with secrets as `(secret)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Lit(value) => write!(f, "{}", value.redacted()),
            Expr::Attr(attr) => write!(f, "{attr}"),
            Expr::List(items) => {
                write!(f, "[")?;
                separated(f, items)?;
                write!(f, "]")
            }
            Expr::Object(fields) => {
                write!(f, "{{")?;
                for (index, (key, field)) in fields.iter().enumerate() {
                    write!(f, "{}{key}: {field}", if index == 0 { "" } else { ", " })?;
                }
                write!(f, "}}")
            }
            Expr::Format(parts) => {
                write!(f, "\"")?;
                for part in parts {
                    match part {
                        Expr::Lit(Value::String(text)) => write!(f, "{}", text.escape_debug())?,
                        Expr::Lit(value) => write!(f, "{}", value.redacted())?,
                        other => write!(f, "${{{other}}}")?,
                    }
                }
                write!(f, "\"")
            }
            Expr::Call { function, args } => {
                write!(f, "{}(", function.name())?;
                separated(f, args)?;
                write!(f, ")")
            }
            Expr::Secret(_) => write!(f, "(secret)"),
        }
    }
}

fn separated(f: &mut fmt::Formatter<'_>, items: &[Expr]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attr(name: &str, output: &str) -> Expr {
        Expr::Attr(Attr { resource: Address::new("t:t/t", name), output: output.into() })
    }

    fn only_a(attr: &Attr) -> Result<Option<Value>, EvalError> {
        Ok((attr.resource.name() == "a").then(|| Value::from("known")))
    }

    #[test]
    fn what_is_known_is_put_in_and_the_rest_stays_in_place() {
        let expr = Expr::List(vec![attr("a", "id"), Expr::Object(BTreeMap::from([("x".into(), attr("b", "ip"))]))]);
        assert_eq!(expr.evaluate(&only_a).unwrap().to_string(), "[\"known\", {x: b.ip}]");
    }

    #[test]
    fn a_text_keeps_its_unknown_part_between_its_known_ones() {
        let expr = Expr::Format(vec![Expr::lit("http://"), attr("a", "id"), Expr::lit(":"), attr("b", "port")]);
        assert_eq!(expr.evaluate(&only_a).unwrap().to_string(), "\"http://known:${b.port}\"");
    }

    #[test]
    fn a_secret_passes_its_mark_to_the_text_made_from_it() {
        let expr = Expr::Format(vec![Expr::lit("user:"), Expr::Secret(Box::new(attr("a", "password")))]);
        let value = expr.evaluate(&only_a).unwrap().value().unwrap();
        assert_eq!(value, Value::Secret(Box::new(Value::from("user:known"))));
    }

    #[test]
    fn a_secret_is_not_shown_inside_a_text_that_is_still_unknown() {
        let expr = Expr::Format(vec![Expr::Secret(Box::new(attr("a", "password"))), attr("b", "port")]);
        assert_eq!(
            expr.evaluate(&only_a).unwrap().to_string(),
            "\"\\\"(secret)\\\"${b.port}\"".replace("\\\"(secret)\\\"", "\"(secret)\"")
        );
    }

    #[test]
    fn one_known_part_of_a_condition_can_decide_all_of_it() {
        let both = |function, known: bool| Expr::Call { function, args: vec![attr("b", "x"), Expr::Lit(Value::Bool(known))] };
        let value = |expr: Expr| expr.evaluate(&only_a).unwrap().value();
        assert_eq!(value(both(Function::And, false)), Some(Value::Bool(false)));
        assert_eq!(value(both(Function::Or, true)), Some(Value::Bool(true)));
        assert_eq!((value(both(Function::And, true)), value(both(Function::Or, false))), (None, None));
    }

    #[test]
    fn references_are_found_everywhere() {
        let expr = Expr::Call { function: Function::Join, args: vec![Expr::lit(","), Expr::List(vec![attr("a", "x"), attr("b", "y")])] };
        assert_eq!(expr.refs().len(), 2);
    }
}
