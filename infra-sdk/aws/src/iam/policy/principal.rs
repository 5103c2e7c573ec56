//! Who a statement is about.

use infra_core::{Expr, Part};

/// Who a statement is about: a service, an account, a role, everyone.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// The key in the document; none for everyone.
    kind: Option<&'static str>,
    who: Expr,
}

impl Principal {
    /// An AWS service, as in `ec2.amazonaws.com`.
    pub fn service(service: impl Part) -> Principal {
        Principal { kind: Some("Service"), who: service.part() }
    }

    /// A role, a user or an account, by its ARN.
    pub fn aws(arn: impl Part) -> Principal {
        Principal { kind: Some("AWS"), who: arn.part() }
    }

    /// All of an account, by its twelve digits. AWS replaces bare digits by this ARN, so they would always differ.
    pub fn account(account: impl Part) -> Principal {
        let who = match account.part() {
            Expr::Lit(value) => Expr::lit(format!("arn:aws:iam::{}:root", value.as_str().unwrap_or_default()).as_str()),
            unknown => Expr::Format(vec![Expr::lit("arn:aws:iam::"), unknown, Expr::lit(":root")]),
        };
        Principal { kind: Some("AWS"), who }
    }

    /// An identity provider: the ARN of a SAML or OpenID Connect provider, or a name such as `accounts.google.com`.
    pub fn federated(provider: impl Part) -> Principal {
        Principal { kind: Some("Federated"), who: provider.part() }
    }

    /// An account by its canonical user id, which only S3 has.
    pub fn canonical_user(id: impl Part) -> Principal {
        Principal { kind: Some("CanonicalUser"), who: id.part() }
    }

    /// Everyone, without an account too.
    pub fn everyone() -> Principal {
        Principal { kind: None, who: Expr::lit("*") }
    }

    /// Adds it to what a statement says of its principals so far.
    pub(super) fn join(self, so_far: Option<Expr>) -> Expr {
        let (Some(kind), so_far) = (self.kind, so_far.unwrap_or_else(|| Expr::Object(Default::default()))) else {
            return self.who;
        };
        let Expr::Object(mut kinds) = so_far else {
            // Everyone is already meant, and one more adds nothing.
            return so_far;
        };
        match kinds.entry(kind.to_owned()).or_insert_with(|| Expr::List(Vec::new())) {
            Expr::List(people) => people.push(self.who),
            other => *other = Expr::List(vec![other.clone(), self.who]),
        }
        Expr::Object(kinds)
    }
}
