//! Keys of AWS KMS and states in a bucket, over the wire: sealed, opened, rotated, and what is said where KMS refuses.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use infra_core::program::{Program as _, RESPONSE_MARK, Request};
use infra_core::{GRAPH_VERSION, Secret, Stack};
use infra_local::{LocalCloud, TemporaryCloud};
use support::proxy::{Fate, Proxy};
use support::{census, infra, text};
use tempfile::TempDir;

const SECRET: &str = "canary/of the key?";

/// What the program answers: one output, which is a secret.
const GRAPH: &str = "graph.json";

/// A folder with a program, in front of a local cloud that the command takes for an account.
struct Project {
    folder: TempDir,
    cloud: TemporaryCloud,
    proxy: Proxy,
}

impl Project {
    fn new(settings: &str) -> Project {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("stack");
        fs::write(&program, format!("#!/bin/sh\ncat > /dev/null\ncat {GRAPH}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let cloud = LocalCloud::temporary().unwrap();
        let proxy = Proxy::before(&cloud.endpoint().url);
        let project = Project { folder, cloud, proxy };
        project.set(settings);
        project.declares(SECRET);
        project
    }

    /// What its environment says.
    fn set(&self, settings: &str) {
        let text = format!("[env.production]\nregion = \"us-west-2\"\naccount = \"123456789012\"\n{settings}\n");
        fs::write(self.path("infra.toml"), text).unwrap();
    }

    /// Its program is one with that secret as an output.
    fn declares(&self, secret: &str) {
        let secret = secret.to_owned();
        let program = move |stack: &Stack| stack.export("password", Secret::new(secret.clone()));
        let (stack, environment) = ("web".to_owned(), "production".to_owned());
        let request = Request { version: GRAPH_VERSION, stack, environment, config: serde_json::json!({}), ..Request::default() };
        let answer = serde_json::to_string(&program.run(&request)).unwrap();
        fs::write(self.path(GRAPH), format!("{}{answer}\n", RESPONSE_MARK)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run_at(&self, url: &str, line: &str) -> (i32, String) {
        let line = line.replace(" web", " web --program ./stack --env production");
        let mut command = infra(self.folder.path(), &line);
        command.env("AWS_ENDPOINT_URL", url).env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        let output = command.env("INFRA_CONFIG_DIR", self.path("config")).output().unwrap();
        (output.status.code().unwrap(), text(&output))
    }

    fn run(&self, line: &str) -> (i32, String) {
        self.run_at(&self.proxy.url, line)
    }

    #[track_caller]
    fn ends(&self, line: &str) -> String {
        let (code, said) = self.run(line);
        assert_eq!(code, 0, "{line}: {said}");
        said
    }

    /// What a service says to a JSON request.
    fn ask(&self, service: &str, target: &str, body: &str) -> serde_json::Value {
        let answer = ureq::post(&self.cloud.endpoint().url)
            .header("Content-Type", "application/x-amz-json-1.1")
            .header("X-Amz-Target", target)
            .header("Authorization", census::signed(service))
            .send(body)
            .unwrap();
        serde_json::from_str(&answer.into_body().read_to_string().unwrap()).unwrap_or_default()
    }

    /// A new key with an alias; its ARN.
    fn key(&self, alias: &str) -> String {
        let made = self.ask("kms", "TrentService.CreateKey", "{}");
        let (id, arn) = (made["KeyMetadata"]["KeyId"].as_str().unwrap(), made["KeyMetadata"]["Arn"].as_str().unwrap());
        let alias = format!("{{\"AliasName\": \"alias/{alias}\", \"TargetKeyId\": \"{id}\"}}");
        self.ask("kms", "TrentService.CreateAlias", &alias);
        arn.to_owned()
    }

    fn guard(&self) -> String {
        let exported: serde_json::Value = serde_json::from_str(&self.ends("state export web")).unwrap();
        exported["state"]["key"]["guard"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn opens(&self) {
        assert_eq!(self.ends("outputs web password --show-secrets"), format!("{SECRET}\n"));
    }
}

#[test]
fn a_state_is_sealed_with_a_key_of_kms_and_rotated_from_one_guard_to_the_next() {
    let project = Project::new("key = \"kms:alias/infra\"");
    let first = project.key("infra");
    project.ends("deploy web --yes");
    assert_eq!(project.guard(), format!("kms:{first}"), "an alias may lead elsewhere tomorrow");
    let journal = fs::read_to_string(project.path(".infra/web/production/journal")).unwrap();
    assert!(journal.contains("$sealed") && !journal.contains(SECRET), "{journal}");
    project.opens();

    // The alias leads to another key from now on: the state still opens, and a rotation takes the new one.
    let second = project.key("second");
    project.ask("kms", "TrentService.UpdateAlias", &format!("{{\"AliasName\": \"alias/infra\", \"TargetKeyId\": \"{second}\"}}"));
    project.opens();
    project.ends("state rotate-key web");
    assert_eq!(project.guard(), format!("kms:{second}"));
    project.opens();

    project.ends("state rotate-key web --to age");
    assert!(project.guard().starts_with("age:age1"));
    let (code, said) = project.run_at("http://127.0.0.1:9", "outputs web password --show-secrets");
    assert!(code == 0 && said.contains(SECRET), "an identity needs no cloud: {said}");
    let said = project.ends(&format!("state rotate-key web --to kms:{first}"));
    assert!(said.contains(&format!("kms:{first}")), "{said}");
    project.opens();
    assert_eq!(project.run("state rotate-key web --to kms:infra").0, 64, "an alias begins with alias/");
}

#[test]
fn a_key_of_another_region_is_named_by_its_arn_or_beside_it() {
    let project = Project::new("key = \"kms:alias/infra\"");
    let key = project.key("infra");
    project.set("key = { guard = \"kms:alias/infra\", region = \"eu-west-1\" }");
    let (code, said) = project.run("deploy web --yes");
    assert!(code == 1 && said.contains("it is not in eu-west-1") && said.contains("`region`"), "{said}");
    project.set(&format!("key = \"kms:{key}\""));
    let moved = fs::read_to_string(project.path("infra.toml")).unwrap().replace("region = \"us-west-2\"", "region = \"eu-west-1\"");
    fs::write(project.path("infra.toml"), moved).unwrap();
    project.ends("deploy web --yes");
    project.opens();
}

#[test]
fn what_kms_refuses_is_said_with_what_to_do_and_a_destruction_needs_no_key() {
    let project = Project::new("key = \"kms:alias/infra\"");
    let key = project.key("infra");
    project.ends("deploy web --yes");
    let refusals = [
        ("DisabledException", format!("{key} is disabled."), "aws kms enable-key"),
        ("KMSInvalidStateException", format!("{key} is pending deletion."), "aws kms cancel-key-deletion"),
        ("AccessDeniedException", "User: ann is not authorized to perform: kms:Decrypt".to_owned(), "kms:Encrypt and kms:Decrypt"),
        ("InvalidCiphertextException", String::new(), "restore the journal from a backup"),
        ("NotFoundException", format!("Key '{key}' does not exist"), "in one region of one account"),
        ("InvalidKeyUsageException", "for SIGN_VERIFY".to_owned(), "ENCRYPT_DECRYPT"),
    ];
    for (code, message, help) in refusals {
        let body = serde_json::json!({ "__type": code, "message": message }).to_string();
        project.proxy.decide("TrentService.Decrypt", Fate::Instead(400, body));
        let (ended, said) = project.run("outputs web password --show-secrets");
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(ended == 1 && flat.contains(&format!("failed to open the key of web/production with kms:{key}")), "{said}");
        assert!(flat.contains(code) && flat.contains(&message) && flat.contains(help), "no `{help}` in: {said}");
        assert!(!said.contains(SECRET));
        assert_eq!(project.proxy.met(), 1, "what is refused is not asked again");
        for line in ["outputs web", "state list web", "state history web"] {
            assert_eq!(project.run(line).0, 0, "{line} needs no key");
        }
    }
    // What passes by is asked again, a few times.
    let busy = serde_json::json!({ "__type": "KMSInternalException", "message": "later" }).to_string();
    project.proxy.decide("TrentService.Decrypt", Fate::Instead(500, busy));
    let (code, said) = project.run("outputs web password --show-secrets");
    assert!(code == 1 && said.contains("run the command again") && project.proxy.met() > 1, "{said}");
    project.ends("destroy web --yes");
}

#[test]
fn what_is_sealed_for_one_environment_opens_in_no_other() {
    let project = Project::new("key = \"kms:alias/infra\"");
    project.key("infra");
    project.ends("deploy web --yes");
    let journal = fs::read_to_string(project.path(".infra/web/production/journal")).unwrap();
    let wrapped = journal.split("\"wrapped\":\"").nth(1).unwrap().split('"').next().unwrap();
    let decrypt = |environment: &str| {
        let context = BTreeMap::from([("infra:stack", "web"), ("infra:environment", environment)]);
        let body = serde_json::json!({ "CiphertextBlob": wrapped, "EncryptionContext": context }).to_string();
        let answer = ureq::post(&project.cloud.endpoint().url)
            .config()
            .http_status_as_error(false)
            .build()
            .header("Content-Type", "application/x-amz-json-1.1")
            .header("X-Amz-Target", "TrentService.Decrypt")
            .header("Authorization", census::signed("kms"))
            .send(&body);
        answer.unwrap().status().as_u16()
    };
    assert_eq!((decrypt("production"), decrypt("staging")), (200, 400));
}

#[test]
fn the_key_of_a_state_in_a_bucket_is_rotated_there_and_nothing_of_the_old_one_is_left() {
    let project = Project::new("");
    let url = &project.cloud.endpoint().url;
    project.set(&format!("state = {{ url = \"s3://states/team\", endpoint = \"{url}\" }}\nkey = \"kms:alias/infra\""));
    let bucket = format!("{url}/states");
    let elsewhere = census::signed("s3").replace("us-west-2", "us-east-1");
    ureq::put(&bucket).header("Authorization", elsewhere).send_empty().unwrap();
    project.key("infra");
    project.ends("deploy web --yes");
    project.declares("another value");
    project.ends("deploy web --yes");
    project.declares(SECRET);
    project.ends("deploy web --yes");
    let objects = || {
        let get =
            |url: &str| ureq::get(url).header("Authorization", census::signed("s3")).call().unwrap().into_body().read_to_string().unwrap();
        let listed = get(&format!("{bucket}?list-type=2"));
        let names: Vec<String> = listed.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
        names.into_iter().map(|name| (name.clone(), get(&format!("{bucket}/{name}")))).collect::<BTreeMap<_, _>>()
    };
    let (history, before) = (project.ends("state history web"), objects());
    let exported: serde_json::Value = serde_json::from_str(&project.ends("state export web")).unwrap();
    let old = exported["state"]["key"]["id"].as_str().unwrap().to_owned();
    assert!(before.values().any(|text| text.contains(&old)));

    for guard in ["kms:alias/infra", "age", "kms:alias/infra"] {
        project.ends(&format!("state rotate-key web --to {guard}"));
        project.opens();
        assert_eq!(project.ends("state history web").lines().count(), history.lines().count());
        let now = objects();
        let left: Vec<&String> = now.iter().filter(|(_, text)| text.contains(&old)).map(|(name, _)| name).collect();
        assert!(left.is_empty(), "the old key is still named in {left:?}");
        assert!(now.values().all(|text| !text.contains(SECRET)));
    }
    // It goes on as before.
    project.declares("yet another value");
    project.ends("deploy web --yes");
    assert_eq!(project.ends("outputs web password --show-secrets"), "yet another value\n");
    assert!(project.ends("lock status web").contains("Nobody"));
}
