//! Plans without their secrets: the only form in which a plan leaves the engine for people or machines.

use std::collections::BTreeMap;

use infra_core::{Expr, Hook, Value};

use crate::plan::{Action, Difference, Export, Plan, Replacement, Want};

/// What stands in a secret's place.
#[derive(Clone, Copy)]
enum Veil<'a> {
    /// `(secret)`.
    Hidden,
    /// A digest under this salt, by which it can be compared.
    Digested(&'a str),
}

impl Veil<'_> {
    fn value(self, value: &Value) -> Value {
        match self {
            Veil::Hidden => Value::from(value.redacted()),
            Veil::Digested(salt) => value.digested(salt),
        }
    }

    /// For a secret of which something is not known yet.
    fn unknown(self, expr: &Expr) -> Expr {
        match self {
            Veil::Hidden => Expr::lit("(secret)"),
            Veil::Digested(salt) => {
                let whole = Value::from(serde_json::to_value(expr).unwrap_or_default());
                Expr::Lit(Value::Digest(whole.digest(salt)))
            }
        }
    }
}

impl Plan {
    /// The plan with `(secret)` in place of every secret. It can be shown, and not performed.
    #[must_use]
    pub fn redacted(&self) -> Plan {
        self.veiled(Veil::Hidden)
    }

    /// The plan with a digest in place of every secret. It can be kept and compared, and not performed.
    #[must_use]
    pub(crate) fn digested(&self, salt: &str) -> Plan {
        self.veiled(Veil::Digested(salt))
    }

    fn veiled(&self, veil: Veil<'_>) -> Plan {
        let hide = |expr: &mut Expr| hide(expr, veil);
        let hide_value = |value: &mut Value| hide_value(value, veil);
        let hide_want = |want: &mut Want| hide_want(want, veil);
        let hide_difference = |difference: &mut Difference| hide_difference(difference, veil);
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
                Action::Adopt { want, changes, outputs, .. } => {
                    hide_want(want);
                    changes.iter_mut().for_each(hide_difference);
                    outputs.values_mut().for_each(hide_value);
                }
                Action::Note { want, outputs, .. } => {
                    hide_want(want);
                    outputs.values_mut().for_each(hide_value);
                }
                Action::Delete { hooks, .. } => hooks.iter_mut().for_each(|hook| hide_hook(hook, veil)),
                Action::Sweep { .. } | Action::Retain { .. } | Action::Forget { .. } => {}
            }
        }
        for Export { old, new, .. } in &mut plan.exports {
            old.iter_mut().for_each(hide_value);
            new.iter_mut().for_each(hide);
        }
        plan.references.values_mut().flat_map(BTreeMap::values_mut).for_each(hide_value);
        plan.deferrals.iter_mut().for_each(|deferral| hide(&mut deferral.until));
        plan
    }
}

fn hide_want(want: &mut Want, veil: Veil<'_>) {
    want.inputs.values_mut().for_each(|input| hide(input, veil));
    want.lifecycle.triggers.iter_mut().for_each(|trigger| hide_value(trigger, veil));
    want.lifecycle.hooks.iter_mut().for_each(|hook| hide_hook(hook, veil));
    let hidden = want.terms.try_map(&mut |expr| {
        let mut expr = expr.clone();
        hide(&mut expr, veil);
        Ok::<_, std::convert::Infallible>(expr)
    });
    match hidden {
        Ok(terms) => want.terms = terms,
        Err(never) => match never {},
    }
}

fn hide_hook(hook: &mut Hook, veil: Veil<'_>) {
    hook.command.exprs_mut().for_each(|expr| hide(expr, veil));
}

fn hide_difference(difference: &mut Difference, veil: Veil<'_>) {
    difference.change.old.iter_mut().for_each(|old| hide_value(old, veil));
    difference.change.new.iter_mut().for_each(|new| hide(new, veil));
}

fn hide_value(value: &mut Value, veil: Veil<'_>) {
    if value.has_secret() {
        *value = veil.value(value);
    }
}

fn hide(expr: &mut Expr, veil: Veil<'_>) {
    match expr {
        Expr::Lit(value) => hide_value(value, veil),
        Expr::Attr(_) => {}
        Expr::List(items) | Expr::Format(items) | Expr::Call { args: items, .. } => items.iter_mut().for_each(|item| hide(item, veil)),
        Expr::Object(fields) => fields.values_mut().for_each(|field| hide(field, veil)),
        Expr::Secret(inner) => *expr = veil.unknown(inner),
    }
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
        let hidden = Value::Secret(Box::new(Value::from("hunter2")));
        let lifecycle = Lifecycle { triggers: vec![hidden], ..Lifecycle::default() };
        let declared = infra_core::Location::default();
        let want = Want { inputs, dependencies, declared, lifecycle, ignored, terms };
        let step = Step {
            address: Address::new("t:t/t", "b"),
            handle: "T".into(),
            action: Action::Create { want, replaces: None },
            runs: false,
            after: BTreeSet::new(),
        };
        let plan = Plan {
            version: PLAN_VERSION,
            stack: "s".into(),
            serial: 0,
            moves: Vec::new(),
            steps: vec![step],
            unchanged: Vec::new(),
            exports: vec![Export { name: "e".into(), old: None, new: Some(secret()), changed: true }],
            notes: Vec::new(),
            left_out: Vec::new(),
            deferrals: Vec::new(),
            references: crate::state::References::new(),
        };
        let text = serde_json::to_string(&plan.redacted()).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        assert!(!serde_json::to_string(&plan.digested("salt")).unwrap().contains("hunter2"));
        assert!(plan.digested("salt") == plan.digested("salt") && plan.digested("salt") != plan.digested("pepper"));
        assert!(text.contains("\"attr\""), "what is not secret stays: {text}");
    }
}
