//! Everything said of one type, and of all: what is covered, what disagrees, and which explanations explain nothing.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use infra_core::{Field, Schema};
use serde_json::Value;

use crate::coverage::{self, Coverage};
use crate::disagreement::{Around, Comparison, Disagreement, Explained, has};
use crate::path;
use crate::rules::Rules;
use crate::shape::{Demand, Shape};

/// What was found of one contract.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The Rust type, as in `Subnet`.
    pub(crate) handle: String,
    /// The kind, as in `aws:ec2/subnet`.
    pub(crate) kind: String,
    /// AWS's type; none if there is none.
    pub(crate) cloud: Option<String>,
    /// Its properties.
    pub(crate) coverage: Coverage,
    /// What an input of another name says, with the input.
    pub(crate) said: Vec<(String, String)>,
    /// What is left out on purpose, with the reason.
    pub(crate) left_out: Vec<(String, String)>,
    /// What disagrees and is explained, with the explanation.
    pub(crate) explained: Vec<(Disagreement, String)>,
    /// What disagrees, or explains nothing.
    pub(crate) wrong: Vec<Disagreement>,
}

/// Compares contracts with AWS's schemas, which `schema` gives by the type's name.
pub(crate) fn all<E>(contracts: &[Schema], mut schema: impl FnMut(&str) -> Result<Option<Value>, E>) -> Result<Vec<Findings>, E> {
    let mut findings = Vec::new();
    for contract in contracts {
        let theirs = match &contract.cloud {
            Some(name) => schema(name)?,
            None => None,
        };
        findings.push(one(contract, theirs.as_ref()));
    }
    stale(contracts, &mut findings);
    Ok(findings)
}

fn one(contract: &Schema, theirs: Option<&Value>) -> Findings {
    let mut findings = Findings {
        handle: contract.handle.clone(),
        kind: contract.kind.to_string(),
        cloud: contract.cloud.clone(),
        left_out: contract.without.clone(),
        ..Findings::default()
    };
    match (theirs, &contract.unlike_cloud) {
        (Some(theirs), why) => {
            if why.is_some() {
                findings.wrong.push(of_type("explains that AWS has no such type, and it has: remove `unlike_cloud` of the resource"));
            }
            compare(contract, theirs, &mut findings);
        }
        (None, Some(why)) => findings.explained.push((of_type("AWS has no such type"), why.clone())),
        (None, None) => {
            let what = "AWS has no such type: name one with `cloud = \"AWS::…\"`, or say with `unlike_cloud = \"…\"` why there is none";
            findings.wrong.push(of_type(what));
        }
    }
    findings
}

fn compare(contract: &Schema, theirs: &Value, findings: &mut Findings) {
    let (rules, shape) = (Rules::of(theirs), Shape::whole(theirs));
    findings.coverage = coverage::count(contract, &shape, &rules);
    let mut comparison = Comparison { rules: &rules, found: Vec::new() };
    comparison.fields(&contract.inputs, &shape, Around::default());
    for disagreement in comparison.found {
        match disagreement.explained_at.as_ref().and_then(|at| at.why.clone()) {
            Some(why) => findings.explained.push((disagreement, why)),
            None => findings.wrong.push(disagreement),
        }
    }
    for (name, _) in shape.properties() {
        let left_out = contract.without.iter().chain(&contract.said).any(|(path, _)| path == name);
        if shape.demand(name) == Demand::Always && !rules.read_only(name) && !has(&contract.inputs, name) && !left_out {
            findings.wrong.push(of_property(name, "no field has it, and AWS requires it: add one, or say why not with `without(…)`"));
        }
    }
    for (path, input) in &contract.said {
        let first = path.split('/').next().unwrap_or_default();
        if !shape.properties().contains_key(first) {
            findings.wrong.push(of_property(path, "is said with `said(…)`, and AWS has no such property: remove that"));
        } else if has(&contract.inputs, first) {
            findings.wrong.push(of_property(path, "is said with `said(…)`, and a field has it: remove that"));
        }
        findings.said.push((path.clone(), input.clone()));
    }
    let missing: BTreeSet<_> =
        findings.coverage.missing.iter().chain(&findings.coverage.inside).map(|missing| missing.path.as_str()).collect();
    for (path, _) in &contract.without {
        if !missing.contains(path.as_str()) {
            findings.wrong.push(of_property(path, "is left out with `without(…)`, but there is nothing to leave out: remove that"));
        }
    }
}

/// Refuses explanations that explain nothing, wherever their block is used.
fn stale(contracts: &[Schema], findings: &mut [Findings]) {
    let used: BTreeSet<Explained> = findings
        .iter()
        .flat_map(|findings| &findings.explained)
        .filter_map(|(disagreement, _)| disagreement.explained_at.clone())
        .collect();
    let mut told = BTreeSet::new();
    for (contract, findings) in contracts.iter().zip(findings) {
        let mut explanations = Vec::new();
        gather(&contract.inputs, "", "", &mut explanations);
        for (field, path, explained) in explanations {
            if !used.contains(&explained) && told.insert(explained.clone()) {
                let what = "nothing disagrees here, so `unlike_cloud` explains nothing: remove it".into();
                findings.wrong.push(Disagreement { field, path, what, explained_at: Some(explained) });
            }
        }
    }
}

fn gather(fields: &[Field], outer: &str, above: &str, explanations: &mut Vec<(String, String, Explained)>) {
    for field in fields {
        let name = if outer.is_empty() { field.name.clone() } else { format!("{outer}.{}", field.name) };
        let path = path::join(above, &path::of(field));
        if let Some(inner) = path::fields(&field.ty) {
            gather(inner, &name, &path, explanations);
        }
        if field.unlike_cloud.is_some() {
            explanations.push((name, path, Explained::of(field)));
        }
    }
}

fn of_type(what: &str) -> Disagreement {
    Disagreement { field: String::new(), path: String::new(), what: what.into(), explained_at: None }
}

fn of_property(path: &str, what: &str) -> Disagreement {
    Disagreement { field: String::new(), path: path.into(), what: what.into(), explained_at: None }
}
