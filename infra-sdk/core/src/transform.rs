//! Changes to every resource of a scope, made when the program has declared all: "tag everything", "protect databases".

use std::collections::BTreeMap;

use crate::{Address, Draft, Export, Expr, Function, Node, Options, Provider, Resource, Schema, Type, Value};

/// What changes a resource.
pub(crate) type Change = Box<dyn FnMut(&mut Declaration<'_>)>;

/// A resource whose declaration can be written on: made by the derive.
pub trait Rewrite: Resource {
    /// Its builder, with all set that is required.
    type Builder;

    /// Its builder, of what is written so far.
    #[doc(hidden)]
    fn reopened(draft: Draft) -> Self::Builder;

    /// What is written in a builder.
    #[doc(hidden)]
    fn closed(builder: Self::Builder) -> Draft;
}

/// A resource as it was declared, and may be changed before the stack is handed over.
pub struct Declaration<'a> {
    pub(crate) node: &'a mut Node,
    pub(crate) schema: &'a Schema,
}

impl Declaration<'_> {
    /// Its address.
    pub fn address(&self) -> &Address {
        &self.node.address
    }

    /// Its kind, as in `aws:ec2/subnet`.
    pub fn kind(&self) -> &str {
        self.node.address.kind()
    }

    /// Its name with its scopes, as in `network/public-1`.
    pub fn name(&self) -> &str {
        self.node.address.name()
    }

    /// What its type takes and gives.
    pub fn schema(&self) -> &Schema {
        self.schema
    }

    /// What it was given for an input.
    pub fn input(&self, name: &str) -> Option<&Expr> {
        self.node.inputs.get(name)
    }

    /// Gives it an input, whatever it had. One that its type does not have is left out; says whether it has it.
    pub fn set(&mut self, name: &str, value: impl Export) -> bool {
        let known = self.schema.input(name).is_some();
        if known {
            self.node.inputs.insert(name.to_owned(), value.exported());
        }
        known
    }

    /// Its options, to read and to change.
    pub fn options(&mut self) -> &mut Options {
        &mut self.node.options
    }

    /// Refuses every plan that would delete or replace it.
    pub fn protect(&mut self) {
        self.node.options.lifecycle.protect = true;
    }

    /// Leaves the object in the cloud when it leaves the stack.
    pub fn retain_on_delete(&mut self) {
        self.node.options.lifecycle.retain_on_delete = true;
    }

    /// Puts it where a provider says, unless it was put somewhere already.
    pub fn provider(&mut self, provider: &Provider) {
        self.node.options.lifecycle.provider.get_or_insert_with(|| provider.clone());
    }

    /// Gives it tags beside its own, which it keeps. Types that have no tags are left alone; says whether it has them.
    pub fn tag(&mut self, tags: &BTreeMap<String, String>) -> bool {
        let Some(field) = self.schema.input("tags") else { return false };
        let own = self.node.inputs.remove("tags");
        let tags = match &field.ty {
            Type::Map(_) => Some(under(tags, own.clone())),
            Type::List(item) | Type::Set(item) => items(tags, item, own.clone()),
            _ => None,
        };
        let tagged = tags.is_some();
        if let Some(tags) = tags.or(own) {
            self.node.inputs.insert("tags".to_owned(), tags);
        }
        tagged
    }
}

/// Tags by key, under a resource's own.
fn under(tags: &BTreeMap<String, String>, own: Option<Expr>) -> Expr {
    let tags: BTreeMap<String, Expr> = tags.iter().map(|(key, value)| (key.clone(), Expr::lit(value.as_str()))).collect();
    match own {
        None | Some(Expr::Lit(Value::Null)) => Expr::Object(tags),
        Some(Expr::Object(own)) => Expr::Object(tags.into_iter().chain(own).collect()),
        Some(Expr::Lit(Value::Object(own))) => {
            Expr::Object(tags.into_iter().chain(own.into_iter().map(|(key, value)| (key, Expr::Lit(value)))).collect())
        }
        Some(unknown) => Expr::Call { function: Function::Merge, args: vec![Expr::Object(tags), unknown] },
    }
}

/// Tags as a list of blocks with a key and a value, after a resource's own; a block's switches are turned on.
fn items(tags: &BTreeMap<String, String>, item: &Type, own: Option<Expr>) -> Option<Expr> {
    let Type::Block(fields) = item else { return None };
    if !["key", "value"].iter().all(|name| fields.iter().any(|field| field.name == *name)) {
        return None;
    }
    let key = |item: &Expr| match item {
        Expr::Object(fields) => fields.get("key").and_then(Expr::value),
        Expr::Lit(Value::Object(fields)) => fields.get("key").cloned(),
        _ => None,
    };
    let mut all = match own {
        None | Some(Expr::Lit(Value::Null)) => Vec::new(),
        Some(Expr::List(items)) => items,
        Some(Expr::Lit(Value::List(items))) => items.into_iter().map(Expr::Lit).collect(),
        Some(_) => return None,
    };
    let given: Vec<Value> = all.iter().filter_map(key).collect();
    for (key, value) in tags.iter().filter(|(key, _)| !given.iter().any(|given| given.as_str() == Some(key))) {
        let switches = fields.iter().filter(|field| field.required && field.ty == Type::Bool);
        let mut item: BTreeMap<String, Expr> = switches.map(|field| (field.name.clone(), Expr::lit(true))).collect();
        item.insert("key".to_owned(), Expr::lit(key.as_str()));
        item.insert("value".to_owned(), Expr::lit(value.as_str()));
        all.push(Expr::Object(item));
    }
    Some(Expr::List(all))
}
