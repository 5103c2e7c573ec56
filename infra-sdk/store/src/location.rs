//! Where a journal is, as a URL: `s3://bucket/prefix`, `gs://…`, `az://container/prefix`, `file:///folder`, `memory:///`.
//!
//! What else there is to say of a store is in the URL's query, as in `s3://states/web?region=eu-west-1&lock_table=locks`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, AwsCredentialProvider};
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::memory::InMemory;
use object_store::path::Path;
use thiserror::Error;
use url::Url;

/// Where journals are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    url: Url,
    /// What is said beside the address.
    pub options: Options,
}

/// What is said of a store beside its address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The region of an S3 bucket.
    pub region: Option<String>,
    /// What speaks S3, as `http://localhost:5000`; AWS without it.
    pub endpoint: Option<String>,
    /// The profile whose credentials open the bucket; otherwise those of the environment.
    pub profile: Option<String>,
    /// The DynamoDB table that has the lease, as Terraform's S3 backend uses it; an object beside the journal without it.
    pub lock_table: Option<String>,
}

/// Why a location cannot be used.
#[derive(Debug, Error)]
pub enum LocationError {
    /// It is no URL that names a store.
    #[error("`{text}` is no place for a state: {problem}")]
    Wrong {
        /// What was given.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The store does not take it.
    #[error("failed to reach {place}: {source}")]
    Store {
        /// The place.
        place: String,
        /// Why.
        source: object_store::Error,
    },
}

impl Location {
    /// Reads a URL.
    ///
    /// # Errors
    /// Where it names no store, or its query has something unknown.
    pub fn parse(text: &str) -> Result<Location, LocationError> {
        let wrong = |problem: String| LocationError::Wrong { text: text.to_owned(), problem };
        let help = "write it like s3://bucket/folder, gs://bucket/folder, az://container/folder or file:///folder";
        let mut url = Url::parse(text).map_err(|error| wrong(format!("{error}; {help}")))?;
        match url.scheme() {
            "s3" | "gs" | "az" if url.host_str().is_none_or(str::is_empty) => return Err(wrong("it names no bucket".to_owned())),
            "file" if url.to_file_path().is_err() => return Err(wrong("it names no folder of this machine".to_owned())),
            "s3" | "gs" | "az" | "file" | "memory" => {}
            other => return Err(wrong(format!("`{other}` is no store that is known here; {help}"))),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("credentials do not belong into it: they come from the environment or a profile".to_owned()));
        }
        let mut said: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let s3 = url.scheme() == "s3";
        let mut take = |name: &str| if s3 { said.remove(name) } else { None };
        let options =
            Options { region: take("region"), endpoint: take("endpoint"), profile: take("profile"), lock_table: take("lock_table") };
        if let Some(unknown) = said.keys().next() {
            return Err(wrong(format!("`{unknown}` is no option of it; s3 has `region`, `endpoint`, `profile` and `lock_table`")));
        }
        url.set_query(None);
        Ok(Location { url, options })
    }

    /// The address, without what is said beside it.
    pub fn shown(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The folder of this machine, if it is one.
    pub fn folder(&self) -> Option<PathBuf> {
        (self.url.scheme() == "file").then(|| self.url.to_file_path().ok()).flatten()
    }

    /// Whether it is a bucket of S3, or of what speaks it.
    pub fn is_s3(&self) -> bool {
        self.url.scheme() == "s3"
    }

    /// The bucket or container.
    pub fn bucket(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The folder in the bucket.
    ///
    /// # Errors
    /// Where a store has no such name.
    pub fn root(&self) -> Result<Path, LocationError> {
        Path::from_url_path(self.url.path())
            .map_err(|error| LocationError::Wrong { text: self.url.to_string(), problem: error.to_string() })
    }

    /// The store. Of S3 the credentials are those that are given; of Google's and Microsoft's, what their tools read from
    /// the environment.
    ///
    /// # Errors
    /// Where something is missing that the store needs.
    pub fn store(&self, credentials: Option<AwsCredentialProvider>) -> Result<Arc<dyn ObjectStore>, LocationError> {
        let failed = |source| LocationError::Store { place: self.shown().to_owned(), source };
        Ok(match self.url.scheme() {
            "s3" => {
                let mut s3 = AmazonS3Builder::new().with_bucket_name(self.bucket());
                if let Some(region) = &self.options.region {
                    s3 = s3.with_region(region);
                }
                if let Some(endpoint) = &self.options.endpoint {
                    // What is not AWS's has no name for each bucket, and on this machine no certificate.
                    s3 = s3.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
                }
                if let Some(credentials) = credentials {
                    s3 = s3.with_credentials(credentials);
                }
                Arc::new(s3.build().map_err(failed)?)
            }
            "gs" => Arc::new(GoogleCloudStorageBuilder::from_env().with_bucket_name(self.bucket()).build().map_err(failed)?),
            "az" => Arc::new(MicrosoftAzureBuilder::from_env().with_container_name(self.bucket()).build().map_err(failed)?),
            _ => Arc::new(InMemory::new()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_url_whose_query_has_what_the_store_needs_to_know() {
        let place = Location::parse("s3://states/team/web?region=eu-west-1&lock_table=locks&endpoint=http://localhost:5000").unwrap();
        assert_eq!((place.shown(), place.bucket(), place.is_s3()), ("s3://states/team/web", "states", true));
        assert_eq!(place.root().unwrap().as_ref(), "team/web");
        let options = Options {
            region: Some("eu-west-1".into()),
            endpoint: Some("http://localhost:5000".into()),
            profile: None,
            lock_table: Some("locks".into()),
        };
        assert_eq!(place.options, options);
        assert_eq!(Location::parse("file:///var/states").unwrap().folder(), Some("/var/states".into()));
        assert_eq!(Location::parse("gs://states").unwrap().root().unwrap().as_ref(), "");
    }

    #[test]
    fn what_is_no_place_is_refused_with_what_would_be_one() {
        let problem = |text: &str| Location::parse(text).unwrap_err().to_string();
        assert!(problem("states").contains("s3://bucket/folder"));
        assert!(problem("ftp://states").contains("`ftp` is no store"));
        assert!(problem("s3:///web").contains("names no bucket"));
        assert!(problem("s3://states?lock=locks").contains("`lock` is no option"));
        assert!(problem("gs://states?region=x").contains("`region` is no option"));
        assert!(problem("s3://key:secret@states").contains("credentials do not belong"));
    }
}
