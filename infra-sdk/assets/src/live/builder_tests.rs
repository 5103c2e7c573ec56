//! Builders that are scripts, which write down what they are told.

use super::*;
use crate::ImageForm;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

struct Tools {
    folder: tempfile::TempDir,
}

impl Tools {
    fn new() -> Tools {
        Tools { folder: tempfile::tempdir().unwrap() }
    }

    /// Installs a builder that does `act`, with its words in `$@`.
    fn install(&self, name: &str, act: &str) {
        let path = self.folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\necho \"{name} $@\" >> {}/log\n{act}\n", self.folder.path().display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    async fn build(&self, source: &ImageSource, secrets: Vec<(&str, &str)>) -> Result<(), AssetError> {
        // Whatever builders this machine has must not be found behind those of the test.
        let path = self.folder.path().display().to_string();
        let order = Order { source, name: "localhost/infra-build:t", secrets, into: PathBuf::from("/tmp/out.tar"), path: Some(&path) };
        build(&order).await
    }
}

fn source() -> ImageSource {
    ImageSource {
        digest: "sha256:0".into(),
        form: ImageForm::Dockerfile,
        path: "/stack/web".into(),
        dockerfile: Some("docker/Dockerfile".into()),
        target: Some("prod".into()),
        platform: Some("linux/arm64".into()),
        build_args: Some(BTreeMap::from([("VERSION".to_owned(), "2 1".to_owned())])),
    }
}

#[tokio::test]
async fn the_first_builder_that_works_builds_and_secrets_are_in_no_argument() {
    let tools = Tools::new();
    tools.install("docker", "echo Cannot connect to the daemon >&2; exit 1");
    tools.install("podman", "echo \"$INFRA_BUILD_SECRET_0\" > ${0%/*}/seen");
    tools.install("buildah", "");
    tools.build(&source(), vec![("pip", "hunter2")]).await.unwrap();
    let build = "podman build --file /stack/web/docker/Dockerfile --tag localhost/infra-build:t --target prod --platform linux/arm64 \
                 --build-arg VERSION=2 1 --secret id=pip,env=INFRA_BUILD_SECRET_0 /stack/web";
    assert_eq!(
        tools.log(),
        [
            "docker version --format {{.Server.Version}}",
            "podman info",
            build,
            "podman save --format oci-archive --output /tmp/out.tar localhost/infra-build:t",
            "podman image rm localhost/infra-build:t",
        ]
    );
    assert_eq!(fs::read_to_string(tools.folder.path().join("seen")).unwrap(), "hunter2\n");
}

#[tokio::test]
async fn each_builder_is_told_in_its_own_words() {
    for (program, build, save) in [
        ("docker", "docker build --file /stack/web/docker/Dockerfile --tag localhost/infra-build:t", "docker save --output /tmp/out.tar"),
        (
            "buildah",
            "buildah build --file /stack/web/docker/Dockerfile --tag",
            "buildah push localhost/infra-build:t oci-archive:/tmp/out.tar",
        ),
        (
            "buildctl",
            "buildctl build --frontend dockerfile.v0 --local context=/stack/web --local dockerfile=/stack/web/docker \
          --opt filename=Dockerfile --opt target=prod --opt platform=linux/arm64 --opt build-arg:VERSION=2 1 \
          --output type=oci,dest=/tmp/out.tar",
            "",
        ),
    ] {
        let tools = Tools::new();
        tools.install(program, "");
        tools.build(&source(), Vec::new()).await.unwrap();
        let log = tools.log();
        assert!(log[1].starts_with(build), "{log:?}");
        assert!(save.is_empty() == (log.len() == 2) && log.get(2).is_none_or(|line| line.starts_with(save)), "{log:?}");
    }
}

#[tokio::test]
async fn a_failed_build_is_told_in_the_builders_words_and_tried_with_no_other() {
    let tools = Tools::new();
    tools.install("docker", "case $1 in build) echo 'COPY failed: no such file' >&2; exit 1;; esac");
    tools.install("podman", "");
    let error = tools.build(&source(), Vec::new()).await.unwrap_err().to_string();
    assert!(error.contains("failed with exit code 1; it said last: COPY failed: no such file"), "{error}");
    assert!(!tools.log().iter().any(|line| line.starts_with("podman")));
}

#[tokio::test]
async fn without_a_builder_it_is_said_what_was_looked_for() {
    let tools = Tools::new();
    tools.install("docker", "echo ERROR: Cannot connect to the Docker daemon >&2; exit 1");
    let error = tools.build(&source(), Vec::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "build the image of /stack/web: no builder works here (docker does not work: ERROR: Cannot connect to the Docker daemon; podman is \
         not installed; buildah is not installed; buildctl is not installed)"
    );
    assert!(error.help().unwrap().contains("needs no builder"));
}
