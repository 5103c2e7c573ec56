//! What the derive makes of a pair of structs: a type of resource that programs declare and handlers serve.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Address, OutputField, ResourceId, Schema};

/// A type of resource. Implemented by the derive, on the handle that a program holds.
pub trait Resource: Declared + Sized + Send + Sync + 'static {
    /// What a program says of it.
    type Inputs: Serialize + DeserializeOwned + Send + Sync;
    /// What the cloud says of it, besides its id.
    type Outputs: Serialize + DeserializeOwned + Send + Sync;
    /// Its physical id.
    type Id: ResourceId + Send + Sync;

    /// The kind, as in `aws:ec2/subnet`.
    const KIND: &'static str;

    /// What it takes and gives.
    fn schema() -> Schema;
}

/// A struct of outputs.
pub trait OutputFields {
    /// Its fields, for the schema.
    fn fields() -> Vec<OutputField>;
}

/// The outputs of a resource that has none but its id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NoOutputs {}

impl OutputFields for NoOutputs {
    fn fields() -> Vec<OutputField> {
        Vec::new()
    }
}

/// Something with an address in the stack: what `depends_on` takes.
pub trait Declared {
    /// The address.
    fn address(&self) -> &Address;
}

impl Declared for Address {
    fn address(&self) -> &Address {
        self
    }
}

impl<D: Declared + ?Sized> Declared for &D {
    fn address(&self) -> &Address {
        (**self).address()
    }
}
