//! Functions that run without a server of one's own.

mod function;
mod invocation;
mod layer;
mod permission;
#[cfg(feature = "lambda")]
mod tags;
mod words;

pub use function::{
    Code, Function, FunctionArn, FunctionFileSystem, FunctionInputs, FunctionName, FunctionOutputs, ImageConfig, LoggingConfig,
    RuntimeManagement, S3Code, SnapStart, VpcConfig,
};
pub use invocation::{Invocation, InvocationId, InvocationInputs, InvocationOutputs};
pub use layer::{LayerContent, LayerVersion, LayerVersionArn, LayerVersionInputs, LayerVersionOutputs};
pub use permission::{Permission, PermissionId, PermissionInputs, UrlAuthType};
pub use words::{Architecture, LogFormat, LogLevel, PackageType, RecursiveLoop, SystemLogLevel, TracingMode, UpdateRuntimeOn};

crate::resources!("lambda", aws_sdk_lambda::Client: Function, LayerVersion, Permission; actions: Invocation);
