//! A function.

#[cfg(feature = "lambda")]
mod code;
#[cfg(feature = "lambda")]
mod live;

use std::collections::BTreeMap;

use infra_core::{Block, Input, LocalFile, Outputs, Resource, Set, Tags, choices};
use serde::{Deserialize, Serialize};

use super::{Architecture, LayerVersionArn, LogFormat, LogLevel, PackageType, RecursiveLoop, SystemLogLevel, TracingMode, UpdateRuntimeOn};
use crate::ec2::{SecurityGroupId, SubnetId};
use crate::iam::RoleArn;

#[cfg(feature = "lambda")]
pub(super) use code::digest;

/// An archive in S3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct S3Code {
    /// The bucket, in the function's region.
    // What is not recorded of it is not known: what is read has a digest only.
    #[serde(default)]
    #[input(write_only, cloud = "S3Bucket", unlike_cloud = "the block is for S3, which needs it")]
    pub bucket: String,
    /// The object.
    #[serde(default)]
    #[input(write_only, cloud = "S3Key", unlike_cloud = "the block is for S3, which needs it")]
    pub key: String,
    /// Its version, in a bucket that keeps versions: another one is another code. Without it a changed object is not seen.
    #[input(write_only, cloud = "S3ObjectVersion")]
    pub object_version: Option<String>,
    /// What tells one content of the object from another where there is no version: the SHA-256 of the archive, 64 hexadecimal
    /// digits.
    #[input(unlike_cloud = "compared with what Lambda says of the code")]
    pub sha256: Option<String>,
}

impl S3Code {
    /// A version of an object.
    pub fn version(bucket: impl Input<String>, key: impl Input<String>, version: impl Input<String>) -> S3CodeBuilder<Set, Set> {
        S3Code::new().bucket(bucket).key(key).object_version(version)
    }
}

/// A function's code: one of the three.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct Code {
    /// A zip file of this machine, of at most 50 MB.
    #[input(unlike_cloud = "the API takes the archive itself, CloudFormation the text of one file")]
    pub zip: Option<LocalFile>,
    /// A zip file in S3.
    #[input(cloud = "")]
    pub s3: Option<S3Code>,
    /// A container image of ECR, by digest: `….dkr.ecr.us-east-1.amazonaws.com/app@sha256:…`. What a tag means is looked up once.
    pub image_uri: Option<String>,
    /// The key that encrypts an archive. Default: AWS's own.
    #[input(write_only, cloud = "SourceKMSKeyArn")]
    pub source_kms_key: Option<String>,
}

impl Code {
    /// A zip file of this machine.
    pub fn zip_file(file: impl Input<LocalFile>) -> CodeBuilder {
        Code::new().zip(file)
    }

    /// A container image, by digest.
    pub fn image(uri: impl Input<String>) -> CodeBuilder {
        Code::new().image_uri(uri)
    }
}

/// The network of a function that is in a VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct VpcConfig {
    /// Its subnets. None takes it out of the VPC.
    #[input(set, cloud = "SubnetIds", unlike_cloud = "a function has a network by its subnets")]
    pub subnets: Vec<SubnetId>,
    /// What it may reach.
    #[input(set, cloud = "SecurityGroupIds", unlike_cloud = "a function has a network by its security groups")]
    pub security_groups: Vec<SecurityGroupId>,
    /// Whether it may reach out over IPv6 in subnets that have both. Default: false.
    pub ipv6_allowed_for_dual_stack: Option<bool>,
}

impl VpcConfig {
    /// In these subnets, with these security groups.
    pub fn within(subnets: impl Input<Vec<SubnetId>>, security_groups: impl Input<Vec<SecurityGroupId>>) -> VpcConfigBuilder<Set, Set> {
        VpcConfig::new().subnets(subnets).security_groups(security_groups)
    }
}

