//! Relational databases.

mod db_instance;
mod db_parameter_group;
mod db_subnet_group;
#[cfg(feature = "rds")]
mod tags;

pub use db_instance::{
    DatabaseInsights, DbInstance, DbInstanceBuilder, DbInstanceInputs, DbInstanceName, DbInstanceOutputs, Domain, LifecycleSupport,
    NetworkType, StorageType,
};
pub use db_parameter_group::{DbParameterGroup, DbParameterGroupInputs, DbParameterGroupName, DbParameterGroupOutputs};
pub use db_subnet_group::{DbSubnetGroup, DbSubnetGroupInputs, DbSubnetGroupName, DbSubnetGroupOutputs};

crate::resources!("rds", aws_sdk_rds::Client: DbInstance, DbParameterGroup, DbSubnetGroup);
