//! Raw requests to a local cloud, as no SDK would hide what goes over the wire, and a project
//! whose cloud ends with the test.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use infra_local::{Endpoint, LocalCloud, Status};
use tempfile::TempDir;

/// A project with a local cloud, which is stopped with it.
pub struct Project {
    folder: TempDir,
}

impl Project {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn run_folder(&self) -> PathBuf {
        self.folder.path().join(".infra/local")
    }

    pub fn cloud(&self) -> LocalCloud {
        LocalCloud::in_folder(self.run_folder())
    }

    /// Starts the cloud and gives where it is.
    pub fn start(&self) -> Endpoint {
        self.cloud().start(&mut |_| {}).unwrap()
    }

    /// The process of the running cloud.
    pub fn pid(&self) -> u32 {
        match self.cloud().status().unwrap() {
            Status::Running { pid, .. } => pid,
            other => panic!("not running but {other:?}"),
        }
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = self.cloud().stop();
    }
}

/// What a request got: the status code, the headers by lower-case name, and the body.
pub struct Got {
    pub status: u16,
    headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Got {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Sends a request signed, as far as anyone looks, for a service.
pub fn send(endpoint: &Endpoint, service: &str, (method, path): (&str, &str), headers: &[(&str, &str)], body: &[u8]) -> Got {
    let scope = format!("{}/20200101/us-east-1/{service}", Endpoint::ACCESS_KEY_ID);
    let signature = format!("AWS4-HMAC-SHA256 Credential={scope}/aws4_request, SignedHeaders=host, Signature=none");
    let mut request =
        ureq::http::Request::builder().method(method).uri(format!("{}{path}", endpoint.url)).header("Authorization", signature);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    let mut answer = agent.run(request.body(body).unwrap()).unwrap();
    Got { status: answer.status().as_u16(), headers: answer.headers().clone(), body: answer.body_mut().read_to_vec().unwrap() }
}

/// Sends a request of the query protocol, as EC2's and Auto Scaling's are.
pub fn query(endpoint: &Endpoint, service: &str, form: &str) -> Got {
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    send(endpoint, service, ("POST", "/"), &kind, form.as_bytes())
}

/// Sends an EC2 request that has to succeed.
pub fn ec2(endpoint: &Endpoint, form: &str) -> String {
    let got = query(endpoint, "ec2", &format!("Version=2016-11-15&{form}"));
    assert_eq!(got.status, 200, "{form}: {}", got.text());
    got.text()
}

/// Sends an Auto Scaling request.
pub fn autoscaling(endpoint: &Endpoint, form: &str) -> Got {
    query(endpoint, "autoscaling", &format!("Version=2011-01-01&{form}"))
}

/// The texts of all elements of that name.
pub fn all(xml: &str, element: &str) -> Vec<String> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    xml.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap().to_owned()).collect()
}

/// The text of the only element of that name.
pub fn only(xml: &str, element: &str) -> String {
    let found = all(xml, element);
    assert_eq!(found.len(), 1, "{element} in {xml}");
    found[0].clone()
}

/// How many VPCs there are besides the default one.
pub fn own_vpcs(endpoint: &Endpoint) -> usize {
    let described = ec2(endpoint, "Action=DescribeVpcs&Filter.1.Name=is-default&Filter.1.Value.1=false");
    all(&described, "vpcId").len()
}

/// Makes a VPC and gives its id.
pub fn create_vpc(endpoint: &Endpoint) -> String {
    let created = ec2(endpoint, "Action=CreateVpc&CidrBlock=10.0.0.0%2F16");
    only(&created, "vpcId")
}

/// Waits until something is so.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1500 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("never: {what}");
}

/// Ends a process without asking it.
pub fn kill_hard(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

/// Holds the lock that a living server holds.
pub fn hold_server_lock(run_folder: &Path) -> std::fs::File {
    std::fs::create_dir_all(run_folder).unwrap();
    let lock = std::fs::File::create(run_folder.join("server.lock")).unwrap();
    lock.try_lock().unwrap();
    lock
}

/// Writes a record as a server does.
pub fn write_record(run_folder: &Path, pid: u32, port: u16) {
    std::fs::create_dir_all(run_folder).unwrap();
    let record = format!(r#"{{"pid": {pid}, "port": {port}, "started_unix": 1, "memory": "m"}}"#);
    std::fs::write(run_folder.join("server.json"), record).unwrap();
}
