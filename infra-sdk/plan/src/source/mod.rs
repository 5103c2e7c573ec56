//! Rust that declares an object as the cloud has it: what `infra import` prints.

mod code;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Field, Schema, Spelling, Type, Value};

use crate::state::State;
use code::Code;
use words::{identifier, path};

/// The declaration of a resource called `name` in the stack, with its scopes, whose object has `id` and was seen to have
/// these `inputs`: `use` lines and a statement that ends in `.add(stack)`, as rustfmt has them.
///
/// What the cloud does not tell, and what is secret, is left to be written, each in a comment. Where `state` has an object
/// with an id that is mentioned, a comment says so.
pub fn declaration(schema: &Schema, name: &str, id: &str, inputs: &BTreeMap<String, Value>, state: &State) -> String {
    let mut page = Page { state, used: BTreeMap::new(), json: false, remarks: Vec::new() };
    page.take(&Spelling { module: schema.module.clone(), name: schema.handle.clone(), variants: Vec::new() });
    let (scopes, own) = name.rsplit_once('/').unwrap_or(("", name));
    let mut calls = page.fields(&schema.inputs, inputs, "");
    calls.push((".import".to_owned(), Code::text(id)));
    let scoped = scopes.split('/').filter(|scope| !scope.is_empty()).map(|scope| format!(".scope({scope:?})"));
    let stack = match scopes.is_empty() {
        true => "stack".to_owned(),
        false => format!("&stack{}", scoped.collect::<String>()),
    };
    calls.push((".add".to_owned(), Code::word(stack)));
    let chain = Code::Chain(format!("{}::new({own:?})", schema.handle), calls);
    let mut text = String::new();
    for (module, names) in &page.used {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match names[..] {
            [one] => text.push_str(&format!("use {module}::{one};\n")),
            _ => {
                text.push_str(&Code::Group(format!("use {module}::{{"), names.iter().map(Code::word).collect(), "}".into()).statement(";"))
            }
        }
    }
    if page.json {
        text.push_str("use serde_json::json;\n");
    }
    text.push('\n');
    for remark in &page.remarks {
        text.push_str(&format!("// {remark}\n"));
    }
    text.push_str(&Code::Let(identifier(own), Box::new(chain)).statement(";"));
    text
}

struct Page<'a> {
    state: &'a State,
    /// Names to be taken from modules.
    used: BTreeMap<String, BTreeSet<String>>,
    /// Whether there is a JSON document.
    json: bool,
    remarks: Vec<String>,
}

impl Page<'_> {
    fn take(&mut self, spelling: &Spelling) {
        self.used.entry(path(&spelling.module)).or_default().insert(spelling.name.clone());
    }

    /// The calls that set the fields of a builder, required ones first.
    fn fields(&mut self, fields: &[Field], values: &BTreeMap<String, Value>, at: &str) -> Vec<(String, Code)> {
        let mut calls = Vec::new();
        let (required, optional): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|field| field.required);
        for field in required.into_iter().chain(optional) {
            let place = if at.is_empty() { field.name.clone() } else { format!("{at}.{}", field.name) };
            let value = values.get(&field.name).filter(|value| !value.is_null());
            if field.secret || value.is_some_and(Value::has_secret) {
                if field.required || value.is_some() {
                    self.remarks.push(format!("`{place}` is secret, and is for you to write: {}.", field.ty.describe()));
                }
                continue;
            }
            let Some(value) = value else {
                if field.required {
                    self.remarks.push(format!("`{place}` is required, and the cloud does not tell it: {}.", field.ty.describe()));
                }
                continue;
            };
            if !field.required && is_empty(value) {
                continue;
            }
            let code = self.value(&field.ty, field.spelling.as_ref(), value, &place);
            calls.push((format!(".{}", words::raw(&field.name)), code));
        }
        calls
    }

    fn value(&mut self, ty: &Type, spelling: Option<&Spelling>, value: &Value, at: &str) -> Code {
        match (ty, value, spelling) {
            (Type::Block(fields), Value::Object(values), Some(spelling)) => {
                self.take(spelling);
                Code::Chain(format!("{}::new()", spelling.name), self.fields(fields, values, at))
            }
            (Type::Choice(choices), Value::String(word), Some(spelling)) => {
                let variant = choices.iter().position(|choice| choice == word).and_then(|at| spelling.variants.get(at));
                self.take(spelling);
                match variant {
                    Some(variant) => Code::word(format!("{}::{variant}", spelling.name)),
                    None => Code::text(word),
                }
            }
            (Type::Id(_), Value::String(id), Some(spelling)) => {
                self.take(spelling);
                self.refer(id, at);
                Code::word(format!("{}::new({id:?})", spelling.name))
            }
            (Type::List(item) | Type::Set(item), Value::List(items), _) if items.is_empty() => self.none_of(item, spelling),
            (Type::List(item) | Type::Set(item), Value::List(items), _) => {
                let items = items.iter().enumerate().map(|(index, value)| self.value(item, spelling, value, &format!("{at}[{index}]")));
                Code::Group("[".into(), items.collect(), "]".into())
            }
            (Type::Map(item), Value::Object(values), _) => {
                let pairs = values.iter().map(|(key, value)| {
                    let value = self.value(item, spelling, value, &format!("{at}.{key}"));
                    Code::Group("(".into(), vec![Code::text(key), value], ")".into())
                });
                match Code::Group("[".into(), pairs.collect(), "]".into()) {
                    Code::Group(_, pairs, _) if pairs.is_empty() => Code::word("[(\"\", \"\"); 0]"),
                    pairs => pairs,
                }
            }
            (Type::Json, value, _) => {
                self.json = true;
                code::document(value)
            }
            (Type::Float, Value::Number(number), _) => Code::word(match number.is_f64() {
                true => format!("{:?}", number.as_f64().unwrap_or_default()),
                false => format!("{number}.0"),
            }),
            (_, Value::String(text), _) => Code::text(text),
            (_, value, _) => Code::word(value.redacted().to_string()),
        }
    }

    /// An empty list, of which the compiler must be told what it has none of.
    fn none_of(&mut self, item: &Type, spelling: Option<&Spelling>) -> Code {
        Code::word(match (item, spelling) {
            (_, Some(spelling)) => {
                self.take(spelling);
                format!("[] as [{}; 0]", spelling.name)
            }
            (Type::Bool, None) => "[true; 0]".to_owned(),
            (Type::Int, None) => "[0; 0]".to_owned(),
            (Type::Float, None) => "[0.0; 0]".to_owned(),
            _ => "[\"\"; 0]".to_owned(),
        })
    }

    /// Says which resource of the stack an id is that of.
    fn refer(&mut self, id: &str, at: &str) {
        let owner = |(address, row): (&'_ Address, &crate::state::Row)| {
            row.object.as_ref().filter(|object| object.id == id).map(|_| address.clone())
        };
        if let Some(address) = self.state.rows.iter().find_map(|(address, row)| owner((address, row))) {
            let handle = identifier(address.name().rsplit('/').next().unwrap_or_default());
            self.remarks.push(format!("`{at}` is {address} of this stack: `&{handle}`, if that is what its handle is called."));
        }
    }
}

/// Whether it is an empty list or object, which is the same as none.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
