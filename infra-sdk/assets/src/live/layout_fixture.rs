//! Images for tests, written as a builder or `docker save` would write them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

/// A digest as registries write it.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn blob(folder: &Path, media_type: &str, bytes: &[u8]) -> Json {
    let digest = sha256(bytes);
    let place = folder.join("blobs/sha256");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(digest.trim_start_matches("sha256:")), bytes).unwrap();
    json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
}

/// Writes an OCI layout with an image for each platform; gives the digests of their manifests.
pub(crate) fn layout(folder: &Path, images: &[(&str, &[&[u8]])]) -> Vec<String> {
    let entries: Vec<Json> = images
        .iter()
        .map(|(platform, layers)| {
            let (os, architecture) = platform.split_once('/').unwrap();
            let config = json!({"os": os, "architecture": architecture, "rootfs": {"type": "layers", "diff_ids": []}}).to_string();
            let config = blob(folder, "application/vnd.oci.image.config.v1+json", config.as_bytes());
            let layers: Vec<Json> = layers.iter().map(|layer| blob(folder, "application/vnd.oci.image.layer.v1.tar+gzip", layer)).collect();
            let manifest = "application/vnd.oci.image.manifest.v1+json";
            let body = json!({"schemaVersion": 2, "mediaType": manifest, "config": config, "layers": layers}).to_string();
            let mut entry = blob(folder, manifest, body.as_bytes());
            entry["platform"] = json!({"os": os, "architecture": architecture});
            entry
        })
        .collect();
    let digests = entries.iter().map(|entry| entry["digest"].as_str().unwrap().to_owned()).collect();
    fs::write(folder.join("index.json"), json!({"schemaVersion": 2, "manifests": entries}).to_string()).unwrap();
    fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion": "1.0.0"}"#).unwrap();
    digests
}

/// Writes what `docker save` writes of an image with one layer.
pub(crate) fn saved(file: &Path, layer: &[u8]) {
    let mut archive = tar::Builder::new(fs::File::create(file).unwrap());
    let mut add = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, name, bytes).unwrap();
    };
    let config = json!({"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": [sha256(layer)]}}).to_string();
    add("config.json", config.as_bytes());
    add("1/layer.tar", layer);
    add("manifest.json", json!([{"Config": "config.json", "RepoTags": ["web:latest"], "Layers": ["1/layer.tar"]}]).to_string().as_bytes());
    archive.finish().unwrap();
}
