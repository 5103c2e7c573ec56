//! A list does not stand in a text.

use infra_core::output;

fn main() {
    let _ = output!("zones {}", vec!["a", "b"]);
}
