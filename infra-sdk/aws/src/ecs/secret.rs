//! Where a container's secrets come from.

use infra_core::{Expr, Input, Output, output};

use crate::secretsmanager::{Secret, SecretArn};

infra_core::text_type! {
    /// The ARN of what is fetched when a task starts: a secret, whose handle stands for it, or a parameter of SSM.
    pub struct SecretSource;
}

impl SecretSource {
    /// One key of a secret that is a JSON object.
    pub fn key(secret: impl Input<SecretArn>, key: &str) -> Output<String> {
        let secret = Output::<SecretArn>::from_input(secret);
        output!("{}:{}::", secret, key)
    }
}

impl Input<SecretSource> for &Secret {
    fn into_expr(self) -> Expr {
        self.id().into_expr()
    }
}

impl Input<SecretSource> for Output<SecretArn> {
    fn into_expr(self) -> Expr {
        Output::into_expr(self)
    }
}

impl Input<SecretSource> for Output<String> {
    fn into_expr(self) -> Expr {
        Output::into_expr(self)
    }
}

impl Input<SecretSource> for &str {
    fn into_expr(self) -> Expr {
        Expr::lit(self)
    }
}
