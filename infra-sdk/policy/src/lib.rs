//! Policies: Rust functions that judge a plan before anything is called.
//!
//! A policy looks at a [`Review`]: every resource that the program declares, with its inputs as they will be, what happens
//! to it, and what leaves the stack. It gives back what violates it.
//!
//! ```
//! use infra_aws::ec2::Instance;
//! use infra_policy::{Known, Policy};
//!
//! let small = Policy::deny("small-machines", |review| {
//!     let large = review.each::<Instance>().filter(|it| it.get::<String>(Instance::INSTANCE_TYPE).is_some_and(|size| size.ends_with(".metal")));
//!     large.map(|it| it.violates("a whole machine is more than we pay for").field("instance_type").help("take an .xlarge")).collect()
//! });
//! assert_eq!(small.name(), "small-machines");
//! ```
//!
//! A stack brings its own with [`with`], in its `main.rs`: `infra_sdk::main(infra_policy::with(web, [small()]))`. They run in the
//! program's process, in a second run of it, over the plan that the engine sends. The [`starter`] set runs in the engine; a
//! stack's `infra.toml` says what follows from each. A resource that may violate one says so and why:
//! `.allow("open-to-the-world", "the front door")`.

mod judge;
mod known;
mod part;
pub mod permissions;
mod policy;
mod program;
mod review;
pub mod starter;
mod subject;

/// The guides of policies and of tests, so that their examples are compiled and run.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../docs/policies.md")]
    struct Policies;
    #[doc = include_str!("../../docs/testing.md")]
    struct Testing;
}

pub use infra_core::{Finding, Level};
pub use judge::{judge, unknown_allowances};
pub use known::Known;
pub use part::Part;
pub use policy::{Policy, Violation};
pub use program::{Judged, With, with};
pub use review::{Fate, Leaving, REVIEW_VERSION, Resource, Review};
pub use subject::Subject;
