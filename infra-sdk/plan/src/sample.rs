//! What the tests of this crate begin with: a field, an object, a state of two.

use infra_core::{Address, Field, Location, Type};

use crate::record::Record;
use crate::state::{Object, State};

/// A field that is nothing but a name and a type.
pub(crate) fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        required: false,
        replace: false,
        secret: false,
        write_only: false,
        filled: false,
        local: false,
        physical_name: None,
        cloud: None,
        unlike_cloud: None,
        spelling: None,
        doc: String::new(),
    }
}

pub(crate) fn address(name: &str) -> Address {
    Address::new("t:t/t", name)
}

/// An object that needs others, by their names.
pub(crate) fn object(id: &str, needs: &[&str]) -> Object {
    Object {
        id: id.into(),
        inputs: Default::default(),
        outputs: Default::default(),
        dependencies: needs.iter().map(|name| address(name)).collect(),
        declared: Location::default(),
        problem: None,
        lifecycle: Default::default(),
        unfinished: false,
    }
}

/// Two resources, of which `b` needs `a`.
pub(crate) fn state() -> State {
    let mut state = State::new("s");
    state.apply(Record::Made { address: address("a"), object: object("a-1", &[]) });
    state.apply(Record::Made { address: address("b"), object: object("b-1", &["a"]) });
    state
}
