//! An image as files, for what is to be pushed without a builder.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn blob(folder: &Path, media_type: &str, bytes: &[u8]) -> Json {
    let (digest, place) = (sha256(bytes), folder.join("blobs/sha256"));
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(digest.trim_start_matches("sha256:")), bytes).unwrap();
    json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
}

/// Writes an OCI layout of one image with one layer, in place of one that is there; gives the digest of its manifest.
pub(crate) fn write(folder: &Path, layer: &[u8]) -> String {
    let config = json!({"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": [sha256(layer)]}}).to_string();
    let config = blob(folder, "application/vnd.oci.image.config.v1+json", config.as_bytes());
    let layer = blob(folder, "application/vnd.oci.image.layer.v1.tar", layer);
    let manifest = "application/vnd.oci.image.manifest.v1+json";
    let body = json!({"schemaVersion": 2, "mediaType": manifest, "config": config, "layers": [layer]}).to_string();
    let entry = blob(folder, manifest, body.as_bytes());
    fs::write(folder.join("index.json"), json!({"schemaVersion": 2, "manifests": [entry]}).to_string()).unwrap();
    fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion": "1.0.0"}"#).unwrap();
    entry["digest"].as_str().unwrap().to_owned()
}
