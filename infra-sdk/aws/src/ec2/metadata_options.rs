//! How an instance's own metadata is served to it, as instances and launch templates say it.

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// Whether a request for metadata must carry a session token (IMDSv2).
    pub enum MetadataTokens {
        /// Either with or without one.
        Optional = "optional",
        /// Only with one.
        Required = "required",
    }
}

/// The metadata service, at 169.254.169.254, from which programs on an instance learn its role's credentials and more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct MetadataOptions {
    /// Whether it answers at all. Default: true.
    #[input(cloud = "HttpEndpoint")]
    pub enabled: Option<bool>,
    /// Whether a session token is needed. Default: as the image or the account says; `required` is safer.
    #[input(cloud = "HttpTokens")]
    pub tokens: Option<MetadataTokens>,
    /// How many network hops an answer may travel, from 1 to 64; containers need 2. Default: 1, or as the account says.
    #[input(cloud = "HttpPutResponseHopLimit")]
    pub hop_limit: Option<i32>,
    /// Whether it answers over IPv6 too. Default: false.
    #[input(cloud = "HttpProtocolIpv6")]
    pub ipv6: Option<bool>,
    /// Whether it tells the instance's tags. Default: false.
    #[input(cloud = "InstanceMetadataTags")]
    pub tags: Option<bool>,
}

impl MetadataOptions {
    /// The service with session tokens required: what a new instance should have.
    pub fn tokens_required() -> MetadataOptionsBuilder {
        MetadataOptions::new().tokens(MetadataTokens::Required)
    }
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::operation::modify_instance_metadata_options::builders::ModifyInstanceMetadataOptionsFluentBuilder;
    use aws_sdk_ec2::types::{
        InstanceMetadataOptionsRequest, InstanceMetadataOptionsResponse, LaunchTemplateInstanceMetadataOptions,
        LaunchTemplateInstanceMetadataOptionsRequest,
    };

    use super::{MetadataOptions, MetadataTokens};
    use crate::sdk::{is_on, switch};

    macro_rules! fill {
        ($options:ident, $builder:expr) => {
            $builder
                .set_http_endpoint($options.enabled.map(|on| switch(on).into()))
                .set_http_tokens($options.tokens.map(|word| word.as_str().into()))
                .set_http_put_response_hop_limit($options.hop_limit)
                .set_http_protocol_ipv6($options.ipv6.map(|on| switch(on).into()))
                .set_instance_metadata_tags($options.tags.map(|on| switch(on).into()))
        };
    }

    macro_rules! read {
        ($options:ident) => {
            MetadataOptions {
                enabled: $options.http_endpoint().map(|word| is_on(word.as_str())),
                tokens: $options.http_tokens().and_then(|word| MetadataTokens::from_word(word.as_str())),
                hop_limit: $options.http_put_response_hop_limit(),
                ipv6: $options.http_protocol_ipv6().map(|word| is_on(word.as_str())),
                tags: $options.instance_metadata_tags().map(|word| is_on(word.as_str())),
            }
        };
    }

    impl MetadataOptions {
        /// For a launch.
        pub(crate) fn to_launch(&self) -> InstanceMetadataOptionsRequest {
            fill!(self, InstanceMetadataOptionsRequest::builder()).build()
        }

        /// For a launch template.
        pub(crate) fn to_template(&self) -> LaunchTemplateInstanceMetadataOptionsRequest {
            fill!(self, LaunchTemplateInstanceMetadataOptionsRequest::builder()).build()
        }

        /// In a call that changes a running instance.
        pub(crate) fn to_change(&self, call: ModifyInstanceMetadataOptionsFluentBuilder) -> ModifyInstanceMetadataOptionsFluentBuilder {
            fill!(self, call)
        }

        /// As an instance has it.
        pub(crate) fn from_instance(options: &InstanceMetadataOptionsResponse) -> MetadataOptions {
            read!(options)
        }

        /// As a launch template has it.
        pub(crate) fn from_template(options: &LaunchTemplateInstanceMetadataOptions) -> MetadataOptions {
            read!(options)
        }
    }
}
