//! `unprotected-database`: a database that one mistaken plan, or one click, deletes.

use crate::{Known, Review, Violation};

/// Kinds of database, each with the field that keeps the cloud from deleting it.
const DATABASES: [(&str, &str); 4] = [
    ("aws:rds/db-instance", "deletion_protection"),
    ("aws:rds/db_instance", "deletion_protection"),
    ("aws:rds/db-cluster", "deletion_protection"),
    ("aws:dynamodb/table", "deletion_protection_enabled"),
];

pub(super) fn unprotected(review: &Review) -> Vec<Violation> {
    let mut found = Vec::new();
    for (kind, field) in DATABASES {
        // An object that the program protects cannot be lost by a plan, but by a click.
        let open = review.of_kind(kind).filter(|database| match database.input(field).read::<bool>() {
            Ok(Known::Is(protected)) => !protected,
            Ok(Known::Unset) => true,
            Ok(Known::Later | Known::Secret) | Err(_) => false,
        });
        let violation = |database| Violation::of(database, "nothing keeps it from being deleted with all that is in it").field(field);
        found.extend(open.map(|database| violation(database).help(format!("say `.{field}(true)`, and `.protect()` for the plan's part"))));
    }
    found
}
