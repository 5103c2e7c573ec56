//! Functions, their layers and permissions, and calls of them.

use std::fs;
use std::path::PathBuf;

use infra_apply::{Creation, Handler};
use infra_aws::iam::{PolicyDocument, Role, RoleArn};
use infra_aws::lambda::{Architecture, Function, FunctionName, Invocation, LayerVersion, LayerVersionArn, Permission, TracingMode};
use infra_core::{LocalFile, Resource as _, Secret, Tags};
use serde_json::json;

use crate::conformance::{Made, change, inputs, live_through, make};
use crate::wire;

/// A zip file with one file in it, stored as it is.
fn archive(name: &str, content: &str) -> LocalFile {
    let (path, body) = ("app.py", content.as_bytes());
    let crc = crc32(body);
    let sizes = |into: &mut Vec<u8>| {
        into.extend(crc.to_le_bytes());
        into.extend((body.len() as u32).to_le_bytes());
        into.extend((body.len() as u32).to_le_bytes());
        into.extend((path.len() as u16).to_le_bytes());
    };
    let mut zip = Vec::new();
    zip.extend([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]);
    sizes(&mut zip);
    zip.extend(0_u16.to_le_bytes());
    zip.extend(path.as_bytes());
    zip.extend(body);
    let directory = zip.len() as u32;
    zip.extend([0x50, 0x4b, 1, 2, 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]);
    sizes(&mut zip);
    zip.extend([0; 12]);
    zip.extend(0_u32.to_le_bytes());
    zip.extend(path.as_bytes());
    let length = zip.len() as u32 - directory;
    zip.extend([0x50, 0x4b, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0]);
    zip.extend(length.to_le_bytes());
    zip.extend(directory.to_le_bytes());
    zip.extend(0_u16.to_le_bytes());
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.zip"));
    fs::write(&file, &zip).unwrap();
    LocalFile { path: file.to_string_lossy().into_owned(), sha256: sha256(&zip) }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

fn sha256(bytes: &[u8]) -> String {
    // The salt is nothing, and the text of the value is not: so the system's own tool.
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut tool = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    tool.stdin.take().unwrap().write_all(bytes).unwrap();
    String::from_utf8(tool.wait_with_output().unwrap().stdout).unwrap()[..64].to_owned()
}

fn role(name: &'static str) -> Made<'static> {
    make::<Role>(|stack| drop(Role::new("r").name(name).trust_policy(PolicyDocument::trust_service("lambda.amazonaws.com")).add(stack)))
}

#[test]
fn a_function_changes_its_code_by_digest_and_its_configuration_in_place() {
    let role = role("wire-function");
    let arn = RoleArn::new(role.output("arn"));
    let (one, two) = (archive("one", "def handler(event, context): return 1"), archive("two", "def handler(event, context): return 2"));
    let function =
        |file: &LocalFile, handler: &'static str| Function::from_zip("load", file, "python3.12", handler, &arn).name("wire-load");
    let made = make::<Function>(|stack| {
        function(&one, "app.handler")
            .description("first")
            .timeout(30)
            .memory_size(256)
            .environment([("HOST", Secret::new("db".to_owned())), ("PORT", Secret::new("3306".to_owned()))])
            .ephemeral_storage(1024)
            .tracing(TracingMode::Active)
            .architectures([Architecture::X8664])
            .tags([("Name", "load"), ("Old", "1")])
            .add(stack);
    });
    let before = made.output("code_sha256");
    change(&made, |stack| {
        function(&two, "app.other")
            .description("second")
            .timeout(60)
            .memory_size(512)
            .environment([("HOST", "other")])
            .tags([("Name", "other"), ("New", "2")])
            .add(stack);
    });
    assert_ne!(made.output("code_sha256"), before);
    let environment = made.read().inputs.as_object().unwrap()["environment"].reveal();
    assert_eq!(environment, json!({"HOST": "other"}), "a variable that is not named any more is gone");
    change(&made, |stack| drop(function(&two, "app.other").reserved_concurrency(3).add(stack)));
    change(&made, |stack| drop(function(&two, "app.other").reserved_concurrency(-1).add(stack)));
    made.delete();
    role.delete();
}

#[test]
fn an_archive_that_was_changed_since_the_plan_is_not_taken() {
    let file = archive("changed", "x = 1");
    let declare = |stack: &infra_core::Stack| {
        let role = RoleArn::new("arn:aws:iam::123456789012:role/none");
        drop(Function::from_zip("f", &file, "python3.12", "app.handler", &role).name("wire-changed").add(stack));
    };
    fs::write(&file.path, "another").unwrap();
    let handler = wire().registry.handler(Function::KIND).unwrap();
    let refused = wire().runtime.block_on(handler.create(&inputs(declare), Creation { tags: &Tags::new(), token: "t" }));
    assert!(refused.unwrap_err().to_string().contains("it is not what it was when the plan was made"));
}

#[test]
fn a_permission_is_found_again_and_goes_alone() {
    let role = role("wire-permitted");
    let file = archive("permitted", "def handler(event, context): return 1");
    let arn = RoleArn::new(role.output("arn"));
    let function =
        make::<Function>(|stack| drop(Function::from_zip("f", &file, "python3.12", "app.handler", &arn).name("wire-permitted").add(stack)));
    let permission = |name: &'static str, bucket: &'static str| {
        make::<Permission>(|stack| {
            let permission = Permission::new("p").function(FunctionName::new(&function.id)).action("lambda:InvokeFunction");
            let permission = permission.principal("s3.amazonaws.com").source_arn(format!("arn:aws:s3:::{bucket}"));
            drop(permission.source_account("123456789012").statement(name).add(stack));
        })
    };
    let (one, two) = (permission("one", "a"), permission("two", "b"));
    one.delete();
    assert_eq!(two.read().id, two.id);
    two.delete();
    function.delete();
    role.delete();
}

#[test]
fn a_layer_has_a_version_for_each_content_and_a_function_stands_on_one() {
    let (one, two) = (archive("layer-one", "a = 1"), archive("layer-two", "a = 2"));
    let layer = |file: &LocalFile| {
        make::<LayerVersion>(|stack| {
            let layer = LayerVersion::from_zip("tools", "wire-tools", file).description("tools").compatible_runtimes(["python3.12"]);
            drop(layer.compatible_architectures([Architecture::X8664]).license_info("MIT").add(stack));
        })
    };
    let (first, second) = (layer(&one), layer(&two));
    assert!(first.id.ends_with(":wire-tools:1") && second.id.ends_with(":wire-tools:2"));
    let role = role("wire-layered");
    let arn = RoleArn::new(role.output("arn"));
    let file = archive("layered", "def handler(event, context): return 1");
    let function = || Function::from_zip("f", &file, "python3.12", "app.handler", &arn).name("wire-layered");
    live_through::<Function>(
        |stack| drop(function().layers([LayerVersionArn::new(&first.id)]).add(stack)),
        |stack| drop(function().layers([LayerVersionArn::new(&second.id)]).add(stack)),
    );
    first.delete();
    assert_eq!(second.read().id, second.id);
    second.delete();
    role.delete();
}

#[test]
fn an_invocation_gives_the_function_its_input_and_keeps_what_it_answers() {
    let role = role("wire-invoked");
    let arn = RoleArn::new(role.output("arn"));
    let file = archive("invoked", "def handler(event, context): return event");
    let function =
        make::<Function>(|stack| drop(Function::from_zip("f", &file, "python3.12", "app.handler", &arn).name("wire-invoked").add(stack)));
    let handler: &dyn Handler = wire().registry.handler(Invocation::KIND).unwrap().as_ref();
    assert!(handler.schema().action && handler.is_recorded());
    let want = inputs(|stack| {
        let call = Invocation::new("init").function(FunctionName::new(&function.id)).payload(json!({"table": "jobs"}));
        drop(call.secrets([("password", Secret::new("hunter2".to_owned()))]).add(stack));
    });
    let tags = Tags::new();
    let new = Creation { tags: &tags, token: "t" };
    let outputs = wire().runtime.block_on(handler.run(&want, new)).unwrap();
    // moto answers with what it was given.
    assert_eq!(outputs.as_object().unwrap()["result"].reveal(), json!({"table": "jobs", "password": "hunter2"}));
    assert!(wire().runtime.block_on(handler.ran(&want, new)).unwrap().is_none(), "nobody knows what came of a call that was lost");
    function.delete();
    role.delete();
}
