//! Making a database: empty, of a snapshot, of backups, or as one that follows another.

use aws_sdk_rds::Client;
use aws_sdk_rds::types as sdk;
use infra_apply::{Class, Creation, ProviderError};
use infra_core::ResourceId;

use super::notes::Notes;
use super::{DbInstanceInputs, Domain};
use crate::rds::tags::{lower, to_sdk};
use crate::sdk::{failed, named, texts};

/// What a database is made of.
#[derive(Debug, PartialEq, Eq)]
enum Origin {
    Nothing,
    Snapshot,
    Backups,
    Source,
}

fn wrong(message: &str) -> ProviderError {
    ProviderError::new(Class::Invalid, "CreateDBInstance", message)
}

fn origin(want: &DbInstanceInputs) -> Result<Origin, ProviderError> {
    let timed = want.restore_time.is_some() || want.use_latest_restorable_time == Some(true);
    let sourced = want.source.is_some() || want.source_resource.is_some();
    let origin = match (want.snapshot.is_some(), sourced, timed) {
        (true, false, false) => Origin::Snapshot,
        (false, true, true) => Origin::Backups,
        (false, true, false) if want.source.is_some() => Origin::Source,
        (false, false, false) => Origin::Nothing,
        (true, ..) => return Err(wrong("it is made of a `snapshot` or of a `source`, and not of both")),
        (false, true, false) => return Err(wrong("what follows another database names it as `source`")),
        (false, false, true) => return Err(wrong("a time is one of a `source`'s backups: name it")),
    };
    if origin != Origin::Nothing && want.password.is_some() {
        // It could only be changed long after, and a crash in between would leave the old one unnoticed.
        return Err(wrong(
            "what is made of something has that one's password: leave `password` out, or have RDS make one, by `manage_password`",
        ));
    }
    Ok(origin)
}

fn text<I: ResourceId>(id: Option<&I>) -> Option<String> {
    id.map(|id| id.as_str().to_owned())
}

pub(super) fn features(want: &DbInstanceInputs) -> Option<Vec<sdk::ProcessorFeature>> {
    let all = want.processor_features.as_ref()?;
    let feature = |(name, value): (&String, &String)| sdk::ProcessorFeature::builder().name(name).value(value).build();
    (!all.is_empty()).then(|| all.iter().map(feature).collect())
}

/// What all four calls take alike.
macro_rules! common {
    ($call:expr, $want:ident, $tags:ident) => {{
        let none = Domain { directory: None, role_name: None, fqdn: None, organizational_unit: None, auth_secret: None, dns_ips: None };
        let domain = $want.domain.as_ref().unwrap_or(&none);
        $call
            .db_instance_class(&$want.instance_class)
            .set_availability_zone($want.availability_zone.clone())
            .set_port($want.port)
            .set_multi_az($want.multi_az)
            .set_auto_minor_version_upgrade($want.auto_minor_version_upgrade)
            .set_iops($want.iops)
            .set_storage_throughput($want.storage_throughput)
            .set_storage_type($want.storage_type.map(|of| of.as_str().to_owned()))
            .set_allocated_storage($want.allocated_storage)
            .set_option_group_name($want.option_group.clone())
            .set_db_parameter_group_name(text($want.parameter_group.as_ref()))
            .set_publicly_accessible($want.publicly_accessible)
            .set_db_subnet_group_name(text($want.subnet_group.as_ref()))
            .set_vpc_security_group_ids(texts($want.security_groups.as_deref()))
            .set_copy_tags_to_snapshot($want.copy_tags_to_snapshot)
            .set_enable_iam_database_authentication($want.iam_authentication)
            .set_enable_cloudwatch_logs_exports($want.log_exports.clone().filter(|logs| !logs.is_empty()))
            .set_processor_features(features($want))
            .set_deletion_protection($want.deletion_protection)
            .set_domain(domain.directory.clone())
            .set_domain_iam_role_name(domain.role_name.clone())
            .set_domain_fqdn(domain.fqdn.clone())
            .set_domain_ou(domain.organizational_unit.clone())
            .set_domain_auth_secret_arn(domain.auth_secret.clone())
            .set_domain_dns_ips(domain.dns_ips.clone())
            .set_network_type($want.network_type.map(|of| of.as_str().to_owned()))
            .set_backup_target($want.backup_target.clone())
            .set_dedicated_log_volume($want.dedicated_log_volume)
            .set_ca_certificate_identifier($want.ca_certificate.clone())
            .set_tags(Some($tags))
    }};
}

/// What the two calls that restore take besides.
macro_rules! restored {
    ($call:expr, $want:ident) => {
        $call
            .set_engine($want.engine.clone())
            .set_license_model($want.license_model.clone())
            .set_backup_retention_period($want.backup_retention_period)
            .set_preferred_backup_window($want.backup_window.clone())
            .set_manage_master_user_password($want.manage_password.filter(|on| *on))
            .set_master_user_secret_kms_key_id($want.password_key.clone())
            .set_engine_lifecycle_support($want.engine_lifecycle_support.map(|support| support.as_str().to_owned()))
            .set_use_default_processor_features($want.use_default_processor_features)
    };
}

