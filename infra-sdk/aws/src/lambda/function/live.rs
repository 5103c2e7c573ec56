//! The lifecycle of a function.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::operation::update_function_code::builders::UpdateFunctionCodeFluentBuilder;
use aws_sdk_lambda::types as sdk;
use aws_smithy_types::Blob;
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success, read_file};

use super::code::told;
use super::{
    Code, Function, FunctionArn, FunctionFileSystem, FunctionInputs, FunctionName, FunctionOutputs, ImageConfig, LoggingConfig, SnapStart,
    VpcConfig,
};
use crate::ec2::{SecurityGroupId, SubnetId};
use crate::iam::RoleArn;
use crate::lambda::{LayerVersionArn, PackageType, tags};
use crate::sdk::{Wired, differs, failed, named, texts, unbuilt, wired, wired_words};

wired_words!(SnapStart => sdk::SnapStartApplyOn);

wired!(FunctionFileSystem = sdk::FileSystemConfig, sdk::FileSystemConfig::builder().arn("").local_mount_path("").build();
    same: local_mount_path;
    named: access_point = arn;
);

wired!(ImageConfig = sdk::ImageConfig, Ok(sdk::ImageConfig::builder().build());
    same: entry_point, command, working_directory;
);

wired!(LoggingConfig = sdk::LoggingConfig, Ok(sdk::LoggingConfig::builder().build());
    same: log_format, log_group, application_log_level, system_log_level;
);

impl Lifecycle for Function {
    type Client = Client;
    const SERVICE: &'static str = "lambda";
    // A function is told by itself; the list leaves out tags, concurrency and where its code is.
    const PAGE: usize = 1;

