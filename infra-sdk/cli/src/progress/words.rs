//! The words for what is done to a resource.

use infra_apply::Doing;

/// While it is done.
pub(super) fn doing(doing: Doing) -> &'static str {
    match doing {
        Doing::Creating => "creating",
        Doing::Running => "running",
        Doing::Updating => "updating",
        Doing::Deleting => "deleting",
        Doing::Recovering => "looking for",
    }
}

/// When it is done.
pub(super) fn done(doing: Doing) -> &'static str {
    match doing {
        Doing::Creating => "created",
        Doing::Running => "ran",
        Doing::Updating => "updated",
        Doing::Deleting => "deleted",
        Doing::Recovering => "settled",
    }
}

/// When it could not be done: after "failed to".
pub(super) fn infinitive(doing: Doing) -> &'static str {
    match doing {
        Doing::Creating => "create",
        Doing::Running => "run",
        Doing::Updating => "update",
        Doing::Deleting => "delete",
        Doing::Recovering => "look for",
    }
}
