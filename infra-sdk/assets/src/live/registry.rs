//! Registries by name: which host, whether it is one of ECR's, and what ECR offers beside the distribution's interface.

use std::fmt;

use async_trait::async_trait;
use infra_apply::{Class, ProviderError};

/// A tag in a repository of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageName {
    /// The registry's host, with its port if it has one.
    pub host: String,
    /// The repository's name there.
    pub repository: String,
    /// The tag.
    pub tag: String,
}

/// Who is let into a registry.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user's name.
    pub username: String,
    /// The password or token.
    pub password: String,
}

/// A manifest as a registry has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedManifest {
    /// Its digest, as in `sha256:…`.
    pub digest: String,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// What the API of ECR does for its registries.
#[async_trait]
pub trait Ecr: Send + Sync {
    /// Who is let into the registry of an account in a region. Nobody where there is an API and no registry behind it, as in
    /// a local cloud: then images are no more than their manifests, and these go through the API.
    async fn credentials(&self, account: &str, region: &str) -> Result<Option<Credentials>, ProviderError>;

    /// The manifest under a tag.
    async fn manifest(&self, name: &ImageName) -> Result<Option<PushedManifest>, ProviderError>;

    /// Puts a manifest under a tag.
    async fn put(&self, name: &ImageName, manifest: &PushedManifest, media_type: &str) -> Result<(), ProviderError>;

    /// Takes a tag away, and the image if that was its last. Gone is success.
    async fn remove(&self, name: &ImageName) -> Result<(), ProviderError>;
}

impl Credentials {
    /// From a name and a password.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Credentials {
        Credentials { username: username.into(), password: password.into() }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

impl ImageName {
    /// From a repository with its host, and a tag.
    pub(crate) fn new(repository: &str, tag: &str) -> Result<ImageName, ProviderError> {
        let wrong = |problem: String| ProviderError::new(Class::Invalid, "read the repository", problem);
        let (host, rest) = repository.split_once('/').unwrap_or((repository, ""));
        let is_host = host.contains(['.', ':']) || host == "localhost";
        let part = |part: &str| {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
            !part.is_empty() && part.bytes().all(plain)
        };
        if !is_host || !rest.split('/').all(part) {
            return Err(wrong(format!("`{repository}` is no repository with its registry's host, as in `registry.example/team/web`")));
        }
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if tag.is_empty() || tag.len() > 128 || !tag.bytes().all(letters) || tag.starts_with(['.', '-']) {
            return Err(wrong(format!("`{tag}` is no tag: letters, digits, `_`, `.` and `-`, at most 128, and no `.` or `-` first")));
        }
        Ok(ImageName { host: host.to_owned(), repository: rest.to_owned(), tag: tag.to_owned() })
    }

    /// Whether the registry is on this machine, so that it may be spoken to without TLS.
    pub(crate) fn is_here(&self) -> bool {
        let host = match self.host.strip_prefix('[') {
            Some(six) => six.split(']').next().unwrap_or_default(),
            None => self.host.rsplit_once(':').map_or(self.host.as_str(), |(host, _)| host),
        };
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The account and the region, where the registry is one of ECR's.
    pub fn ecr(&self) -> Option<(&str, &str)> {
        let mut parts = self.host.split('.');
        let (account, dkr, ecr, region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let rest: Vec<&str> = parts.collect();
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_ecr = dkr == "dkr" && (ecr == "ecr" || ecr == "ecr-fips") && rest.first() == Some(&"amazonaws");
        (is_account && is_ecr).then_some((account, region))
    }

    /// The repository with its host.
    pub(crate) fn whole_repository(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}:{}", self.host, self.repository, self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(repository: &str) -> ImageName {
        ImageName::new(repository, "v1").unwrap()
    }

    #[test]
    fn only_a_registry_on_this_machine_is_spoken_to_without_tls() {
        for here in ["localhost/a", "localhost:5000/a", "127.0.0.1:5000/a", "127.1.2.3/a", "[::1]:5000/a"] {
            assert!(name(here).is_here(), "{here}");
        }
        for there in ["localhost.example/a", "128.0.0.1:5000/a", "registry.local:80/a", "[::2]:5000/a"] {
            assert!(!name(there).is_here(), "{there}");
        }
    }

    #[test]
    fn a_registry_of_ecr_is_known_by_its_host() {
        assert_eq!(name("123456789012.dkr.ecr.eu-west-1.amazonaws.com/web").ecr(), Some(("123456789012", "eu-west-1")));
        assert_eq!(name("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web").ecr(), Some(("123456789012", "cn-north-1")));
        for other in ["public.ecr.aws/x/web", "1234.dkr.ecr.eu-west-1.amazonaws.com/web", "a.dkr.ecr.b.example.com/web"] {
            assert_eq!(name(other).ecr(), None, "{other}");
        }
    }

    #[test]
    fn what_names_no_registry_or_no_tag_is_refused() {
        for wrong in ["web", "team/web", "Registry.example", "registry.example/", "registry.example/a//b", "registry.example/UP"] {
            assert!(ImageName::new(wrong, "v1").is_err(), "{wrong}");
        }
        for wrong in ["", ".a", "-a", "a b", "a:b", &"x".repeat(129)] {
            assert!(ImageName::new("registry.example/web", wrong).is_err(), "{wrong}");
        }
        assert_eq!(name("registry.example:5000/team/web").to_string(), "registry.example:5000/team/web:v1");
    }
}
