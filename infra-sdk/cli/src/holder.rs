//! Who this run is, for those who wait for it.

use std::time::{SystemTime, UNIX_EPOCH};

use infra_apply::Holder;

/// This process, doing what it was called for.
pub(crate) fn holder() -> Holder {
    let variable = |names: &[&str]| names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let arguments: Vec<String> = std::env::args().skip(1).take_while(|word| word != "--config").collect();
    Holder {
        owner: variable(&["USER", "LOGNAME"]).unwrap_or_else(|| "somebody".into()),
        host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
        pid: std::process::id(),
        run: uuid::Uuid::new_v4().to_string(),
        command: format!("infra {}", arguments.join(" ")).trim_end().to_owned(),
        since: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_is_another_one_on_this_machine() {
        let (one, two) = (holder(), holder());
        assert!(one.run != two.run && one.pid == std::process::id() && !one.host.is_empty());
    }
}
