//! Every value that a state, a record or a plan holds, for whoever must see each: to seal, to open, to hide.

use std::collections::BTreeMap;

use infra_core::{Expr, Lifecycle, Terms, Value};

use crate::plan::{Action, Difference, Plan, Replacement, Want};
use crate::record::Record;
use crate::saved::SavedPlan;
use crate::state::{Intent, Object, References, Row, State};

/// What is called with each secret, digest and sealed value.
type See<'a, E> = &'a mut dyn FnMut(&mut Value) -> Result<(), E>;

impl State {
    /// Calls `see` with every secret, digest and sealed value in the state.
    ///
    /// # Errors
    /// The first that `see` gives.
    pub fn each_secret<E>(&mut self, see: See<'_, E>) -> Result<(), E> {
        self.rows.values_mut().try_for_each(|row| in_row(row, see))?;
        self.handed.values_mut().try_for_each(|handed| in_row(&mut handed.row, see))?;
        in_values(&mut self.exports, see)?;
        in_references(&mut self.references, see)
    }

    /// Whether anything in it is secret, sealed or not.
    pub fn has_secrets(&self) -> bool {
        self.clone().each_secret(&mut |_| Err(())).is_err()
    }

    /// Whether it has anything that only its key opens.
    pub fn has_sealed(&self) -> bool {
        let sealed = |value: &mut Value| if matches!(value, Value::Sealed(_)) { Err(()) } else { Ok(()) };
        self.clone().each_secret(&mut |value| sealed(value)).is_err()
    }
}

impl Record {
    /// Calls `see` with every secret, digest and sealed value in the record.
    ///
    /// # Errors
    /// The first that `see` gives.
    pub fn each_secret<E>(&mut self, see: See<'_, E>) -> Result<(), E> {
        match self {
            Record::Begun { intent, .. } => in_intent(intent, see),
            Record::Made { object, .. } | Record::Settled { object, .. } => in_object(object, see),
            Record::Exported { exports } => in_values(exports, see),
            Record::Referenced { references } => in_references(references, see),
            Record::Restored { state, .. } | Record::Recovered { state } => state.each_secret(see),
            Record::Taken { row, .. } => in_row(row, see),
            Record::Gone { .. }
            | Record::Abandoned { .. }
            | Record::Decided { .. }
            | Record::Keyed { .. }
            | Record::Moved { .. }
            | Record::Retyped { .. }
            | Record::Handed { .. }
            | Record::Delivered { .. }
            | Record::Forgotten { .. } => Ok(()),
        }
    }
}

impl Plan {
    /// Calls `see` with every secret, digest and sealed value in the plan. What is secret as a whole and not yet known has
    /// plain values in it, which are secret all the same: they are marked first, so that each is seen.
    ///
    /// # Errors
    /// The first that `see` gives.
    pub fn each_secret<E>(&mut self, see: See<'_, E>) -> Result<(), E> {
        for step in &mut self.steps {
            match &mut step.action {
                Action::Create { want, replaces } => {
                    in_want(want, see)?;
                    if let Some(Replacement { changes, .. }) = replaces {
                        in_changes(changes, see)?;
                    }
                }
                Action::Update { want, changes, .. } => {
                    in_want(want, see)?;
                    in_changes(changes, see)?;
                }
                Action::Adopt { want, changes, outputs, .. } => {
                    in_want(want, see)?;
                    in_changes(changes, see)?;
                    in_values(outputs, see)?;
                }
                Action::Note { want, outputs, .. } => {
                    in_want(want, see)?;
                    in_values(outputs, see)?;
                }
                Action::Delete { hooks, .. } => {
                    hooks.iter_mut().flat_map(|hook| hook.command.exprs_mut()).try_for_each(|expr| in_expr(expr, false, see))?;
                }
                Action::Sweep { .. } | Action::Retain { .. } | Action::Forget { .. } => {}
            }
        }
        for export in &mut self.exports {
            export.old.iter_mut().try_for_each(|old| old.each_secret(see))?;
            export.new.iter_mut().try_for_each(|new| in_expr(new, false, see))?;
        }
        self.deferrals.iter_mut().try_for_each(|deferral| in_expr(&mut deferral.until, false, see))?;
        in_references(&mut self.references, see)
    }
}

