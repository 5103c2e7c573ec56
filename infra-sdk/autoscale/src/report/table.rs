//! A run as CSV.

use super::Report;
use crate::Error;

pub(super) fn csv(report: &Report) -> Result<String, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::File { path: "the table".into(), problem: error.to_string() };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = [
        "seconds",
        "rpm",
        "hosts",
        "serving",
        "desired",
        "cpu",
        "peak_cpu",
        "latency",
        "waiting",
        "lost",
        "cost",
        "cpu_least",
        "cpu_most",
        "serving_least",
        "serving_most",
    ];
    writer.write_record(header).map_err(|error| failed(&error))?;
    for (row, band) in report.timeline.rows.iter().zip(&report.bands) {
        let cells = [
            row.at as f64,
            row.rpm,
            f64::from(row.hosts),
            f64::from(row.serving),
            f64::from(row.desired),
            row.cpu,
            row.peak_cpu,
            row.latency,
            row.waiting,
            row.lost,
            row.cost,
            band.cpu.0,
            band.cpu.1,
            band.hosts.0,
            band.hosts.1,
        ];
        writer.write_record(cells.map(|cell| format!("{cell}"))).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
