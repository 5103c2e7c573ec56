//! What is built while a stack is deployed, really built: a function's packages by pip, an image by whatever builds images here.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hydra_mlflow::hydra_mlflow;
use infra_assets::ContainerImage;
use infra_core::{Graph, Resource as _, Stack, Stop};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::hydra_batch::{Hydra, STACK, changed, these};
use crate::hydra_mlflow::{Clouds, changes, lines};
use crate::registry::{Rules, Server};
use crate::settings::config;
use crate::station::{Station, text};

/// What a program of this machine says, if it goes well.
fn ran(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program may say more than fits in between before it has heard all.
    let heard = std::thread::spawn(move || stdin.write_all(&input));
    let ended = child.wait_with_output().unwrap();
    let _ = heard.join();
    if ended.status.success() { Ok(ended.stdout) } else { Err(String::from_utf8_lossy(&ended.stderr).into_owned()) }
}

/// Writes a wheel of a package with one module, which says what it is.
const WHEEL: &str = r#"
import sys, zipfile
path, name, version = sys.argv[1:]
info = f"{name}-{version}.dist-info"
files = {
    f"{name}/__init__.py": f"VERSION = '{version}'\n",
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
with zipfile.ZipFile(path, "w") as wheel:
    for file, content in files.items():
        wheel.writestr(file, content)
"#;

/// A Python with pip, and a folder of wheels in place of the network.
struct Python {
    folder: tempfile::TempDir,
}

impl Python {
    fn new() -> Python {
        let folder = tempfile::tempdir().unwrap();
        ran("python3", &["-m", "venv", &folder.path().join("venv").display().to_string()], b"").unwrap();
        std::fs::create_dir(folder.path().join("wheels")).unwrap();
        Python { folder }
    }

    fn program(&self) -> String {
        self.folder.path().join("venv/bin/python").display().to_string()
    }

    fn wheels(&self) -> String {
        self.folder.path().join("wheels").display().to_string()
    }

    /// Makes a wheel; the line that requires it and no other of its name.
    fn wheel(&self, name: &str, version: &str) -> String {
        let path = self.folder.path().join(format!("wheels/{name}-{version}-py3-none-any.whl"));
        ran(self.program(), &["-c", WHEEL, &path.display().to_string(), name, version], b"").unwrap();
        let digest = Sha256::digest(std::fs::read(path).unwrap());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{name}=={version} --hash=sha256:{digest}\n")
    }

    /// The stack's own command, but that there is no network.
    fn build(&self) -> Json {
        let (python, wheels) = (self.program(), self.wheels());
        let pip = "-m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --no-index --find-links";
        let rest = [wheels.as_str(), "-r", "requirements.txt", "-t", "{out}"];
        std::iter::once(python.as_str()).chain(pip.split(' ')).chain(rest).collect()
    }
}

/// The archive that a function is made of, from the stack's folder, and its digest.
fn archive(graph: &Graph) -> (PathBuf, String) {
    let function = graph.node(&"aws:lambda/function:initialize-db".parse().unwrap()).unwrap();
    let code = function.inputs["code"].value().unwrap().reveal();
    (PathBuf::from(code["zip"]["path"].as_str().unwrap()), code["zip"]["sha256"].as_str().unwrap().to_owned())
}

#[test]
fn a_functions_packages_are_installed_while_it_is_deployed_and_again_only_when_they_are_others() {
    let (hydra, python) = (Hydra::new(), Python::new());
    let (station, before) = (&hydra.station, hydra.all());
    let requirements = hydra.files.path().join("lambda/requirements.txt");
    std::fs::write(&requirements, python.wheel("standin", "1.0")).unwrap();
    let asked = || hydra.graph(json!({ "lambda_build": python.build() }));
    // What a Python finds that has the archive and nothing else, as Lambda's does.
    let found = |graph: &Graph| {
        let line = "import sys; sys.path.insert(0, sys.argv[1]); import standin; print(standin.VERSION, standin.__file__)";
        let path = hydra.files.path().join(archive(graph).0).canonicalize().unwrap().display().to_string();
        let said = String::from_utf8(ran(python.program(), &["-S", "-c", line, &path], b"").unwrap()).unwrap();
        let (version, file) = said.trim().split_once(' ').unwrap();
        assert!(file.starts_with(&path), "{file}");
        let listed = String::from_utf8(ran(python.program(), &["-m", "zipfile", "-l", &path], b"").unwrap()).unwrap();
        assert!(listed.contains("batch_lambda.py") && listed.contains("schema_setup.py"), "{listed}");
        version.to_owned()
    };
    // What Lambda says it has.
    let kept = || {
        let client = aws_sdk_lambda::Client::new(&station.sdk);
        let call = client.get_function_configuration().function_name(station.id("aws:lambda/function:initialize-db"));
        let told = station.runtime.block_on(call.send()).unwrap();
        STANDARD.decode(told.code_sha256().unwrap()).unwrap().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };

    let graph = asked();
    station.deploy(&graph);
    assert_eq!(found(&graph), "1.0");
    assert_eq!(kept(), archive(&graph).1);

    // Other code is packed with what was installed before: where it came from is gone.
    let wheels = PathBuf::from(python.wheels());
    std::fs::remove_dir_all(&wheels).unwrap();
    hydra.append("lambda/schema_setup.py", "\n# Another code.\n");
    let graph = asked();
    assert_eq!(changed(&station.deploy(&graph)), these(["lambda/function:initialize-db"]));
    assert_eq!(found(&graph), "1.0");

    std::fs::create_dir(&wheels).unwrap();
    std::fs::write(&requirements, python.wheel("standin", "2.0")).unwrap();
    let graph = asked();
    assert_eq!(changed(&station.deploy(&graph)), these(["lambda/function:initialize-db"]));
    assert_eq!((found(&graph), kept()), ("2.0".to_owned(), archive(&graph).1));
    assert_eq!(hydra.initializations(), 1, "other packages are no other script");

    station.destroy(STACK);
    assert_eq!(hydra.all(), before, "nothing is left");
}

/// The stack with its image in another registry than ECR.
fn pushed_to(host: String) -> impl Fn(&Stack, hydra_mlflow::Config) -> Result<(), Stop> {
    move |stack, config| {
        let repository = format!("{host}/hydra/mlflow");
        stack.transform(move |declared| {
            if declared.kind() == ContainerImage::KIND {
                declared.set("repository", repository.as_str());
            }
        });
        hydra_mlflow(stack, config)
    }
}

/// Why no image can be built here, if none can: whatever builds them is asked for the least one.
fn no_builder(problems: &[String]) -> Option<String> {
    if let Some(problem) = problems.iter().find(|problem| problem.contains("no builder works here")) {
        return Some(problem.clone());
    }
    let used =
        ["docker", "podman", "buildah"].into_iter().find(|name| problems.iter().any(|problem| problem.contains(&format!("`{name} "))))?;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    std::fs::write(folder.path().join("Dockerfile"), "FROM scratch\nCOPY file /\n").unwrap();
    ran(used, &["build", &folder.path().display().to_string()], b"").err().map(|why| format!("{used} builds nothing here: {why}"))
}

fn write_image(folder: &Path, server: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("Dockerfile"), "FROM scratch\nCOPY server /bin/server\nEXPOSE 5000\nCMD [\"/bin/server\"]\n").unwrap();
    std::fs::write(folder.join("server"), server).unwrap();
}

