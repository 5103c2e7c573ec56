//! How long new objects of a bucket are locked.

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// Who may delete what is locked.
    pub enum ObjectLockMode {
        /// Who has a permission for it.
        Governance = "GOVERNANCE",
        /// Nobody, the account's root user neither.
        Compliance = "COMPLIANCE",
    }
}

/// How long new objects are locked, in days or in years.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ObjectLockRetention {
    /// Who may delete them before.
    #[input(unlike_cloud = "the API requires it")]
    pub mode: ObjectLockMode,
    /// How many days; or `years`.
    pub days: Option<i32>,
    /// How many years; or `days`.
    pub years: Option<i32>,
}

#[cfg(feature = "s3")]
pub(super) mod live {
    use aws_sdk_s3::types::{DefaultRetention, ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRule};

    use super::{ObjectLockMode, ObjectLockRetention};

    pub(in super::super) fn from_sdk(sdk: Option<&ObjectLockConfiguration>) -> Option<ObjectLockRetention> {
        let retention = sdk?.rule()?.default_retention()?;
        Some(ObjectLockRetention {
            mode: ObjectLockMode::from_word(retention.mode()?.as_str())?,
            days: retention.days(),
            years: retention.years(),
        })
    }

    pub(in super::super) fn to_sdk(retention: Option<&ObjectLockRetention>) -> ObjectLockConfiguration {
        let rule = retention.map(|retention| {
            let retention =
                DefaultRetention::builder().mode(retention.mode.as_str().into()).set_days(retention.days).set_years(retention.years);
            ObjectLockRule::builder().default_retention(retention.build()).build()
        });
        ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled).set_rule(rule).build()
    }
}
