//! Where a running local cloud is spoken to, and which cloud it is.

use crate::record::Record;

/// A local cloud to send AWS requests to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The URL for every service, as `http://127.0.0.1:40123`: without a slash at its end.
    pub url: String,
    /// The AWS account of whoever signs with [`Endpoint::ACCESS_KEY_ID`]: 12 digits.
    pub account: String,
    /// The region to use where the project names none. The others exist too.
    pub region: String,
    /// The name of this cloud's memory: 32 hexadecimal digits, new with every start and every
    /// reset. What was deployed to another memory is not in this one.
    pub memory: String,
}

impl Endpoint {
    /// The account that everything is in, unless a role of another one is assumed.
    pub const ACCOUNT: &str = "123456789012";
    /// The region that stands for "none in particular".
    pub const REGION: &str = "us-east-1";
    /// An access key's id to sign with. The local cloud reads no secret.
    pub const ACCESS_KEY_ID: &str = "local";
    /// The secret beside it.
    pub const SECRET_ACCESS_KEY: &str = "local";

    /// The endpoint of the server that wrote `record`.
    pub(crate) fn of(record: &Record) -> Self {
        Self {
            url: format!("http://127.0.0.1:{}", record.port),
            account: Self::ACCOUNT.to_owned(),
            region: Self::REGION.to_owned(),
            memory: record.memory.clone(),
        }
    }
}
