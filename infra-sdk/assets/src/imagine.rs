//! Answers about assets that nobody has looked at: for tests of stacks, which need none of the files.

use std::fmt::Write as _;

use infra_core::Lookup as _;
use infra_core::lookup::Question;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::{ASSET, Archive, AssetFile, AssetFiles, Image};

/// An answer to a question about an asset as if its content were `content`: the same for the same content. Nothing for
/// other questions. A folder of single files has none.
pub fn imagined(question: &Question, content: &str) -> Option<Json> {
    if !question.kind.starts_with(ASSET) {
        return None;
    }
    let digest = digest(&[&question.kind, &question.query.to_string(), content]);
    let file = |path: String| json!({"path": path, "sha256": digest});
    match question.kind.as_str() {
        Archive::KIND => Some(file(format!("{digest}.zip"))),
        AssetFile::KIND => Some(file(question.query["path"].as_str().unwrap_or_default().to_owned())),
        AssetFiles::KIND => Some(json!([])),
        Image::KIND => Some(json!(format!("sha256:{digest}"))),
        _ => None,
    }
}

/// A digest of texts, in hexadecimal.
fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
