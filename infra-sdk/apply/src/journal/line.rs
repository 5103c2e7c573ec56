//! One line of a journal's file: a checksum, a blank, JSON.
//!
//! The checksum is the CRC-32 of the JSON, begun with the checksum of the line before, so that a line that was changed,
//! moved or taken out is noticed at the next one.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a line cannot be read.
#[derive(Debug, PartialEq)]
pub enum LineError {
    /// The checksum is not that of the content after the line before.
    Checksum,
    /// It is whole but not what this version writes.
    Content(String),
}

impl LineError {
    /// What is wrong with the line, for people.
    pub fn said(self) -> String {
        match self {
            LineError::Checksum => "its checksum does not fit: it was changed, or lines before it are missing".into(),
            LineError::Content(error) => format!("this version cannot read it: {error}"),
        }
    }
}

/// Writes a line, with its end; returns its checksum.
pub fn write(before: u32, content: &impl Serialize, into: &mut Vec<u8>) -> Result<u32, serde_json::Error> {
    let start = into.len();
    into.extend_from_slice(b"00000000 ");
    let written = serde_json::to_writer(&mut *into, content).and_then(|()| {
        let json = &into[start + 9..];
        // What cannot be read back must not be written: it would take everything after it along.
        if depth(json) > DEEPEST {
            return Err(serde_json::Error::io(std::io::Error::other(format!("a record is nested deeper than {DEEPEST} levels"))));
        }
        Ok(checksum(before, json))
    });
    match &written {
        Ok(sum) => {
            into[start..start + 8].copy_from_slice(format!("{sum:08x}").as_bytes());
            into.push(b'\n');
        }
        Err(_) => into.truncate(start),
    }
    written
}

/// Reads a line without its end; returns its checksum and content.
pub fn read<T: DeserializeOwned>(before: u32, line: &[u8]) -> Result<(u32, T), LineError> {
    let (sum, json) = line.split_at_checked(9).ok_or(LineError::Checksum)?;
    let sum = std::str::from_utf8(&sum[..8]).ok().and_then(|hex| u32::from_str_radix(hex, 16).ok()).ok_or(LineError::Checksum)?;
    if checksum(before, json) != sum {
        return Err(LineError::Checksum);
    }
    let content = serde_json::from_slice(json).map_err(|error| LineError::Content(error.to_string()))?;
    Ok((sum, content))
}

/// How deep a record may be nested: as deep as the reader of JSON goes.
const DEEPEST: usize = 127;

/// How deep lists and objects are nested in JSON.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The checksum of a line after that of the line before it; 0 is before the first.
pub(super) fn checksum(before: u32, json: &[u8]) -> u32 {
    let mut hash = crc32fast::Hasher::new();
    hash.update(&before.to_le_bytes());
    hash.update(json);
    hash.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    #[test]
    fn what_is_written_can_be_read_and_what_could_not_be_read_is_not_written() {
        let nested = |levels: usize| (0..levels).fold(json!("\\\"[{"), |inner, _| json!([inner]));
        let mut written = 0;
        for levels in 100..140 {
            let mut line = Vec::new();
            let Ok(sum) = write(7, &nested(levels), &mut line) else {
                assert!(line.is_empty());
                continue;
            };
            written += 1;
            assert_eq!(read::<Json>(7, &line[..line.len() - 1]), Ok((sum, nested(levels))), "{levels} levels");
        }
        assert_eq!(written, 28);
    }
}
