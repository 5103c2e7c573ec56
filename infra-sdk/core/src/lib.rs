//! Programs to graphs: what a stack program builds, as pure data.
//!
//! Nothing here is asynchronous, reads a file, a clock or the environment, or knows a cloud.
//! Start with [`Stack`], then [`Output`] and [`Input`], then [`Graph`].

extern crate self as infra_core;

mod address;
mod block;
mod choice;
mod completion;
mod condition;
pub mod config;
mod deferral;
mod draft;
mod error;
mod export;
mod expr;
mod file;
mod finding;
mod function;
mod graph;
mod hook;
mod id;
mod identity;
mod input;
mod location;
pub mod lookup;
mod mark;
pub mod ops;
mod options;
mod output;
pub mod program;
mod provider;
mod reference;
mod resource;
mod schema;
mod secret;
mod stack;
mod tags;
mod terms;
pub mod timeouts;
mod transform;
mod value;

pub use address::{Address, Kind, check_name};
#[doc(hidden)]
pub use block::Fields;
pub use deferral::Deferral;
pub use draft::{Draft, Set, Unset};
pub use error::{Diagnostic, EvalError};
pub use export::Export;
pub use expr::{Attr, Expr};
pub use file::LocalFile;
pub use finding::{Finding, Level};
pub use function::Function;
pub use graph::{GRAPH_VERSION, Graph, Node};
pub use hook::{Command, Hook, Moment};
pub use id::ResourceId;
pub use identity::{Former, Import};
/// Derives and macros for resource files and programs.
#[doc(hidden)]
pub use infra_derive::__output;
pub use infra_derive::{Block, Outputs, Resource};
pub use input::Input;
pub use location::Location;
pub use lookup::{Lookup, Stop};
pub use mark::marked;
pub use options::{InputField, Lifecycle, Options};
pub use output::{Output, Part};
pub use provider::Provider;
pub use reference::{OUTPUTS_OF_STACK, Reference};
pub use resource::{Declared, NoOutputs, OutputFields, Resource};
pub use schema::{Field, OutputField, Permissions, PhysicalName, Schema, Spelling, Type, Typed};
pub use secret::Secret;
pub use stack::Stack;
pub use tags::{OWNERSHIP_PREFIX, Tags};
pub use terms::{Check, Terms};
pub use transform::{Declaration, Rewrite};
pub use value::Value;

/// What the derives' code refers to; not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use serde;
    pub use serde_json;
    pub use std::collections::BTreeMap;
    pub use std::marker::PhantomData;
}
