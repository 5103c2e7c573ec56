//! SHA-256 of files and texts, in hexadecimal.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::error::AssetError;

/// A digest being taken.
#[derive(Clone, Default)]
pub(crate) struct Hash(Sha256);

impl Hash {
    /// Adds a text with its length, so that two texts are never taken for two others.
    pub(crate) fn text(&mut self, text: &str) -> &mut Hash {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text);
        self
    }

    /// Adds texts with their number, so that where they end is certain too.
    pub(crate) fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a String>) -> &mut Hash {
        let texts: Vec<&String> = texts.into_iter().collect();
        self.text(&texts.len().to_string());
        for text in texts {
            self.text(text);
        }
        self
    }

    /// Adds bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest.
    pub(crate) fn hex(self) -> String {
        self.0.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// The digest of bytes.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    let mut hash = Hash::default();
    hash.bytes(bytes);
    hash.hex()
}

/// The digest of a file's content, and its length.
pub(crate) fn of_file(path: &Path) -> Result<(String, u64), AssetError> {
    let mut file = File::open(path).map_err(AssetError::file("read", path))?;
    of_reader(&mut file).map_err(AssetError::file("read", path))
}

/// The digest of all that a reader gives, and its length.
pub(crate) fn of_reader(reader: &mut impl Read) -> io::Result<(String, u64)> {
    let (mut hash, mut buffer, mut length) = (Hash::default(), vec![0; 1 << 16], 0);
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok((hash.hex(), length)),
            read => {
                hash.bytes(&buffer[..read]);
                length += read as u64;
            }
        }
    }
}
