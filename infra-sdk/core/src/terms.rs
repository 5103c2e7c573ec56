//! What a program says of a resource beside its inputs, where that may refer to values that are not known yet: what
//! replaces it, what goes with it, what must hold, and what runs beside it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Address, Attr, Expr, Hook};

/// The conditions of a resource; by default, none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// Values of which another one needs another object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Expr>,
    /// Resources with which it is replaced.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub replace_with: BTreeSet<Address>,
    /// Resources that contain it, so that it goes when one of them does.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub deleted_with: BTreeSet<Address>,
    /// What must hold before it is made or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preconditions: Vec<Check>,
    /// What must hold of it before others use it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postconditions: Vec<Check>,
    /// Commands that run beside its steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
}

/// Something that must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What: true or false, once it is known.
    pub condition: Expr,
    /// What is said where it does not hold.
    pub message: String,
}

impl Check {
    /// Whether it holds; nothing while that is not known. Anything but true and false is wrong, and does not hold.
    pub fn holds(&self) -> Option<bool> {
        self.condition.value().map(|value| value.reveal() == serde_json::Value::Bool(true))
    }
}

impl Terms {
    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == Terms::default()
    }

    /// The resources that must be there before this one, whose address is `own`.
    pub fn dependencies(&self, own: &Address) -> BTreeSet<Address> {
        let mut all: BTreeSet<Address> = self.replace_with.union(&self.deleted_with).cloned().collect();
        self.visit(&mut |attr| {
            if attr.resource != *own {
                all.insert(attr.resource.clone());
            }
        });
        all
    }

    /// Calls `see` with every output that is referred to.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Attr)) {
        self.triggers.iter().for_each(|trigger| trigger.visit(see));
        self.preconditions.iter().chain(&self.postconditions).for_each(|check| check.condition.visit(see));
        self.hooks.iter().for_each(|hook| hook.command.exprs().for_each(|expr| expr.visit(see)));
    }

    /// The same with every expression as `change` makes it.
    ///
    /// # Errors
    /// The first one that `change` returns.
    pub fn try_map<E>(&self, change: &mut dyn FnMut(&Expr) -> Result<Expr, E>) -> Result<Terms, E> {
        let mut terms = self.clone();
        let checks = terms.preconditions.iter_mut().chain(&mut terms.postconditions).map(|check| &mut check.condition);
        let hooks = terms.hooks.iter_mut().flat_map(|hook| hook.command.exprs_mut());
        for expr in terms.triggers.iter_mut().chain(checks).chain(hooks) {
            *expr = change(expr)?;
        }
        Ok(terms)
    }
}
