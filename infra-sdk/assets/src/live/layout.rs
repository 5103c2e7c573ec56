//! Images in files: the layout of the Open Container Initiative, and what `docker save` writes.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value as Json, json};

use super::digest;
use super::error::AssetError;

/// A manifest of one image.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// The annotation of a manifest that says what its image was made of.
pub(crate) const SOURCE: &str = "infra.source";

/// An image whose parts are files.
#[derive(Clone, Debug)]
pub(crate) struct LocalImage {
    /// The manifest, byte for byte as it is pushed.
    pub(crate) manifest: Vec<u8>,
    /// The manifest's type.
    pub(crate) media_type: String,
    /// The layers, then the configuration.
    pub(crate) blobs: Vec<Blob>,
}

/// A part of an image.
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    /// Its digest, as in `sha256:…`.
    pub(crate) digest: String,
    /// Its length in bytes.
    pub(crate) length: u64,
    /// Where it is.
    pub(crate) path: PathBuf,
}

impl LocalImage {
    /// The digest of the manifest, which is that of the image.
    pub(crate) fn digest(&self) -> String {
        format!("sha256:{}", digest::of_bytes(&self.manifest))
    }

    /// The image with a word in its manifest of what it was made of, so that it is known again.
    pub(crate) fn made_of(mut self, source: &str) -> LocalImage {
        if self.media_type == MANIFEST
            && let Ok(Json::Object(mut manifest)) = serde_json::from_slice(&self.manifest)
        {
            let annotations = manifest.entry("annotations").or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(annotations) = annotations {
                annotations.insert(SOURCE.to_owned(), json!(source));
            }
            self.manifest = Json::Object(manifest).to_string().into_bytes();
        }
        self
    }
}

/// The one image of a layout's folder, or the one for a platform.
pub(crate) fn open(folder: &Path, platform: Option<&str>) -> Result<LocalImage, AssetError> {
    if !folder.is_dir() {
        return Err(AssetError::Missing { what: "the image layout", path: folder.to_owned() });
    }
    let layout = Layout(folder);
    let index = layout.json(&folder.join("index.json"))?;
    let chosen = layout.choose(&index, platform)?;
    let path = layout.blob(text(&chosen, "digest"))?;
    let manifest = fs::read(&path).map_err(AssetError::file("read", &path))?;
    if format!("sha256:{}", digest::of_bytes(&manifest)) != text(&chosen, "digest") {
        return Err(wrong(&path, "it is not what its digest says"));
    }
    let parsed = layout.json(&path)?;
    let media_type = [&parsed, &chosen].map(|json| text(json, "mediaType")).into_iter().find(|found| !found.is_empty());
    let media_type = media_type.unwrap_or(MANIFEST).to_owned();
    let none = Vec::new();
    let layers = parsed["layers"].as_array().unwrap_or(&none).iter().filter(|layer| layer["urls"].as_array().is_none_or(Vec::is_empty));
    let blobs = layers.chain([&parsed["config"]]).map(|part| layout.part(part)).collect::<Result<_, _>>()?;
    Ok(LocalImage { manifest, media_type, blobs })
}

/// The one image of a tar archive, or the one for a platform. What is unpacked and made of it goes into `scratch`.
pub(crate) fn open_tarball(file: &Path, platform: Option<&str>, scratch: &Path) -> Result<LocalImage, AssetError> {
    let failed = || AssetError::file("unpack", file);
    let mut archive = tar::Archive::new(File::open(file).map_err(failed())?);
    archive.set_overwrite(false);
    archive.unpack(scratch).map_err(failed())?;
    let saved = scratch.join("manifest.json");
    if saved.is_file() { docker(scratch, &saved, platform) } else { open(scratch, platform) }
}

/// An image as `docker save` writes it: its layers are not compressed, and its manifest has still to be made.
fn docker(folder: &Path, saved: &Path, platform: Option<&str>) -> Result<LocalImage, AssetError> {
    let layout = Layout(folder);
    let list = layout.json(saved)?;
    let [image] = list.as_array().map(Vec::as_slice).unwrap_or_default() else {
        return Err(wrong(saved, "it has several images, or none: save one"));
    };
    let config = layout.named(text(image, "Config"), saved)?;
    let mut blobs = Vec::new();
    for layer in image["Layers"].as_array().into_iter().flatten() {
        blobs.push(compressed(&layout.named(layer.as_str().unwrap_or_default(), saved)?)?);
    }
    let is_for = |wanted: &str| layout.json(&config).map(|config| fits(&config, wanted));
    if let Some(wanted) = platform.filter(|_| config.is_file())
        && !is_for(wanted)?
    {
        return Err(wrong(saved, &format!("its image is not for {wanted}")));
    }
    let part = |media_type: &str, blob: &Blob| json!({"mediaType": media_type, "digest": blob.digest, "size": blob.length});
    let layers: Vec<Json> = blobs.iter().map(|blob| part(&format!("{LAYER}+gzip"), blob)).collect();
    let config = whole(config)?;
    let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": part(CONFIG, &config), "layers": layers});
    blobs.push(config);
    Ok(LocalImage { manifest: manifest.to_string().into_bytes(), media_type: MANIFEST.to_owned(), blobs })
}

