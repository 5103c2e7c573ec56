//! Outputs of other stacks, as this one may use them.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lookup::{Question, Stop};
use crate::{Diagnostic, Expr, Location, Output, Stack, Type, Typed, Value, check_name};

/// The kind of the question for another stack's outputs.
pub const OUTPUTS_OF_STACK: &str = "infra:stack";

/// What is asked for another stack's outputs.
#[derive(Serialize)]
struct OutputsOf<'a> {
    stack: &'a str,
}

/// Another stack in the same environment.
#[derive(Clone)]
pub struct Reference {
    from: Stack,
    to: String,
}

impl Stack {
    /// Another stack, whose outputs this one uses. They are those of its last deployment to the same environment: they are
    /// not pinned, and neither stack waits for the other.
    #[must_use]
    pub fn reference(&self, stack: impl Into<String>) -> Reference {
        Reference { from: self.clone(), to: stack.into() }
    }
}

impl Reference {
    /// An output of that stack. Where it is secret there, it is secret here.
    ///
    /// # Errors
    /// [`Stop::Unanswered`] where the engine has not said it yet: pass it on with `?`, and the program is run again. Where
    /// the stack has no such output, or one of another type.
    #[track_caller]
    pub fn output<T: Typed>(&self, name: impl AsRef<str>) -> Result<Output<T>, Stop> {
        let value = self.given(name.as_ref(), &T::ty(), &Location::caller())?;
        Ok(Output::from_expr(Expr::Lit(value)))
    }

    /// The value of an output of that stack, for the program to decide on: how many, or which.
    ///
    /// # Errors
    /// As [`output`](Reference::output); and where the output is secret.
    #[track_caller]
    pub fn value<T: Typed + DeserializeOwned>(&self, name: impl AsRef<str>) -> Result<T, Stop> {
        let (name, here) = (name.as_ref(), Location::caller());
        let value = self.given(name, &T::ty(), &here)?;
        if value.has_secret() {
            let problem = "is secret, and a program that decides on it would show it";
            return Err(self.wrong(name, problem.into(), &here, "pass it on with `output`".into()));
        }
        let mistyped = |error: serde_json::Error| self.wrong(name, format!("cannot be read: {error}"), &here, "correct the type".into());
        serde_json::from_value(value.reveal()).map_err(mistyped)
    }

    fn given(&self, name: &str, ty: &Type, here: &Location) -> Result<Value, Stop> {
        if let Err(problem) = check_name(&self.to) {
            return Err(Stop::Failed(Diagnostic::new(problem).with_field(format!("stack {}", self.to)).with_location(here)));
        }
        if self.to == self.from.name() {
            return Err(self.wrong(name, "is its own".into(), here, "use the value itself".into()));
        }
        let query = serde_json::to_value(OutputsOf { stack: &self.to }).map_err(|error| Stop::failed(error.to_string()))?;
        self.from.with(|shared| {
            let Some(outputs) = shared.references.get(&self.to) else {
                let kind = OUTPUTS_OF_STACK.to_owned();
                shared.questions.push(Question { kind, query, provider: None, declared: here.clone() });
                return Err(Stop::Unanswered);
            };
            let Some(value) = outputs.get(name) else {
                let names: Vec<String> = outputs.keys().map(|name| format!("`{name}`")).collect();
                let help =
                    if names.is_empty() { "it has no outputs at all".to_owned() } else { format!("its outputs are {}", names.join(", ")) };
                return Err(wrong(&shared.graph.stack, &self.to, name, "is not one that it has".into(), here, help));
            };
            if is_lost(value) {
                let (problem, help) = ("is secret, and its value is not kept", "take it from where it was made");
                return Err(wrong(&shared.graph.stack, &self.to, name, problem.into(), here, help.into()));
            }
            if !fits(value, ty) {
                let problem = format!("is {}, and not {}", described(value), ty.describe());
                return Err(wrong(&shared.graph.stack, &self.to, name, problem, here, "correct the type, here or there".into()));
            }
            shared.graph.references.entry(self.to.clone()).or_default().insert(name.to_owned(), value.clone());
            Ok(value.clone())
        })
    }

    fn wrong(&self, name: &str, problem: String, here: &Location, help: String) -> Stop {
        wrong(&self.from.name(), &self.to, name, problem, here, help)
    }
}

fn wrong(from: &str, to: &str, name: &str, problem: String, here: &Location, help: String) -> Stop {
    let problem = Diagnostic::new(format!("stack `{from}` refers to output `{name}` of stack `{to}`, which {problem}"));
    Stop::Failed(problem.with_location(here).with_help(help))
}

/// Whether what there is of it is a digest.
fn is_lost(value: &Value) -> bool {
    match value {
        Value::Digest(_) => true,
        Value::Secret(inner) => is_lost(inner),
        Value::List(items) => items.iter().any(is_lost),
        Value::Object(fields) => fields.values().any(is_lost),
        _ => false,
    }
}

/// Whether a value can be one of this type, as far as the value tells: an id is text.
fn fits(value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Secret(inner), ty) => fits(inner, ty),
        // It is opened once it is known that the program uses it, and the program is run again.
        (Value::Sealed(_), _) => true,
        (_, Type::Json)
        | (Value::Bool(_), Type::Bool)
        | (Value::Number(_), Type::Float)
        | (Value::String(_), Type::String | Type::Id(_)) => true,
        (Value::Number(number), Type::Int) => number.is_i64() || number.is_u64(),
        (Value::String(text), Type::Choice(words)) => words.contains(text),
        (Value::List(items), Type::List(item) | Type::Set(item)) => items.iter().all(|value| fits(value, item)),
        (Value::Object(fields), Type::Map(of)) => fields.values().all(|value| fits(value, of)),
        (Value::Object(fields), Type::Block(of)) => of.iter().all(|field| match fields.get(&field.name) {
            Some(value) => fits(value, &field.ty),
            None => !field.required,
        }),
        _ => false,
    }
}

/// A value's type as a message names it; never the value.
fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::List(_) => "a list",
        Value::Object(_) => "an object",
        Value::Secret(inner) => described(inner),
        Value::Digest(_) => "a digest",
        Value::Sealed(_) => "a secret",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_fits_a_type_as_far_as_it_tells() {
        let fits = |json: serde_json::Value, ty: Type| fits(&Value::from(json), &ty);
        assert!(fits(json!("vpc-1"), Type::Id("VpcId".into())) && !fits(json!(["vpc-1"]), Type::Id("VpcId".into())));
        assert!(fits(json!(["a"]), Vec::<String>::ty()) && !fits(json!(["a", 1]), Vec::<String>::ty()));
        assert!(fits(json!(1), i32::ty()) && !fits(json!(1.5), i32::ty()) && fits(json!(1.5), f64::ty()));
        assert!(fits(json!({"a": 1}), Type::Map(Box::new(Type::Int))) && fits(json!(null), Type::Json));
        assert!(!fits(json!("c"), Type::Choice(vec!["a".into(), "b".into()])));
    }
}
