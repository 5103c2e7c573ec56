//! Between the command and a local cloud: calls that take their time, or are answered by the test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What becomes of a call that has some words in it.
#[derive(Clone)]
pub enum Fate {
    /// It is answered so much later.
    Late(Duration),
    /// It is answered with this status and body, and the cloud does not hear of it.
    Instead(u16, String),
}

/// A proxy in front of one cloud.
pub struct Proxy {
    /// Where it listens.
    pub url: String,
    fates: Arc<Mutex<Vec<(String, Fate)>>>,
    met: Arc<AtomicUsize>,
}

impl Proxy {
    /// In front of the cloud at `http://address:port`.
    pub fn before(cloud: &str) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cloud = cloud.trim_start_matches("http://").to_owned();
        let (fates, met) = (Arc::new(Mutex::new(Vec::<(String, Fate)>::new())), Arc::new(AtomicUsize::new(0)));
        let (shared, counted) = (Arc::clone(&fates), Arc::clone(&met));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (cloud, fates, met) = (cloud.clone(), Arc::clone(&shared), Arc::clone(&counted));
                // A command that is gone does not read its answers.
                thread::spawn(move || serve(stream, &cloud, &fates, &met).ok());
            }
        });
        Proxy { url, fates, met }
    }

    /// From now on calls with these words in them have that fate, and no others.
    pub fn decide(&self, words: &str, fate: Fate) {
        *self.fates.lock().unwrap() = vec![(words.to_owned(), fate)];
        self.met.store(0, Ordering::SeqCst);
    }

    /// From now on every call goes through.
    pub fn let_through(&self) {
        self.fates.lock().unwrap().clear();
    }

    /// How many calls have met their fate since it was decided.
    pub fn met(&self) -> usize {
        self.met.load(Ordering::SeqCst)
    }
}

/// Answers the calls of one connection, one by one.
fn serve(stream: TcpStream, cloud: &str, fates: &Mutex<Vec<(String, Fate)>>, met: &AtomicUsize) -> std::io::Result<()> {
    let mut from = BufReader::new(stream.try_clone()?);
    let mut to = stream;
    while let Some(request) = message(&mut from, cloud)? {
        let text = String::from_utf8_lossy(&request).into_owned();
        let fate = fates.lock().unwrap().iter().find(|(words, _)| text.contains(words)).map(|(_, fate)| fate.clone());
        if fate.is_some() {
            met.fetch_add(1, Ordering::SeqCst);
        }
        if let Some(Fate::Instead(status, body)) = fate {
            write!(to, "HTTP/1.1 {status} No\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{body}", body.len())?;
            continue;
        }
        let mut there = TcpStream::connect(cloud)?;
        there.write_all(&request)?;
        let mut answer = Vec::new();
        there.read_to_end(&mut answer)?;
        if let Some(Fate::Late(after)) = fate {
            thread::sleep(after);
        }
        to.write_all(&answer)?;
        // The cloud has ended its connection, and says so in the answer.
        return Ok(());
    }
    Ok(())
}

/// A whole request, for a connection of its own.
fn message(from: &mut BufReader<TcpStream>, cloud: &str) -> std::io::Result<Option<Vec<u8>>> {
    let (mut request, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line == "\r\n" {
            break;
        }
        match lower {
            lower if lower.starts_with("connection:") => {}
            lower if lower.starts_with("host:") => request.extend_from_slice(format!("Host: {cloud}\r\n").as_bytes()),
            _ => request.extend_from_slice(line.as_bytes()),
        }
    }
    request.extend_from_slice(b"Connection: close\r\n\r\n");
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    request.extend_from_slice(&body);
    Ok(Some(request))
}
