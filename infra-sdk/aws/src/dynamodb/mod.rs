//! DynamoDB: the table that has the leases on states.

mod lease;

pub use lease::TableLease;
