//! The first start on a machine, which installs. It needs PyPI or a mirror of it.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::fs;

use infra_local::{Event, Status};
use support::{Project, create_vpc};

#[test]
fn an_install_that_was_killed_is_repaired_by_the_next_start() {
    let cache = tempfile::tempdir().unwrap();
    let project = Project::new();
    let cloud = project.cloud().cached_in(cache.path());
    assert_eq!(cloud.status().unwrap(), Status::NotInstalled);
    let mut events = Vec::new();
    cloud.start(&mut |event| events.push(event)).unwrap();
    assert_eq!(events[0], Event::FindingPython);
    let Event::Installing { into, .. } = &events[1] else {
        panic!("{events:?}");
    };
    let fetched: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::Fetching { package, .. } => Some(package.as_str()),
            _ => None,
        })
        .collect();
    assert!(fetched.contains(&"moto") && fetched.contains(&"cbor2"), "{fetched:?}");
    cloud.stop().unwrap();
    assert_eq!(cloud.status().unwrap(), Status::Stopped);

    // What a killed install leaves: a part of the packages, and no stamp.
    fs::remove_file(into.join("complete")).unwrap();
    fs::remove_dir_all(into.join("lib")).unwrap();
    assert_eq!(cloud.status().unwrap(), Status::NotInstalled);
    let mut events = Vec::new();
    create_vpc(&cloud.start(&mut |event| events.push(event)).unwrap());
    assert!(matches!(events[1], Event::Installing { .. }), "{events:?}");

    // Another clone of the project finds it installed.
    let other = Project::new();
    let mut events = Vec::new();
    let clone = other.cloud().cached_in(cache.path());
    clone.start(&mut |event| events.push(event)).unwrap();
    assert_eq!(events[0], Event::Starting, "{events:?}");
    clone.stop().unwrap();
    cloud.stop().unwrap();
}