    async fn read(client: &Client, ids: &[FunctionName]) -> Result<Vec<Observed<Function>>, ProviderError> {
        let mut observed = Vec::new();
        for id in ids {
            let Some(answer) = get(client, id.as_str()).await? else { continue };
            let Some(configuration) = answer.configuration() else { continue };
            let outputs = FunctionOutputs {
                arn: FunctionArn::new(configuration.function_arn().unwrap_or_default()),
                code_sha256: configuration.code_sha256().unwrap_or_default().to_owned(),
            };
            observed.push(Observed {
                id: id.clone(),
                inputs: inputs(&answer, configuration),
                outputs,
                condition: condition(configuration),
            });
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &FunctionInputs, new: Creation<'_>) -> Result<FunctionName, ProviderError> {
        let name = named(want.name.as_ref(), "CreateFunction")?;
        let wrong = unbuilt("CreateFunction");
        let storage = want.ephemeral_storage.map(|size| sdk::EphemeralStorage::builder().size(size).build());
        let target = want.dead_letter_target.as_ref().filter(|target| !target.is_empty());
        let call = client
            .create_function()
            .function_name(name)
            .role(want.role.as_str())
            .code(code(&want.code)?)
            .set_package_type(want.package_type.wire().map_err(&wrong)?)
            .set_runtime(want.runtime.as_deref().map(Into::into))
            .set_handler(want.handler.clone())
            .set_description(want.description.clone())
            .set_timeout(want.timeout)
            .set_memory_size(want.memory_size)
            .set_environment(environment(want))
            .set_kms_key_arn(want.kms_key.clone().filter(|key| !key.is_empty()))
            .set_vpc_config(want.vpc.as_ref().map(vpc))
            .set_layers(texts(want.layers.as_deref()))
            .set_architectures(want.architectures.wire().map_err(&wrong)?)
            .set_ephemeral_storage(storage.transpose().map_err(&wrong)?)
            .set_file_system_configs(want.file_systems.wire().map_err(&wrong)?)
            .set_image_config(want.image_config.wire().map_err(&wrong)?)
            .set_dead_letter_config(target.map(|target| sdk::DeadLetterConfig::builder().target_arn(target).build()))
            .set_logging_config(want.logging_config.wire().map_err(wrong)?)
            .set_tracing_config(want.tracing.map(|mode| sdk::TracingConfig::builder().mode(mode.as_str().into()).build()))
            .set_snap_start(want.snap_start.map(|on| sdk::SnapStart::builder().apply_on(on.as_str().into()).build()))
            .set_code_signing_config_arn(want.code_signing_config.clone().filter(|config| !config.is_empty()))
            .set_tags(Some(tags::to_sdk(new.tags)));
        match call.send().await.map_err(|error| early(failed("CreateFunction")(error))) {
            Ok(_) => Ok(FunctionName::new(name)),
            Err(error) if error.message.contains("already exist") => {
                let exists = error.class_if(Class::Exists, |_| true);
                Self::find(client, want, new).await?.ok_or(exists)
            }
            Err(error) => Err(error),
        }
    }

    async fn update(client: &Client, id: &FunctionName, have: &FunctionInputs, want: &FunctionInputs) -> Result<(), ProviderError> {
        // A function takes one change at a time, so that this is called again while the first one is made: what it has by
        // then is looked at anew, or the changes would take turns for ever.
        let Some(answer) = get(client, id.as_str()).await? else { return Ok(()) };
        let Some(configuration) = answer.configuration() else { return Ok(()) };
        if let Condition::Pending(state) = condition(configuration) {
            return Err(ProviderError::new(Class::NotYet, "UpdateFunctionConfiguration", format!("it is {state}")));
        }
        let now = inputs(&answer, configuration);
        beside(client, id.as_str(), &now, have, want).await?;
        tags::update(client, configuration.function_arn().unwrap_or_default(), now.tags.as_ref(), want.tags.as_ref()).await?;
        configure(client, id.as_str(), &now, want).await?;
        // Last, since where an object of S3 is another one but has the same content nothing tells that it was taken.
        if code_differs(&now.code, &have.code, &want.code) || differs(&now.architectures, &want.architectures) {
            let call = with_code(client.update_function_code().function_name(id.as_str()), &want.code)?;
            let call = call.set_architectures(want.architectures.wire().map_err(unbuilt("UpdateFunctionCode"))?);
            call.send().await.map_err(|error| early(failed("UpdateFunctionCode")(error)))?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &FunctionName) -> Result<(), ProviderError> {
        let deleted = client.delete_function().function_name(id.as_str()).send().await;
        gone_is_success(deleted.map(drop).map_err(|error| early(failed("DeleteFunction")(error))))
    }

    async fn find(client: &Client, want: &FunctionInputs, new: Creation<'_>) -> Result<Option<FunctionName>, ProviderError> {
        let name = named(want.name.as_ref(), "GetFunction")?;
        let found = get(client, name).await?.filter(|answer| answer.tags().is_some_and(|tags| tags::has_token(tags, new.token)));
        Ok(found.map(|_| FunctionName::new(name)))
    }
}

/// What is not so yet, or must end first.
fn early(error: ProviderError) -> ProviderError {
    const EARLY: [&str; 4] = [
        "cannot be assumed by Lambda",
        "execution role does not have permissions",
        "update is in progress",
        "function is currently in the following state: Pending",
    ];
    error.class_if(Class::NotYet, |error| EARLY.iter().any(|words| error.message.contains(words)))
}

async fn get(client: &Client, name: &str) -> Result<Option<GetFunctionOutput>, ProviderError> {
    match client.get_function().function_name(name).send().await.map_err(failed("GetFunction")) {
        Err(error) if error.class == Class::NotFound => Ok(None),
        // A name that cannot be one has none.
        Err(error) if error.is_code("ValidationException") => Ok(None),
        answer => answer.map(Some),
    }
}

/// Whether calls get what was deployed last. What failed can be mended by a change, and not by another function.
fn condition(configuration: &sdk::FunctionConfiguration) -> Condition {
    let state = configuration.state().map_or("Active", sdk::State::as_str);
    let change = configuration.last_update_status().map_or("Successful", sdk::LastUpdateStatus::as_str);
    match (state, change) {
        ("Failed", _) => Condition::Stuck(configuration.state_reason().unwrap_or("it has failed").to_owned()),
        ("Active" | "Inactive", "Successful") => Condition::Ready,
        ("Active" | "Inactive", "Failed") => {
            Condition::Stuck(configuration.last_update_status_reason().unwrap_or("its last change has failed").to_owned())
        }
        ("Active" | "Inactive", change) => Condition::Pending(change.to_owned()),
        (state, _) => Condition::Pending(state.to_owned()),
    }
}

fn inputs(answer: &GetFunctionOutput, configuration: &sdk::FunctionConfiguration) -> FunctionInputs {
    let image = configuration.package_type() == Some(&sdk::PackageType::Image);
    let image = answer.code().and_then(|code| code.image_uri()).filter(|_| image);
    let network = configuration.vpc_config().filter(|network| !network.subnet_ids().is_empty());
    FunctionInputs {
        code: told(configuration.code_sha256().unwrap_or_default(), image),
        role: RoleArn::new(configuration.role().unwrap_or_default()),
        name: configuration.function_name().map(str::to_owned),
        package_type: configuration.package_type().and_then(PackageType::unwire),
        runtime: configuration.runtime().map(|runtime| runtime.as_str().to_owned()),
        handler: configuration.handler().map(str::to_owned),
        description: Some(configuration.description().unwrap_or_default().to_owned()),
        timeout: configuration.timeout(),
        memory_size: configuration.memory_size(),
        environment: Some(
            configuration
                .environment()
                .and_then(|environment| environment.variables())
                .map(|all| all.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
                .unwrap_or_default(),
        ),
        kms_key: Some(configuration.kms_key_arn().unwrap_or_default().to_owned()),
        vpc: Some(VpcConfig {
            subnets: network.map(|network| network.subnet_ids().iter().map(SubnetId::new).collect()).unwrap_or_default(),
            security_groups: network
                .map(|network| network.security_group_ids().iter().map(SecurityGroupId::new).collect())
                .unwrap_or_default(),
            ipv6_allowed_for_dual_stack: network.and_then(|network| network.ipv6_allowed_for_dual_stack()),
        }),
        layers: Some(configuration.layers().iter().filter_map(|layer| layer.arn()).map(LayerVersionArn::new).collect()),
        architectures: Some(configuration.architectures().iter().filter_map(Wired::unwire).collect()),
        ephemeral_storage: configuration.ephemeral_storage().map(sdk::EphemeralStorage::size),
        file_systems: Some(configuration.file_system_configs().iter().filter_map(Wired::unwire).collect()),
        image_config: configuration.image_config_response().and_then(|told| ImageConfig::unwire(told.image_config()?)),
        dead_letter_target: Some(configuration.dead_letter_config().and_then(|to| to.target_arn()).unwrap_or_default().to_owned()),
        logging_config: configuration.logging_config().and_then(LoggingConfig::unwire),
        tracing: configuration.tracing_config().and_then(|tracing| Wired::unwire(tracing.mode()?)),
        snap_start: configuration.snap_start().and_then(|snap_start| Wired::unwire(snap_start.apply_on()?)),
        reserved_concurrency: Some(answer.concurrency().and_then(|limit| limit.reserved_concurrent_executions()).unwrap_or(-1)),
        // Each would be a call of its own for every function and plan.
        code_signing_config: None,
        recursive_loop: None,
        runtime_management: None,
        tags: Some(answer.tags().map(tags::from_sdk).unwrap_or_default()),
    }
}

fn none_or_many() -> ProviderError {
    ProviderError::new(Class::Invalid, "UpdateFunctionCode", "`code` needs one of `zip`, `s3` and `image_uri`")
}

fn code(code: &Code) -> Result<sdk::FunctionCode, ProviderError> {
    let built = sdk::FunctionCode::builder().set_source_kms_key_arn(code.source_kms_key.clone());
    let built = match (&code.zip, &code.s3, &code.image_uri) {
        (Some(file), None, None) => built.zip_file(Blob::new(read_file(file)?)),
        (None, Some(s3), None) => built.s3_bucket(&s3.bucket).s3_key(&s3.key).set_s3_object_version(s3.object_version.clone()),
        (None, None, Some(image)) => built.image_uri(image),
        _ => return Err(none_or_many()),
    };
    Ok(built.build())
}

fn with_code(call: UpdateFunctionCodeFluentBuilder, code: &Code) -> Result<UpdateFunctionCodeFluentBuilder, ProviderError> {
    let call = call.set_source_kms_key_arn(code.source_kms_key.clone());
    match (&code.zip, &code.s3, &code.image_uri) {
        (Some(file), None, None) => Ok(call.zip_file(Blob::new(read_file(file)?))),
        (None, Some(s3), None) => Ok(call.s3_bucket(&s3.bucket).s3_key(&s3.key).set_s3_object_version(s3.object_version.clone())),
        (None, None, Some(image)) => Ok(call.image_uri(image)),
        _ => Err(none_or_many()),
    }
}

/// Whether the code must be sent: by digest where there is one, by what was recorded of where it came from otherwise.
fn code_differs(now: &Code, have: &Code, want: &Code) -> bool {
    if let Some(file) = &want.zip {
        return now.zip.as_ref().is_none_or(|now| now.sha256 != file.sha256);
    }
    if let Some(s3) = &want.s3 {
        let same_content = match &s3.sha256 {
            Some(sha256) => now.s3.as_ref().and_then(|now| now.sha256.as_ref()) == Some(sha256),
            None => true,
        };
        let place = |code: &Code| code.s3.as_ref().map(|s3| (s3.bucket.clone(), s3.key.clone(), s3.object_version.clone()));
        return !same_content || place(have) != place(want);
    }
    now.image_uri != want.image_uri
}

fn environment(want: &FunctionInputs) -> Option<sdk::Environment> {
    let variables = want.environment.as_ref()?.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    Some(sdk::Environment::builder().set_variables(Some(variables)).build())
}

fn vpc(want: &VpcConfig) -> sdk::VpcConfig {
    sdk::VpcConfig::builder()
        .set_subnet_ids(texts(Some(&want.subnets)))
        .set_security_group_ids(texts(Some(&want.security_groups)))
        .set_ipv6_allowed_for_dual_stack(want.ipv6_allowed_for_dual_stack)
        .build()
}

/// Sends what differs of the configuration, in one call.
async fn configure(client: &Client, name: &str, now: &FunctionInputs, want: &FunctionInputs) -> Result<(), ProviderError> {
    let wrong = unbuilt("UpdateFunctionConfiguration");
    let mut call = client.update_function_configuration().function_name(name);
    let mut any = false;
    macro_rules! changed {
        ($($field:ident: $set:ident($value:expr);)*) => {$(
            if want.$field.is_some() && differs(&now.$field, &want.$field) {
                any = true;
                call = call.$set($value);
            }
        )*};
    }
    let storage = want.ephemeral_storage.map(|size| sdk::EphemeralStorage::builder().size(size).build());
    let storage = storage.transpose().map_err(&wrong)?;
    changed! {
        runtime: set_runtime(want.runtime.as_deref().map(Into::into));
        handler: set_handler(want.handler.clone());
        description: set_description(want.description.clone());
        timeout: set_timeout(want.timeout);
        memory_size: set_memory_size(want.memory_size);
        kms_key: set_kms_key_arn(want.kms_key.clone());
        layers: set_layers(texts(want.layers.as_deref()));
        ephemeral_storage: set_ephemeral_storage(storage.clone());
        file_systems: set_file_system_configs(want.file_systems.wire().map_err(&wrong)?);
        image_config: set_image_config(want.image_config.wire().map_err(&wrong)?);
        dead_letter_target: set_dead_letter_config(Some(
            sdk::DeadLetterConfig::builder().set_target_arn(want.dead_letter_target.clone()).build()
        ));
        logging_config: set_logging_config(want.logging_config.wire().map_err(&wrong)?);
        tracing: set_tracing_config(want.tracing.map(|mode| sdk::TracingConfig::builder().mode(mode.as_str().into()).build()));
        snap_start: set_snap_start(want.snap_start.map(|on| sdk::SnapStart::builder().apply_on(on.as_str().into()).build()));
    }
    // A variable that the program does not name any more goes, so that a map is compared as a whole.
    if want.environment.is_some() && now.environment != want.environment {
        any = true;
        call = call.set_environment(environment(want));
    }
    let placed = |vpc: &VpcConfig| {
        let sorted = |mut texts: Vec<String>| {
            texts.sort();
            texts
        };
        (sorted(texts(Some(&vpc.subnets)).unwrap_or_default()), sorted(texts(Some(&vpc.security_groups)).unwrap_or_default()))
    };
    if let Some(network) = &want.vpc {
        let ipv6 = |vpc: &VpcConfig| vpc.ipv6_allowed_for_dual_stack;
        let same = now.vpc.as_ref().is_some_and(|now| placed(now) == placed(network) && !differs(&ipv6(now), &ipv6(network)));
        if !same {
            any = true;
            call = call.vpc_config(vpc(network));
        }
    }
    if now.role != want.role {
        any = true;
        call = call.role(want.role.as_str());
    }
    if any {
        call.send().await.map_err(|error| early(failed("UpdateFunctionConfiguration")(error)))?;
    }
    Ok(())
}

/// Sends what has calls of its own.
async fn beside(
    client: &Client,
    name: &str,
    now: &FunctionInputs,
    have: &FunctionInputs,
    want: &FunctionInputs,
) -> Result<(), ProviderError> {
    match want.reserved_concurrency.filter(|_| differs(&now.reserved_concurrency, &want.reserved_concurrency)) {
        Some(-1) => {
            client.delete_function_concurrency().function_name(name).send().await.map_err(failed("DeleteFunctionConcurrency"))?;
        }
        Some(limit) => {
            let call = client.put_function_concurrency().function_name(name).reserved_concurrent_executions(limit);
            call.send().await.map_err(failed("PutFunctionConcurrency"))?;
        }
        None => {}
    }
    match want.code_signing_config.as_deref().filter(|_| differs(&have.code_signing_config, &want.code_signing_config)) {
        Some("") => {
            let call = client.delete_function_code_signing_config().function_name(name);
            call.send().await.map_err(failed("DeleteFunctionCodeSigningConfig"))?;
        }
        Some(config) => {
            let call = client.put_function_code_signing_config().function_name(name).code_signing_config_arn(config);
            call.send().await.map_err(failed("PutFunctionCodeSigningConfig"))?;
        }
        None => {}
    }
    if let Some(recursive_loop) = want.recursive_loop.filter(|_| differs(&have.recursive_loop, &want.recursive_loop)) {
        let call = client.put_function_recursion_config().function_name(name).recursive_loop(recursive_loop.as_str().into());
        call.send().await.map_err(failed("PutFunctionRecursionConfig"))?;
    }
    if let Some(management) = want.runtime_management.as_ref().filter(|_| differs(&have.runtime_management, &want.runtime_management)) {
        let call = client
            .put_runtime_management_config()
            .function_name(name)
            .update_runtime_on(management.update_runtime_on.as_str().into())
            .set_runtime_version_arn(management.runtime_version.clone());
        call.send().await.map_err(failed("PutRuntimeManagementConfig"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use infra_core::LocalFile;

    use super::super::S3Code;
    use super::*;

    fn configuration(state: &str, change: &str) -> sdk::FunctionConfiguration {
        sdk::FunctionConfiguration::builder()
            .state(state.into())
            .state_reason("no such image")
            .last_update_status(change.into())
            .last_update_status_reason("the subnet is full")
            .build()
    }

    #[test]
    fn a_function_is_ready_when_calls_get_what_was_deployed_last() {
        assert_eq!(condition(&configuration("Active", "Successful")), Condition::Ready);
        assert_eq!(condition(&configuration("Inactive", "Successful")), Condition::Ready);
        assert_eq!(condition(&configuration("Pending", "InProgress")), Condition::Pending("Pending".into()));
        assert_eq!(condition(&configuration("Active", "InProgress")), Condition::Pending("InProgress".into()));
        assert_eq!(condition(&configuration("Active", "Failed")), Condition::Stuck("the subnet is full".into()));
        assert_eq!(condition(&configuration("Failed", "Failed")), Condition::Stuck("no such image".into()));
    }

    #[test]
    fn code_is_sent_where_its_digest_or_its_place_is_another_one() {
        let digest = |letter: &str| letter.repeat(64);
        let zip = |sha256: String| Code { zip: Some(LocalFile { path: "a.zip".into(), sha256 }), ..Code::default() };
        let base64 = super::super::digest(&digest("a")).unwrap();
        let now = told(&base64, None);
        assert!(!code_differs(&now, &now, &zip(digest("a"))));
        assert!(code_differs(&now, &now, &zip(digest("b"))));

        let s3 = |version: &str, sha256: Option<String>| Code {
            s3: Some(S3Code { bucket: "b".into(), key: "k".into(), object_version: Some(version.into()), sha256 }),
            ..Code::default()
        };
        assert!(!code_differs(&now, &s3("1", None), &s3("1", None)));
        assert!(code_differs(&now, &s3("1", None), &s3("2", None)));
        assert!(code_differs(&now, &s3("1", None), &s3("1", Some(digest("b")))));
        assert!(!code_differs(&now, &s3("1", None), &s3("1", Some(digest("a")))));
        let image = |uri: &str| Code { image_uri: Some(uri.into()), ..Code::default() };
        assert!(code_differs(&image("r@1"), &image("r@1"), &image("r@2")) && !code_differs(&image("r@1"), &image("r@1"), &image("r@1")));
    }
}
