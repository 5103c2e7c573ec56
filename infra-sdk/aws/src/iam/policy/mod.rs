//! Access policy documents: what a role's trust, its permissions and a bucket's policy are written in.

mod builder;
mod principal;

use infra_core::{Expr, Input, Type, Typed};
use serde::{Deserialize, Serialize};

pub use builder::{PolicyBuilder, StatementBuilder};
pub use principal::Principal;

/// An access policy document, as AWS has it: a JSON object with a version and statements.
///
/// ```
/// use infra_aws::iam::{PolicyDocument, Principal};
///
/// let reads = PolicyDocument::new()
///     .allow(["s3:GetObject", "s3:ListBucket"])
///     .on(["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"])
///     .deny(["s3:*"])
///     .on(["*"])
///     .when("Bool", "aws:SecureTransport", ["false"]);
/// let trust = PolicyDocument::trust_service("ec2.amazonaws.com");
/// let same = PolicyDocument::new().allow(["sts:AssumeRole"]).by(Principal::service("ec2.amazonaws.com"));
/// ```
///
/// A builder is taken wherever a document is asked, and so is a `serde_json::Value` that is one. Outputs may stand for
/// resources, principals and the values of conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyDocument(serde_json::Value);

impl PolicyDocument {
    /// Starts one without statements.
    #[allow(clippy::new_ret_no_self, reason = "a document is written through its builder")]
    pub fn new() -> PolicyBuilder {
        PolicyBuilder::default()
    }

    /// The trust policy of a role that an AWS service takes, as in `ec2.amazonaws.com`.
    pub fn trust_service(service: &str) -> StatementBuilder {
        PolicyDocument::new().allow(["sts:AssumeRole"]).by(Principal::service(service))
    }

    /// From its JSON, unchecked.
    pub fn from_json(json: serde_json::Value) -> PolicyDocument {
        PolicyDocument(json)
    }

    /// Its JSON.
    pub fn as_json(&self) -> &serde_json::Value {
        &self.0
    }

    /// From the text that IAM answers with: JSON, percent-encoded by some calls. What is no JSON becomes its text, which
    /// differs from every document.
    #[cfg(any(feature = "sdk", test))]
    pub(crate) fn from_answer(text: &str) -> PolicyDocument {
        let json = serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&percent_decoded(text)?).ok());
        PolicyDocument(json.unwrap_or_else(|| text.into()))
    }
}

impl std::fmt::Display for PolicyDocument {
    /// The JSON text that AWS takes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Typed for PolicyDocument {
    fn ty() -> Type {
        Type::Json
    }
}

impl Input<PolicyDocument> for PolicyDocument {
    fn into_expr(self) -> Expr {
        Expr::Lit(self.0.into())
    }
}

impl Input<PolicyDocument> for &PolicyDocument {
    fn into_expr(self) -> Expr {
        self.clone().into_expr()
    }
}

impl Input<PolicyDocument> for serde_json::Value {
    fn into_expr(self) -> Expr {
        Expr::Lit(self.into())
    }
}

/// Text with `%41` for `A`, as RFC 3986 has it, in clear. `None` if it is not well formed.
#[cfg(any(feature = "sdk", test))]
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            plain => plain,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_encoded_answer_and_a_plain_one_are_the_same_document() {
        let document = PolicyDocument(json!({"Version": "2012-10-17", "Statement": [{"Sid": "für + 100 %"}]}));
        let encoded: String = document.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(PolicyDocument::from_answer(&encoded), document);
        assert_eq!(PolicyDocument::from_answer(&document.to_string()), document);
    }

    #[test]
    fn a_plus_in_an_encoded_answer_stays_a_plus() {
        assert_eq!(PolicyDocument::from_answer("%22a+b%22"), PolicyDocument(json!("a+b")));
    }

    #[test]
    fn what_is_no_json_stays_text() {
        assert_eq!(PolicyDocument::from_answer("%7"), PolicyDocument(json!("%7")));
        assert_eq!(PolicyDocument::from_answer("nonsense"), PolicyDocument(json!("nonsense")));
    }
}
