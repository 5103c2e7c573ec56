//! A random text that is secret: a password, a key, a token.

use std::collections::BTreeMap;

use infra_core::{Outputs, Resource};
use serde::{Deserialize, Serialize};

/// A random text that is secret: a password, a key, a token. Another one is made whenever an input changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = RandomPassword, id = RandomPasswordId, outputs = RandomPasswordOutputs, kind = "random:value/password")]
pub struct RandomPasswordInputs {
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

/// What there is of a [`RandomPassword`].
#[derive(Clone, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = RandomPassword)]
pub struct RandomPasswordOutputs {
    /// The password.
    #[output(stable, secret)]
    pub value: String,
}
