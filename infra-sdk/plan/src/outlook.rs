//! What each output is now, seen from the plan: known where that can be said before anything runs.

use std::collections::{BTreeMap, HashMap};

use infra_core::{Address, Attr, EvalError, Expr, Schema, Value};

use crate::observed::Sight;
use crate::remember::told;
use crate::state::Object;

/// What will be known of a resource's outputs once its step, if any, is planned.
#[derive(Debug, Default)]
pub(crate) struct Outlooks<'a> {
    of: HashMap<&'a Address, Outlook<'a>>,
}

/// What will be known of one resource.
#[derive(Debug)]
struct Outlook<'a> {
    schema: &'a Schema,
    known: BTreeMap<String, Value>,
}

/// What happens to a resource, as far as its outputs go.
pub(crate) enum Fate<'a> {
    /// Nothing: all stays.
    Stays { id: &'a str, outputs: &'a BTreeMap<String, Value> },
    /// It changes in place: what is stable stays.
    Changes { id: &'a str, outputs: &'a BTreeMap<String, Value> },
    /// It becomes another object: nothing stays but what echoes an input.
    IsMade,
}

impl<'a> Outlooks<'a> {
    /// Notes what will be known of `address`, given its evaluated inputs.
    pub(crate) fn note(&mut self, address: &'a Address, schema: &'a Schema, fate: &Fate<'_>, want: &BTreeMap<String, Expr>) {
        let mut known = BTreeMap::new();
        let (id, outputs, all) = match fate {
            Fate::Stays { id, outputs } => (Some(*id), Some(*outputs), true),
            Fate::Changes { id, outputs } => (Some(*id), Some(*outputs), false),
            Fate::IsMade => (None, None, false),
        };
        if let Some(id) = id {
            known.insert("id".to_owned(), Value::from(id));
        }
        for output in &schema.outputs {
            let echoed = output.echo.as_ref().filter(|_| !all).and_then(|input| want.get(input)?.value());
            let recorded = outputs.filter(|_| all || output.stable).and_then(|outputs| outputs.get(&output.name).cloned());
            if let Some(value) = echoed.filter(|value| !value.is_null()).or(recorded) {
                known.insert(output.name.clone(), value);
            }
        }
        self.of.insert(address, Outlook { schema, known });
    }

    /// Notes a resource that the plan leaves as it is, whatever its program says.
    pub(crate) fn leave(&mut self, address: &'a Address, schema: &'a Schema, object: Option<&Object>, sight: Option<&Sight>) {
        let fate = match (object, sight) {
            (Some(object), Some(Sight::Present { outputs, .. })) => {
                let outputs = told(Some(schema), outputs, object);
                return self.note(address, schema, &Fate::Stays { id: &object.id, outputs: &outputs }, &BTreeMap::new());
            }
            (Some(object), None) => Fate::Stays { id: &object.id, outputs: &object.outputs },
            (None, _) | (_, Some(Sight::Gone)) => Fate::IsMade,
        };
        self.note(address, schema, &fate, &BTreeMap::new());
    }

    /// The id of a resource's object, where it is known.
    pub(crate) fn id(&self, address: &Address) -> Option<&str> {
        self.of.get(address)?.known.get("id")?.as_str()
    }

    /// An expression with everything put in that is known now.
    pub(crate) fn evaluate(&self, expr: &Expr) -> Result<Expr, EvalError> {
        expr.evaluate(&|attr: &Attr| {
            let Some(Outlook { schema, known }) = self.of.get(&attr.resource) else { return Ok(None) };
            if attr.output != "id" && schema.output(&attr.output).is_none() {
                return Err(EvalError::NoSuchOutput { resource: attr.resource.clone(), output: attr.output.clone() });
            }
            Ok(known.get(&attr.output).cloned())
        })
    }
}
