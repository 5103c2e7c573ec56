//! Which websites' scripts may use a bucket.

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// What a script may do.
    pub enum CorsMethod {
        /// Read.
        Get = "GET",
        /// Write.
        Put = "PUT",
        /// Read what is said of an object.
        Head = "HEAD",
        /// Write from a form.
        Post = "POST",
        /// Delete.
        Delete = "DELETE",
    }
}

/// A rule that lets websites' scripts use a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct CorsRule {
    /// Its name, up to 255 characters. Default: none.
    pub id: Option<String>,
    /// What the scripts may do.
    #[input(set)]
    pub allowed_methods: Vec<CorsMethod>,
    /// Where they come from, as in `https://example.com`; `*` once in each stands for anything.
    #[input(set)]
    pub allowed_origins: Vec<String>,
    /// Headers that they may send; `*` once in each stands for anything. Default: none.
    #[input(set)]
    pub allowed_headers: Option<Vec<String>>,
    /// Headers of answers that they may see. Default: none.
    #[input(set, cloud = "ExposedHeaders")]
    pub exposed_headers: Option<Vec<String>>,
    /// How long a browser remembers what it may do, in seconds. Default: not at all.
    #[input(cloud = "MaxAge")]
    pub max_age: Option<i32>,
}

#[cfg(feature = "s3")]
pub(super) mod live {
    use aws_sdk_s3::types::CorsRule as SdkRule;
    use infra_apply::ProviderError;

    use super::{CorsMethod, CorsRule};
    use crate::s3::call::built;

    pub(in super::super) fn from_sdk(rule: &SdkRule) -> CorsRule {
        CorsRule {
            id: rule.id().map(str::to_owned),
            allowed_methods: rule.allowed_methods().iter().filter_map(|word| CorsMethod::from_word(word)).collect(),
            allowed_origins: rule.allowed_origins().to_vec(),
            allowed_headers: Some(rule.allowed_headers().to_vec()),
            exposed_headers: Some(rule.expose_headers().to_vec()),
            max_age: rule.max_age_seconds(),
        }
    }

    pub(in super::super) fn to_sdk(rule: &CorsRule) -> Result<SdkRule, ProviderError> {
        let filled = |list: &Option<Vec<String>>| list.clone().filter(|list| !list.is_empty());
        let call = SdkRule::builder()
            .set_id(rule.id.clone())
            .set_allowed_methods(Some(rule.allowed_methods.iter().map(ToString::to_string).collect()))
            .set_allowed_origins(Some(rule.allowed_origins.clone()))
            .set_allowed_headers(filled(&rule.allowed_headers))
            .set_expose_headers(filled(&rule.exposed_headers))
            .set_max_age_seconds(rule.max_age);
        built(call.build(), "PutBucketCors")
    }
}