/// A file system that a function mounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct FunctionFileSystem {
    /// The access point, by ARN.
    #[input(cloud = "Arn")]
    pub access_point: String,
    /// Where it is mounted, below `/mnt`.
    pub local_mount_path: String,
}

/// What of a container image is not as the image says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct ImageConfig {
    /// What runs.
    pub entry_point: Option<Vec<String>>,
    /// With which arguments.
    pub command: Option<Vec<String>>,
    /// In which folder.
    pub working_directory: Option<String>,
}

/// How a function's log is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct LoggingConfig {
    /// How. Default: as text.
    pub log_format: Option<LogFormat>,
    /// The log group. Default: `/aws/lambda/NAME`, which Lambda makes at the first call if it is not there.
    pub log_group: Option<String>,
    /// From which level on the function's own words are kept, as JSON. Default: `INFO`.
    pub application_log_level: Option<LogLevel>,
    /// From which level on Lambda's words are kept, as JSON. Default: `INFO`.
    pub system_log_level: Option<SystemLogLevel>,
}

choices! {
    /// Whether a function starts from a picture of itself.
    pub enum SnapStart {
        /// Its versions do.
        PublishedVersions = "PublishedVersions",
        /// It does not.
        None = "None",
    }
}

/// When a function gets a newer runtime.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct RuntimeManagement {
    /// When.
    pub update_runtime_on: UpdateRuntimeOn,
    /// The runtime that it keeps, with `Manual`, by ARN.
    #[input(cloud = "RuntimeVersionArn")]
    pub runtime_version: Option<String>,
}

