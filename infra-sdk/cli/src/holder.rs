//! Who this run is, for those who wait for it.

use std::time::{SystemTime, UNIX_EPOCH};

use infra_apply::Holder;

/// This process, doing what it was called for.
pub(crate) fn holder() -> Holder {
    let variable = |names: &[&str]| names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Holder {
        owner: variable(&["USER", "LOGNAME"]).unwrap_or_else(|| "somebody".into()),
        host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
        pid: std::process::id(),
        run: uuid::Uuid::new_v4().to_string(),
        command: command(std::env::args().skip(1)),
        since: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
    }
}

/// What this process was called for, without the configuration that it was given: that may be secret.
fn command(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.take_while(|word| word != "--config" && !word.starts_with("--config=")).collect();
    format!("infra {}", words.join(" ")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_is_not_told_the_configuration() {
        for line in ["deploy web --yes --config password=hunter2", "deploy web --yes --config=password=hunter2 --json"] {
            assert_eq!(command(line.split(' ').map(str::to_owned)), "infra deploy web --yes");
        }
    }

    #[test]
    fn every_run_is_another_one_on_this_machine() {
        let (one, two) = (holder(), holder());
        assert!(one.run != two.run && one.pid == std::process::id() && !one.host.is_empty());
    }
}
