//! A file of this machine as a resource takes it: where it is, and what must be in it.

use serde::{Deserialize, Serialize};

use crate::{Block, Expr, Input};

/// A file on the machine of the engine, by its content. Only the content counts: a file that is elsewhere, or was written
/// again, is the same as long as its digest is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Block)]
pub struct LocalFile {
    /// Where it is, from the stack's folder.
    #[input(local)]
    pub path: String,
    /// The SHA-256 of its content, 64 hexadecimal digits in lower case.
    pub sha256: String,
}

impl Input<LocalFile> for &LocalFile {
    fn into_expr(self) -> Expr {
        self.clone().into_expr()
    }
}
