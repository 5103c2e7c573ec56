//! The lifecycle of a record.

use std::collections::BTreeMap;

use aws_sdk_route53::Client;
use aws_sdk_route53::types as sdk;
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

use super::sets::{Key, in_order, inputs, to_sdk};
use super::{Record, RecordId, RecordInputs, RecordOutputs};
use crate::sdk::{differs, failed, overlaid};

impl Lifecycle for Record {
    type Client = Client;
    const SERVICE: &'static str = "route53";

    async fn read(client: &Client, ids: &[RecordId]) -> Result<Vec<Observed<Record>>, ProviderError> {
        let mut by_zone = BTreeMap::<String, Vec<Key>>::new();
        for key in ids.iter().filter_map(Key::parse) {
            by_zone.entry(key.zone.clone()).or_default().push(key);
        }
        let mut observed = Vec::new();
        for (zone, keys) in by_zone {
            // Route 53 bears five calls a second, so several records of a zone are looked up in its list.
            let sets = match &keys[..] {
                [key] => found(client, key).await?.into_iter().collect(),
                _ => all(client, &zone).await?,
            };
            for key in keys {
                let Some(inputs) = sets.iter().find(|set| key.is_of(set)).and_then(|set| inputs(&key, set)) else { continue };
                let outputs = RecordOutputs { name: key.name.clone() };
                observed.push(Observed { id: key.id(), inputs, outputs, condition: Condition::Ready });
            }
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &RecordInputs, _: Creation<'_>) -> Result<RecordId, ProviderError> {
        let key = Key::of(want);
        let overwrites = want.overwrite == Some(true);
        let action = if overwrites { sdk::ChangeAction::Upsert } else { sdk::ChangeAction::Create };
        match change(client, &key, action, to_sdk(want)?).await {
            Ok(()) => Ok(key.id()),
            Err(error) if error.message.contains("already exists") => {
                // Records have no tags: what is the same is ours.
                let there = found(client, &key).await?.and_then(|set| inputs(&key, &set));
                match there {
                    Some(there) if !differs(&there, &told(want)) => Ok(key.id()),
                    _ => Err(ProviderError { class: Class::Exists, ..error }),
                }
            }
            Err(error) => Err(error),
        }
    }

    async fn update(client: &Client, id: &RecordId, have: &RecordInputs, want: &RecordInputs) -> Result<(), ProviderError> {
        let Some(key) = Key::parse(id) else { return Err(unknown(id)) };
        // A change says everything, also what the program does not. What it does not say of values goes with an alias.
        let mut have = have.clone();
        if want.alias.is_some() {
            (have.values, have.ttl) = (None, None);
        } else if want.values.is_some() {
            have.alias = None;
        }
        let next: RecordInputs = overlaid::<Record>(&have, want)?;
        change(client, &key, sdk::ChangeAction::Upsert, to_sdk(&next)?).await
    }

    async fn delete(client: &Client, id: &RecordId) -> Result<(), ProviderError> {
        let Some(key) = Key::parse(id) else { return Err(unknown(id)) };
        // Route 53 deletes what it is told in all its parts.
        let Some(set) = found(client, &key).await? else { return Ok(()) };
        gone_is_success(change(client, &key, sdk::ChangeAction::Delete, set).await)
    }

    async fn find(client: &Client, want: &RecordInputs, _: Creation<'_>) -> Result<Option<RecordId>, ProviderError> {
        let key = Key::of(want);
        let there = found(client, &key).await?.and_then(|set| inputs(&key, &set));
        Ok(there.filter(|there| !differs(there, &told(want))).map(|_| key.id()))
    }
}

/// What the cloud can tell of what is wanted.
fn told(want: &RecordInputs) -> RecordInputs {
    RecordInputs { overwrite: None, values: want.values.clone().map(in_order), ..want.clone() }
}

fn unknown(id: &RecordId) -> ProviderError {
    ProviderError::new(Class::Invalid, "ListResourceRecordSets", format!("{id} is no record's id: it looks like Z1|www.example.com|A"))
}

async fn change(client: &Client, key: &Key, action: sdk::ChangeAction, set: sdk::ResourceRecordSet) -> Result<(), ProviderError> {
    let incomplete = |error: String| ProviderError::new(Class::Invalid, "ChangeResourceRecordSets", error);
    let change = sdk::Change::builder().action(action).resource_record_set(set).build().map_err(|error| incomplete(error.to_string()))?;
    let batch = sdk::ChangeBatch::builder().changes(change).build().map_err(|error| incomplete(error.to_string()))?;
    let call = client.change_resource_record_sets().hosted_zone_id(&key.zone).change_batch(batch);
    let gone = |error: &ProviderError| error.message.contains("it was not found");
    call.send().await.map(drop).map_err(|error| failed("ChangeResourceRecordSets")(error).class_if(Class::NotFound, gone))
}

/// The record of that key. Route 53's list is by name from the right, type and identifier, and can begin anywhere.
async fn found(client: &Client, key: &Key) -> Result<Option<sdk::ResourceRecordSet>, ProviderError> {
    let call = client
        .list_resource_record_sets()
        .hosted_zone_id(&key.zone)
        .start_record_name(&key.name)
        .start_record_type(key.record_type.as_str().into())
        .set_start_record_identifier(key.set_identifier.clone());
    let answer = call.send().await.map_err(failed("ListResourceRecordSets"));
    let sets = there(answer)?.map(|answer| answer.resource_record_sets).unwrap_or_default();
    Ok(sets.into_iter().find(|set| key.is_of(set)))
}

async fn all(client: &Client, zone: &str) -> Result<Vec<sdk::ResourceRecordSet>, ProviderError> {
    let (mut sets, mut next) = (Vec::new(), (None, None, None));
    loop {
        let call = client
            .list_resource_record_sets()
            .hosted_zone_id(zone)
            .set_start_record_name(next.0)
            .set_start_record_type(next.1)
            .set_start_record_identifier(next.2);
        let Some(answer) = there(call.send().await.map_err(failed("ListResourceRecordSets")))? else { return Ok(Vec::new()) };
        sets.extend(answer.resource_record_sets);
        if !answer.is_truncated {
            return Ok(sets);
        }
        next = (answer.next_record_name, answer.next_record_type, answer.next_record_identifier);
    }
}

fn there<T>(answer: Result<T, ProviderError>) -> Result<Option<T>, ProviderError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.class == Class::NotFound || error.is_code("NoSuchHostedZone") => Ok(None),
        Err(error) => Err(error),
    }
}
