//! Who the engine is to AWS.

use infra_core::Lookup;
use serde::{Deserialize, Serialize};

/// Asks who the engine is to AWS: `stack.lookup(sts::CallerIdentity {})?.account`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerIdentity {}

/// Who the engine is to AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The account's number, twelve digits.
    pub account: String,
    /// The ARN of the user or the assumed role.
    pub arn: String,
    /// The unique id of the user or the assumed role.
    pub user_id: String,
}

impl Lookup for CallerIdentity {
    const KIND: &'static str = "aws:sts/caller-identity";
    type Answer = Identity;
}

#[cfg(feature = "sdk")]
mod live {
    use aws_sdk_sts::Client;
    use infra_apply::ProviderError;

    use super::{CallerIdentity, Identity};
    use crate::sdk::{Answers, failed};

    impl Answers for CallerIdentity {
        type Client = Client;

        async fn answer(&self, client: &Client) -> Result<Identity, ProviderError> {
            let told = client.get_caller_identity().send().await.map_err(failed("GetCallerIdentity"))?;
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            Ok(Identity { account: text(told.account()), arn: text(told.arn()), user_id: text(told.user_id()) })
        }
    }
}
