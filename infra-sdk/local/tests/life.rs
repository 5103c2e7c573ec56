//! The life of a local cloud: started, found, reset, stopped, crashed.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::io::BufRead;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, thread};

use infra_local::{Event, LocalCloud, LocalError, Status};
use support::{Project, create_vpc, eventually, hold_server_lock, kill_hard, own_vpcs, write_record};

#[test]
fn a_started_cloud_answers_on_loopback_and_says_so() {
    let project = Project::new();
    let mut events = Vec::new();
    let endpoint = project.cloud().start(&mut |event| events.push(event)).unwrap();
    let Status::Running { endpoint: found, pid, port, started_unix } = project.cloud().status().unwrap() else {
        panic!("not running");
    };
    assert_eq!(found, endpoint);
    assert_eq!(endpoint.url, format!("http://127.0.0.1:{port}"));
    assert_eq!(endpoint.memory.len(), 32);
    assert!(pid > 1 && started_unix > 1_700_000_000);
    assert!(events.contains(&Event::Starting));
    assert_eq!(events.last(), Some(&Event::Ready { endpoint: endpoint.clone(), reused: false }));
    create_vpc(&endpoint);
    assert_eq!(own_vpcs(&endpoint), 1);
}

#[test]
fn a_second_start_reuses_the_server() {
    let project = Project::new();
    let first = project.start();
    create_vpc(&first);
    let pid = project.pid();
    let mut events = Vec::new();
    let second = project.cloud().start(&mut |event| events.push(event)).unwrap();
    assert_eq!(second, first);
    assert_eq!(project.pid(), pid);
    assert_eq!(own_vpcs(&second), 1);
    assert_eq!(events, [Event::Ready { endpoint: second, reused: true }]);
}

#[test]
fn starts_at_once_yield_one_server() {
    let project = Project::new();
    let start = || {
        let mut starting = 0;
        let endpoint = project.cloud().start(&mut |event| starting += usize::from(event == Event::Starting)).unwrap();
        (endpoint, starting)
    };
    let started: Vec<_> = thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(started.iter().all(|(endpoint, _)| *endpoint == started[0].0));
    assert_eq!(started.iter().map(|(_, starting)| starting).sum::<usize>(), 1);
}

#[test]
fn two_projects_have_two_clouds() {
    let (one, other) = (Project::new(), Project::new());
    let (first, second) = (one.start(), other.start());
    create_vpc(&first);
    assert_eq!(own_vpcs(&second), 0);
    assert_ne!(first.memory, second.memory);
}

#[test]
fn a_stopped_cloud_is_stopped_and_a_new_start_has_a_new_memory() {
    let project = Project::new();
    let first = project.start();
    assert!(project.cloud().stop().unwrap());
    assert_eq!(project.cloud().status().unwrap(), Status::Stopped);
    assert!(!project.cloud().stop().unwrap());
    let second = project.start();
    assert_ne!(second.memory, first.memory);
}

#[test]
fn a_killed_server_is_noticed_as_crashed_until_the_next_start() {
    let project = Project::new();
    let first = project.start();
    kill_hard(project.pid());
    eventually("the server is found crashed", || matches!(project.cloud().status().unwrap(), Status::Crashed { .. }));
    assert!(matches!(project.cloud().reset(), Err(LocalError::NotRunning)));
    let mut events = Vec::new();
    let second = project.cloud().start(&mut |event| events.push(event)).unwrap();
    assert!(matches!(events[0], Event::Crashed { .. }), "{events:?}");
    assert_ne!(second.memory, first.memory);
    assert!(matches!(project.cloud().status().unwrap(), Status::Running { .. }));
}

#[test]
fn a_reset_empties_the_cloud_and_renames_its_memory() {
    let project = Project::new();
    let before = project.start();
    create_vpc(&before);
    let after = project.cloud().reset().unwrap();
    assert_eq!(after.url, before.url);
    assert_ne!(after.memory, before.memory);
    assert_eq!(own_vpcs(&after), 0);
    assert_eq!(project.start(), after);
}

#[test]
fn a_reset_behind_our_back_renames_the_memory_too() {
    let project = Project::new();
    let before = project.start();
    let got = support::send(&before, "ec2", ("POST", "/moto-api/reset"), &[], b"");
    assert_eq!(got.status, 200);
    assert_ne!(project.start().memory, before.memory);
}

