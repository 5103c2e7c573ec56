//! Plans without their secrets: the only form in which a plan leaves the engine for people or machines.

use std::collections::BTreeMap;

use infra_core::{Expr, Value};

use crate::plan::{Action, Difference, Export, Plan, Replacement, Want};

impl Plan {
    /// The plan with `(secret)` in place of every secret. It can be shown, and not performed.
    #[must_use]
    pub fn redacted(&self) -> Plan {
        let mut plan = self.clone();
        for step in &mut plan.steps {
            match &mut step.action {
                Action::Create { want, replaces } => {
                    hide_want(want);
                    if let Some(Replacement { changes, .. }) = replaces {
                        changes.iter_mut().for_each(hide_difference);
                    }
                }
                Action::Update { want, changes, .. } => {
                    hide_want(want);
                    changes.iter_mut().for_each(hide_difference);
                }
                Action::Note { want, outputs, .. } => {
                    hide_want(want);
                    outputs.values_mut().for_each(hide_value);
                }
                Action::Delete { .. } | Action::Sweep { .. } | Action::Retain { .. } | Action::Forget { .. } => {}
            }
        }
        for Export { old, new, .. } in &mut plan.exports {
            old.iter_mut().for_each(hide_value);
            new.iter_mut().for_each(hide);
        }
        plan
    }
}

fn hide_want(want: &mut Want) {
    want.inputs.values_mut().for_each(hide);
    let hidden = want.terms.try_map(&mut |expr| {
        let mut expr = expr.clone();
        hide(&mut expr);
        Ok::<_, std::convert::Infallible>(expr)
    });
    match hidden {
        Ok(terms) => want.terms = terms,
        Err(never) => match never {},
    }
}

fn hide_difference(difference: &mut Difference) {
    difference.change.old.iter_mut().for_each(hide_value);
    difference.change.new.iter_mut().for_each(hide);
}

fn hide_value(value: &mut Value) {
    if value.has_secret() {
        *value = Value::from(value.redacted());
    }
}

fn hide(expr: &mut Expr) {
    match expr {
        Expr::Lit(value) => hide_value(value),
        Expr::Attr(_) => {}
        Expr::List(items) | Expr::Format(items) | Expr::Call { args: items, .. } => items.iter_mut().for_each(hide),
        Expr::Object(fields) => hide_fields(fields),
        Expr::Secret(_) => *expr = Expr::lit("(secret)"),
    }
}

fn hide_fields(fields: &mut BTreeMap<String, Expr>) {
    fields.values_mut().for_each(hide);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{PLAN_VERSION, Step};
    use infra_core::{Address, Attr, Check, Lifecycle, Terms};
    use std::collections::BTreeSet;

    #[test]
    fn no_secret_is_left_wherever_it_stands() {
        let secret = || Expr::Lit(Value::Secret(Box::new(Value::from("hunter2"))));
        let unknown = Expr::Attr(Attr { resource: Address::new("t:t/t", "a"), output: "id".into() });
        let inputs = BTreeMap::from([
            ("plain".to_owned(), secret()),
            ("nested".to_owned(), Expr::Object(BTreeMap::from([("list".to_owned(), Expr::List(vec![secret()]))]))),
            ("mixed".to_owned(), Expr::Secret(Box::new(Expr::Format(vec![Expr::lit("hunter2"), unknown.clone()])))),
            ("open".to_owned(), unknown),
        ]);
        let (dependencies, ignored) = (BTreeSet::new(), BTreeSet::new());
        let check = Check { condition: secret(), message: "m".into() };
        let terms = Terms { triggers: vec![secret()], preconditions: vec![check], ..Terms::default() };
        let (declared, lifecycle) = (infra_core::Location::default(), Lifecycle::default());
        let want = Want { inputs, dependencies, declared, lifecycle, ignored, terms };
        let step = Step {
            address: Address::new("t:t/t", "b"),
            handle: "T".into(),
            action: Action::Create { want, replaces: None },
            after: BTreeSet::new(),
        };
        let plan = Plan {
            version: PLAN_VERSION,
            stack: "s".into(),
            serial: 0,
            steps: vec![step],
            unchanged: Vec::new(),
            exports: vec![Export { name: "e".into(), old: None, new: Some(secret()), changed: true }],
            notes: Vec::new(),
        };
        let text = serde_json::to_string(&plan.redacted()).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("\"attr\""), "what is not secret stays: {text}");
    }
}
