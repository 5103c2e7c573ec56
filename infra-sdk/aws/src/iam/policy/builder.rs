//! Writing a policy document statement by statement.

use std::collections::BTreeMap;

use infra_core::{Expr, Input, Part};

use super::{PolicyDocument, Principal};

/// A policy document that is being written and has no open statement.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it is used"]
pub struct PolicyBuilder {
    statements: Vec<Expr>,
}

/// A policy document that is being written: what is said next is about its last statement.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is used"]
pub struct StatementBuilder {
    finished: PolicyBuilder,
    fields: BTreeMap<String, Expr>,
}

fn list<P: Part>(items: impl IntoIterator<Item = P>) -> Expr {
    Expr::List(items.into_iter().map(|item| item.part()).collect())
}

impl PolicyBuilder {
    fn start<P: Part>(self, effect: &str, key: &str, actions: impl IntoIterator<Item = P>) -> StatementBuilder {
        let fields = BTreeMap::from([("Effect".to_owned(), Expr::lit(effect)), (key.to_owned(), list(actions))]);
        StatementBuilder { finished: self, fields }
    }

    /// A statement that allows these actions, as in `s3:GetObject` or `s3:*`.
    pub fn allow<P: Part>(self, actions: impl IntoIterator<Item = P>) -> StatementBuilder {
        self.start("Allow", "Action", actions)
    }

    /// A statement that allows every action but these.
    pub fn allow_all_but<P: Part>(self, actions: impl IntoIterator<Item = P>) -> StatementBuilder {
        self.start("Allow", "NotAction", actions)
    }

    /// A statement that denies these actions, whatever else allows them.
    pub fn deny<P: Part>(self, actions: impl IntoIterator<Item = P>) -> StatementBuilder {
        self.start("Deny", "Action", actions)
    }

    /// A statement that denies every action but these.
    pub fn deny_all_but<P: Part>(self, actions: impl IntoIterator<Item = P>) -> StatementBuilder {
        self.start("Deny", "NotAction", actions)
    }
}

impl StatementBuilder {
    fn finish(self) -> PolicyBuilder {
        let mut finished = self.finished;
        finished.statements.push(Expr::Object(self.fields));
        finished
    }

    fn add<P: Part>(mut self, key: &str, items: impl IntoIterator<Item = P>) -> Self {
        let items = items.into_iter().map(|item| item.part());
        match self.fields.entry(key.to_owned()).or_insert_with(|| Expr::List(Vec::new())) {
            Expr::List(so_far) => so_far.extend(items),
            other => *other = Expr::List(items.collect()),
        }
        self
    }

    /// Opens another statement, that allows these actions.
    pub fn allow<P: Part>(self, actions: impl IntoIterator<Item = P>) -> StatementBuilder {
        self.finish().allow(actions)
    }

    /// Opens another statement, that allows every action but these.
    pub fn allow_all_but<P: Part>(self, actions: impl IntoIterator<Item = P>) -> StatementBuilder {
        self.finish().allow_all_but(actions)
    }

    /// Opens another statement, that denies these actions.
    pub fn deny<P: Part>(self, actions: impl IntoIterator<Item = P>) -> StatementBuilder {
        self.finish().deny(actions)
    }

    /// Opens another statement, that denies every action but these.
    pub fn deny_all_but<P: Part>(self, actions: impl IntoIterator<Item = P>) -> StatementBuilder {
        self.finish().deny_all_but(actions)
    }

    /// The statement is about these resources, by ARN, with `*` for any text.
    pub fn on<P: Part>(self, resources: impl IntoIterator<Item = P>) -> Self {
        self.add("Resource", resources)
    }

    /// The statement is about every resource but these.
    pub fn on_all_but<P: Part>(self, resources: impl IntoIterator<Item = P>) -> Self {
        self.add("NotResource", resources)
    }

    /// The statement is about this principal too: for trust policies and those of resources.
    pub fn by(self, principal: Principal) -> Self {
        self.principal("Principal", principal)
    }

    /// The statement is about everyone but this principal.
    pub fn by_all_but(self, principal: Principal) -> Self {
        self.principal("NotPrincipal", principal)
    }

    fn principal(mut self, key: &str, principal: Principal) -> Self {
        let so_far = self.fields.remove(key);
        self.fields.insert(key.to_owned(), principal.join(so_far));
        self
    }

    /// The statement holds only if the request's `key`, as in `aws:SourceAccount`, compares by `operator`, as in
    /// `StringEquals`, with one of the values. Several conditions must all hold.
    pub fn when<P: Part>(mut self, operator: &str, key: &str, values: impl IntoIterator<Item = P>) -> Self {
        let mut conditions = fields(self.fields.remove("Condition"));
        let mut keys = fields(conditions.remove(operator));
        keys.insert(key.to_owned(), list(values));
        conditions.insert(operator.to_owned(), Expr::Object(keys));
        self.fields.insert("Condition".into(), Expr::Object(conditions));
        self
    }

