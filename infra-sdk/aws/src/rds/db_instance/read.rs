//! What RDS says of a database: pending changes count as made.

use aws_sdk_rds::types as sdk;
use infra_apply::{Condition, Observed};

use super::notes::{Notes, stands_for};
use super::{
    DatabaseInsights, DbInstance, DbInstanceInputs, DbInstanceName, DbInstanceOutputs, Domain, LifecycleSupport, NetworkType, StorageType,
};
use crate::ec2::SecurityGroupId;
use crate::iam::RoleArn;
use crate::rds::tags::pairs;
use crate::rds::{DbParameterGroupName, DbSubnetGroupName};
use crate::sdk::{some_list, tags};

fn owned(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A database as the cloud has it.
pub(super) fn observed(from: &sdk::DbInstance) -> Observed<DbInstance> {
    let notes = Notes::from_tags(pairs(from.tag_list()));
    let none = sdk::PendingModifiedValues::builder().build();
    let pending = from.pending_modified_values().unwrap_or(&none);
    let endpoint = from.endpoint();
    let waits = pending_fields(pending);
    let condition = condition(from, &waits, notes.apply_immediately == Some(true));
    Observed {
        id: DbInstanceName::new(from.db_instance_identifier().unwrap_or_default()),
        inputs: inputs(from, pending, &notes),
        outputs: DbInstanceOutputs {
            arn: from.db_instance_arn().unwrap_or_default().to_owned(),
            address: endpoint.and_then(|endpoint| endpoint.address()).unwrap_or_default().to_owned(),
            port: endpoint.and_then(|endpoint| endpoint.port()).unwrap_or_default(),
            hosted_zone: endpoint.and_then(|endpoint| endpoint.hosted_zone_id()).unwrap_or_default().to_owned(),
            resource_id: from.dbi_resource_id().unwrap_or_default().to_owned(),
            database: from.db_name().unwrap_or_default().to_owned(),
            engine_version: from.engine_version().unwrap_or_default().to_owned(),
            secret_arn: from.master_user_secret().and_then(|secret| secret.secret_arn()).unwrap_or_default().to_owned(),
            pending: waits.iter().map(|field| (*field).to_owned()).collect(),
        },
        condition,
    }
}

/// The fields that wait for the maintenance window.
fn pending_fields(pending: &sdk::PendingModifiedValues) -> Vec<&'static str> {
    let all = [
        ("allocated_storage", pending.allocated_storage().is_some()),
        ("backup_retention_period", pending.backup_retention_period().is_some()),
        ("ca_certificate", pending.ca_certificate_identifier().is_some()),
        ("dedicated_log_volume", pending.dedicated_log_volume().is_some()),
        ("engine_version", pending.engine_version().is_some()),
        ("iam_authentication", pending.iam_database_authentication_enabled().is_some()),
        ("instance_class", pending.db_instance_class().is_some()),
        ("iops", pending.iops().is_some()),
        ("license_model", pending.license_model().is_some()),
        ("log_exports", pending.pending_cloudwatch_logs_exports().is_some()),
        ("multi_az", pending.multi_az().is_some()),
        ("password", pending.master_user_password().is_some()),
        ("port", pending.port().is_some()),
        ("processor_features", !pending.processor_features().is_empty()),
        ("storage_throughput", pending.storage_throughput().is_some()),
        ("storage_type", pending.storage_type().is_some()),
    ];
    all.into_iter().filter(|(_, waits)| *waits).map(|(field, _)| field).collect()
}

fn condition(from: &sdk::DbInstance, waits: &[&str], at_once: bool) -> Condition {
    // A database works while its storage is being rearranged, and one that people stopped is as they want it.
    const READY: [&str; 3] = ["available", "storage-optimization", "stopped"];
    const BROKEN: [&str; 5] = ["failed", "incompatible-create", "incompatible-network", "insufficient-capacity", "restore-error"];
    // What has failed is replaced, and with it all that was in it: so that is only said of what never was.
    let never_was = from.instance_create_time().is_none();
    let status = from.db_instance_status().unwrap_or_default();
    match Condition::of(status, &READY, if never_was { &BROKEN } else { &[] }) {
        // A change that is to be made at once is asked for, and has not begun.
        Condition::Ready if at_once && status == "available" && !waits.is_empty() => Condition::Pending("about to be modified".to_owned()),
        other => other,
    }
}

