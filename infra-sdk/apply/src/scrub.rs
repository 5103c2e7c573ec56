//! The words of a service without the secrets that it may repeat.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use infra_core::{Expr, Function, Value};
use infra_plan::State;

/// Secrets shorter than this, in bytes, are in too many words to be taken out of them.
const SHORTEST: usize = 4;

/// What must not be said during a run: its secrets, and how they look where a service has written them in another form.
#[derive(Clone, Debug, Default)]
pub struct Scrub(Arc<Mutex<Words>>);

#[derive(Default)]
struct Words(BTreeSet<String>);

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

impl Scrub {
    /// One that knows these texts.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Scrub {
        let scrub = Scrub::default();
        secrets.into_iter().for_each(|secret| scrub.note(&Value::Secret(Box::new(Value::from(secret)))));
        scrub
    }

    /// Notes all the secrets of a state.
    pub(crate) fn note_state(&self, state: &State) {
        // Nothing is changed; only a state of one's own can be walked through.
        let Ok(()) = state.clone().each_secret::<std::convert::Infallible>(&mut |secret| {
            self.note(secret);
            Ok(())
        });
    }

    fn words(&self) -> MutexGuard<'_, Words> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the secrets in a value.
    pub(crate) fn note(&self, value: &Value) {
        collect(value, false, &mut self.words().0);
    }

    /// Notes the secrets in an expression, each for itself: a service may repeat a part of the text that they are made into.
    pub(crate) fn note_parts(&self, expr: &Expr) {
        self.note_parts_of(expr, false);
    }

    fn note_parts_of(&self, expr: &Expr, secret: bool) {
        match expr {
            Expr::Lit(value) => collect(value, secret, &mut self.words().0),
            Expr::Attr(_) => {}
            Expr::List(items) => items.iter().for_each(|item| self.note_parts_of(item, secret)),
            Expr::Object(fields) => fields.values().for_each(|field| self.note_parts_of(field, secret)),
            Expr::Format(parts) | Expr::Call { args: parts, .. } => {
                // A secret text gives nothing away of itself by a word that stands in it: of its parts only those are secrets that
                // are marked themselves. What is not known of it yet is noted as a whole when it is.
                parts.iter().for_each(|part| self.note_parts_of(part, false));
                if let (true, Ok(Expr::Lit(whole))) = (secret, expr.evaluate(&|_| Ok(None))) {
                    collect(&whole, true, &mut self.words().0);
                }
            }
            Expr::Secret(inner) => self.note_parts_of(inner, true),
        }
    }

    /// A value in which every text is marked that has one of them in it.
    pub(crate) fn marked(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if self.scrubbed(text) != *text => Value::Secret(Box::new(value.clone())),
            Value::List(items) => Value::List(items.iter().map(|item| self.marked(item)).collect()),
            Value::Object(fields) => Value::Object(fields.iter().map(|(key, field)| (key.clone(), self.marked(field))).collect()),
            plain => plain.clone(),
        }
    }

    /// A text without them.
    pub fn scrubbed(&self, text: &str) -> String {
        let known = self.words();
        // A longer one may have a shorter one in it.
        let mut words: Vec<&String> = known.0.iter().filter(|word| text.contains(word.as_str())).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.iter().fold(text.to_owned(), |text, word| text.replace(word.as_str(), "(secret)"))
    }
}

fn collect(value: &Value, secret: bool, into: &mut BTreeSet<String>) {
    match value {
        Value::Secret(inner) => collect(inner, true, into),
        Value::List(items) => items.iter().for_each(|item| collect(item, secret, into)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, secret, into)),
        Value::String(text) if secret => forms(text, into),
        Value::Number(number) if secret => forms(&number.to_string(), into),
        _ => {}
    }
}

/// A secret as it is, and as services write it: in base64, in hexadecimal, within JSON, within a URL.
fn forms(text: &str, into: &mut BTreeSet<String>) {
    if text.len() < SHORTEST || into.contains(text) {
        return;
    }
    if let Ok(Value::String(base64)) = Function::Base64.call(&[Value::from(text)]) {
        into.insert(base64.trim_end_matches('=').to_owned());
    }
    into.insert(text.bytes().map(|byte| format!("{byte:02x}")).collect());
    into.insert(text.bytes().map(|byte| format!("{byte:02X}")).collect());
    let quoted = serde_json::Value::from(text).to_string();
    into.insert(quoted.trim_matches('"').to_owned());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    into.insert(text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect());
    into.insert(text.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_taken_out_in_whatever_form_a_service_repeats_it() {
        let scrub = Scrub::default();
        scrub.note(&Value::Secret(Box::new(Value::from(serde_json::json!({ "user": ["pa ss\"w/rd", 12345], "short": "abc" })))));
        let repeated =
            "'pa ss\"w/rd' cGEgc3MidyUy cGEgc3Midy9yZA== 7061207373 706120737322772f7264 pa%20ss%22w%2Frd pa ss\\\"w/rd 12345 abc";
        assert_eq!(
            scrub.scrubbed(repeated),
            "'(secret)' cGEgc3MidyUy (secret)== 7061207373 (secret) (secret) (secret) (secret) abc",
            "what is another or too short stays"
        );
        assert!(!format!("{scrub:?}").contains("12345"));
    }

    #[test]
    fn a_word_that_stands_in_a_secret_text_is_no_secret_and_a_secret_that_stands_in_one_is() {
        let attr = Expr::Attr(infra_core::Attr { resource: infra_core::Address::new("t:t/t", "drawn"), output: "value".into() });
        let marked = |expr: Expr| Expr::Secret(Box::new(expr));
        let scrub = Scrub::default();
        scrub.note_parts(&marked(Expr::Format(vec![Expr::lit("batch"), attr])));
        scrub.note_parts(&marked(Expr::Format(vec![Expr::lit("mysql://"), marked(Expr::lit("hunter2")), Expr::lit("@host")])));
        scrub.note_parts(&marked(Expr::Call { function: Function::Upper, args: vec![Expr::lit("known as a whole")] }));
        scrub.note_parts(&marked(Expr::List(vec![Expr::lit("each"), Expr::lit("item")])));
        assert_eq!(
            scrub.scrubbed("batch mysql://hunter2@host hunter2 @host known as a whole KNOWN AS A WHOLE each item"),
            "batch (secret) (secret) @host known as a whole (secret) (secret) (secret)"
        );
    }
}
