//! How long something took, in as many words as it deserves.

use std::time::Duration;

/// A duration as people read it: `0.4s`, `12s`, `3m 05s`, `1h 02m`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{}.{}s", seconds, duration.subsec_millis() / 100),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_two_figures_that_matter() {
        let shown = |millis| duration(Duration::from_millis(millis));
        assert_eq!([shown(420), shown(9_990), shown(12_700)], ["0.4s", "9.9s", "12s"]);
        assert_eq!([shown(185_000), shown(3_725_000)], ["3m 05s", "1h 02m"]);
    }
}
