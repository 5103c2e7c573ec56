//! A plan as policies see it: every declared resource, what becomes of it, and what leaves.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

use infra_core::{Address, Attr, Diagnostic, EvalError, Expr, Graph, Location, Value};
use infra_plan::{Action, Leave, Plan, State, Want};
use serde::{Deserialize, Serialize};

use crate::{Part, Subject};

/// The version of a review's serialized form.
pub const REVIEW_VERSION: u32 = 1;

/// A plan to be judged. No secret is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// The serialized form's version.
    pub version: u32,
    /// The stack.
    pub stack: String,
    /// The environment it is for.
    pub environment: String,
    /// Every resource that the program declares, in its order.
    pub resources: Vec<Resource>,
    /// What leaves the stack.
    pub leaving: Vec<Leaving>,
    /// What policies asked that is no such thing, while they are judged.
    #[serde(skip)]
    pub(crate) mistakes: RefCell<Vec<Diagnostic>>,
}

/// A declared resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Its address.
    pub address: Address,
    /// The Rust type a program writes.
    pub handle: String,
    /// What happens to it.
    pub fate: Fate,
    /// Its inputs as the program declares them, with references to other resources.
    pub declared_inputs: BTreeMap<String, Expr>,
    /// Its inputs as they will be, as far as that is known; secrets are only marked.
    pub inputs: BTreeMap<String, Expr>,
    /// Where it is declared.
    pub declared: Location,
    /// The policies that it may violate, each with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub allow: BTreeMap<String, String>,
    /// Whether the program protects it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
}

/// What happens to a declared resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// Another takes its place.
    Replace,
    /// Nothing.
    Keep,
}

/// Something that leaves the stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leaving {
    /// Its address.
    pub address: Address,
    /// Its physical id.
    pub id: String,
    /// Whether it stays in the cloud.
    pub kept: bool,
}

impl Review {
    /// What a plan makes of what a program declares. `state` is the one that the plan was made for.
    pub fn new(graph: &Graph, plan: &Plan, state: &State, environment: &str) -> Review {
        let mut fates: HashMap<&Address, (Fate, &Want)> = HashMap::new();
        let mut leaving = Vec::new();
        for step in &plan.steps {
            match &step.action {
                Action::Create { want, replaces: None } => drop(fates.insert(&step.address, (Fate::Create, want))),
                Action::Create { want, replaces: Some(_) } => drop(fates.insert(&step.address, (Fate::Replace, want))),
                Action::Update { want, .. } => drop(fates.insert(&step.address, (Fate::Update, want))),
                Action::Adopt { want, changes, .. } => {
                    let fate = if changes.is_empty() { Fate::Keep } else { Fate::Update };
                    fates.insert(&step.address, (fate, want));
                }
                Action::Note { want, .. } => drop(fates.insert(&step.address, (Fate::Keep, want))),
                Action::Delete { why: Leave::Replaced, .. } | Action::Retain { why: Leave::Replaced, .. } => {}
                Action::Delete { id, .. } => leaving.push(Leaving { address: step.address.clone(), id: id.clone(), kept: false }),
                Action::Retain { id, .. } => leaving.push(Leaving { address: step.address.clone(), id: id.clone(), kept: true }),
                Action::Sweep { why: Leave::Replaced, .. } | Action::Forget { .. } => {}
                Action::Sweep { id, .. } => leaving.push(Leaving { address: step.address.clone(), id: id.clone(), kept: false }),
            }
        }
        let known = |attr: &Attr| -> Result<Option<Value>, EvalError> {
            let stays = fates.get(&attr.resource).is_none_or(|(fate, _)| *fate == Fate::Keep);
            let object = state.rows.get(&attr.resource).and_then(|row| row.object.as_ref()).filter(|_| stays);
            Ok(object.and_then(|object| match attr.output.as_str() {
                "id" => Some(Value::from(object.id.as_str())),
                output => object.outputs.get(output).cloned(),
            }))
        };
        let evaluated = |expr: &Expr| expr.evaluate(&known).unwrap_or_else(|_| expr.clone());
        let resources = graph.nodes.iter().map(|node| {
            let planned = fates.get(&node.address);
            let inputs: BTreeMap<String, Expr> = match planned {
                Some((_, want)) => want.inputs.iter().map(|(name, input)| (name.clone(), hidden(input))).collect(),
                None => node.inputs.iter().map(|(name, input)| (name.clone(), hidden(&evaluated(input)))).collect(),
            };
            Resource {
                address: node.address.clone(),
                handle: graph.schemas.get(node.address.kind()).map_or_else(String::new, |schema| schema.handle.clone()),
                fate: planned.map_or(Fate::Keep, |(fate, _)| *fate),
                declared_inputs: node.inputs.iter().map(|(name, input)| (name.clone(), hidden(input))).collect(),
                inputs,
                declared: node.declared.clone(),
                allow: node.options.allow.clone(),
                protect: node.options.lifecycle.protect,
            }
        });
        Review {
            version: REVIEW_VERSION,
            stack: plan.stack.clone(),
            environment: environment.to_owned(),
            resources: resources.collect(),
            leaving,
            mistakes: RefCell::default(),
        }
    }

    /// The resources of one type, to be read by their typed names of inputs.
    pub fn each<R: infra_core::Resource>(&self) -> impl Iterator<Item = Subject<'_, R>> {
        self.of_kind(R::KIND).map(|resource| Subject { review: self, resource, of: PhantomData })
    }

    /// The resources of one kind, as in `aws:ec2/subnet`.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Resource> {
        self.resources.iter().filter(move |resource| &**resource.address.kind() == kind)
    }
}

impl Resource {
    /// An input as it will be, by name; a name that is not set gives a part that is unset.
    pub fn input(&self, name: &str) -> Part<'_> {
        Part::new(self.inputs.get(name), name)
    }

    /// An input as the program declares it: for what it refers to.
    pub fn declared_input(&self, name: &str) -> Part<'_> {
        Part::new(self.declared_inputs.get(name), name)
    }

    /// Whether an input refers to another resource.
    pub fn refers_to(&self, input: &str, other: &Address) -> bool {
        self.declared_input(input).refers_to().iter().any(|attr| attr.resource == *other)
    }
}

/// The expression with every secret's value taken out, and its mark left.
fn hidden(expr: &Expr) -> Expr {
    let each = |items: &[Expr]| items.iter().map(hidden).collect();
    match expr {
        Expr::Lit(value) => Expr::Lit(hidden_value(value)),
        Expr::Attr(attr) => Expr::Attr(attr.clone()),
        Expr::List(items) => Expr::List(each(items)),
        Expr::Format(parts) => Expr::Format(each(parts)),
        Expr::Call { function, args } => Expr::Call { function: *function, args: each(args) },
        Expr::Object(fields) => Expr::Object(fields.iter().map(|(key, field)| (key.clone(), hidden(field))).collect()),
        Expr::Secret(_) => Expr::Lit(Value::Digest(String::new())),
    }
}

fn hidden_value(value: &Value) -> Value {
    match value {
        Value::Secret(_) | Value::Digest(_) | Value::Sealed(_) => Value::Digest(String::new()),
        Value::List(items) => Value::List(items.iter().map(hidden_value).collect()),
        Value::Object(fields) => Value::Object(fields.iter().map(|(key, field)| (key.clone(), hidden_value(field))).collect()),
        plain => plain.clone(),
    }
}
