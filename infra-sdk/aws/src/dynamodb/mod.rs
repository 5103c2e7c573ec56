//! DynamoDB: the table that has the leases on states.

mod lease;

use aws_sdk_dynamodb::Client;

pub use lease::TableLease;
