//! A function's code as it is asked for and as Lambda tells it: by digest.

use infra_core::LocalFile;

use super::{Code, S3Code};

/// A SHA-256 as Lambda writes it, in base64, from 64 hexadecimal digits.
pub(in crate::lambda) fn digest(hex: &str) -> Option<String> {
    Some(aws_smithy_types::base64::encode(bytes(hex)?))
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

/// A SHA-256 as a file has it, in 64 hexadecimal digits, from what Lambda writes.
fn hex(base64: &str) -> Option<String> {
    let bytes = aws_smithy_types::base64::decode(base64).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What can be told of the code: its digest, in the place of each archive that may have it, and its image.
///
/// Lambda does not say where an archive came from; what the engine recorded says that.
pub(super) fn told(code_sha256: &str, image: Option<&str>) -> Code {
    if image.is_some() {
        return Code { image_uri: image.map(str::to_owned), ..Code::default() };
    }
    let sha256 = hex(code_sha256).unwrap_or_default();
    let file = LocalFile { path: String::new(), sha256: sha256.clone() };
    let s3 = S3Code { bucket: String::new(), key: String::new(), object_version: None, sha256: Some(sha256) };
    Code { zip: Some(file), s3: Some(s3), image_uri: None, source_kms_key: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_same_in_both_spellings() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest(empty).unwrap(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(hex("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").unwrap(), empty);
        assert_eq!(digest("abc"), None);
        assert_eq!(digest(&"zz".repeat(32)), None);
        assert_eq!(digest(&"é".repeat(32)), None);
    }

    #[test]
    fn an_image_is_told_by_itself_and_an_archive_by_its_digest() {
        let image = told("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", Some("r/app@sha256:1"));
        assert_eq!((image.image_uri.as_deref(), image.zip), (Some("r/app@sha256:1"), None));
        let archive = told("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", None);
        assert_eq!(archive.zip.unwrap().sha256, archive.s3.unwrap().sha256.unwrap());
    }
}
