//! Figures side by side: a table for people, lines of JSON for machines.

use std::time::Duration;

use serde_json::{Map, Value as Json};

/// A table whose rows all have the same columns.
#[derive(Debug, Default)]
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<(String, Json)>>,
}

impl Table {
    /// An empty table with these columns.
    pub fn new(columns: &[&'static str]) -> Table {
        Table { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row: what is shown, and what it is as data.
    pub fn row(&mut self, cells: Vec<(String, Json)>) {
        self.rows.push(cells);
    }

    /// The table in the form that Markdown shows as one.
    pub fn text(&self) -> String {
        let width = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|(text, _)| text.chars().count());
            cells.chain([self.columns[at].chars().count()]).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |cells: &[&str]| {
            let cells = cells.iter().zip(&widths).map(|(cell, width)| format!(" {cell:>width$} "));
            format!("|{}|\n", cells.collect::<Vec<_>>().join("|"))
        };
        let rule = widths.iter().map(|width| format!("{}:", "-".repeat(width + 1))).collect::<Vec<_>>().join("|");
        let rows = self.rows.iter().map(|row| line(&row.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>()));
        format!("{}|{rule}|\n{}", line(&self.columns), rows.collect::<String>())
    }

    /// A line of JSON a row, by the columns' names.
    pub fn json(&self) -> String {
        let object = |row: &Vec<(String, Json)>| {
            let cells = self.columns.iter().zip(row).map(|(column, (_, json))| ((*column).to_owned(), json.clone()));
            Json::Object(cells.collect::<Map<_, _>>()).to_string()
        };
        self.rows.iter().map(|row| object(row) + "\n").collect()
    }
}

/// A word.
pub fn word(text: impl Into<String>) -> (String, Json) {
    let text = text.into();
    (text.clone(), Json::String(text))
}

/// A count.
pub fn count(number: u64) -> (String, Json) {
    (number.to_string(), number.into())
}

/// A share or a ratio, to so many places.
pub fn ratio(number: f64, places: usize) -> (String, Json) {
    (format!("{number:.places$}"), serde_json::json!(number))
}

/// A time, in seconds as data.
pub fn time(time: Duration) -> (String, Json) {
    let seconds = time.as_secs_f64();
    let text = match seconds {
        ..1e-3 => format!("{:.1} µs", seconds * 1e6),
        1e-3..1.0 => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    };
    (text, serde_json::json!(seconds))
}

/// An amount of memory or disk, in bytes as data.
#[allow(clippy::cast_precision_loss, reason = "three digits of it are shown")]
pub fn bytes(bytes: u64) -> (String, Json) {
    let text = match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    };
    (text, bytes.into())
}