/// A layer, compressed beside itself; the same layer always gives the same bytes.
fn compressed(layer: &Path) -> Result<Blob, AssetError> {
    let place = layer.with_extension("gz-of-infra");
    let failed = || AssetError::file("compress", layer);
    let mut from = File::open(layer).map_err(failed())?;
    let mut into = GzEncoder::new(File::create(&place).map_err(failed())?, Compression::default());
    io::copy(&mut from, &mut into).and_then(|_| into.finish()).map_err(failed())?;
    whole(place)
}

/// A file as a part of an image.
fn whole(path: PathBuf) -> Result<Blob, AssetError> {
    let (hex, length) = digest::of_file(&path)?;
    Ok(Blob { digest: format!("sha256:{hex}"), length, path })
}

/// The folder of a layout.
struct Layout<'a>(&'a Path);

impl Layout<'_> {
    fn json(&self, path: &Path) -> Result<Json, AssetError> {
        let text = fs::read(path).map_err(AssetError::file("read", path))?;
        serde_json::from_slice(&text).map_err(|error| wrong(path, &error.to_string()))
    }

    /// Where the content with a digest is.
    fn blob(&self, digest: &str) -> Result<PathBuf, AssetError> {
        let hex = digest.strip_prefix("sha256:").filter(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let hex = hex.ok_or_else(|| wrong(self.0, &format!("`{digest}` is no SHA-256 digest")))?;
        Ok(self.0.join("blobs/sha256").join(hex))
    }

    /// A file by a name that the archive itself gives, which must not lead out of it.
    fn named(&self, name: &str, by: &Path) -> Result<PathBuf, AssetError> {
        let path = self.0.join(name);
        let inside = |path: &Path| Some(fs::canonicalize(path).ok()?.starts_with(fs::canonicalize(self.0).ok()?));
        if name.is_empty() || inside(&path) != Some(true) {
            return Err(wrong(by, &format!("it names `{name}`, which the archive does not have")));
        }
        Ok(path)
    }

    fn part(&self, part: &Json) -> Result<Blob, AssetError> {
        let digest = text(part, "digest").to_owned();
        let path = self.blob(&digest)?;
        let length = fs::metadata(&path).map_err(AssetError::file("read", &path))?.len();
        if part["size"].as_u64() != Some(length) {
            return Err(wrong(&path, "it has another length than the manifest says"));
        }
        Ok(Blob { digest, length, path })
    }

    /// The manifest that is meant, of those of an index and of the indexes in it.
    fn choose(&self, index: &Json, platform: Option<&str>) -> Result<Json, AssetError> {
        let mut found = Vec::new();
        self.collect(index, &mut found, 0)?;
        let names: Vec<String> = found.iter().map(|(name, _)| name.clone()).collect();
        found.retain(|(name, _)| platform.is_none_or(|wanted| matches(name, wanted)));
        match found.as_slice() {
            [(_, only)] => Ok(only.clone()),
            [] if names.is_empty() => Err(wrong(self.0, "it has no image")),
            [] => Err(wrong(self.0, &format!("it has no image for {}; it has {}", platform.unwrap_or_default(), names.join(", ")))),
            _ => Err(wrong(self.0, &format!("it has several images ({}): say which with `.platform(…)`", names.join(", ")))),
        }
    }

    fn collect(&self, index: &Json, into: &mut Vec<(String, Json)>, depth: usize) -> Result<(), AssetError> {
        for entry in index["manifests"].as_array().into_iter().flatten() {
            // A builder's statements about an image are no image.
            if entry["annotations"]["vnd.docker.reference.type"].is_string() {
                continue;
            }
            let path = self.blob(text(entry, "digest"))?;
            if [INDEX, DOCKER_INDEX].contains(&text(entry, "mediaType")) {
                if depth > 4 {
                    return Err(wrong(self.0, "its indexes go round in a circle"));
                }
                self.collect(&self.json(&path)?, into, depth + 1)?;
                continue;
            }
            let mut name = name(&entry["platform"]);
            if name.is_empty() {
                let manifest = self.json(&path)?;
                name = self::name(&self.json(&self.blob(text(&manifest["config"], "digest"))?)?);
            }
            into.push((name, entry.clone()));
        }
        Ok(())
    }
}

/// What an image runs on, as in `linux/arm64/v8`.
fn name(platform: &Json) -> String {
    let parts = ["os", "architecture", "variant"].map(|part| text(platform, part));
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

fn fits(config: &Json, wanted: &str) -> bool {
    matches(&name(config), wanted)
}

/// Whether a platform is the wanted one; a variant counts only where it is asked for.
fn matches(name: &str, wanted: &str) -> bool {
    name == wanted || name.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('/'))
}

fn text<'a>(json: &'a Json, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_default()
}

fn wrong(path: &Path, problem: &str) -> AssetError {
    AssetError::Form { path: path.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
