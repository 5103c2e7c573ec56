//! Whatever builds images on this machine: found, and told to build.

use std::path::{Path, PathBuf};

use infra_apply::{Invocation, Scrub, run_command};

use super::error::AssetError;
use crate::ImageSource;

/// How long a build may take, in seconds.
const BUILD: u64 = 2 * 60 * 60;
/// How long a builder may take to say that it is there.
const PROBE: u64 = 30;

/// What builds images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builder {
    Docker,
    Podman,
    Buildah,
    BuildKit,
}

/// A build with all that it needs.
pub(crate) struct Order<'a> {
    /// What it is made of; the path is the context.
    pub(crate) source: &'a ImageSource,
    /// What the image is called until it is pushed.
    pub(crate) name: &'a str,
    /// Secrets by id.
    pub(crate) secrets: Vec<(&'a str, &'a str)>,
    /// The tar archive to write.
    pub(crate) into: PathBuf,
    /// Where programs are looked for, instead of the `PATH` of this process.
    pub(crate) path: Option<&'a str>,
}

/// Builds an image with the first builder that works.
pub(crate) async fn build(order: &Order<'_>) -> Result<(), AssetError> {
    let mut tried = Vec::new();
    for builder in [Builder::Docker, Builder::Podman, Builder::Buildah, Builder::BuildKit] {
        match run(order, builder.probe(), PROBE).await {
            Ok(()) => return builder.build(order).await,
            Err(AssetError::Command { why, .. }) => tried.push(format!("{} {}", builder.program(), short(&why))),
            Err(other) => return Err(other),
        }
    }
    Err(AssetError::NoBuilder { context: PathBuf::from(&order.source.path), tried })
}

impl Builder {
    fn program(self) -> &'static str {
        match self {
            Builder::Docker => "docker",
            Builder::Podman => "podman",
            Builder::Buildah => "buildah",
            Builder::BuildKit => "buildctl",
        }
    }

    /// What succeeds only where the builder can build, its server included.
    fn probe(self) -> Vec<String> {
        let words: &[&str] = match self {
            Builder::Docker => &["version", "--format", "{{.Server.Version}}"],
            Builder::Podman | Builder::Buildah => &["info"],
            Builder::BuildKit => &["debug", "workers"],
        };
        std::iter::once(self.program()).chain(words.iter().copied()).map(str::to_owned).collect()
    }

    async fn build(self, order: &Order<'_>) -> Result<(), AssetError> {
        run(order, self.building(order), BUILD).await?;
        let into = order.into.to_string_lossy();
        let (save, remove): (Vec<String>, &[&str]) = match self {
            Builder::Docker => (["docker", "save", "--output", &into, order.name].map(str::to_owned).into(), &["docker", "image", "rm"]),
            Builder::Podman => {
                let save = ["podman", "save", "--format", "oci-archive", "--output", &into, order.name];
                (save.map(str::to_owned).into(), &["podman", "image", "rm"])
            }
            Builder::Buildah => {
                (["buildah".into(), "push".into(), order.name.into(), format!("oci-archive:{into}")].into(), &["buildah", "rmi"])
            }
            Builder::BuildKit => return Ok(()),
        };
        let saved = run(order, save, BUILD).await;
        // Only its name goes, if the builder has it under another one too; where it stays, it is in nobody's way.
        let remove = remove.iter().copied().chain([order.name]).map(str::to_owned).collect();
        let _ = run(order, remove, PROBE).await;
        saved
    }

    /// The command line that builds. Secrets are named in it by the variables that they are in.
    fn building(self, order: &Order<'_>) -> Vec<String> {
        let ImageSource { path, dockerfile, target, platform, build_args, .. } = order.source;
        let dockerfile = dockerfile.as_deref().unwrap_or("Dockerfile");
        let mut line: Vec<String> = Vec::new();
        let mut say = |words: &[&str]| line.extend(words.iter().map(|&word| word.to_owned()));
        let arguments = build_args.iter().flatten();
        let secrets = order.secrets.iter().enumerate().map(|(at, (id, _))| format!("id={id},env={}", variable(at)));
        if self == Builder::BuildKit {
            let folder = Path::new(path).join(dockerfile);
            let file = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let folder = folder.parent().unwrap_or(Path::new(path)).to_string_lossy().into_owned();
            say(&["buildctl", "build", "--frontend", "dockerfile.v0", "--local", &format!("context={path}")]);
            say(&["--local", &format!("dockerfile={folder}"), "--opt", &format!("filename={file}")]);
            target.iter().for_each(|target| say(&["--opt", &format!("target={target}")]));
            platform.iter().for_each(|platform| say(&["--opt", &format!("platform={platform}")]));
            arguments.for_each(|(name, value)| say(&["--opt", &format!("build-arg:{name}={value}")]));
            secrets.for_each(|secret| say(&["--secret", &secret]));
            say(&["--output", &format!("type=oci,dest={}", order.into.display())]);
            return line;
        }
        say(&[self.program(), "build", "--file", &Path::new(path).join(dockerfile).to_string_lossy(), "--tag", order.name]);
        target.iter().for_each(|target| say(&["--target", target]));
        platform.iter().for_each(|platform| say(&["--platform", platform]));
        arguments.for_each(|(name, value)| say(&["--build-arg", &format!("{name}={value}")]));
        secrets.for_each(|secret| say(&["--secret", &secret]));
        say(&[path]);
        line
    }
}

/// The variable in which a secret is.
fn variable(at: usize) -> String {
    format!("INFRA_BUILD_SECRET_{at}")
}

async fn run(order: &Order<'_>, argv: Vec<String>, seconds: u64) -> Result<(), AssetError> {
    let secrets = order.secrets.iter().enumerate().map(|(at, (_, value))| (variable(at), (*value).to_owned()));
    // A statement about the build beside the image would be an image of its own in the archive.
    let fixed =
        [("DOCKER_BUILDKIT", "1"), ("BUILDX_NO_DEFAULT_ATTESTATIONS", "1")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let path = order.path.map(|path| ("PATH".to_owned(), path.to_owned()));
    let command = argv.join(" ");
    let environment = secrets.chain(fixed).chain(path).collect();
    let scrub = Scrub::of(order.secrets.iter().map(|(_, value)| *value));
    let ended = run_command(Invocation { argv, environment, folder: PathBuf::new(), seconds }, scrub).await;
    ended.map(drop).map_err(|why| AssetError::Command { command, why })
}

/// Why a builder does not work, in one line.
fn short(why: &str) -> String {
    if why.contains("No such file or directory") {
        return "is not installed".to_owned();
    }
    let line = why.split_once("it said last: ").map_or(why, |(_, words)| words).lines().map(str::trim).rfind(|line| !line.is_empty());
    format!("does not work: {}", line.unwrap_or(why))
}

#[cfg(test)]
#[path = "builder_tests.rs"]
mod tests;
