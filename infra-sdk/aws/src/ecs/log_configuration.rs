//! Where a container's output goes.

use std::collections::BTreeMap;

use infra_core::{Block, Input, Set, choices};
use serde::{Deserialize, Serialize};

use super::SecretSource;

choices! {
    /// What takes a container's output.
    pub enum LogDriver {
        /// CloudWatch Logs.
        Awslogs = "awslogs",
        /// A log router beside the container.
        Awsfirelens = "awsfirelens",
        /// Splunk.
        Splunk = "splunk",
        /// A file on the instance.
        JsonFile = "json-file",
        /// The instance's syslog.
        Syslog = "syslog",
        /// The instance's journal.
        Journald = "journald",
        /// Graylog.
        Gelf = "gelf",
        /// Fluentd.
        Fluentd = "fluentd",
    }
}

/// Where a container's output goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct LogConfiguration {
    /// What takes it.
    #[input(unlike_cloud = "the API requires it of services too")]
    pub log_driver: LogDriver,
    /// What the driver is told, by its own names.
    pub options: Option<BTreeMap<String, String>>,
    /// What the driver is told in secret: the ARN of a secret or of a parameter, by the option's name.
    #[input(unlike_cloud = "a list of names and values is a map here")]
    pub secret_options: Option<BTreeMap<String, SecretSource>>,
}

impl LogConfiguration {
    /// Into a log group of CloudWatch, each task's output in a stream `PREFIX/CONTAINER/TASK`.
    pub fn awslogs(group: impl Input<String>, region: impl Input<String>, prefix: impl Input<String>) -> LogConfigurationBuilder<Set> {
        let options =
            [("awslogs-group", group.into_expr()), ("awslogs-region", region.into_expr()), ("awslogs-stream-prefix", prefix.into_expr())];
        let options = options.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let mut builder = LogConfiguration::new();
        builder.fields.set("options", infra_core::Expr::Object(options));
        builder.log_driver(LogDriver::Awslogs)
    }
}

#[cfg(feature = "ecs")]
mod live {
    use std::collections::BTreeMap;

    use aws_sdk_ecs::types as sdk;

    use super::{LogConfiguration, LogDriver, SecretSource};
    use crate::sdk::{Wired, wired_words};

    type Built<T> = Result<T, aws_smithy_types::error::operation::BuildError>;

    wired_words!(LogDriver => sdk::LogDriver);

    /// Secrets by name as the SDK has them.
    pub(in crate::ecs) fn secrets_to_sdk(secrets: Option<&BTreeMap<String, SecretSource>>) -> Built<Option<Vec<sdk::Secret>>> {
        let all =
            secrets.map(|all| all.iter().map(|(name, from)| sdk::Secret::builder().name(name).value_from(from.as_str()).build()).collect());
        all.transpose()
    }

    /// Secrets by name as the program has them.
    pub(in crate::ecs) fn secrets_from_sdk(secrets: Option<&[sdk::Secret]>) -> Option<BTreeMap<String, SecretSource>> {
        Some(secrets?.iter().map(|secret| (secret.name.clone(), SecretSource::new(&secret.value_from))).collect())
    }

    impl Wired<sdk::LogConfiguration> for LogConfiguration {
        fn wire(&self) -> Built<sdk::LogConfiguration> {
            let built = sdk::LogConfiguration::builder()
                .log_driver(self.log_driver.as_str().into())
                .set_options(self.options.wire()?)
                .set_secret_options(secrets_to_sdk(self.secret_options.as_ref())?);
            built.build()
        }

        fn unwire(sdk: &sdk::LogConfiguration) -> Option<LogConfiguration> {
            Some(LogConfiguration {
                log_driver: LogDriver::unwire(&sdk.log_driver)?,
                options: Wired::unwire(&sdk.options)?,
                secret_options: secrets_from_sdk(sdk.secret_options.as_deref()),
            })
        }
    }
}

#[cfg(feature = "ecs")]
pub(super) use live::{secrets_from_sdk, secrets_to_sdk};
