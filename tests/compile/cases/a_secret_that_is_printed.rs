//! A secret has no form for people.

use infra_core::Secret;

fn main() {
    let password = Secret::new("hunter2".to_owned());
    println!("{password}");
}