#[test]
fn an_image_is_built_of_its_dockerfile_and_pushed_while_the_stack_is_deployed_and_again_only_when_it_is_another() {
    let Some(server) = Server::start(Rules { deletes: true, ..Rules::default() }) else { return };
    let station = Station::new("hydra-mlflow");
    let clouds = Clouds::new(&station);
    let before = clouds.census();
    let program = pushed_to(server.host.clone());
    let asked = || station.graph(&program, &config("hydra-mlflow", &json!({"image": {"dockerfile": "image"}})));
    let pushed = || server.count("PUT /v2/hydra/mlflow/manifests/");

    write_image(&station.folder().join("image"), "one");
    let problems = station.attempt(&asked());
    if let Some(why) = no_builder(&problems) {
        eprintln!("SKIPPED: {why}");
        return;
    }
    assert_eq!(problems, [] as [String; 0]);
    let plan = station.plan(&asked());
    assert!(!plan.has_changes(), "{}", text(&plan));
    let first = runs(&clouds, &server, "one");
    station.deploy(&asked());
    assert_eq!(pushed(), 1, "once");

    write_image(&station.folder().join("image"), "two");
    let plan = station.deploy(&asked());
    let rolled = [
        "create image mlflow",
        "create task-definition mlflow",
        "update fargate-service mlflow",
        "delete task-definition mlflow",
        "delete image mlflow",
    ];
    assert_eq!(changes(&plan), lines(rolled), "{}", text(&plan));
    let second = runs(&clouds, &server, "two");
    assert_ne!(first, second);
    assert_eq!(pushed(), 2, "once for each");

    station.destroy("hydra-mlflow");
    assert_eq!(clouds.census(), before, "nothing is left");
    for digest in [first, second] {
        assert_eq!(server.count(&format!("DELETE /v2/hydra/mlflow/manifests/{digest}")), 1, "neither in the registry");
    }
}

/// The digest of what the service runs: the registry has it, with what the Dockerfile says and this file.
fn runs(clouds: &Clouds<'_>, server: &Server, file: &str) -> String {
    let definition = clouds.running();
    let image = definition.container_definitions()[0].image().unwrap().to_owned();
    let (repository, digest) = image.split_once('@').unwrap();
    assert_eq!(repository, format!("{}/hydra/mlflow", server.host));
    let json = |digest: &str| serde_json::from_slice::<Json>(&server.blob(digest).unwrap()).unwrap();
    let manifest = json(digest);
    let settings = json(manifest["config"]["digest"].as_str().unwrap());
    assert_eq!(settings["config"]["Cmd"], json!(["/bin/server"]));
    assert!(settings["config"]["ExposedPorts"]["5000/tcp"].is_object(), "{settings}");
    let layer = manifest["layers"].as_array().unwrap().last().unwrap()["digest"].as_str().unwrap();
    let content = ran("tar", &["-xzO", "bin/server"], &server.blob(layer).unwrap()).unwrap();
    assert_eq!(String::from_utf8(content).unwrap(), file);
    digest.to_owned()
}
