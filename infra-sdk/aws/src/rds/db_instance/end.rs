//! The end of a database, and what is kept of it.

use aws_sdk_rds::Client;
use aws_sdk_rds::types as sdk;
use infra_apply::{Class, ProviderError, gone_is_success};

use super::notes::Notes;
use crate::rds::tags::pairs;
use crate::sdk::failed;

/// Deletes a database, as the notes on it say.
pub(super) async fn delete(client: &Client, database: &sdk::DbInstance) -> Result<(), ProviderError> {
    if database.db_instance_status() == Some("deleting") {
        return Ok(());
    }
    let notes = Notes::from_tags(pairs(database.tag_list()));
    let snapshot = last_snapshot(database, &notes);
    let call = client
        .delete_db_instance()
        .set_db_instance_identifier(database.db_instance_identifier().map(str::to_owned))
        .skip_final_snapshot(snapshot.is_none())
        .set_final_db_snapshot_identifier(snapshot)
        .delete_automated_backups(notes.delete_automated_backups.unwrap_or(true));
    // While a backup is made or a change goes on, it is refused.
    let busy = |error: ProviderError| error.class_if(Class::NotYet, |error| error.is_code("InvalidDBInstanceState"));
    gone_is_success(call.send().await.map(drop).map_err(|error| busy(failed("DeleteDBInstance")(error))))
}

/// The name of the snapshot that is made before the end, if one is.
fn last_snapshot(database: &sdk::DbInstance, notes: &Notes) -> Option<String> {
    // RDS makes none of what follows another database, and there is nothing to keep of what never was.
    let has_none = database.read_replica_source_db_instance_identifier().is_some() || database.instance_create_time().is_none();
    if has_none || notes.skip_final_snapshot == Some(true) {
        return None;
    }
    let name = database.db_instance_identifier().unwrap_or_default();
    let unique: String = database.dbi_resource_id().unwrap_or_default().trim_start_matches("db-").to_ascii_lowercase();
    let made = || format!("{name}-final-{}", unique.get(..12).unwrap_or(&unique));
    Some(notes.final_snapshot.clone().unwrap_or_else(made))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> sdk::builders::DbInstanceBuilder {
        let created = aws_smithy_types::DateTime::from_secs(0);
        sdk::DbInstance::builder().db_instance_identifier("jobs").dbi_resource_id("db-ABCDEFGHIJKLMNOP").instance_create_time(created)
    }

    #[test]
    fn a_last_snapshot_is_made_unless_it_is_said_or_cannot_be() {
        let name = |database: sdk::DbInstance, notes: Notes| last_snapshot(&database, &notes);
        assert_eq!(name(database().build(), Notes::default()).as_deref(), Some("jobs-final-abcdefghijkl"));
        let named = Notes { final_snapshot: Some("last".into()), skip_final_snapshot: Some(false), ..Notes::default() };
        assert_eq!(name(database().build(), named).as_deref(), Some("last"));
        assert_eq!(name(database().build(), Notes { skip_final_snapshot: Some(true), ..Notes::default() }), None);
        assert_eq!(name(database().read_replica_source_db_instance_identifier("other").build(), Notes::default()), None);
        assert_eq!(name(database().set_instance_create_time(None).build(), Notes::default()), None);
    }
}
