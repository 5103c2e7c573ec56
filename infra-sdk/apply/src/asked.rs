//! How much of an object is asked for when it is looked at.
//!
//! Nobody needs what neither the program nor the record says anything of, since that is not managed. Some services tell
//! parts of an object only by a request for each; what is not asked for spares that request.

use std::collections::BTreeMap;

use infra_core::{Expr, ResourceId, Value};
use infra_plan::Object;
use serde::de::DeserializeOwned;

/// What a program says of a resource.
pub(crate) type Inputs = BTreeMap<String, Expr>;

/// Values by their names.
type Values = BTreeMap<String, Value>;

/// An object that is looked at, and what of it is asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    id: &'a str,
    extent: Extent,
    /// Its inputs and outputs, as they were recorded.
    recorded: Option<(&'a Values, &'a Values)>,
    declared: Option<&'a Inputs>,
}

/// How much of an object is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Managed,
    /// As managed, of an object that was made a moment ago by a call that had all that is declared.
    JustMade,
}

impl<'a> Asked<'a> {
    /// All that the cloud tells of an object.
    pub fn whole(id: &'a str) -> Asked<'a> {
        Asked { id, extent: Extent::Whole, recorded: None, declared: None }
    }

    /// As [`whole`](Asked::whole), of several objects.
    pub fn whole_of<I: ResourceId>(ids: &'a [I]) -> Vec<Asked<'a>> {
        ids.iter().map(|id| Asked::whole(id.as_str())).collect()
    }

    /// Whether there is an object, and whether it can be used: of its inputs nothing.
    pub fn presence(id: &'a str) -> Asked<'a> {
        Asked { extent: Extent::Managed, ..Asked::whole(id) }
    }

    /// What a program says something of.
    pub fn declared(id: &'a str, declared: &'a BTreeMap<String, Expr>) -> Asked<'a> {
        Asked { declared: Some(declared), ..Asked::presence(id) }
    }

    /// What its record has and what the program says something of, where there is a program.
    pub(crate) fn managed(object: &'a Object, declared: Option<&'a Inputs>) -> Asked<'a> {
        Asked { recorded: Some((&object.inputs, &object.outputs)), declared, ..Asked::presence(&object.id) }
    }

    /// Its physical id.
    pub fn id(&self) -> &'a str {
        self.id
    }

    /// Whether somebody asks what the cloud has of an input.
    pub fn wants(&self, input: &str) -> bool {
        let declared = || self.declared.and_then(|inputs| inputs.get(input)).is_some_and(|value| *value != Expr::Lit(Value::Null));
        let recorded = || self.recorded.and_then(|(inputs, _)| inputs.get(input)).is_some_and(|value| *value != Value::Null);
        self.extent == Extent::Whole || declared() || recorded()
    }

    /// Whether somebody asks what the cloud has of one of these inputs at least.
    pub fn wants_any(&self, inputs: &[&str]) -> bool {
        inputs.iter().any(|input| self.wants(input))
    }

    /// Whether somebody asks what the cloud has of one of these inputs of the object with this id.
    pub fn wanted(objects: &[Asked<'_>], id: &str, inputs: &[&str]) -> bool {
        objects.iter().any(|asked| asked.id == id && asked.wants_any(inputs))
    }

    /// What the call that made the object a moment ago said of an input. It is for inputs which that call says, and which are
    /// so from then on: to ask for them would tell nothing new.
    pub fn sent<T: DeserializeOwned>(&self, input: &str) -> Option<T> {
        let declared = self.declared.filter(|_| self.extent == Extent::JustMade)?;
        serde_json::from_value(declared.get(input)?.value()?.reveal()).ok()
    }

    /// An input that is recorded as a text, in clear.
    pub fn recorded(&self, input: &str) -> Option<String> {
        self.recorded?.0.get(input)?.reveal().as_str().map(str::to_owned)
    }

    /// An output that is recorded as a text.
    pub fn recorded_output(&self, output: &str) -> Option<&'a str> {
        self.recorded?.1.get(output)?.as_str()
    }
}

/// As [`Asked`], for as long as a step is about the object.
pub(crate) struct Sought {
    id: String,
    extent: Extent,
    recorded: Option<Object>,
    declared: Option<Inputs>,
}

impl Sought {
    /// As [`Asked::presence`].
    pub(crate) fn presence(id: &str) -> Sought {
        Sought { id: id.to_owned(), extent: Extent::Managed, recorded: None, declared: None }
    }

    /// What a program says something of, and what a record has, where there is one.
    pub(crate) fn managed(id: &str, recorded: Option<Object>, declared: &Inputs) -> Sought {
        Sought { recorded, declared: Some(declared.clone()), ..Sought::presence(id) }
    }

    /// The same of an object that a call just made which had all that is declared.
    pub(crate) fn just_made(self) -> Sought {
        Sought { extent: Extent::JustMade, ..self }
    }

    /// All that the cloud tells.
    pub(crate) fn whole(self) -> Sought {
        Sought { extent: Extent::Whole, ..self }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn asked(&self) -> Asked<'_> {
        let recorded = self.recorded.as_ref().map(|object| (&object.inputs, &object.outputs));
        Asked { id: &self.id, extent: self.extent, recorded, declared: self.declared.as_ref() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(inputs: &[(&str, Value)]) -> Inputs {
        inputs.iter().map(|(name, value)| ((*name).to_owned(), Expr::Lit(value.clone()))).collect()
    }

    #[test]
    fn what_nobody_says_anything_of_is_not_asked_for() {
        let declared = declared(&[("tags", Value::from("a")), ("size", Value::Null)]);
        let sought = Sought::managed("i-1", None, &declared);
        let asked = sought.asked();
        assert!(asked.wants("tags") && asked.wants_any(&["size", "tags"]));
        assert!(!asked.wants("size") && !asked.wants("name"));
        assert!(!Asked::presence("i-1").wants("tags"));
        assert!(Asked::whole("i-1").wants("name"));
    }

    #[test]
    fn only_of_what_was_just_made_is_it_known_what_the_call_said() {
        let declared = declared(&[("text", Value::Secret(Box::new(Value::from("open")))), ("flag", Value::from(true))]);
        let sought = Sought::managed("i-1", None, &declared);
        assert_eq!(sought.asked().sent::<String>("text"), None);
        let sought = sought.just_made();
        assert_eq!(sought.asked().sent::<String>("text").as_deref(), Some("open"));
        assert_eq!(sought.asked().sent::<bool>("flag"), Some(true));
        assert_eq!(sought.asked().sent::<bool>("other"), None);
    }
}
