//! Changing a database: one call with what differs.

use aws_sdk_rds::Client;
use aws_sdk_rds::types as sdk;
use infra_apply::{Class, ProviderError};

use super::create::{features, not_yet};
use super::notes::{Notes, stands_for};
use super::{DbInstanceInputs, DbInstanceName};
use crate::sdk::{amends, changes, failed, set_changes, texts};

/// What `want` says, where it is not what is there.
fn changed<T: PartialEq + Clone>(have: &Option<T>, want: &Option<T>) -> Option<T> {
    want.clone().filter(|_| changes(have.as_ref(), want.as_ref()))
}

/// Whether anything differs that is not a tag or a note.
fn differs(have: &DbInstanceInputs, want: &DbInstanceInputs) -> bool {
    let plain = |inputs: &DbInstanceInputs| {
        let mut inputs = inputs.clone();
        // Lists whose order means nothing are looked at by themselves; how to do a thing is nothing to do.
        (inputs.security_groups, inputs.log_exports, inputs.tags, inputs.engine_version) = (None, None, None, None);
        (inputs.skip_final_snapshot, inputs.final_snapshot, inputs.delete_automated_backups) = (None, None, None);
        (inputs.allow_major_version_upgrade, inputs.certificate_rotation_restart, inputs.authentication_type) = (None, None, None);
        inputs
    };
    crate::sdk::differs(&plain(have), &plain(want))
        || set_changes(have.security_groups.as_ref(), want.security_groups.as_ref())
        || set_changes(have.log_exports.as_ref(), want.log_exports.as_ref())
        || version(have, want).is_some()
        || changes(have.authentication_type.as_ref(), want.authentication_type.as_ref())
}

/// The version to go to. One of which a beginning is wanted is what is wanted.
fn version(have: &DbInstanceInputs, want: &DbInstanceInputs) -> Option<String> {
    let other = changed(&have.engine_version, &want.engine_version)?;
    let is_there = have.engine_version.as_deref().is_some_and(|have| stands_for(&other, have));
    (!is_there).then_some(other)
}

/// Changes a database in all but its tags.
pub(super) async fn update(
    client: &Client,
    id: &DbInstanceName,
    have: &DbInstanceInputs,
    want: &DbInstanceInputs,
) -> Result<(), ProviderError> {
    if !differs(have, want) {
        return Ok(());
    }
    let groups = want.security_groups.as_deref().filter(|_| set_changes(have.security_groups.as_ref(), want.security_groups.as_ref()));
    let version = version(have, want);
    let call = client
        .modify_db_instance()
        .db_instance_identifier(id.as_str())
        .apply_immediately(want.apply_immediately.unwrap_or_default())
        .set_db_instance_class((have.instance_class != want.instance_class).then(|| want.instance_class.clone()))
        .set_allow_major_version_upgrade(want.allow_major_version_upgrade.filter(|_| version.is_some()))
        .set_engine_version(version)
        .set_auto_minor_version_upgrade(changed(&have.auto_minor_version_upgrade, &want.auto_minor_version_upgrade))
        .set_license_model(changed(&have.license_model, &want.license_model))
        .set_master_user_password(changed(&have.password, &want.password))
        .set_manage_master_user_password(changed(&have.manage_password, &want.manage_password))
        .set_master_user_secret_kms_key_id(changed(&have.password_key, &want.password_key))
        .set_master_user_authentication_type(changed(&have.authentication_type, &want.authentication_type).as_deref().map(Into::into))
        .set_enable_iam_database_authentication(changed(&have.iam_authentication, &want.iam_authentication))
        .set_max_allocated_storage(changed(&have.max_allocated_storage, &want.max_allocated_storage))
        .set_dedicated_log_volume(changed(&have.dedicated_log_volume, &want.dedicated_log_volume))
        .set_vpc_security_group_ids(texts(groups))
        .set_publicly_accessible(changed(&have.publicly_accessible, &want.publicly_accessible))
        .set_multi_az(changed(&have.multi_az, &want.multi_az))
        .set_db_port_number(changed(&have.port, &want.port))
        .set_network_type(changed(&have.network_type, &want.network_type).map(|of| of.as_str().to_owned()))
        .set_certificate_rotation_restart(
            want.certificate_rotation_restart.filter(|_| changes(have.ca_certificate.as_ref(), want.ca_certificate.as_ref())),
        )
        .set_ca_certificate_identifier(changed(&have.ca_certificate, &want.ca_certificate))
        .set_db_parameter_group_name(changed(&have.parameter_group, &want.parameter_group).map(|group| group.as_str().to_owned()))
        .set_option_group_name(changed(&have.option_group, &want.option_group))
        .set_processor_features(features(want).filter(|_| changes(have.processor_features.as_ref(), want.processor_features.as_ref())))
        .set_use_default_processor_features(want.use_default_processor_features.filter(|on| *on))
        .set_backup_retention_period(changed(&have.backup_retention_period, &want.backup_retention_period))
        .set_preferred_backup_window(changed(&have.backup_window, &want.backup_window))
        .set_preferred_maintenance_window(changed(&have.maintenance_window, &want.maintenance_window))
        .set_copy_tags_to_snapshot(changed(&have.copy_tags_to_snapshot, &want.copy_tags_to_snapshot))
        .set_deletion_protection(changed(&have.deletion_protection, &want.deletion_protection))
        .set_monitoring_interval(changed(&have.monitoring_interval, &want.monitoring_interval))
        .set_monitoring_role_arn(changed(&have.monitoring_role, &want.monitoring_role).map(|role| role.as_str().to_owned()))
        .set_enable_performance_insights(changed(&have.performance_insights, &want.performance_insights))
        .set_performance_insights_retention_period(changed(
            &have.performance_insights_retention_period,
            &want.performance_insights_retention_period,
        ))
        .set_database_insights_mode(changed(&have.database_insights, &want.database_insights).map(|mode| mode.as_str().into()))
        .set_cloudwatch_logs_export_configuration(log_exports(have, want));
    let call = domain(storage(call, have, want), have, want);
    let busy = |error: ProviderError| error.class_if(Class::NotYet, |error| error.is_code("InvalidDBInstanceState"));
    call.send().await.map(drop).map_err(|error| not_yet(busy(failed("ModifyDBInstance")(error))))
}

