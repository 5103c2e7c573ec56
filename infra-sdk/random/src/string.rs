//! A random text that is no secret: a part of a name, a label.

use std::collections::BTreeMap;

use infra_core::{Outputs, Resource};
use serde::{Deserialize, Serialize};

/// A random text that is no secret: a part of a name, a label. Another one is made whenever an input changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = RandomString, id = RandomStringId, outputs = RandomStringOutputs, kind = "random:value/string")]
pub struct RandomStringInputs {
    /// How many characters it has: 1 to 1024.
    #[input(replace)]
    pub length: u16,
    /// Whether small letters are in it. Default: true.
    #[input(replace)]
    pub lower: Option<bool>,
    /// Whether capital letters are in it. Default: true.
    #[input(replace)]
    pub upper: Option<bool>,
    /// Whether digits are in it. Default: true.
    #[input(replace)]
    pub digits: Option<bool>,
    /// Whether other characters are in it, those of `symbol_set`. Default: true.
    #[input(replace)]
    pub symbols: Option<bool>,
    /// The other characters, each once, of printable ASCII. Default: `!@#$%&*()-_=+[]{}<>:?`.
    #[input(replace)]
    pub symbol_set: Option<String>,
    /// How many small letters are in it at least. Default: 0.
    #[input(replace)]
    pub min_lower: Option<u16>,
    /// How many capital letters are in it at least. Default: 0.
    #[input(replace)]
    pub min_upper: Option<u16>,
    /// How many digits are in it at least. Default: 0.
    #[input(replace)]
    pub min_digits: Option<u16>,
    /// How many other characters are in it at least. Default: 0.
    #[input(replace)]
    pub min_symbols: Option<u16>,
    /// Any values: another value is made when one of them changes.
    #[input(replace)]
    pub keepers: Option<BTreeMap<String, String>>,
}

/// What there is of a [`RandomString`].
#[derive(Clone, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = RandomString)]
pub struct RandomStringOutputs {
    /// The text.
    #[output(stable)]
    pub value: String,
}