fn inputs(from: &sdk::DbInstance, pending: &sdk::PendingModifiedValues, notes: &Notes) -> DbInstanceInputs {
    let version = pending.engine_version().or(from.engine_version());
    let storage = pending.allocated_storage().or(from.allocated_storage());
    let grows = from.max_allocated_storage().is_some();
    let features = if pending.processor_features().is_empty() { from.processor_features() } else { pending.processor_features() };
    let feature = |feature: &sdk::ProcessorFeature| Some((feature.name()?.to_owned(), feature.value()?.to_owned()));
    // An interval of nothing comes without a role.
    let role = from.monitoring_role_arn().filter(|role| !role.is_empty());
    DbInstanceInputs {
        instance_class: pending.db_instance_class().or(from.db_instance_class()).unwrap_or_default().to_owned(),
        name: owned(from.db_instance_identifier()),
        engine: owned(pending.engine().or(from.engine())),
        engine_version: match (&notes.engine_version, version) {
            (Some(asked), Some(version)) if stands_for(asked, version) => Some(asked.clone()),
            (_, version) => owned(version),
        },
        allow_major_version_upgrade: None,
        auto_minor_version_upgrade: from.auto_minor_version_upgrade(),
        engine_lifecycle_support: from.engine_lifecycle_support().and_then(LifecycleSupport::from_word),
        license_model: owned(pending.license_model().or(from.license_model())),
        database: owned(from.db_name()),
        username: owned(from.master_username()),
        password: None,
        manage_password: Some(from.master_user_secret().is_some()),
        password_key: owned(from.master_user_secret().and_then(|secret| secret.kms_key_id())),
        authentication_type: None,
        iam_authentication: pending.iam_database_authentication_enabled().or(from.iam_database_authentication_enabled()),
        domain: from.domain_memberships().first().map(domain),
        allocated_storage: match (notes.allocated_storage, storage) {
            (Some(asked), Some(size)) if grows && size > asked => Some(asked),
            (_, size) => size,
        },
        max_allocated_storage: from.max_allocated_storage(),
        storage_type: pending.storage_type().or(from.storage_type()).and_then(StorageType::from_word),
        iops: pending.iops().or(from.iops()),
        storage_throughput: pending.storage_throughput().or(from.storage_throughput()),
        storage_encrypted: from.storage_encrypted(),
        kms_key: owned(from.kms_key_id()),
        dedicated_log_volume: pending.dedicated_log_volume().or(from.dedicated_log_volume()),
        subnet_group: from.db_subnet_group().and_then(|group| group.db_subnet_group_name()).map(DbSubnetGroupName::new),
        security_groups: some_list(
            from.vpc_security_groups()
                .iter()
                .filter(|group| group.status() != Some("removing"))
                .filter_map(|group| group.vpc_security_group_id().map(SecurityGroupId::new)),
        ),
        publicly_accessible: from.publicly_accessible(),
        multi_az: pending.multi_az().or(from.multi_az()),
        availability_zone: owned(from.availability_zone()),
        port: pending.port().or(from.endpoint().and_then(|endpoint| endpoint.port())),
        network_type: from.network_type().and_then(NetworkType::from_word),
        ca_certificate: owned(pending.ca_certificate_identifier().or(from.ca_certificate_identifier())),
        certificate_rotation_restart: None,
        parameter_group: from
            .db_parameter_groups()
            .first()
            .and_then(|group| group.db_parameter_group_name())
            .map(DbParameterGroupName::new),
        // While one group takes another's place, both are told.
        option_group: owned(
            from.option_group_memberships()
                .iter()
                .filter(|group| !group.status().is_some_and(|status| status.contains("removal")))
                .find_map(|group| group.option_group_name()),
        ),
        character_set_name: owned(from.character_set_name()),
        nchar_character_set_name: owned(from.nchar_character_set_name()),
        timezone: owned(from.timezone()),
        processor_features: Some(features.iter().filter_map(feature).collect()),
        use_default_processor_features: None,
        backup_retention_period: pending.backup_retention_period().or(from.backup_retention_period()),
        backup_window: owned(from.preferred_backup_window()),
        maintenance_window: owned(from.preferred_maintenance_window()),
        backup_target: owned(from.backup_target()),
        copy_tags_to_snapshot: from.copy_tags_to_snapshot(),
        delete_automated_backups: Some(notes.delete_automated_backups.unwrap_or(true)),
        deletion_protection: from.deletion_protection(),
        skip_final_snapshot: Some(notes.skip_final_snapshot.unwrap_or_default()),
        final_snapshot: notes.final_snapshot.clone(),
        monitoring_interval: from.monitoring_interval(),
        monitoring_role: role.map(RoleArn::new),
        performance_insights: Some(from.performance_insights_enabled().unwrap_or_default()),
        performance_insights_key: owned(from.performance_insights_kms_key_id()),
        performance_insights_retention_period: from.performance_insights_retention_period(),
        database_insights: from.database_insights_mode().and_then(|mode| DatabaseInsights::from_word(mode.as_str())),
        log_exports: Some(log_exports(from, pending)),
        snapshot: None,
        source: None,
        source_resource: None,
        restore_time: None,
        use_latest_restorable_time: None,
        apply_immediately: Some(notes.apply_immediately.unwrap_or_default()),
        tags: Some(tags::of_program(pairs(from.tag_list()))),
    }
}

