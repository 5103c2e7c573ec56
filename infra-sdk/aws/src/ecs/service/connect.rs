//! Services that find one another by name.

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

use crate::ecs::LogConfiguration;

/// How long a connection may be idle and a request may take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct ServiceConnectTimeout {
    /// Seconds that a connection may be idle; 0 is for ever. Default: 300, and 3600 for TCP.
    pub idle_timeout_seconds: Option<i32>,
    /// Seconds that a request may take; 0 is for ever. Default: 15.
    pub per_request_timeout_seconds: Option<i32>,
}

/// The certificates with which services know one another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct ServiceConnectTls {
    /// The private certificate authority, by ARN.
    #[input(cloud = "IssuerCertificateAuthority/AwsPcaAuthorityArn")]
    pub authority: Option<String>,
    /// The key that encrypts the private keys. Default: AWS's own.
    pub kms_key: Option<String>,
    /// The role that may ask for certificates, by ARN.
    #[input(cloud = "RoleArn")]
    pub role: Option<String>,
}

/// A name under which others reach a port.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ClientAlias {
    /// The port that they connect to.
    pub port: i32,
    /// The name. Default: `DISCOVERY-NAME.NAMESPACE`.
    pub dns_name: Option<String>,
}

/// A port that others can reach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ServiceConnectService {
    /// It, by its name in the task definition.
    #[input(cloud = "PortName")]
    pub port: String,
    /// Its name in the namespace. Default: that of the port.
    pub discovery_name: Option<String>,
    /// Names under which others reach it.
    pub client_aliases: Option<Vec<ClientAlias>>,
    /// The port of the proxy. Default: one that is free.
    pub ingress_port_override: Option<i32>,
    /// How long a connection may be idle and a request may take.
    pub timeout: Option<ServiceConnectTimeout>,
    /// The certificates with which services know one another. Default: none.
    pub tls: Option<ServiceConnectTls>,
}

choices! {
    /// How each request is written down.
    pub enum ServiceConnectAccessLogs {
        /// As a line of text.
        Text = "TEXT",
        /// As JSON.
        Json = "JSON",
    }
}

/// How a service finds others by name, and is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ServiceConnect {
    /// Whether it does.
    pub enabled: bool,
    /// The Cloud Map namespace, by name or ARN. Default: the cluster's.
    pub namespace: Option<String>,
    /// The ports that others can reach. Default: none.
    pub services: Option<Vec<ServiceConnectService>>,
    /// Where the proxy's output goes. Default: nowhere.
    pub log_configuration: Option<LogConfiguration>,
    /// How each request is written into that output. Default: not at all.
    #[input(cloud = "AccessLogConfiguration/Format")]
    pub access_logs: Option<ServiceConnectAccessLogs>,
}

#[cfg(feature = "ecs")]
mod live {
    use aws_sdk_ecs::types as sdk;

    use super::{ClientAlias, ServiceConnect, ServiceConnectAccessLogs, ServiceConnectService, ServiceConnectTimeout, ServiceConnectTls};
    use crate::sdk::{Wired, wired, wired_words};

    type Built<T> = Result<T, aws_smithy_types::error::operation::BuildError>;

    wired_words!(ServiceConnectAccessLogs => sdk::ServiceConnectAccessLoggingFormat);

    wired!(ServiceConnectTimeout = sdk::TimeoutConfiguration, Ok(sdk::TimeoutConfiguration::builder().build());
        same: idle_timeout_seconds, per_request_timeout_seconds;
    );

    wired!(ClientAlias = sdk::ServiceConnectClientAlias, sdk::ServiceConnectClientAlias::builder().port(0).build();
        same: port, dns_name;
    );

    wired!(ServiceConnectService = sdk::ServiceConnectService, sdk::ServiceConnectService::builder().port_name("").build();
        same: discovery_name, client_aliases, ingress_port_override, timeout, tls;
        named: port = port_name;
    );

    impl Wired<sdk::ServiceConnectTlsConfiguration> for ServiceConnectTls {
        fn wire(&self) -> Built<sdk::ServiceConnectTlsConfiguration> {
            let authority = sdk::ServiceConnectTlsCertificateAuthority::builder().set_aws_pca_authority_arn(self.authority.clone()).build();
            let built = sdk::ServiceConnectTlsConfiguration::builder().issuer_certificate_authority(authority);
            Ok(built.set_kms_key(self.kms_key.clone()).set_role_arn(self.role.clone()).build())
        }

        fn unwire(sdk: &sdk::ServiceConnectTlsConfiguration) -> Option<ServiceConnectTls> {
            let authority = sdk.issuer_certificate_authority.as_ref().and_then(|authority| authority.aws_pca_authority_arn.clone());
            Some(ServiceConnectTls { authority, kms_key: sdk.kms_key.clone(), role: sdk.role_arn.clone() })
        }
    }

    impl Wired<sdk::ServiceConnectConfiguration> for ServiceConnect {
        fn wire(&self) -> Built<sdk::ServiceConnectConfiguration> {
            let logs =
                self.access_logs.map(|format| sdk::ServiceConnectAccessLogConfiguration::builder().format(format.as_str().into()).build());
            let built = sdk::ServiceConnectConfiguration::builder()
                .enabled(self.enabled)
                .set_namespace(self.namespace.clone())
                .set_services(self.services.wire()?)
                .set_log_configuration(self.log_configuration.wire()?)
                .set_access_log_configuration(logs.transpose()?);
            Ok(built.build())
        }

        fn unwire(sdk: &sdk::ServiceConnectConfiguration) -> Option<ServiceConnect> {
            Some(ServiceConnect {
                enabled: sdk.enabled,
                namespace: sdk.namespace.clone(),
                services: Wired::unwire(&sdk.services)?,
                log_configuration: Wired::unwire(&sdk.log_configuration)?,
                access_logs: sdk.access_log_configuration.as_ref().and_then(|logs| ServiceConnectAccessLogs::unwire(&logs.format)),
            })
        }
    }
}
