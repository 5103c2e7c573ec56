//! Where a contract and AWS's schema say different things, field by field.

use infra_core::Field;

use crate::path;
use crate::rules::{Replacement, Rules};
use crate::shape::{Demand, Shape};
use crate::types;

/// One thing that the two say differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disagreement {
    /// The field of ours, as `settings.port`; empty for what no field has.
    pub(crate) field: String,
    /// The property of theirs.
    pub(crate) path: String,
    /// What differs.
    pub(crate) what: String,
    /// Whose explanation counts: the field's, or that of a field around it; none where there is no field.
    pub(crate) explained_at: Option<Explained>,
}

/// An explanation beside a field, as the field is known wherever its block is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Explained {
    /// The field's name.
    pub(crate) name: String,
    /// What it is documented as, so that two fields of a name differ.
    pub(crate) doc: String,
    /// The explanation; none if there is none.
    pub(crate) why: Option<String>,
}

impl Explained {
    /// How a field is known.
    pub(crate) fn of(field: &Field) -> Explained {
        Explained { name: field.name.clone(), doc: field.doc.clone(), why: field.unlike_cloud.clone() }
    }
}

/// Compares the fields of an object with its shape.
pub(crate) struct Comparison<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) found: Vec<Disagreement>,
}

/// What is around the fields of an object; nothing around the inputs of a resource.
#[derive(Clone, Copy, Default)]
pub(crate) struct Around<'a> {
    name: &'a str,
    path: &'a str,
    /// Whether another value needs another object already because of what is around.
    replaced: bool,
    /// The nearest explanation, which holds for all inside that has none of its own.
    explained: Option<&'a Field>,
}

/// Where a field stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    field: &'a Field,
    name: &'a str,
    path: &'a str,
    explained: &'a Field,
}

impl Comparison<'_> {
    /// Compares fields with the properties of the object that holds them.
    pub(crate) fn fields(&mut self, fields: &[Field], shape: &Shape<'_>, around: Around<'_>) {
        for field in fields {
            let inner = path::of(field);
            let shared = fields.iter().filter(|other| path::of(other) == inner).count() > 1;
            let name = if around.name.is_empty() { field.name.clone() } else { format!("{}.{}", around.name, field.name) };
            let path = path::join(around.path, &inner);
            let explained = around.explained.filter(|_| field.unlike_cloud.is_none()).unwrap_or(field);
            self.field(Place { field, name: &name, path: &path, explained }, &inner, shape, shared, around);
        }
    }

    fn field(&mut self, at: Place<'_>, inner: &str, shape: &Shape<'_>, shared: bool, around: Around<'_>) {
        let (mut here, mut demand) = (shape.clone(), Demand::Always);
        for step in path::steps(inner) {
            let object = here.innermost();
            let properties = object.properties();
            let Some(property) = properties.get(step) else {
                // An object without properties can hold anything.
                if !properties.is_empty() {
                    let near = properties.keys().find(|known| known.eq_ignore_ascii_case(step));
                    let near = near.map(|near| format!(", which has `{near}`: write that")).unwrap_or_default();
                    self.add(at, format!("AWS has no property `{step}` there{near}"));
                }
                return;
            };
            demand = demand.min(object.demand(step));
            here = property.clone();
        }
        if self.rules.read_only(at.path) {
            self.add(at, "only AWS sets this property".into());
            return;
        }
        let replaced = self.replacement(at, around.replaced);
        if !shared && !inner.is_empty() && at.field.physical_name.is_none() {
            match (at.field.required, demand) {
                (true, Demand::Never) => self.add(at, "required here, and optional for AWS".into()),
                (false, Demand::Always) => self.add(at, "optional here, and required by AWS".into()),
                _ => {}
            }
        }
        for what in types::differences(&at.field.ty, &here) {
            self.add(at, what);
        }
        if let Some(fields) = path::fields(&at.field.ty).filter(|_| !here.is_pairs()) {
            if !inner.is_empty() {
                self.lacking(at, fields, &here.innermost());
            }
            let explained = Some(at.explained).filter(|field| field.unlike_cloud.is_some());
            self.fields(fields, &here.innermost(), Around { name: at.name, path: at.path, replaced, explained });
        }
    }

    /// Whether what is inside needs not be looked at for this any more.
    fn replacement(&mut self, at: Place<'_>, replaced: bool) -> bool {
        let inside = path::fields(&at.field.ty).is_some_and(|fields| fields.iter().any(|field| field.replace));
        match (self.rules.replacement(at.path), at.field.replace) {
            (Replacement::Never, true) => self.add(at, "another value needs another object here, and AWS changes it in place".into()),
            // Where fields inside need another object, each of these is compared.
            (Replacement::Always, false) if !replaced && !inside => {
                self.add(at, "changed in place here, and AWS needs another object for another value".into());
                return true;
            }
            _ => {}
        }
        replaced || at.field.replace
    }

    /// What an object must have for AWS and no field of ours gives.
    fn lacking(&mut self, at: Place<'_>, fields: &[Field], shape: &Shape<'_>) {
        for name in shape.properties().into_keys().filter(|name| shape.demand(name) == Demand::Always) {
            if !has(fields, name) && !self.rules.read_only(&path::join(at.path, name)) {
                self.add(at, format!("has no field for `{name}`, which AWS requires"));
            }
        }
    }

    fn add(&mut self, at: Place<'_>, what: String) {
        let explained_at = Some(Explained::of(at.explained));
        self.found.push(Disagreement { field: at.name.into(), path: at.path.into(), what, explained_at });
    }
}

/// Whether one of the fields gives a property, or a part of it.
pub(crate) fn has(fields: &[Field], name: &str) -> bool {
    fields.iter().any(|field| match path::steps(&path::of(field)).next() {
        Some(first) => first == name,
        None => path::fields(&field.ty).is_some_and(|fields| has(fields, name)),
    })
}