fn log_exports(from: &sdk::DbInstance, pending: &sdk::PendingModifiedValues) -> Vec<String> {
    let mut all = from.enabled_cloudwatch_logs_exports().to_vec();
    if let Some(changes) = pending.pending_cloudwatch_logs_exports() {
        all.retain(|log| !changes.log_types_to_disable().contains(log));
        for log in changes.log_types_to_enable() {
            if !all.contains(log) {
                all.push(log.clone());
            }
        }
    }
    all
}

fn domain(from: &sdk::DomainMembership) -> Domain {
    Domain {
        directory: owned(from.domain()),
        role_name: owned(from.iam_role_name()),
        fqdn: owned(from.fqdn()),
        organizational_unit: owned(from.ou()),
        auth_secret: owned(from.auth_secret_arn()),
        dns_ips: some_list(from.dns_ips().iter().cloned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> sdk::builders::DbInstanceBuilder {
        sdk::DbInstance::builder().db_instance_status("available").engine_version("8.0.36").db_instance_class("db.t4g.micro")
    }

    fn noted(key: &str, value: &str) -> sdk::Tag {
        sdk::Tag::builder().key(format!("infra:{key}")).value(value).build()
    }

    #[test]
    fn a_deferred_change_counts_as_made_and_is_named() {
        let pending = sdk::PendingModifiedValues::builder().db_instance_class("db.t4g.small").multi_az(true).build();
        let told = observed(&database().multi_az(false).pending_modified_values(pending.clone()).build());
        assert_eq!((told.inputs.instance_class.as_str(), told.inputs.multi_az), ("db.t4g.small", Some(true)));
        assert_eq!(told.outputs.pending, ["instance_class", "multi_az"]);
        assert_eq!(told.condition, Condition::Ready);
        let at_once = observed(&database().pending_modified_values(pending).tag_list(noted("apply-immediately", "true")).build());
        assert!(matches!(at_once.condition, Condition::Pending(_)), "what is to be made at once is waited for");
    }

    #[test]
    fn a_version_and_a_size_are_told_as_they_were_asked_for_while_they_are_kept() {
        let version = |asked: &str| observed(&database().tag_list(noted("engine-version", asked)).build()).inputs.engine_version;
        assert_eq!(version("8.0").as_deref(), Some("8.0"));
        assert_eq!(version("5.7").as_deref(), Some("8.0.36"));
        let size = |max: Option<i32>| {
            let grown = database().allocated_storage(35).set_max_allocated_storage(max).tag_list(noted("allocated-storage", "20"));
            observed(&grown.build()).inputs.allocated_storage
        };
        assert_eq!(size(Some(100)), Some(20), "it grew by itself, as it may");
        assert_eq!(size(None), Some(35), "somebody made it grow");
    }

    #[test]
    fn logs_that_are_about_to_be_exported_are() {
        let changes = sdk::PendingCloudwatchLogsExports::builder().log_types_to_enable("slowquery").log_types_to_disable("error").build();
        let pending = sdk::PendingModifiedValues::builder().pending_cloudwatch_logs_exports(changes).build();
        let told = observed(&database().enabled_cloudwatch_logs_exports("error").pending_modified_values(pending).build());
        assert_eq!(told.inputs.log_exports, Some(vec!["slowquery".to_owned()]));
    }

    #[test]
    fn only_what_never_was_has_failed_since_that_is_replaced() {
        let of = |status: &str| observed(&database().db_instance_status(status).build()).condition;
        assert_eq!(of("storage-optimization"), Condition::Ready);
        assert!(matches!(of("creating"), Condition::Pending(_)) && matches!(of("deleting"), Condition::Pending(_)));
        assert!(matches!(of("failed"), Condition::Failed(_)) && matches!(of("storage-full"), Condition::Pending(_)));
        let made = database().instance_create_time(aws_smithy_types::DateTime::from_secs(0));
        let broken = observed(&made.db_instance_status("incompatible-network").build()).condition;
        assert_eq!(broken, Condition::Pending("incompatible-network".into()), "there is something in it");
    }
}
