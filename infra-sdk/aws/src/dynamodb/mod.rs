//! DynamoDB: tables, and the lease on a state that one can have.

#[cfg(feature = "dynamodb")]
mod lease;
mod table;
#[cfg(feature = "dynamodb")]
mod tags;

#[cfg(feature = "dynamodb")]
use aws_sdk_dynamodb::Client;

#[cfg(feature = "dynamodb")]
pub use lease::TableLease;
pub use table::{
    AttributeType, BillingMode, ContributorInsights, GlobalIndex, GlobalIndexBuilder, LocalIndex, Projection, ProjectionType, StreamView,
    Table, TableArn, TableBuilder, TableClass, TableInputs, TableName, TableOutputs, Throughput, WarmThroughput,
};

crate::resources!("dynamodb", aws_sdk_dynamodb::Client: Table);
