//! A CSV file with a header, of which each column is asked for by any of its usual names.

use std::path::Path;

use crate::Error;

/// Rows of text under names.
pub(crate) struct Table {
    name: String,
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    pub(crate) fn read(path: &Path) -> Result<Table, Error> {
        let name = path.display().to_string();
        let text = std::fs::read(path).map_err(|error| Error::File { path: name.clone(), problem: error.to_string() })?;
        Table::parse(&name, &text)
    }

    pub(crate) fn parse(name: &str, text: &[u8]) -> Result<Table, Error> {
        let failed = |error: csv::Error| Error::File { path: name.to_owned(), problem: error.to_string() };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text);
        let header = reader.headers().map_err(failed)?.iter().map(|name| name.to_ascii_lowercase()).collect();
        let rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(failed)?;
        Ok(Table { name: name.to_owned(), header, rows })
    }

    pub(crate) fn problem(&self, problem: &str) -> Error {
        Error::File { path: self.name.clone(), problem: problem.to_owned() }
    }

    fn index(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.header.iter().position(|header| header == name))
    }

    /// A column of numbers; an empty cell is no number.
    pub(crate) fn column(&self, names: &[&str]) -> Result<Vec<f64>, Error> {
        let missing = || self.problem(&format!("it has no column `{}`; it has {}", names[0], self.header.join(", ")));
        self.optional(names)?.ok_or_else(missing)
    }

    /// The same, where there need be none.
    pub(crate) fn optional(&self, names: &[&str]) -> Result<Option<Vec<f64>>, Error> {
        let Some(index) = self.index(names) else { return Ok(None) };
        let cell = |(row, record): (usize, &csv::StringRecord)| match record.get(index).unwrap_or_default() {
            "" => Ok(f64::NAN),
            text => text.parse().map_err(|_| self.problem(&format!("row {}: `{text}` is no number", row + 1))),
        };
        self.rows.iter().enumerate().map(cell).collect::<Result<_, _>>().map(Some)
    }

    /// The column of times, as whole seconds.
    pub(crate) fn times(&self) -> Result<Vec<i64>, Error> {
        let names = ["timestamp", "time", "seconds", "date"];
        let index = self.index(&names).ok_or_else(|| self.problem("it has no column `timestamp` or `time`"))?;
        let cell = |(row, record): (usize, &csv::StringRecord)| {
            let text = record.get(index).unwrap_or_default();
            time(text)
                .ok_or_else(|| self.problem(&format!("row {}: `{text}` is no time, in seconds or as in 2030-01-31T09:00:00Z", row + 1)))
        };
        self.rows.iter().enumerate().map(cell).collect()
    }
}

/// Seconds, of a number or of a time in RFC 3339; without an offset it is UTC.
fn time(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return seconds.is_finite().then(|| seconds.round() as i64);
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_second());
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    Some(jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0).duration_until(civil).as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_however_they_are_written() {
        assert_eq!(time("90"), Some(90));
        assert_eq!(time("1970-01-01T00:01:30Z"), Some(90));
        assert_eq!(time("1970-01-01T01:01:30+01:00"), Some(90));
        assert_eq!(time("1970-01-01 00:01:30"), Some(90));
        assert_eq!(time("soon"), None);
    }

    #[test]
    fn a_missing_column_is_named_with_those_there_are() {
        let table = Table::parse("x.csv", b"time, CPU\n0, 5\n60,\n").unwrap();
        assert_eq!(table.column(&["cpu"]).unwrap()[0], 5.0);
        assert!(table.column(&["cpu"]).unwrap()[1].is_nan());
        assert_eq!(table.column(&["rpm"]).unwrap_err().to_string(), "read x.csv: it has no column `rpm`; it has time, cpu");
    }
}
