//! A secret has no form for a file either.

use infra_core::Secret;
use serde::Serialize;

fn written(_: impl Serialize) {}

fn main() {
    written(Secret::new("hunter2".to_owned()));
}
