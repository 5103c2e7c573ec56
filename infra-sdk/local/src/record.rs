//! The record that a server writes of itself into its run folder.

use serde::Deserialize;

/// Where a server listens and who it is. The server says the same of itself over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Record {
    /// The server's process.
    pub(crate) pid: u32,
    /// Its port on 127.0.0.1.
    pub(crate) port: u16,
    /// When it started, in seconds since 1970.
    pub(crate) started_unix: u64,
    /// The name of its memory, see [`Endpoint::memory`](crate::Endpoint::memory).
    pub(crate) memory: String,
}

impl Record {
    /// Reads a record; none if the text is not one, say after a full disk.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_the_server_writes_it() {
        let record = Record::parse(r#"{"pid": 7, "port": 4000, "started_unix": 1700000000, "memory": "ab"}"#);
        assert_eq!(record, Some(Record { pid: 7, port: 4000, started_unix: 1_700_000_000, memory: "ab".into() }));
    }

    #[test]
    fn a_broken_record_is_none() {
        for text in ["", "{", r#"{"pid": 7}"#, r#"{"pid": -1, "port": 99999}"#] {
            assert_eq!(Record::parse(text), None, "{text}");
        }
    }
}
