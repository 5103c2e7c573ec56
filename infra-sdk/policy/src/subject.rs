//! A resource of a type that the policy knows.

use std::marker::PhantomData;
use std::ops::Deref;

use infra_core::{Diagnostic, Expr, InputField, Value};
use serde::de::DeserializeOwned;

use crate::{Known, Part, Resource, Review, Violation};

/// A resource of the type `R` in a review.
#[derive(Debug)]
pub struct Subject<'a, R> {
    pub(crate) review: &'a Review,
    pub(crate) resource: &'a Resource,
    pub(crate) of: PhantomData<fn() -> R>,
}

impl<R> Clone for Subject<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Subject<'_, R> {}

impl<R> Deref for Subject<'_, R> {
    type Target = Resource;

    fn deref(&self) -> &Resource {
        self.resource
    }
}

impl<'a, R: infra_core::Resource> Subject<'a, R> {
    /// An input as it will be. Where it is known and no `T`, the policy is wrong, and the plan is denied with that.
    pub fn get<T: DeserializeOwned>(&self, field: InputField<R>) -> Known<T> {
        self.part(field).read().unwrap_or_else(|problem| {
            let problem = Diagnostic::new(format!("the policy reads this input as another type than it has: {problem}"));
            let problem = problem.with_resource(&self.resource.address).with_field(field.name()).with_help("correct the policy");
            self.review.mistakes.borrow_mut().push(problem);
            Known::Later
        })
    }

    /// An input, to look into what of it is known.
    pub fn part(&self, field: InputField<R>) -> Part<'a> {
        Part::new(self.resource.inputs.get(field.name()), field.name())
    }

    /// All inputs, if all are known and none is secret.
    pub fn inputs(&self) -> Option<R::Inputs> {
        let fields = self.resource.inputs.iter().map(|(name, input)| Some((name.clone(), input.value()?)));
        let all = Value::Object(fields.collect::<Option<_>>()?);
        if all.has_secret() { None } else { serde_json::from_value(all.reveal()).ok() }
    }

    /// Whether an input refers to another resource of this review.
    pub fn uses<Other: infra_core::Resource>(&self, field: InputField<R>, other: &Subject<'_, Other>) -> bool {
        let refers = |expr: &Expr| expr.refs().iter().any(|attr| attr.resource == other.resource.address);
        self.resource.declared_inputs.get(field.name()).is_some_and(refers)
    }

    /// That it violates the policy.
    pub fn violates(&self, problem: impl Into<String>) -> Violation {
        Violation::of(self.resource, problem)
    }
}