#[test]
fn a_server_outlives_nothing_but_its_folder() {
    let project = Project::new();
    let endpoint = project.start();
    fs::remove_dir_all(project.run_folder()).unwrap();
    let port = endpoint.url.rsplit(':').next().unwrap().parse().unwrap();
    eventually("the server ends", || std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn a_record_left_behind_is_a_crash_and_its_process_is_left_alone() {
    let project = Project::new();
    let mut bystander = Command::new("sleep").arg("600").spawn().unwrap();
    write_record(&project.run_folder(), bystander.id(), 1);
    let status = project.cloud().status().unwrap();
    let stopped = project.cloud().stop().unwrap();
    let alive = bystander.try_wait().unwrap().is_none();
    bystander.kill().unwrap();
    bystander.wait().unwrap();
    assert_eq!(status, Status::Crashed { started_unix: 1 });
    assert!(!stopped && alive);
}

#[test]
fn a_process_that_is_not_the_server_is_never_ended() {
    let project = Project::new();
    let lock = hold_server_lock(&project.run_folder());
    let mut bystander = Command::new("sleep").arg("600").spawn().unwrap();
    write_record(&project.run_folder(), bystander.id(), 1);
    let stopped = project.cloud().stop();
    let alive = bystander.try_wait().unwrap().is_none();
    bystander.kill().unwrap();
    bystander.wait().unwrap();
    assert!(matches!(stopped, Err(LocalError::NotOurs { .. })), "{stopped:?}");
    assert!(alive);
    drop(lock);
}

#[test]
fn another_cloud_on_the_recorded_port_is_not_taken_for_ours() {
    let (other, project) = (Project::new(), Project::new());
    let endpoint = other.start();
    let port = endpoint.url.rsplit(':').next().unwrap().parse().unwrap();
    let lock = hold_server_lock(&project.run_folder());
    write_record(&project.run_folder(), 7, port);
    assert_eq!(project.cloud().status().unwrap(), Status::Unresponsive { pid: 7 });
    let started = project.cloud().start(&mut |_| {});
    assert!(matches!(started, Err(LocalError::Unresponsive { pid: 7 })), "{started:?}");
    drop(lock);
}

#[test]
fn a_log_tells_the_calls_and_the_one_before_is_kept() {
    let project = Project::new();
    assert_eq!(project.cloud().log_tail(5).unwrap(), "");
    create_vpc(&project.start());
    let tail = project.cloud().log_tail(1).unwrap();
    assert!(tail.contains("200 us-east-1 ec2 CreateVpc"), "{tail}");
    project.cloud().stop().unwrap();
    project.start();
    assert!(!project.cloud().log_tail(9).unwrap().contains("CreateVpc"));
    let older = project.cloud().log_path().with_added_extension("1");
    assert!(fs::read_to_string(older).unwrap().contains("CreateVpc"));
}

#[test]
fn a_temporary_cloud_ends_with_its_value() {
    let cloud = LocalCloud::temporary().unwrap();
    let endpoint = cloud.endpoint().clone();
    let folder = cloud.cloud().log_path().parent().unwrap().to_path_buf();
    create_vpc(&endpoint);
    drop(cloud);
    assert!(!folder.exists());
    let port = endpoint.url.rsplit(':').next().unwrap().parse().unwrap();
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn a_temporary_cloud_ends_with_a_killed_process() {
    // This test's own program, running the test below.
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "hold_a_temporary_cloud", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = std::io::BufReader::new(holder.stdout.take().unwrap());
    let said = output.lines().map(Result::unwrap).find(|line| line.starts_with("cloud=")).unwrap();
    let (port, log) = said.strip_prefix("cloud=").unwrap().split_once(' ').unwrap();
    let (port, folder) = (port.parse::<u16>().unwrap(), Path::new(log).parent().unwrap());
    std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    kill_hard(holder.id());
    holder.wait().unwrap();
    eventually("the server ends", || std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!folder.exists());
}

#[test]
#[ignore = "run by the test above, which kills it"]
#[expect(clippy::print_stdout, reason = "this is how the test above learns of it")]
fn hold_a_temporary_cloud() {
    let cloud = LocalCloud::temporary().unwrap();
    let port = cloud.endpoint().url.rsplit(':').next().unwrap();
    println!("\ncloud={port} {}", cloud.cloud().log_path().display());
    loop {
        thread::park();
    }
}
