//! What is in an object: where it comes from, and whether it is what the program saw.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use aws_sdk_s3::Client;
use aws_smithy_types::byte_stream::ByteStream;
use infra_apply::{Class, ProviderError};
use sha2::{Digest as _, Sha256};

use super::BucketObjectInputs;

const OPERATION: &str = "PutObject";

/// S3, and where the paths of files are counted from.
#[derive(Clone)]
pub struct Files {
    /// The client.
    pub s3: Client,
    /// The stack's folder.
    pub folder: PathBuf,
}

/// What is to be sent.
pub(super) struct Body {
    pub(super) stream: ByteStream,
    /// How many bytes.
    pub(super) length: u64,
    /// Of a file, its SHA-256, with which S3 checks what it gets.
    pub(super) digest: Option<[u8; 32]>,
    /// Which of the inputs it is, for the object's metadata.
    pub(super) form: &'static str,
}

/// In the object's metadata: which of the inputs it was made of.
pub(super) const FORM: &str = "infra-content";
/// In the object's metadata: the digest of its file.
pub(super) const DIGEST: &str = "infra-sha256";

fn invalid(message: String) -> ProviderError {
    ProviderError::new(Class::Invalid, OPERATION, message)
}

/// What the inputs say is in the object.
pub(super) async fn body(files: &Files, want: &BucketObjectInputs) -> Result<Body, ProviderError> {
    match (&want.content, &want.content_base64, &want.source) {
        (Some(text), None, None) => Ok(bytes(text.clone().into_bytes(), "text")),
        (None, Some(encoded), None) => {
            let decoded = aws_smithy_types::base64::decode(encoded);
            Ok(bytes(decoded.map_err(|error| invalid(format!("`content_base64` is not Base64: {error}")))?, "base64"))
        }
        (None, None, Some(path)) => file(files, path, want.source_digest.as_deref()).await,
        _ => Err(invalid("exactly one of `content`, `content_base64` and `source` says what is in an object".into())),
    }
}

fn bytes(bytes: Vec<u8>, form: &'static str) -> Body {
    Body { length: bytes.len() as u64, stream: ByteStream::from(bytes), digest: None, form }
}

async fn file(files: &Files, path: &str, promised: Option<&str>) -> Result<Body, ProviderError> {
    let Some(promised) = promised else { return Err(invalid(format!("`source` needs a `source_digest`, the SHA-256 of `{path}`"))) };
    let whole = files.folder.join(path);
    let unreadable = |error: io::Error| invalid(format!("`{}` cannot be read: {error}", whole.display()));
    let hashed = tokio::task::spawn_blocking({
        let whole = whole.clone();
        move || hashed(&whole)
    });
    let (digest, length) = hashed.await.map_err(io::Error::other).flatten().map_err(unreadable)?;
    let found: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    if !found.eq_ignore_ascii_case(promised) {
        let words = format!("`{path}` is not as it was when the program ran: its SHA-256 is {found} and was {promised}; deploy again");
        return Err(invalid(words));
    }
    let stream = ByteStream::from_path(&whole).await.map_err(|error| invalid(format!("`{}` cannot be read: {error}", whole.display())))?;
    Ok(Body { stream, length, digest: Some(digest), form: "file" })
}

/// A file's SHA-256, and how many bytes it has.
fn hashed(path: &Path) -> io::Result<([u8; 32], u64)> {
    let (mut file, mut hash, mut length, mut part) = (std::fs::File::open(path)?, Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let read = file.read(&mut part)?;
        if read == 0 {
            return Ok((hash.finalize().into(), length));
        }
        hash.update(&part[..read]);
        length += read as u64;
    }
}