/// A function that runs when it is called.
///
/// Its code is compared by digest: another archive is uploaded, the same one is not. A function that changes is waited for
/// until calls get what is new.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Function, id = FunctionName, outputs = FunctionOutputs, kind = "aws:lambda/function", cloud = "AWS::Lambda::Function",
    iam(
        "lambda:GetFunction",
        create("lambda:CreateFunction", "lambda:TagResource", "iam:PassRole", "lambda:GetLayerVersion"),
        update(
            "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:PutFunctionConcurrency",
            "lambda:DeleteFunctionConcurrency", "lambda:PutFunctionCodeSigningConfig", "lambda:DeleteFunctionCodeSigningConfig",
            "lambda:PutFunctionRecursionConfig", "lambda:PutRuntimeManagementConfig", "lambda:TagResource", "lambda:UntagResource",
        ),
        delete("lambda:DeleteFunction"),
    ),
    without(
        CapacityProviderConfig = "for functions on instances of one's own, which are another thing",
        FunctionScalingConfig = "for functions on instances of one's own, which are another thing",
        DurableConfig = "for functions that last for a year, which are another thing",
        TenancyConfig = "for functions that are many, which are another thing",
        PublishToLatestPublished = "for functions on instances of one's own, which are another thing",
        "Code/S3ObjectStorageMode" = "an archive is copied, so that it stays what it was",
        "Code/ZipFile" = "an archive is a file here",
        "FileSystemConfigs/S3FilesConfig" = "newer than the regions that have it",
    ),
)]
pub struct FunctionInputs {
    /// Its code.
    pub code: Code,
    /// What it may do.
    pub role: RoleArn,
    /// Its name, at most 64 characters, the same only once in a region. Default: made from stack and resource.
    #[input(name = 64, replace, cloud = "FunctionName")]
    pub name: Option<String>,
    /// What its code is packed in. Default: an archive.
    #[input(replace)]
    pub package_type: Option<PackageType>,
    /// What runs it, as in `python3.12`. Required for an archive.
    pub runtime: Option<String>,
    /// What of the archive is called, as in `app.handler`. Required for an archive.
    pub handler: Option<String>,
    /// What it is for, at most 256 characters.
    pub description: Option<String>,
    /// Seconds that a call may take, 1 to 900. Default: 3.
    pub timeout: Option<i32>,
    /// MiB of memory, 128 to 10240; its share of processors grows with it. Default: 128.
    pub memory_size: Option<i32>,
    /// All its environment variables, of at most 4 KB together. Give what is secret as one: it is marked, and never shown.
    #[input(cloud = "Environment/Variables")]
    pub environment: Option<BTreeMap<String, String>>,
    /// The key that encrypts its environment. Default: AWS's own. An empty text goes back to that.
    #[input(cloud = "KmsKeyArn")]
    pub kms_key: Option<String>,
    /// Its network, in a VPC. Default: none.
    #[input(cloud = "VpcConfig")]
    pub vpc: Option<VpcConfig>,
    /// Layers below its code, the first one lowest, at most five.
    pub layers: Option<Vec<LayerVersionArn>>,
    /// The processor that it runs on. Default: x86.
    pub architectures: Option<Vec<Architecture>>,
    /// MiB in `/tmp`, 512 to 10240. Default: 512.
    #[input(cloud = "EphemeralStorage/Size")]
    pub ephemeral_storage: Option<i32>,
    /// File systems that it mounts; it must be in their VPC.
    #[input(cloud = "FileSystemConfigs")]
    pub file_systems: Option<Vec<FunctionFileSystem>>,
    /// What of a container image is not as the image says.
    pub image_config: Option<ImageConfig>,
    /// Where calls go that nobody waits for and that fail: a queue or topic, by ARN. An empty text is nowhere.
    #[input(cloud = "DeadLetterConfig/TargetArn")]
    pub dead_letter_target: Option<String>,
    /// How its log is written.
    pub logging_config: Option<LoggingConfig>,
    /// Which requests are traced. Default: those that come with a trace.
    #[input(cloud = "TracingConfig/Mode")]
    pub tracing: Option<TracingMode>,
    /// Whether its versions start from a picture of themselves. Default: no.
    #[input(cloud = "SnapStart/ApplyOn")]
    pub snap_start: Option<SnapStart>,
    /// How many calls run at once at most, out of the account's; 0 stops it, and -1 takes the limit away. Default: no limit.
    #[input(cloud = "ReservedConcurrentExecutions")]
    pub reserved_concurrency: Option<i32>,
    /// Whose signature its code must have, by ARN. An empty text is nobody's. It is set, and not looked at again.
    #[input(cloud = "CodeSigningConfigArn", write_only)]
    pub code_signing_config: Option<String>,
    /// What becomes of it where it calls itself through other services. Default: it is stopped. It is set, and not looked at again.
    #[input(write_only)]
    pub recursive_loop: Option<RecursiveLoop>,
    /// When it gets a newer runtime. Default: when AWS has one. It is set, and not looked at again.
    #[input(cloud = "RuntimeManagementConfig", write_only)]
    pub runtime_management: Option<RuntimeManagement>,
    /// Tags.
    pub tags: Option<Tags>,
}

infra_core::text_type! {
    /// The ARN of a [`Function`].
    pub struct FunctionArn;
}

/// What AWS says of a [`Function`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Function)]
pub struct FunctionOutputs {
    /// Its ARN, without a version.
    #[output(stable, reference)]
    pub arn: FunctionArn,
    /// The SHA-256 of its code as it is, in base64.
    pub code_sha256: String,
}

impl Function {
    /// One from a zip file of this machine, as in `Function::from_zip("load", file, "python3.12", "app.handler", &role)`.
    pub fn from_zip(
        name: impl Into<String>,
        file: impl Input<LocalFile>,
        runtime: impl Input<String>,
        handler: impl Input<String>,
        role: impl Input<RoleArn>,
    ) -> FunctionBuilder<Set, Set> {
        Function::new(name).code(Code::new().zip(file)).role(role).runtime(runtime).handler(handler)
    }

    /// One from a container image, by digest.
    pub fn from_image(name: impl Into<String>, image: impl Input<String>, role: impl Input<RoleArn>) -> FunctionBuilder<Set, Set> {
        Function::new(name).code(Code::new().image_uri(image)).role(role).package_type(PackageType::Image)
    }
}
