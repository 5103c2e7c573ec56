//! The benchmarks, a file each; every one returns tables.

pub mod calls;
pub mod instructions;
pub mod journal;
pub mod limits;
pub mod peers;
pub mod person;
pub mod planning;
pub mod schedule;
