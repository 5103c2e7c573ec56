//! What a simulation says, to look at: charts as SVG, one HTML file that needs nothing else, and rows as CSV.

mod chart;
mod front;
mod html;
mod palette;
mod table;

use crate::engine::Row;
use crate::search::Tuning;
use crate::{Error, Limits, Outcome, Scenario, Summary, Timeline};

/// The least and greatest of a minute over all scenarios.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Band {
    pub(crate) cpu: (f64, f64),
    pub(crate) hosts: (f64, f64),
    pub(crate) latency: (f64, f64),
    pub(crate) cost: (f64, f64),
}

/// A report of an outcome: one scenario minute by minute, the worst unless another is asked for, before the bands of all.
#[derive(Clone, Debug)]
pub struct Report {
    title: String,
    limits: Limits,
    verdict: Option<Result<String, String>>,
    runs: Vec<(Scenario, Summary)>,
    scenario: Scenario,
    timeline: Timeline,
    bands: Vec<Band>,
    tuning: Option<(Tuning, String)>,
}

impl Report {
    /// Of an outcome, showing the scenario with the greatest processor load.
    ///
    /// # Errors
    /// None that the outcome's own run did not have.
    pub fn of(title: impl Into<String>, outcome: &Outcome) -> Result<Report, Error> {
        let scenario = outcome.worst(|summary| summary.peak_cpu).0;
        Report::showing(title, outcome, &scenario)
    }

    /// The same, showing a scenario.
    ///
    /// # Errors
    /// As [`Report::of`].
    pub fn showing(title: impl Into<String>, outcome: &Outcome, scenario: &Scenario) -> Result<Report, Error> {
        let prepared = outcome.simulation.prepare()?;
        let (_, timeline) = prepared.timeline(scenario);
        let mut bands: Vec<Band> = Vec::new();
        for (scenario, _) in &outcome.runs {
            for (index, row) in prepared.timeline(scenario).1.rows.iter().enumerate() {
                match bands.get_mut(index) {
                    Some(band) => band.widen(row),
                    None => bands.push(Band::of(row)),
                }
            }
        }
        Ok(Report {
            title: title.into(),
            limits: outcome.simulation.limits,
            verdict: None,
            runs: outcome.runs.clone(),
            scenario: *scenario,
            timeline,
            bands,
            tuning: None,
        })
    }

    /// With what was asserted, and whether it holds.
    #[must_use]
    pub fn judged(mut self, holds: bool, words: impl Into<String>) -> Report {
        self.verdict = Some(if holds { Ok(words.into()) } else { Err(words.into()) });
        self
    }

    /// With the search that led to it, and the Rust to paste.
    #[must_use]
    pub fn tuned(mut self, tuning: Tuning, rust: impl Into<String>) -> Report {
        self.tuning = Some((tuning, rust.into()));
        self
    }

    /// The charts alone, as an SVG that follows the page's or viewer's preference for light or dark.
    ///
    /// # Errors
    /// Where the drawing fails, which it does for nothing that can be simulated.
    pub fn svg(&self) -> Result<String, Error> {
        let style = format!("<style>@media (prefers-color-scheme:dark){{{}}}</style>", palette::dark());
        let svg = chart::svg(self)?;
        // Into the element, after its opening tag.
        let Some(end) = svg.find('>') else { return Ok(svg) };
        Ok(format!("{}{style}{}", &svg[..=end], &svg[end + 1..]))
    }

    /// One HTML file: charts on one time axis, numbers under the pointer, events and scenarios as tables.
    ///
    /// # Errors
    /// As [`Report::svg`].
    pub fn html(&self) -> Result<String, Error> {
        html::page(self)
    }

    /// The scenario that is shown, a row a minute, with the bands of all.
    ///
    /// # Errors
    /// None: it is written to memory.
    pub fn csv(&self) -> Result<String, Error> {
        table::csv(self)
    }
}

impl Band {
    fn of(row: &Row) -> Band {
        let hosts = f64::from(row.serving);
        Band { cpu: (row.cpu, row.peak_cpu), hosts: (hosts, hosts), latency: (row.latency, row.latency), cost: (row.cost, row.cost) }
    }

    fn widen(&mut self, row: &Row) {
        let with = |(low, high): (f64, f64), least: f64, most: f64| (low.min(least), high.max(most));
        let hosts = f64::from(row.serving);
        self.cpu = with(self.cpu, row.cpu, row.peak_cpu);
        self.hosts = with(self.hosts, hosts, hosts);
        self.latency = with(self.latency, row.latency, row.latency);
        self.cost = with(self.cost, row.cost, row.cost);
    }
}
