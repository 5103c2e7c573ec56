//! What Hydra's stacks have in common: the role of a service with its managed policies, a random value in a secret, and a MySQL
//! database.
//!
//! Each is a plain struct that says what is wanted, and `add` declares it. Where a stack had the same things under other names
//! before, it says so here, and nothing is made anew.

mod database;
mod drawn;
mod role;

pub use database::{Database, DatabaseSettings, Declared};
pub use drawn::{Drawn, DrawnSecret};
pub use role::{AWS_POLICIES, ServiceRole};
