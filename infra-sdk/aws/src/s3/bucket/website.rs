//! How a bucket answers as a website.

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// How a redirected request goes on.
    pub enum WebsiteProtocol {
        /// In clear.
        Http = "http",
        /// Encrypted.
        Https = "https",
    }
}

/// How a bucket answers as a website: with its objects, or with redirects to another host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Website {
    /// The object that stands for a folder, as in `index.html`.
    pub index_document: Option<String>,
    /// The key of the object that answers errors.
    pub error_document: Option<String>,
    /// The host that all requests are redirected to; then nothing else is said.
    #[input(cloud = "RedirectAllRequestsTo")]
    pub redirect_all_to: Option<RedirectHost>,
    /// Which requests are redirected; the first rule that fits counts.
    pub routing_rules: Option<Vec<RoutingRule>>,
}

impl Website {
    /// It does not.
    pub fn off() -> WebsiteBuilder {
        Website::new().index_document("")
    }
}

/// A host that requests are redirected to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct RedirectHost {
    /// Its name.
    pub host_name: String,
    /// How requests go on. Default: as they came.
    pub protocol: Option<WebsiteProtocol>,
}

/// Which requests are redirected, and where to. What it does not say of the new place stays as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct RoutingRule {
    /// Requests for keys that begin with this. Default: all.
    #[input(cloud = "RoutingRuleCondition/KeyPrefixEquals")]
    pub key_prefix: Option<String>,
    /// Requests that would be answered with this HTTP code, as in `404`. Default: all.
    #[input(cloud = "RoutingRuleCondition/HttpErrorCodeReturnedEquals")]
    pub error_code: Option<String>,
    /// The new host.
    #[input(cloud = "RedirectRule/HostName")]
    pub host_name: Option<String>,
    /// The new protocol.
    #[input(cloud = "RedirectRule/Protocol")]
    pub protocol: Option<WebsiteProtocol>,
    /// The HTTP code of the redirect, as in `302`. Default: 301.
    #[input(cloud = "RedirectRule/HttpRedirectCode")]
    pub redirect_code: Option<String>,
    /// What stands in place of the key's `key_prefix`.
    #[input(cloud = "RedirectRule/ReplaceKeyPrefixWith")]
    pub new_key_prefix: Option<String>,
    /// What stands in place of the whole key.
    #[input(cloud = "RedirectRule/ReplaceKeyWith")]
    pub new_key: Option<String>,
}

#[cfg(feature = "s3")]
pub(super) mod live {
    use aws_sdk_s3::operation::get_bucket_website::GetBucketWebsiteOutput;
    use aws_sdk_s3::types::{
        Condition, ErrorDocument, IndexDocument, Protocol, Redirect, RedirectAllRequestsTo, RoutingRule as SdkRule, WebsiteConfiguration,
    };
    use infra_apply::ProviderError;

    use super::{RedirectHost, RoutingRule, Website, WebsiteProtocol};
    use crate::s3::call::built;

    const OPERATION: &str = "PutBucketWebsite";

    fn protocol(word: Option<&Protocol>) -> Option<WebsiteProtocol> {
        word.and_then(|word| WebsiteProtocol::from_word(word.as_str()))
    }

    /// How it answers; where it does not, what one asks for to have that.
    pub(in super::super) fn from_sdk(sdk: Option<&GetBucketWebsiteOutput>) -> Website {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let rules = sdk.map(GetBucketWebsiteOutput::routing_rules).unwrap_or_default().iter().map(|rule| RoutingRule {
            key_prefix: text(rule.condition().and_then(|condition| condition.key_prefix_equals())),
            error_code: text(rule.condition().and_then(|condition| condition.http_error_code_returned_equals())),
            host_name: text(rule.redirect().and_then(|redirect| redirect.host_name())),
            protocol: protocol(rule.redirect().and_then(|redirect| redirect.protocol())),
            redirect_code: text(rule.redirect().and_then(|redirect| redirect.http_redirect_code())),
            new_key_prefix: text(rule.redirect().and_then(|redirect| redirect.replace_key_prefix_with())),
            new_key: text(rule.redirect().and_then(|redirect| redirect.replace_key_with())),
        });
        let all = sdk.and_then(|sdk| sdk.redirect_all_requests_to());
        Website {
            index_document: Some(sdk.and_then(|sdk| sdk.index_document()).map(IndexDocument::suffix).unwrap_or_default().to_owned()),
            error_document: sdk.and_then(|sdk| sdk.error_document()).map(|document| document.key().to_owned()),
            redirect_all_to: all.map(|all| RedirectHost { host_name: all.host_name().to_owned(), protocol: protocol(all.protocol()) }),
            routing_rules: Some(rules.collect()),
        }
    }

    /// What is wanted; where that is silent, what is there.
    pub(in super::super) fn merged(have: Option<&Website>, want: &Website) -> Website {
        // Whoever names a document means a website of its own, and no redirect of all of it.
        let redirected = want.redirect_all_to.clone().or_else(|| match want.index_document {
            Some(_) => None,
            None => have?.redirect_all_to.clone(),
        });
        Website {
            index_document: want.index_document.clone().or_else(|| have?.index_document.clone()),
            error_document: want.error_document.clone().or_else(|| have?.error_document.clone()),
            redirect_all_to: redirected,
            routing_rules: want.routing_rules.clone().or_else(|| have?.routing_rules.clone()),
        }
    }

    /// The configuration, or nothing where it does not answer.
    pub(in super::super) fn to_sdk(website: &Website) -> Result<Option<WebsiteConfiguration>, ProviderError> {
        let word = |protocol: Option<WebsiteProtocol>| protocol.map(|protocol| Protocol::from(protocol.as_str()));
        let mut call = WebsiteConfiguration::builder();
        if let Some(all) = &website.redirect_all_to {
            let all = RedirectAllRequestsTo::builder().host_name(&all.host_name).set_protocol(word(all.protocol));
            return Ok(Some(call.redirect_all_requests_to(built(all.build(), OPERATION)?).build()));
        }
        let Some(index) = website.index_document.as_ref().filter(|index| !index.is_empty()) else { return Ok(None) };
        call = call.index_document(built(IndexDocument::builder().suffix(index).build(), OPERATION)?);
        if let Some(error) = &website.error_document {
            call = call.error_document(built(ErrorDocument::builder().key(error).build(), OPERATION)?);
        }
        for rule in website.routing_rules.iter().flatten() {
            let condition = Condition::builder()
                .set_key_prefix_equals(rule.key_prefix.clone())
                .set_http_error_code_returned_equals(rule.error_code.clone());
            let conditional = rule.key_prefix.is_some() || rule.error_code.is_some();
            let redirect = Redirect::builder()
                .set_host_name(rule.host_name.clone())
                .set_protocol(word(rule.protocol))
                .set_http_redirect_code(rule.redirect_code.clone())
                .set_replace_key_prefix_with(rule.new_key_prefix.clone())
                .set_replace_key_with(rule.new_key.clone());
            call = call
                .routing_rules(SdkRule::builder().set_condition(conditional.then(|| condition.build())).redirect(redirect.build()).build());
        }
        Ok(Some(call.build()))
    }
}
