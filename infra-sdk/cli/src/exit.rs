//! How the command ends, as the shell sees it.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All that was asked is done.
    Done,
    /// It is not done, and what went wrong has been said.
    Failed,
    /// Where it was asked for: the plan has changes.
    Changes,
    /// A policy denies what was asked.
    Denied,
    /// The command line is wrong.
    Usage,
    /// It was interrupted, and ended in good order.
    Interrupted,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Changes => 2,
            Exit::Denied => 3,
            Exit::Usage => 64,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}
