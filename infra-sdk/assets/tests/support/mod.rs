//! A real registry on this machine, for one test.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Debian's registry server, on a port of its own; it ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) folder: tempfile::TempDir,
    /// The host as images name it.
    pub(crate) host: String,
}

/// How a registry is set up.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rules {
    /// Whether images can be deleted.
    pub(crate) deletes: bool,
    /// Whether it lets in only `me` with the password `pass word`.
    pub(crate) closed: bool,
}

impl Server {
    /// Starts one; nothing where this machine has none, which the test says.
    pub(crate) fn start(rules: Rules) -> Option<Server> {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display();
        // The server takes a port by number only: this one was free a moment ago.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        fs::write(folder.path().join("users"), "me:$2b$04$UagBmLmfSF86Ajyfb0RmX.LCi.q57r37BmnE2o4wJt8YVTxyfv.Sa\n").unwrap();
        let auth = if rules.closed { format!("auth: {{htpasswd: {{realm: here, path: {place}/users}}}}\n") } else { String::new() };
        let storage = format!("storage: {{filesystem: {{rootdirectory: {place}/data}}, delete: {{enabled: {}}}}}", rules.deletes);
        let config = format!("version: 0.1\nlog: {{level: error}}\n{storage}\nhttp: {{addr: '{address}'}}\n{auth}");
        let file = folder.path().join("config.yml");
        fs::write(&file, config).unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let spawned = Command::new("docker-registry").arg("serve").arg(&file).stdout(log).stderr(Stdio::null()).spawn();
        let child = match spawned {
            Ok(child) => child,
            Err(error) => {
                eprintln!(
                    "SKIPPED: there is no docker-registry on this machine ({error}); install it with `apt-get install docker-registry`"
                );
                return None;
            }
        };
        let server = Server { child, folder, host: address.to_string() };
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(started.elapsed() < Duration::from_secs(30), "the registry does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(server)
    }

    /// What was asked of it so far: `PUT /v2/web/manifests/v1`, without the answers.
    pub(crate) fn requests(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap();
        let lines = log.lines().filter_map(|line| line.split('"').nth(1));
        lines.filter_map(|line| Some(line.split(['?']).next()?.trim_end_matches(" HTTP/1.1").to_owned())).collect()
    }

    /// How many requests began with this.
    pub(crate) fn count(&self, begin: &str) -> usize {
        self.requests().iter().filter(|request| request.starts_with(begin)).count()
    }

    fn place(&self, digest: &str) -> PathBuf {
        let hex = digest.trim_start_matches("sha256:");
        let place: PathBuf = ["data/docker/registry/v2/blobs/sha256", &hex[..2], hex, "data"].iter().collect();
        self.folder.path().join(place)
    }

    /// Whether it keeps something under a digest.
    pub(crate) fn has(&self, digest: &str) -> bool {
        self.place(digest).exists()
    }

    /// The content that it keeps under a digest.
    pub(crate) fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        fs::read(self.place(digest)).ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A way to a server that breaks after so many bytes were sent to it, for good; gives the host that it is at.
pub(crate) fn breaking(server: &Server, after: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (host, to, left) = (listener.local_addr().unwrap().to_string(), server.host.clone(), Arc::new(AtomicUsize::new(after)));
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (mut client, left) = (client, left.clone());
            let Ok(mut server) = TcpStream::connect(&to) else { continue };
            let (mut back, mut answers) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut answers, &mut back));
            thread::spawn(move || {
                let mut buffer = [0; 1 << 14];
                while let Ok(read @ 1..) = client.read(&mut buffer) {
                    let enough = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(read)).is_ok();
                    if !enough || server.write_all(&buffer[..read]).is_err() {
                        left.store(0, Ordering::SeqCst);
                        break;
                    }
                }
                let _ = server.shutdown(Shutdown::Both);
                let _ = client.shutdown(Shutdown::Both);
            });
        }
    });
    host
}
