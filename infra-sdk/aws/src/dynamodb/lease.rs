//! A lease in a table like the one that Terraform's S3 backend locks with: its key is the text `LockID`.
//!
//! An item has `Info` as Terraform writes it, for people and for tools that list locks, and beside it the lease itself and
//! a number that every write raises. It stays when the lease is free, since it remembers how many runs there have been.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use infra_apply::Holder;
use infra_apply::lease::{Lease, LeaseError, LeaseStore, Seen};

use crate::sdk::failed;

use super::Client;

/// The table's key.
const KEY: &str = "LockID";

/// A lease in a table.
pub struct TableLease {
    client: Client,
    table: String,
    id: String,
    place: String,
}

impl TableLease {
    /// The lease on what people call `place`, in a table's item of that id: as Terraform names them, `bucket/path`.
    pub fn new(config: &SdkConfig, table: impl Into<String>, id: impl Into<String>, place: impl Into<String>) -> TableLease {
        TableLease { client: Client::new(config), table: table.into(), id: id.into(), place: place.into() }
    }

    fn unreadable(&self, problem: impl Into<String>) -> LeaseError {
        LeaseError::Unreadable { place: self.place.clone(), problem: problem.into() }
    }
}

#[async_trait]
impl LeaseStore for TableLease {
    fn place(&self) -> String {
        self.place.clone()
    }

    async fn read(&self) -> Result<Option<Seen>, LeaseError> {
        let call = self.client.get_item().table_name(&self.table).key(KEY, text(&self.id)).consistent_read(true);
        let found = call.send().await.map_err(|error| LeaseError::store("read", &self.place, failed("GetItem")(error)))?;
        let Some(item) = found.item else { return Ok(None) };
        let (Some(lease), Some(version)) = (item.get("Lease"), item.get("Version")) else {
            let info = item.get("Info").and_then(|info| info.as_s().ok()).map_or("nothing", String::as_str);
            return Err(self.unreadable(format!("the table {} has a lock of another tool there, which says {info}", self.table)));
        };
        let lease = lease.as_s().map_err(|_| self.unreadable("`Lease` is no text"))?;
        let tag = version.as_n().map_err(|_| self.unreadable("`Version` is no number"))?.clone();
        let lease = serde_json::from_str(lease).map_err(|error| self.unreadable(error.to_string()))?;
        Ok(Some(Seen { lease, tag }))
    }

    async fn write(&self, lease: &Lease, over: Option<&str>) -> Result<Option<String>, LeaseError> {
        let version = over.and_then(|tag| tag.parse::<u64>().ok()).unwrap_or_default() + 1;
        let json = serde_json::to_string(lease).map_err(|error| LeaseError::store("write", &self.place, error))?;
        let item = HashMap::from([
            (KEY.to_owned(), text(&self.id)),
            ("Info".to_owned(), text(&info(lease, &self.id))),
            ("Lease".to_owned(), text(&json)),
            ("Version".to_owned(), AttributeValue::N(version.to_string())),
        ]);
        let mut call = self.client.put_item().table_name(&self.table).set_item(Some(item));
        call = match over {
            None => call.condition_expression("attribute_not_exists(LockID)"),
            Some(tag) => call
                .condition_expression("#version = :seen")
                .expression_attribute_names("#version", "Version")
                .expression_attribute_values(":seen", AttributeValue::N(tag.to_owned())),
        };
        match call.send().await {
            Ok(_) => Ok(Some(version.to_string())),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) => Ok(None),
            Err(error) => Err(LeaseError::store("write", &self.place, failed("PutItem")(error))),
        }
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// A lease as Terraform describes a lock.
fn info(lease: &Lease, path: &str) -> String {
    let free = Holder::default();
    let holder = lease.holder.as_ref().unwrap_or(&free);
    let since = DateTime::from_secs(i64::try_from(holder.since).unwrap_or_default());
    serde_json::json!({
        "ID": holder.run,
        "Operation": holder.command,
        "Info": "",
        "Who": if lease.holder.is_some() { format!("{}@{}", holder.owner, holder.host) } else { String::new() },
        "Version": env!("CARGO_PKG_VERSION"),
        "Created": since.fmt(Format::DateTime).unwrap_or_default(),
        "Path": path,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terraform_can_read_who_has_a_lock() {
        let holder = Holder {
            owner: "ann".into(),
            host: "box".into(),
            pid: 7,
            run: "one".into(),
            command: "infra deploy web".into(),
            since: 1_700_000_000,
        };
        let lease = Lease { version: 1, generation: 3, holder: Some(holder), renewed: 0, lasts: 60 };
        let info: serde_json::Value = serde_json::from_str(&info(&lease, "states/web/prod")).unwrap();
        assert_eq!(
            (&info["Who"], &info["Created"], &info["Path"]),
            (&"ann@box".into(), &"2023-11-14T22:13:20Z".into(), &"states/web/prod".into())
        );
    }
}
