//! Systems Manager: parameters that programs read.

mod parameter;

pub use parameter::{Parameter, ParameterDataType, ParameterInputs, ParameterKind, ParameterName, ParameterOutputs, ParameterTier};

crate::resources!("ssm", aws_sdk_ssm::Client: Parameter);
