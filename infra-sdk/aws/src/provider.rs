//! Where in AWS a resource is, if not where the environment says: `Aws::region("us-east-1")`.

use std::collections::BTreeMap;

use infra_core::Provider;

/// A region, an account, and the way in. What is not said is as the environment has it.
///
/// ```
/// use infra_aws::Aws;
///
/// let certificates = Aws::region("us-east-1");
/// let logs = Aws::region("eu-west-1").role("arn:aws:iam::123456789012:role/deployer");
/// # let _ = (certificates, logs);
/// ```
///
/// An account other than the environment's is touched only where the environment lists it in `accounts`, and STS confirms
/// that the credentials are its own. In the local cloud every account is the same one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aws {
    region: Option<String>,
    account: Option<String>,
    role: Option<String>,
    profile: Option<String>,
}

impl Aws {
    /// Another region, as in `us-east-1`.
    pub fn region(region: impl Into<String>) -> Aws {
        Aws { region: Some(region.into()), ..Aws::default() }
    }

    /// The environment's own region: for another account in it.
    pub fn here() -> Aws {
        Aws::default()
    }

    /// Another account, by its id of 12 digits.
    #[must_use]
    pub fn account(mut self, id: impl Into<String>) -> Aws {
        self.account = Some(id.into());
        self
    }

    /// A role to take on, by its ARN, which says the account too. The environment's credentials must be allowed to.
    #[must_use]
    pub fn role(mut self, arn: impl Into<String>) -> Aws {
        self.role = Some(arn.into());
        self
    }

    /// The profile in `~/.aws/config` whose credentials lead there, in place of the environment's.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Aws {
        self.profile = Some(name.into());
        self
    }
}

/// The account in a role's ARN, `arn:aws:iam::123456789012:role/name`.
fn account_of(role: &str) -> Option<String> {
    role.split(':').nth(4).filter(|account| !account.is_empty()).map(str::to_owned)
}

impl From<Aws> for Provider {
    fn from(aws: Aws) -> Provider {
        let Aws { region, account, role, profile } = aws;
        let account = account.or_else(|| role.as_deref().and_then(account_of));
        let some = |entries: [(&str, Option<String>); 2]| -> BTreeMap<String, String> {
            entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
        };
        let place = some([("region", region), ("account", account)]);
        Provider { cloud: "aws".to_owned(), place, access: some([("role", role), ("profile", profile)]) }
    }
}

impl From<&Aws> for Provider {
    fn from(aws: &Aws) -> Provider {
        aws.clone().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_says_whose_it_is_and_a_profile_is_only_a_way_in() {
        let provider = Provider::from(Aws::region("us-east-1").role("arn:aws:iam::123456789012:role/deployer"));
        let words = "aws (account 123456789012, region us-east-1, role arn:aws:iam::123456789012:role/deployer)";
        assert_eq!(provider.to_string(), words);
        let (one, other) = (Provider::from(Aws::region("us-east-1")), Provider::from(Aws::region("us-east-1").profile("prod")));
        assert!(Provider::is_same_place(Some(&one), Some(&other)));
        assert!(!Provider::is_same_place(Some(&one), Some(&provider)));
        assert!(Provider::is_same_place(Some(&Aws::here().into()), None));
    }
}
