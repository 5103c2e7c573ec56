//! Applications that Elastic Beanstalk runs: their versions, configurations and environments.

mod application;
mod application_version;
#[cfg(feature = "elasticbeanstalk")]
mod call;
mod configuration_template;
mod environment;

pub use application::{Application, ApplicationInputs, ApplicationName, ApplicationOutputs, MaxAgeRule, MaxCountRule};
pub use application_version::{
    ApplicationVersion, ApplicationVersionId, ApplicationVersionInputs, ApplicationVersionOutputs, BuildConfiguration, ComputeType,
    VersionLabel,
};
pub use configuration_template::{
    ConfigurationTemplate, ConfigurationTemplateId, ConfigurationTemplateInputs, ConfigurationTemplateOutputs, SourceConfiguration,
    TemplateName,
};
pub use environment::{Environment, EnvironmentId, EnvironmentInputs, EnvironmentOutputs, EnvironmentTier};

crate::resources!(
    "elasticbeanstalk", aws_sdk_elasticbeanstalk::Client:
    Application, ApplicationVersion, ConfigurationTemplate, Environment
);
