//! What people write on a command line: a load, a host, a boot time, and what is unknown.

use std::path::Path;

use crate::capacity::Stored;
use crate::{Boot, Capacity, Error, Load, Unknowns};

/// A load as it was given: the path of a CSV file, or a shape such as `0,30000/10m,150000/8m,hold/30m`: where it begins, then each
/// value with the time to get there. `=5000` is a jump; times are in `s`, `m`, `h` or `d`.
///
/// # Errors
/// Where a part is no such thing, and as [`Load::replay`].
pub fn load(text: &str) -> Result<Load, Error> {
    if text.ends_with(".csv") || Path::new(text).is_file() {
        return Load::replay(text);
    }
    let wrong = |part: &str| {
        let help = "write a CSV file's path, or a shape as in `0,30000/10m,150000/8m,hold/30m`, in which `=5000` is a jump";
        Error::setting("the load", format!("`{part}` is no part of a load"), help)
    };
    let number =
        |part: &str, text: &str| text.parse::<f64>().ok().filter(|value| *value >= 0.0 && value.is_finite()).ok_or_else(|| wrong(part));
    let mut parts = text.split(',').map(str::trim);
    let first = parts.next().unwrap_or_default();
    let mut load = Load::from(number(first, first)?);
    for part in parts {
        if let Some(value) = part.strip_prefix('=') {
            load = load.step(number(part, value)?);
            continue;
        }
        let (value, time) = part.split_once('/').ok_or_else(|| wrong(part))?;
        let seconds = duration(time).ok_or_else(|| wrong(part))?;
        load = if value == "hold" { load.hold(seconds) } else { load.then(number(part, value)?, seconds) };
    }
    load.check()?;
    Ok(load)
}

/// Seconds of a time such as `90s`, `10m`, `6h` or `2d`; a bare number is seconds.
pub fn duration(text: &str) -> Option<i64> {
    let (number, unit) = match text.char_indices().next_back()? {
        (at, 's') => (&text[..at], 1.0),
        (at, 'm') => (&text[..at], 60.0),
        (at, 'h') => (&text[..at], 3600.0),
        (at, 'd') => (&text[..at], 86_400.0),
        _ => (text, 1.0),
    };
    let seconds = number.parse::<f64>().ok()? * unit;
    (seconds > 0.0 && seconds <= 366.0 * 86_400.0).then_some(seconds.round() as i64)
}

/// A host as it was given: measurements as CSV, a fitted host as JSON, or `1+30/40000`, which is 1 % without requests and 30 % more
/// for 40,000 requests a minute.
///
/// # Errors
/// Where it is none of these, and as [`Capacity::fit_csv`].
pub fn host(text: &str) -> Result<Capacity, Error> {
    let path = Path::new(text);
    if text.ends_with(".csv") {
        return Ok(Capacity::fit_csv(path)?.capacity);
    }
    if text.ends_with(".json") || path.is_file() {
        let problem = |problem: String| Error::File { path: text.to_owned(), problem };
        let json = std::fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
        let stored: Stored = serde_json::from_str(&json).map_err(|error| problem(error.to_string()))?;
        return stored.capacity();
    }
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let parts = text.split_once('+').and_then(|(idle, rest)| {
        let (percent, per) = rest.split_once('/')?;
        Some((number(idle)?, number(percent)?, number(per)?))
    });
    let (idle, percent, per) = parts.ok_or_else(|| {
        let help = "write the path of a CSV file of measurements or of a fitted host, or as in `1+30/40000`";
        Error::setting("the host", format!("`{text}` says nothing of one"), help)
    })?;
    Capacity::linear(idle, percent, per)
}

/// A boot time as it was given: `ec2`, `beanstalk`, `fargate`, or seconds to be in service and from there to serve, as in `60+120`.
///
/// # Errors
/// Where it is none of these.
pub fn boot(text: &str) -> Result<Boot, Error> {
    match text {
        "ec2" => return Ok(Boot::ec2()),
        "beanstalk" => return Ok(Boot::beanstalk()),
        "fargate" => return Ok(Boot::fargate()),
        _ => {}
    }
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|seconds| (0.0..=86_400.0).contains(seconds));
    let (first, second) = text.split_once('+').unwrap_or((text, "0"));
    match (number(first), number(second)) {
        (Some(first), Some(second)) => Ok(Boot::constant(first, second)),
        _ => {
            let help = "write ec2, beanstalk, fargate, or seconds as in `60+120`";
            Err(Error::setting("the boot time", format!("`{text}` is none"), help))
        }
    }
}

/// What is unknown, as it was given: `all`, `cloud` for all but the strength of the load, or `none`.
///
/// # Errors
/// Where it is none of these.
pub fn unknowns(text: &str) -> Result<Unknowns, Error> {
    match text {
        "all" => Ok(Unknowns::all()),
        "cloud" => Ok(Unknowns::of_the_cloud()),
        "none" => Ok(Unknowns::none()),
        _ => Err(Error::setting("what is unknown", format!("there is no `{text}`"), "write all, cloud or none")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Talk, minutes};

    #[test]
    fn the_talks_load_can_be_written() {
        assert_eq!(load("0,30000/10m,150000/8m,hold/30m").unwrap(), Talk::load());
        let jump = load("100, hold/90s, =300, hold/1h").unwrap();
        assert_eq!((jump.length(), jump.at(89), jump.at(90)), (90 + minutes(60), 100.0, 300.0));
    }

    #[test]
    fn what_is_no_load_names_the_part() {
        for (text, part) in [("", "``"), ("0,5", "`5`"), ("0,5/x", "`5/x`"), ("0,-5/1m", "`-5/1m`"), ("0,=x", "`=x`"), ("0,1/0s", "`1/0s`")]
        {
            let problem = load(text).unwrap_err().to_string();
            assert!(problem.contains(part), "{problem}");
        }
        assert!(load("5").unwrap_err().to_string().contains("lasts no time"));
        assert!(load("missing.csv").unwrap_err().to_string().contains("missing.csv"));
    }

    #[test]
    fn hosts_and_boot_times_can_be_written() {
        let one = host("1+30/40000").unwrap();
        assert!((one.line.at(40_000.0) - 31.0).abs() < 1e-9);
        assert!(host("fast").unwrap_err().to_string().contains("`fast`"));
        assert!(host("none.json").unwrap_err().to_string().starts_with("read none.json"));
        assert_eq!(boot("60+120").unwrap(), Boot::constant(60.0, 120.0));
        assert_eq!(boot("beanstalk").unwrap(), Boot::beanstalk());
        assert!(boot("soon").is_err() && boot("-5").is_err());
        assert!(unknowns("some").is_err());
    }
}
