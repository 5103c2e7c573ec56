//! The few requests that the commands themselves send to a server.

use std::time::Duration;

use ureq::Agent;

use crate::LocalError;
use crate::record::Record;

/// How long a server may take to say who it is. It is one process, and importing a service for
/// its first call holds it up for a second or two.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who listens on the port; none if nobody does, or somebody else.
pub(crate) fn who(port: u16) -> Option<Record> {
    let url = format!("http://127.0.0.1:{port}/moto-api/infra-local");
    let text = agent().get(&url).call().ok()?.body_mut().read_to_string().ok()?;
    Record::parse(&text)
}

/// Empties the cloud on the port. Its memory has another name afterwards.
pub(crate) fn reset(port: u16) -> Result<(), LocalError> {
    let url = format!("http://127.0.0.1:{port}/moto-api/reset");
    match agent().post(&url).send_empty() {
        Ok(_) => Ok(()),
        Err(error) => Err(LocalError::Answer { url, reason: error.to_string() }),
    }
}

/// A client for one request that goes to no proxy: a proxy's 127.0.0.1 is another one.
fn agent() -> Agent {
    Agent::config_builder().proxy(None).timeout_global(Some(PATIENCE)).max_idle_connections(0).build().into()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    /// A server that gives one answer; its port.
    fn answering(body: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            let length = body.len();
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").unwrap();
        });
        port
    }

    #[test]
    fn a_server_says_who_it_is() {
        let port = answering(r#"{"pid": 7, "port": 4000, "started_unix": 1, "memory": "ab"}"#);
        assert_eq!(who(port).unwrap().memory, "ab");
    }

    #[test]
    fn another_server_on_the_port_is_nobody() {
        assert_eq!(who(answering("<html>It works!</html>")), None);
    }

    #[test]
    fn a_free_port_is_nobody() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert_eq!(who(port), None);
        assert!(matches!(reset(port), Err(LocalError::Answer { .. })));
    }
}