type Call = aws_sdk_rds::operation::modify_db_instance::builders::ModifyDBInstanceFluentBuilder;

/// What says how it is stored belongs together: RDS wants the size said again with the speed.
fn storage(call: Call, have: &DbInstanceInputs, want: &DbInstanceInputs) -> Call {
    let differs = changes(have.allocated_storage.as_ref(), want.allocated_storage.as_ref())
        || changes(have.storage_type.as_ref(), want.storage_type.as_ref())
        || changes(have.iops.as_ref(), want.iops.as_ref())
        || changes(have.storage_throughput.as_ref(), want.storage_throughput.as_ref());
    if !differs {
        return call;
    }
    call.set_allocated_storage(want.allocated_storage.or(have.allocated_storage))
        .set_storage_type(want.storage_type.or(have.storage_type).map(|of| of.as_str().to_owned()))
        .set_iops(want.iops.or_else(|| have.iops.filter(|_| want.storage_type.is_none_or(|of| Some(of) == have.storage_type))))
        .set_storage_throughput(want.storage_throughput)
}

fn domain(call: Call, have: &DbInstanceInputs, want: &DbInstanceInputs) -> Call {
    let Some(domain) = want.domain.as_ref().filter(|_| amends(have.domain.as_ref(), want.domain.as_ref())) else { return call };
    call.set_domain(domain.directory.clone())
        .set_domain_iam_role_name(domain.role_name.clone())
        .set_domain_fqdn(domain.fqdn.clone())
        .set_domain_ou(domain.organizational_unit.clone())
        .set_domain_auth_secret_arn(domain.auth_secret.clone())
        .set_domain_dns_ips(domain.dns_ips.clone())
}

fn log_exports(have: &DbInstanceInputs, want: &DbInstanceInputs) -> Option<sdk::CloudwatchLogsExportConfiguration> {
    let (none, want) = (Vec::new(), want.log_exports.as_ref()?);
    let have = have.log_exports.as_ref().unwrap_or(&none);
    let only_in = |these: &[String], others: &[String]| -> Option<Vec<String>> {
        let all: Vec<_> = these.iter().filter(|log| !others.contains(log)).cloned().collect();
        (!all.is_empty()).then_some(all)
    };
    let (coming, leaving) = (only_in(want, have), only_in(have, want));
    (coming.is_some() || leaving.is_some())
        .then(|| sdk::CloudwatchLogsExportConfiguration::builder().set_enable_log_types(coming).set_disable_log_types(leaving).build())
}

/// The notes to write down anew.
pub(super) fn notes(have: &DbInstanceInputs, want: &DbInstanceInputs) -> infra_core::Tags {
    let (have, want) = (Notes::of(have).tags(), Notes::of(want).tags());
    want.into_iter().filter(|(key, value)| have.get(key) != Some(value)).collect()
}