/// Asks for a database; its name.
pub(super) async fn create<'a>(client: &Client, want: &'a DbInstanceInputs, new: Creation<'_>) -> Result<&'a str, ProviderError> {
    let name = named(want.name.as_ref(), "CreateDBInstance")?;
    lower(name, "CreateDBInstance")?;
    let mut tags = new.tags.clone();
    tags.extend(Notes::of(want).tags());
    let tags = to_sdk(&tags);
    match origin(want)? {
        Origin::Nothing => empty(client, name, want, tags).await,
        Origin::Snapshot => {
            let call = client.restore_db_instance_from_db_snapshot().db_instance_identifier(name);
            let call = restored!(common!(call, want, tags), want).set_db_snapshot_identifier(want.snapshot.clone());
            call.send().await.map(drop).map_err(failed("RestoreDBInstanceFromDBSnapshot"))
        }
        Origin::Backups => {
            let time = want.restore_time.as_deref().map(|time| {
                let format = aws_smithy_types::date_time::Format::DateTimeWithOffset;
                let parsed = aws_smithy_types::DateTime::from_str(time, format);
                parsed.map_err(|error| wrong(&format!("`restore_time` is no time: {error}")))
            });
            let call = client.restore_db_instance_to_point_in_time().target_db_instance_identifier(name);
            let call = restored!(common!(call, want, tags), want)
                .set_source_db_instance_identifier(want.source.clone())
                .set_source_dbi_resource_id(want.source_resource.clone())
                .set_restore_time(time.transpose()?)
                .set_use_latest_restorable_time(want.use_latest_restorable_time)
                .set_max_allocated_storage(want.max_allocated_storage);
            call.send().await.map(drop).map_err(failed("RestoreDBInstanceToPointInTime"))
        }
        Origin::Source => {
            let call = client.create_db_instance_read_replica().db_instance_identifier(name);
            let call = common!(call, want, tags)
                .set_source_db_instance_identifier(want.source.clone())
                .set_kms_key_id(want.kms_key.clone())
                .set_max_allocated_storage(want.max_allocated_storage)
                .set_monitoring_interval(want.monitoring_interval)
                .set_monitoring_role_arn(text(want.monitoring_role.as_ref()))
                .set_enable_performance_insights(want.performance_insights)
                .set_performance_insights_kms_key_id(want.performance_insights_key.clone())
                .set_performance_insights_retention_period(want.performance_insights_retention_period)
                .set_database_insights_mode(want.database_insights.map(|mode| mode.as_str().into()));
            call.send().await.map(drop).map_err(failed("CreateDBInstanceReadReplica"))
        }
    }
    .map_err(not_yet)?;
    Ok(name)
}

async fn empty(client: &Client, name: &str, want: &DbInstanceInputs, tags: Vec<sdk::Tag>) -> Result<(), ProviderError> {
    let call = client.create_db_instance().db_instance_identifier(name);
    let call = common!(call, want, tags)
        .set_engine(want.engine.clone())
        .set_engine_version(want.engine_version.clone())
        .set_engine_lifecycle_support(want.engine_lifecycle_support.map(|support| support.as_str().to_owned()))
        .set_license_model(want.license_model.clone())
        .set_db_name(want.database.clone())
        .set_master_username(want.username.clone())
        .set_master_user_password(want.password.clone())
        .set_manage_master_user_password(want.manage_password.filter(|on| *on))
        .set_master_user_secret_kms_key_id(want.password_key.clone())
        .set_master_user_authentication_type(want.authentication_type.as_deref().map(Into::into))
        .set_max_allocated_storage(want.max_allocated_storage)
        .set_storage_encrypted(want.storage_encrypted)
        .set_kms_key_id(want.kms_key.clone())
        .set_character_set_name(want.character_set_name.clone())
        .set_nchar_character_set_name(want.nchar_character_set_name.clone())
        .set_timezone(want.timezone.clone())
        .set_backup_retention_period(want.backup_retention_period)
        .set_preferred_backup_window(want.backup_window.clone())
        .set_preferred_maintenance_window(want.maintenance_window.clone())
        .set_monitoring_interval(want.monitoring_interval)
        .set_monitoring_role_arn(text(want.monitoring_role.as_ref()))
        .set_enable_performance_insights(want.performance_insights)
        .set_performance_insights_kms_key_id(want.performance_insights_key.clone())
        .set_performance_insights_retention_period(want.performance_insights_retention_period)
        .set_database_insights_mode(want.database_insights.map(|mode| mode.as_str().into()));
    call.send().await.map(drop).map_err(failed("CreateDBInstance"))
}

/// A role that was made just now cannot be taken on for some seconds.
pub(super) fn not_yet(error: ProviderError) -> ProviderError {
    error.class_if(Class::NotYet, |error| {
        error.message.contains("ENHANCED_MONITORING") || error.message.contains("IAM role ARN value is invalid")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want(json: serde_json::Value) -> DbInstanceInputs {
        let mut all = serde_json::json!({ "instance_class": "db.t4g.micro" });
        for (key, value) in json.as_object().unwrap() {
            all[key] = value.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn what_a_database_is_made_of_is_said_in_one_way_only() {
        let of = |json| origin(&want(json)).ok();
        assert_eq!(of(serde_json::json!({})), Some(Origin::Nothing));
        assert_eq!(of(serde_json::json!({ "snapshot": "s" })), Some(Origin::Snapshot));
        assert_eq!(of(serde_json::json!({ "source": "db" })), Some(Origin::Source));
        assert_eq!(of(serde_json::json!({ "source": "db", "restore_time": "2026-03-01T12:00:00Z" })), Some(Origin::Backups));
        assert_eq!(of(serde_json::json!({ "source_resource": "db-1", "use_latest_restorable_time": true })), Some(Origin::Backups));
        for wrong in [
            serde_json::json!({ "snapshot": "s", "source": "db" }),
            serde_json::json!({ "source_resource": "db-1" }),
            serde_json::json!({ "use_latest_restorable_time": true }),
            serde_json::json!({ "snapshot": "s", "password": "hunter22" }),
        ] {
            assert_eq!(of(wrong.clone()), None, "{wrong}");
        }
    }
}