    /// The statement's name within the document: letters and digits.
    pub fn sid(mut self, sid: &str) -> Self {
        self.fields.insert("Sid".into(), Expr::lit(sid));
        self
    }
}

fn fields(expr: Option<Expr>) -> BTreeMap<String, Expr> {
    match expr {
        Some(Expr::Object(fields)) => fields,
        _ => BTreeMap::new(),
    }
}

impl Input<PolicyDocument> for PolicyBuilder {
    fn into_expr(self) -> Expr {
        let version = ("Version".to_owned(), Expr::lit("2012-10-17"));
        Expr::Object(BTreeMap::from([version, ("Statement".to_owned(), Expr::List(self.statements))]))
    }
}

impl Input<PolicyDocument> for &PolicyBuilder {
    fn into_expr(self) -> Expr {
        self.clone().into_expr()
    }
}

impl Input<PolicyDocument> for StatementBuilder {
    fn into_expr(self) -> Expr {
        self.finish().into_expr()
    }
}

impl Input<PolicyDocument> for &StatementBuilder {
    fn into_expr(self) -> Expr {
        self.clone().into_expr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_core::{Address, Output, output};
    use serde_json::{Value as Json, json};

    fn json(document: impl Input<PolicyDocument>) -> Json {
        document.into_expr().value().unwrap().reveal()
    }

    #[test]
    fn a_document_is_what_iam_takes_letter_by_letter() {
        let document = PolicyDocument::new()
            .allow(["s3:GetObject"])
            .on(["arn:aws:s3:::a/*"])
            .on(["arn:aws:s3:::b/*"])
            .when("StringEquals", "aws:SourceAccount", ["123456789012"])
            .when("StringEquals", "aws:SourceVpc", ["vpc-1"])
            .when("Bool", "aws:SecureTransport", [true])
            .sid("Read")
            .deny_all_but(["s3:GetObject"])
            .on_all_but(["*"])
            .by_all_but(Principal::account("123456789012"));
        let expected = json!({
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Read",
                    "Effect": "Allow",
                    "Action": ["s3:GetObject"],
                    "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
                    "Condition": {
                        "StringEquals": {"aws:SourceAccount": ["123456789012"], "aws:SourceVpc": ["vpc-1"]},
                        "Bool": {"aws:SecureTransport": ["true"]},
                    },
                },
                {
                    "Effect": "Deny",
                    "NotAction": ["s3:GetObject"],
                    "NotResource": ["*"],
                    "NotPrincipal": {"AWS": ["arn:aws:iam::123456789012:root"]},
                },
            ],
        });
        assert_eq!(json(&document), expected);
        assert_eq!(json(document), expected);
    }

    #[test]
    fn principals_of_several_kinds_stand_side_by_side_and_everyone_is_a_star() {
        let trust = PolicyDocument::trust_service("ec2.amazonaws.com")
            .by(Principal::service("ecs.amazonaws.com"))
            .by(Principal::federated("accounts.google.com"))
            .by(Principal::canonical_user("79a5"));
        assert_eq!(
            json(trust)["Statement"][0]["Principal"],
            json!({"Service": ["ec2.amazonaws.com", "ecs.amazonaws.com"], "Federated": ["accounts.google.com"], "CanonicalUser": ["79a5"]})
        );
        let public = PolicyDocument::new().allow(["s3:GetObject"]).on(["*"]).by(Principal::everyone()).by(Principal::aws("arn"));
        assert_eq!(json(public)["Statement"][0]["Principal"], json!("*"));
    }

    #[test]
    fn outputs_stay_in_their_place_until_they_are_known() {
        let bucket = Address::new("aws:s3/bucket", "photos");
        let arn: Output<String> = Output::attr(&bucket, "arn");
        let account: Output<String> = Output::attr(&bucket, "account");
        let document = PolicyDocument::new()
            .allow(["s3:GetObject"])
            .on([output!("{}/*", arn), arn.clone()])
            .by(Principal::aws(&arn))
            .by(Principal::account(account))
            .into_expr();
        assert_eq!(document.refs().len(), 2);
        let known = document.evaluate(&|attr| Ok(Some(infra_core::Value::from(attr.output.as_str())))).unwrap();
        assert_eq!(
            known.value().unwrap().reveal()["Statement"],
            json!([{
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": ["arn/*", "arn"],
                "Principal": {"AWS": ["arn", "arn:aws:iam::account:root"]},
            }])
        );
    }

    #[test]
    fn plain_json_is_taken_as_it_is() {
        let plain = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        assert_eq!(json(plain.clone()), plain);
        assert_eq!(json(PolicyDocument::from_json(plain.clone())), plain);
    }
}
