//! One line of a journal's file: a checksum, a blank, JSON.
//!
//! The checksum is the CRC-32 of the JSON, begun with the checksum of the line before, so that a line that was changed,
//! moved or taken out is noticed at the next one.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a line cannot be read.
#[derive(Debug, PartialEq)]
pub(super) enum LineError {
    /// The checksum is not that of the content after the line before.
    Checksum,
    /// It is whole but not what this version writes.
    Content(String),
}

/// Writes a line, with its end; returns its checksum.
pub(super) fn write(before: u32, content: &impl Serialize, into: &mut Vec<u8>) -> Result<u32, serde_json::Error> {
    let json = serde_json::to_string(content)?;
    let sum = checksum(before, json.as_bytes());
    into.extend_from_slice(format!("{sum:08x} {json}\n").as_bytes());
    Ok(sum)
}

/// Reads a line without its end; returns its checksum and content.
pub(super) fn read<T: DeserializeOwned>(before: u32, line: &[u8]) -> Result<(u32, T), LineError> {
    let (sum, json) = line.split_at_checked(9).ok_or(LineError::Checksum)?;
    let sum = std::str::from_utf8(&sum[..8]).ok().and_then(|hex| u32::from_str_radix(hex, 16).ok()).ok_or(LineError::Checksum)?;
    if checksum(before, json) != sum {
        return Err(LineError::Checksum);
    }
    let content = serde_json::from_slice(json).map_err(|error| LineError::Content(error.to_string()))?;
    Ok((sum, content))
}

fn checksum(before: u32, json: &[u8]) -> u32 {
    let mut hash = crc32fast::Hasher::new();
    hash.update(&before.to_le_bytes());
    hash.update(json);
    hash.finalize()
}
