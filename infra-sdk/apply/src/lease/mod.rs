//! Who may change a stack now: one run at a time, and only for as long as it says so again and again.
//!
//! A lease is a small record in a store that can compare and swap. Its holder renews it; whoever finds it past its end
//! takes it over with the next generation. Two fences keep a holder that slept too long from doing harm: its own
//! [`Hold`] ends before the lease does, and a bucket's journal takes nothing more from whoever is not its last opener.

mod acquire;
pub(crate) mod folder;
mod guard;
mod hold;
mod holder;
mod store;

pub use acquire::{Acquired, Terms, acquire, release_by_force, status};
pub(crate) use guard::Guarded;
pub use hold::Hold;
pub use holder::Holder;
pub use store::{Lease, LeaseError, LeaseStore, MemoryLeases, Seen};
