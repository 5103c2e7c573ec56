//! A load as it was measured, from a CSV file.

use std::path::Path;

use super::Load;
use crate::Error;
use crate::fit::table::Table;

impl Load {
    /// A load from a CSV file with a column of times and one of requests a minute, straight between the rows. Times are seconds,
    /// epoch seconds or RFC 3339; the load begins at the first.
    ///
    /// # Errors
    /// Where the file cannot be read, lacks a column, or has fewer than two rows.
    pub fn replay(path: impl AsRef<Path>) -> Result<Load, Error> {
        Load::replayed(&Table::read(path.as_ref())?)
    }

    /// The same from the file's text.
    ///
    /// # Errors
    /// As [`Load::replay`].
    pub fn replay_text(text: &str) -> Result<Load, Error> {
        Load::replayed(&Table::parse("the text", text.as_bytes())?)
    }

    fn replayed(table: &Table) -> Result<Load, Error> {
        let (times, values) = (table.times()?, table.column(&["rpm", "requests", "requests_per_minute"])?);
        let mut rows = times.iter().zip(&values).filter(|(_, value)| value.is_finite());
        let Some((start, first)) = rows.next() else { return Err(table.problem("it has no rows")) };
        let (mut load, mut at) = (Load::from(*first), *start);
        for (time, value) in rows {
            if *time <= at {
                return Err(table.problem(&format!("the times do not increase at {time}")));
            }
            load = load.then(*value, time - at);
            at = *time;
        }
        load.check().map_err(|_| table.problem("it has fewer than two rows, or a negative load"))?;
        Ok(load)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_goes_through_its_rows() {
        let load =
            Load::replay_text("timestamp,rpm\n2026-11-20T10:00:00Z,100\n2026-11-20T10:01:00Z,200\n2026-11-20T10:03:00Z,200\n").unwrap();
        assert_eq!((load.length(), load.at(30), load.at(170)), (180, 150.0, 200.0));
        assert_eq!(load, Load::replay_text("time,requests\n0,100\n60,200\n180,200\n").unwrap());
    }

    #[test]
    fn what_cannot_be_replayed_says_why() {
        let problem = |text: &str| Load::replay_text(text).unwrap_err().to_string();
        assert!(problem("time,rpm\n0,1\n0,2\n").contains("do not increase"));
        assert!(problem("time,cpu\n0,1\n").contains("`rpm`"));
        assert!(problem("time,rpm\n0,1\n").contains("fewer than two"));
        assert!(problem("time,rpm\nnever,1\n1,1\n").contains("never"));
    }
}
