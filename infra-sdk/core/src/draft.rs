//! What every builder is inside: a name, the fields set so far, and the options.

use std::collections::{BTreeMap, BTreeSet};

use crate::identity::Said;
use crate::{
    Address, Check, Command, Declared, Export, Expr, Hook, Import, Input, InputField, Location, Moment, Node, Options, Provider, Resource,
    Stack,
};

/// In a builder's type: a required argument that is set.
#[derive(Clone, Copy, Debug)]
pub struct Set;

/// In a builder's type: a required argument that is not set yet.
#[derive(Clone, Copy, Debug)]
pub struct Unset;

/// A resource that is being written down.
#[derive(Clone, Debug)]
pub struct Draft {
    name: String,
    inputs: BTreeMap<String, Expr>,
    depends_on: BTreeSet<Address>,
    options: Options,
    former: Vec<Said>,
}

impl Draft {
    /// A resource of this logical name with nothing set.
    pub fn new(name: impl Into<String>) -> Draft {
        Draft { name: name.into(), inputs: BTreeMap::new(), depends_on: BTreeSet::new(), options: Options::default(), former: Vec::new() }
    }

    /// Sets an input.
    pub fn set(&mut self, field: &str, value: Expr) {
        self.inputs.insert(field.to_owned(), value);
    }

    /// Adds an edge that no reference shows.
    pub fn depend_on(&mut self, other: &impl Declared) {
        self.depends_on.insert(other.address().clone());
    }

    /// Refuses what would delete or replace it.
    pub fn protect(&mut self) {
        self.options.lifecycle.protect = true;
    }

    /// Leaves the object in the cloud when it leaves the stack.
    pub fn retain_on_delete(&mut self) {
        self.options.lifecycle.retain_on_delete = true;
    }

    /// Takes differences in these inputs for none once the object exists.
    pub fn ignore_changes<R>(&mut self, fields: impl IntoIterator<Item = InputField<R>>) {
        self.options.ignore_changes.extend(fields.into_iter().map(|field| field.name().to_owned()));
    }

    /// Takes differences in these inputs for what needs another object.
    pub fn replace_on_changes<R>(&mut self, fields: impl IntoIterator<Item = InputField<R>>) {
        self.options.replace_on_changes.extend(fields.into_iter().map(|field| field.name().to_owned()));
    }

    /// Deletes the old object first wherever another takes its place.
    pub fn delete_before_create(&mut self) {
        self.options.delete_before_create = true;
    }

    /// Takes over what the state has under another name of this stack.
    pub fn moved_from(&mut self, name: impl Into<String>) {
        self.former.push(Said { stack: None, name: name.into() });
    }

    /// Takes over what another stack has under a name.
    pub fn moved_from_stack(&mut self, stack: impl Into<String>, name: impl Into<String>) {
        self.former.push(Said { stack: Some(stack.into()), name: name.into() });
    }

    /// Takes over an object that exists; with `update`, makes it as the program says.
    pub fn import(&mut self, id: impl Into<String>, update: bool) {
        self.options.import = Some(Import { id: id.into(), update });
    }

    /// Lets it violate a policy, for this reason.
    pub fn allow(&mut self, policy: impl Into<String>, reason: impl Into<String>) {
        self.options.allow.insert(policy.into(), reason.into());
    }

    /// Replaces it wherever `other` is replaced.
    pub fn replace_with(&mut self, other: &impl Declared) {
        self.options.terms.replace_with.insert(other.address().clone());
    }

    /// Makes no call for its end where `other`, which contains it, ends too.
    pub fn deleted_with(&mut self, other: &impl Declared) {
        self.options.terms.deleted_with.insert(other.address().clone());
    }

    /// Replaces it where one of these values has become another one.
    pub fn triggers(&mut self, values: impl IntoIterator<Item = impl Export>) {
        self.options.terms.triggers.extend(values.into_iter().map(Export::exported));
    }

    /// What must hold before it is made or changed.
    pub fn precondition(&mut self, condition: impl Input<bool>, message: impl Into<String>) {
        self.options.terms.preconditions.push(Check { condition: condition.into_expr(), message: message.into() });
    }

    /// What must hold of it before others use it.
    pub fn postcondition(&mut self, condition: impl Input<bool>, message: impl Into<String>) {
        self.options.terms.postconditions.push(Check { condition: condition.into_expr(), message: message.into() });
    }

    /// Runs a command beside its steps.
    pub fn hook(&mut self, moment: Moment, command: Command) {
        self.options.terms.hooks.push(Hook { moment, command });
    }

    /// Puts it where a provider says.
    pub fn provider(&mut self, provider: &Provider) {
        self.options.lifecycle.provider = Some(provider.clone());
    }

    /// What a resource that is being written down is called in its own conditions and hooks, until it has an address.
    pub fn this<R: Resource>() -> Address {
        Address::new(R::KIND, "")
    }

    /// What was declared, to be changed.
    pub(crate) fn of(node: &Node) -> Draft {
        let Node { address, inputs, depends_on, options, .. } = node.clone();
        Draft { name: address.name().to_owned(), inputs, depends_on, options, former: Vec::new() }
    }

    /// What is written, as a declaration.
    pub(crate) fn node(self, address: Address, declared: Location) -> Node {
        let Draft { inputs, depends_on, mut options, .. } = self;
        let this = Address::new(address.kind().clone(), "");
        let own = options.terms.try_map(&mut |expr| Ok::<_, std::convert::Infallible>(expr.readdressed(&this, &address)));
        match own {
            Ok(terms) => options.terms = terms,
            Err(never) => match never {},
        }
        Node { address, inputs, depends_on, options, declared }
    }

    /// Adds the resource to the stack, as declared at `declared`.
    pub fn add<R: Resource>(self, stack: &Stack, declared: Location) -> Address {
        let (name, mut draft) = (self.name.clone(), self);
        draft.options.moved_from = stack.former::<R>(&name, &draft.former, &declared);
        stack.declare::<R>(&name, |address| draft.node(address, declared))
    }
}
