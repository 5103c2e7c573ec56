//! What a journal keeps: one thing that has happened, or is about to.

use std::collections::BTreeMap;

use infra_core::{Address, Value};
use serde::{Deserialize, Serialize};

use crate::state::{Intent, Object, References, Row, State, WrappedKey};

/// One step of a state's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A call is about to start.
    Begun {
        /// The resource.
        address: Address,
        /// The call.
        intent: Intent,
    },
    /// A create call answered: the object exists, and is not ready yet.
    Made {
        /// The resource.
        address: Address,
        /// The object, with a problem until it is ready.
        object: Object,
    },
    /// The object is as it says; ends a create and an update.
    Settled {
        /// The resource.
        address: Address,
        /// The object.
        object: Object,
    },
    /// An object is gone.
    Gone {
        /// The resource.
        address: Address,
        /// The object's physical id.
        id: String,
    },
    /// The call that was begun is known to have changed nothing.
    Abandoned {
        /// The resource.
        address: Address,
    },
    /// The stack's outputs, all of them.
    Exported {
        /// By name.
        exports: BTreeMap<String, Value>,
    },
    /// A person knows what became of a create that is in doubt.
    Decided {
        /// The resource.
        address: Address,
        /// The physical id of the object that it made; none if it made none.
        made: Option<String>,
    },
    /// Secrets are sealed with this key from now on.
    Keyed {
        /// The key.
        key: WrappedKey,
    },
    /// The outputs of other stacks that this one uses, all of them.
    Referenced {
        /// By stack and name.
        references: References,
    },
    /// A resource has another address from now on; its objects stay as they are.
    Moved {
        /// The address it had.
        from: Address,
        /// The address it has.
        to: Address,
    },
    /// A resource has an address of another type from now on; its objects stay as they are.
    Retyped {
        /// The address it had.
        from: Address,
        /// The address it has.
        to: Address,
    },
    /// A resource is another stack's from now on, which is about to take it over.
    Handed {
        /// The resource.
        address: Address,
        /// The other stack.
        stack: String,
    },
    /// A resource was taken over from another stack.
    Taken {
        /// The resource.
        address: Address,
        /// The other stack.
        stack: String,
        /// The address that it had there.
        from: Address,
        /// Its row.
        row: Box<Row>,
    },
    /// Another stack has taken a resource over.
    Delivered {
        /// The address that it had here.
        address: Address,
    },
    /// A resource is not looked after any more; its objects stay in the cloud.
    Forgotten {
        /// The resource.
        address: Address,
    },
    /// The state is another one from now on: that of an import, or the one before a record that is taken back.
    Restored {
        /// The state; its serial says nothing here.
        state: Box<State>,
        /// The number of the record that is taken back, counted from 1, if one is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undoes: Option<u64>,
    },
    /// Records before this one are damaged and cannot be read any more, and what came of them is known all the same: the
    /// state is this one from now on. Written by a repair, and by nothing else.
    Recovered {
        /// The state, with its serial: that of the last record that is lost. Whatever is recorded next has the number
        /// after it, as if nothing had been lost.
        state: Box<State>,
    },
}

impl Record {
    /// The key with which secrets are sealed from this record on, if it says one.
    pub fn key_mut(&mut self) -> Option<&mut WrappedKey> {
        match self {
            Record::Keyed { key } => Some(key),
            Record::Recovered { state } => state.key.as_mut(),
            _ => None,
        }
    }
}
