//! The function's own tests, in Python, on a real server: MariaDB, if it is installed.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]
#![allow(clippy::disallowed_methods, reason = "a server of another kind is waited for, and there is nothing to ask it with")]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const USER: &str = "batchadministrator";
const PASSWORD: &str = "batch0Correct1Horse2";
const DATABASE: &str = "batchdb";

/// A server of its own, with an empty database and one user.
struct MariaDb {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl MariaDb {
    fn start(server: &Path) -> MariaDb {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        // As root the server must be told that this is meant.
        let user = if is_root() { vec!["--user=root"] } else { vec![] };
        let install = Command::new("mariadb-install-db")
            .args(["--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal"])
            .args(&user)
            .arg(format!("--datadir={}", data.display()))
            .output()
            .unwrap();
        succeeded("mariadb-install-db", &install);
        let start = folder.path().join("start.sql");
        let words = format!(
            "CREATE DATABASE {DATABASE};\nCREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON {DATABASE}.* TO '{USER}'@'%';\n"
        );
        fs::write(&start, words).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let process = Command::new(server)
            .args(["--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve"])
            .args(&user)
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--socket={}", folder.path().join("socket").display()))
            .arg(format!("--pid-file={}", folder.path().join("pid").display()))
            .arg(format!("--init-file={}", start.display()))
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = MariaDb { process, port, _folder: folder };
        server.wait();
        server
    }

    /// Waits until it takes connections; its first statements have been run by then.
    fn wait(&mut self) {
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || fs::read_to_string(self._folder.path().join("log")).unwrap();
            assert!(self.process.try_wait().unwrap().is_none(), "the server has ended:\n{}", log());
            assert!(began.elapsed() < Duration::from_secs(60), "the server does not start:\n{}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether this is root, by whom the files of this process are.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

fn succeeded(what: &str, output: &Output) {
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{what}:\n{}\n{}", said(&output.stdout), said(&output.stderr));
}

fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder| folder.join(program)).find(|file| file.exists())
}

/// A Python that has what the function needs: just that which is shipped with it.
fn python(folder: &Path) -> PathBuf {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("lambda/requirements.txt");
    let packages = folder.join("packages");
    succeeded("venv", &Command::new("python3").args(["-m", "venv"]).arg(&packages).output().unwrap());
    let python = packages.join("bin/python");
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]).arg(requirements);
    succeeded("pip", &pip.output().unwrap());
    python
}

#[test]
fn the_function_sets_up_a_real_database_once() {
    let Some(server) = found("mariadbd") else {
        eprintln!("skipped: there is no mariadbd (Debian's mariadb-server)");
        return;
    };
    let folder = TempDir::new().unwrap();
    let python = python(folder.path());
    let server = MariaDb::start(&server);
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/handler/test_batch_lambda.py");
    let run = Command::new(python)
        .args(["-B", "-W", "error::SyntaxWarning"])
        .arg(tests)
        .env("HYDRA_TEST_PORT", server.port.to_string())
        .env("HYDRA_TEST_USER", USER)
        .env("HYDRA_TEST_PASSWORD", PASSWORD)
        .env("HYDRA_TEST_DATABASE", DATABASE)
        .output()
        .unwrap();
    succeeded("the function's tests", &run);
}
