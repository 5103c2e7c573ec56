//! How many of a type's properties a contract has.
//!
//! The top-level properties that can be set and are not deprecated count, each as one. Where most of a contract lies in
//! one object (`LaunchTemplateData`), the properties of that object count instead of it. An object counts as covered
//! when at least half of what it holds is. A property that an input of another name says (`said(…)`) is covered too: a
//! program can say it.

use std::collections::BTreeMap;

use infra_core::{Field, Schema};

use crate::path;
use crate::rules::Rules;
use crate::shape::Shape;

/// What a contract has of an object.
#[derive(Default)]
struct Covered(BTreeMap<String, Part>);

enum Part {
    /// All of it, as one value.
    Whole,
    /// These properties.
    Some(Covered),
}

/// The count of one type.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// How many properties the contract has.
    pub(crate) covered: usize,
    /// How many there are.
    pub(crate) total: usize,
    /// Those that it has not, or less than half of.
    pub(crate) missing: Vec<Missing>,
    /// Those that it has not in objects of which it has at least half.
    pub(crate) inside: Vec<Missing>,
}

/// A property that a contract has not.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Missing {
    /// Its path.
    pub(crate) path: String,
    /// What AWS says of it, one sentence.
    pub(crate) about: String,
    /// Of an object that the contract has a part of: how many properties, of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) part: Option<(usize, usize)>,
}

/// Counts a type's properties.
pub(crate) fn count(contract: &Schema, shape: &Shape<'_>, rules: &Rules) -> Coverage {
    let mut all = Covered::default();
    all.add(&contract.inputs);
    for (path, _) in &contract.said {
        all.put(&path.split('/').collect::<Vec<_>>(), None);
    }
    let mut coverage = Coverage::default();
    let wrapper = wrapper(contract);
    for (name, property) in shape.properties() {
        if Some(name) == wrapper.as_deref() {
            let Some(Part::Some(inside)) = all.0.get(name) else { continue };
            for (inner, property) in property.innermost().properties() {
                coverage.property(path::join(name, inner), &property, inside.0.get(inner), rules);
            }
        } else {
            coverage.property(name.to_owned(), &property, all.0.get(name), rules);
        }
    }
    coverage
}

/// The object that more than half of a contract's fields lie in.
fn wrapper(contract: &Schema) -> Option<String> {
    let mut outer = BTreeMap::<String, usize>::new();
    for (first, _) in
        contract.inputs.iter().map(path::of).filter_map(|path| path.split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned())))
    {
        *outer.entry(first).or_default() += 1;
    }
    outer.into_iter().find(|(_, count)| count * 2 > contract.inputs.len()).map(|(name, _)| name)
}

impl Covered {
    fn add(&mut self, fields: &[Field]) {
        for field in fields {
            let path = path::of(field);
            let steps: Vec<_> = path::steps(&path).collect();
            match path::fields(&field.ty) {
                Some(fields) if steps.is_empty() => self.add(fields),
                fields => self.put(&steps, fields),
            }
        }
    }

    fn put(&mut self, steps: &[&str], inner: Option<&[Field]>) {
        let Some((step, rest)) = steps.split_first() else { return };
        let entry = self.0.entry((*step).to_owned());
        if rest.is_empty() && inner.is_none() {
            entry.insert_entry(Part::Whole);
            return;
        }
        let Part::Some(part) = entry.or_insert_with(|| Part::Some(Covered::default())) else { return };
        if rest.is_empty() { part.add(inner.unwrap_or_default()) } else { part.put(rest, inner) }
    }
}

impl Coverage {
    fn property(&mut self, path: String, shape: &Shape<'_>, part: Option<&Part>, rules: &Rules) {
        if !rules.counts(&path) {
            return;
        }
        self.total += 1;
        let mut inside = Vec::new();
        match within(&path, shape, part, rules, &mut inside) {
            (has, of) if has * 2 >= of => {
                self.covered += 1;
                self.inside.extend(inside);
            }
            (has, of) => self.missing.push(Missing { path, about: sentence(shape.description()), part: part.map(|_| (has, of)) }),
        }
    }
}

/// How many properties of an object are covered, of how many; one of one, or none of one, where it is no object.
fn within(path: &str, shape: &Shape<'_>, part: Option<&Part>, rules: &Rules, missing: &mut Vec<Missing>) -> (usize, usize) {
    let properties = shape.innermost().properties();
    let part = match part {
        None => return (0, 1),
        Some(Part::Whole) => return (1, 1),
        Some(Part::Some(_)) if properties.is_empty() || shape.is_pairs() => return (1, 1),
        Some(Part::Some(part)) => part,
    };
    let (mut has, mut total) = (0, 0);
    for (name, shape) in properties {
        let path = path::join(path, name);
        if !rules.counts(&path) {
            continue;
        }
        total += 1;
        let mut inside = Vec::new();
        match within(&path, &shape, part.0.get(name), rules, &mut inside) {
            (inner, of) if inner * 2 >= of => {
                has += 1;
                missing.extend(inside);
            }
            (inner, of) => {
                let part = part.0.get(name).map(|_| (inner, of));
                missing.push(Missing { path, about: sentence(shape.description()), part });
            }
        }
    }
    (has, total)
}

/// The first sentence of a description, on one line.
pub(crate) fn sentence(text: &str) -> String {
    let first = text.split("\n").map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match first.find(". ") {
        Some(end) => first[..=end].to_owned(),
        None => first.to_owned(),
    }
}