impl SavedPlan {
    /// Calls `see` with every digest and sealed value in the saved plan.
    ///
    /// # Errors
    /// The first that `see` gives.
    pub fn each_secret<E>(&mut self, see: See<'_, E>) -> Result<(), E> {
        self.graph.each_secret(see)?;
        self.plan.each_secret(see)
    }
}

fn in_row<E>(row: &mut Row, see: See<'_, E>) -> Result<(), E> {
    row.object.iter_mut().chain(&mut row.old).try_for_each(|object| in_object(object, see))?;
    row.intent.iter_mut().try_for_each(|intent| in_intent(intent, see))
}

fn in_want<E>(want: &mut Want, see: See<'_, E>) -> Result<(), E> {
    in_exprs(&mut want.inputs, see)?;
    in_lifecycle(&mut want.lifecycle, see)?;
    in_terms(&mut want.terms, see)
}

fn in_lifecycle<E>(lifecycle: &mut Lifecycle, see: See<'_, E>) -> Result<(), E> {
    lifecycle.triggers.iter_mut().try_for_each(|trigger| trigger.each_secret(see))?;
    lifecycle.hooks.iter_mut().flat_map(|hook| hook.command.exprs_mut()).try_for_each(|expr| in_expr(expr, false, see))
}

fn in_terms<E>(terms: &mut Terms, see: See<'_, E>) -> Result<(), E> {
    *terms = terms.try_map(&mut |expr| {
        let mut expr = expr.clone();
        in_expr(&mut expr, false, see).map(|()| expr)
    })?;
    Ok(())
}

fn in_object<E>(object: &mut Object, see: See<'_, E>) -> Result<(), E> {
    in_lifecycle(&mut object.lifecycle, see)?;
    in_values(&mut object.inputs, see)?;
    in_values(&mut object.outputs, see)
}

fn in_intent<E>(intent: &mut Intent, see: See<'_, E>) -> Result<(), E> {
    match intent {
        Intent::Create { inputs, lifecycle, .. } | Intent::Update { inputs, lifecycle, .. } => {
            in_lifecycle(lifecycle, see)?;
            in_values(inputs, see)
        }
        Intent::Delete { .. } => Ok(()),
    }
}

fn in_values<E>(values: &mut BTreeMap<String, Value>, see: See<'_, E>) -> Result<(), E> {
    values.values_mut().try_for_each(|value| value.each_secret(see))
}

fn in_references<E>(references: &mut References, see: See<'_, E>) -> Result<(), E> {
    references.values_mut().try_for_each(|outputs| in_values(outputs, see))
}

fn in_changes<E>(changes: &mut [Difference], see: See<'_, E>) -> Result<(), E> {
    for change in changes.iter_mut().map(|difference| &mut difference.change) {
        change.old.iter_mut().try_for_each(|old| old.each_secret(see))?;
        change.new.iter_mut().try_for_each(|new| in_expr(new, false, see))?;
    }
    Ok(())
}

fn in_exprs<E>(exprs: &mut BTreeMap<String, Expr>, see: See<'_, E>) -> Result<(), E> {
    exprs.values_mut().try_for_each(|expr| in_expr(expr, false, see))
}

fn in_expr<E>(expr: &mut Expr, secret: bool, see: See<'_, E>) -> Result<(), E> {
    match expr {
        Expr::Lit(value) => {
            if secret && !matches!(value, Value::Secret(_) | Value::Digest(_) | Value::Sealed(_)) {
                *value = Value::Secret(Box::new(std::mem::replace(value, Value::Null)));
            }
            value.each_secret(see)
        }
        Expr::Attr(_) => Ok(()),
        Expr::List(items) | Expr::Format(items) | Expr::Call { args: items, .. } => {
            items.iter_mut().try_for_each(|item| in_expr(item, secret, see))
        }
        Expr::Object(fields) => fields.values_mut().try_for_each(|field| in_expr(field, secret, see)),
        Expr::Secret(inner) => in_expr(inner, true, see),
    }
}
