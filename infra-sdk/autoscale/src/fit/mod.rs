//! From measurements of hosts under load to what a host can do: aligned, cleaned, fitted robustly below the knee, with an interval.

mod align;
mod knee;
mod latency;
mod robust;
pub(crate) mod table;

use std::path::Path;

use crate::capacity::{Capacity, Line};
use crate::{Error, rng};
use table::Table;

/// A minute of measurements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measurement {
    /// When, in seconds.
    pub at: i64,
    /// Requests of the minute, to all hosts.
    pub rpm: f64,
    /// Mean processor load, in percent.
    pub cpu: f64,
    /// Hosts that served.
    pub hosts: f64,
    /// The 95th percentile of answers in seconds, where it was measured.
    pub latency: Option<f64>,
}

/// How measurements are fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitOptions {
    /// Minutes after a change of hosts that are left out. Default: 3.
    pub warm_up: usize,
    /// Resamplings for the interval. Default: 200.
    pub resamples: usize,
    /// What the resampling begins from. Default: 1.
    pub seed: u64,
}

impl Default for FitOptions {
    fn default() -> FitOptions {
        FitOptions { warm_up: 3, resamples: 200, seed: 1 }
    }
}

/// What a host can do, and how well it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The host. Its interval is that of 90 % of resamplings.
    pub capacity: Capacity,
    /// Minutes by which processor load comes after requests in the measurements; it was taken back.
    pub lag: i64,
    /// Minutes left out since hosts changed or began.
    pub dropped: usize,
    /// Minutes that were fitted: those below the knee.
    pub fitted: usize,
    /// Requests a minute to a host from which on the line no longer holds.
    pub knee: Option<f64>,
    /// The share of variation below the knee that the line explains.
    pub r2: f64,
    /// The typical error below the knee, in percent of processor load.
    pub rmse: f64,
    /// The mean error of the strongest tenth of all minutes: above 0 where hosts are busier than the line says.
    pub top_residual: f64,
}

impl Fit {
    /// How many times the most that was measured a load of so many requests a minute to a host is.
    pub fn extrapolation(&self, rpm: f64) -> f64 {
        self.capacity.seen.map_or(f64::INFINITY, |seen| rpm / seen)
    }
}

impl Capacity {
    /// What a host can do, from a CSV file with a row a minute: `timestamp`, `rpm`, `cpu`, and where there are, `hosts` (one
    /// otherwise) and `p95` in seconds.
    ///
    /// # Errors
    /// Where the file cannot be read, or says too little; see [`fit`].
    pub fn fit_csv(path: impl AsRef<Path>) -> Result<Fit, Error> {
        fit(&measurements(&Table::read(path.as_ref())?)?, &FitOptions::default())
    }

    /// The same from the file's text.
    ///
    /// # Errors
    /// As [`Capacity::fit_csv`].
    pub fn fit_text(text: &str) -> Result<Fit, Error> {
        fit(&measurements(&Table::parse("the text", text.as_bytes())?)?, &FitOptions::default())
    }
}

fn measurements(table: &Table) -> Result<Vec<Measurement>, Error> {
    let times = table.times()?;
    let rpm = table.column(&["rpm", "requests", "requests_per_minute"])?;
    let cpu = table.column(&["cpu", "cpu_utilization", "cpuutilization", "cpu_percent"])?;
    let hosts = table.optional(&["hosts", "host_count", "instances"])?;
    let latency = table.optional(&["p95", "latency", "latency_p95", "response_time"])?;
    let one = |index: usize| Measurement {
        at: times[index],
        rpm: rpm[index],
        cpu: cpu[index],
        hosts: hosts.as_ref().map_or(1.0, |hosts| hosts[index]),
        latency: latency.as_ref().map(|latency| latency[index]).filter(|value| value.is_finite()),
    };
    Ok((0..times.len()).map(one).collect())
}

/// Fits a host to measurements.
///
/// # Errors
/// Where fewer than ten minutes are left, all of the same load, or load does not rise with requests.
pub fn fit(measurements: &[Measurement], options: &FitOptions) -> Result<Fit, Error> {
    let lag = align::lag(measurements, options.warm_up);
    let rows = align::aligned(measurements, lag);
    let kept = align::settled(&rows, options.warm_up);
    let dropped = rows.len() - kept.len();
    let points: Vec<(f64, f64)> = kept.iter().map(|row| (row.rpm / row.hosts, row.cpu)).collect();
    if points.len() < 10 {
        let help = "measure at least ten whole minutes on a steady number of hosts, at different loads";
        return Err(Error::fit(format!("{} minutes are left of {}", points.len(), measurements.len()), help));
    }
    let slow = knee::of_latency(&kept.iter().filter_map(|row| Some((row.rpm / row.hosts, row.latency?))).collect::<Vec<_>>());
    let knee = [knee::of_slope(&points), slow].into_iter().flatten().reduce(f64::min);
    let below: Vec<(f64, f64)> = points.iter().copied().filter(|(x, _)| knee.is_none_or(|knee| *x <= knee)).collect();
    let rises = |line: &Line| line.slope > 0.0 && line.slope.is_finite();
    let line = robust::line(&below)
        .filter(rises)
        .ok_or_else(|| Error::fit("the processor load does not rise with the requests", "measure at different loads, from idle to busy"))?;
    let top = points.iter().map(|point| point.0).fold(0.0, f64::max);
    let mut lines: Vec<Line> =
        (0..options.resamples).filter_map(|round| robust::line(&resampled(&below, options.seed, round as u64))).filter(rises).collect();
    lines.sort_by(|a, b| a.at(top).total_cmp(&b.at(top)));
    let quantile = |share: f64| lines.get(((lines.len() as f64 - 1.0) * share).round() as usize).copied();
    let mut capacity = Capacity::of(line);
    capacity.interval = quantile(0.05).zip(quantile(0.95));
    capacity.seen = Some(top);
    let timed: Vec<(f64, f64)> = kept.iter().filter_map(|row| Some((line.at(row.rpm / row.hosts), row.latency?))).collect();
    if let Some((curve, saturation)) = latency::fitted(&timed) {
        capacity.latency = Some(curve);
        capacity.saturation = saturation;
    }
    let (r2, rmse) = quality(&below, line);
    Ok(Fit { capacity, lag, dropped, fitted: below.len(), knee, r2, rmse, top_residual: top_residual(&points, line) })
}

/// As many points, drawn again; of many points some, since pairs of them are compared.
fn resampled(points: &[(f64, f64)], seed: u64, round: u64) -> Vec<(f64, f64)> {
    let count = points.len().min(150);
    (0..count as u64).map(|draw| points[rng::below(rng::bits(seed, round), draw, points.len())]).collect()
}

fn quality(points: &[(f64, f64)], line: Line) -> (f64, f64) {
    let count = points.len() as f64;
    let mean = points.iter().map(|point| point.1).sum::<f64>() / count;
    let errors: f64 = points.iter().map(|(x, y)| (y - line.at(*x)).powi(2)).sum();
    let total: f64 = points.iter().map(|(_, y)| (y - mean).powi(2)).sum();
    (if total > 0.0 { 1.0 - errors / total } else { 0.0 }, (errors / count).sqrt())
}

fn top_residual(points: &[(f64, f64)], line: Line) -> f64 {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let count = (sorted.len() / 10).max(1);
    sorted[..count].iter().map(|(x, y)| y - line.at(*x)).sum::<f64>() / count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A load test of one host, an hour up to 80,000 requests a minute: 1 % and 0.75 % for each thousand, busier above 50 %, with
    /// noise, minutes with a boot's spike and minutes whose load is that of the one before.
    fn load_test(seed: u64) -> Vec<Measurement> {
        let rpm = |minute: u64| 1333.0 * (minute + 1) as f64;
        let one = |minute: u64| {
            let draw = |which: u64| rng::unit(rng::bits(seed, which), minute);
            let misaligned = draw(1) < 0.03;
            let straight = 1.0 + 0.75 * rpm(if misaligned { minute.saturating_sub(1) } else { minute }) / 1000.0;
            let busy = straight + if straight > 50.0 { 0.1 * (straight - 50.0).powi(2) } else { 0.0 };
            let spike = if draw(2) < 0.05 { 20.0 * draw(3) } else { 0.0 };
            let cpu = (busy + spike + rng::normal(rng::bits(seed, 4), minute)).clamp(0.0, 100.0);
            Measurement { at: 60 * minute as i64, rpm: rpm(minute), cpu, hosts: 1.0, latency: None }
        };
        (0..60).map(one).collect()
    }

    fn rmse(at: f64, lines: &[Line]) -> f64 {
        (lines.iter().map(|line| (line.at(at) - 1.0 - 0.75 * at / 1000.0).powi(2)).sum::<f64>() / lines.len() as f64).sqrt()
    }

    #[test]
    fn four_hundred_load_tests_are_fitted_to_within_half_a_percent_where_least_squares_errs_by_two() {
        let options = FitOptions { resamples: 0, ..FitOptions::default() };
        let tests: Vec<_> = (0..400).map(load_test).collect();
        let robust: Vec<_> = tests.iter().map(|test| fit(test, &options).unwrap().capacity.line).collect();
        let least: Vec<_> = tests
            .iter()
            .map(|test| robust::least_squares(&test.iter().map(|row| (row.rpm, row.cpu)).collect::<Vec<_>>()).unwrap())
            .collect();
        let errors = [40_000.0, 50_000.0].map(|at| (rmse(at, &robust), rmse(at, &least)));
        for (robust, least) in errors {
            assert!(robust < 0.6 && least > 2.0 * robust, "{errors:?}");
        }
    }

    #[test]
    fn the_interval_holds_the_truth_and_the_knee_is_found() {
        let fits: Vec<_> = (0..40).map(|seed| fit(&load_test(seed), &FitOptions::default()).unwrap()).collect();
        let holds = |fit: &&Fit| {
            let (low, high) = fit.capacity.interval.unwrap();
            let truth = 1.0 + 0.75 * 60.0;
            low.at(60_000.0) - 0.3 <= truth && truth <= high.at(60_000.0) + 0.3
        };
        assert!(fits.iter().filter(holds).count() >= 32);
        // Above 65,000 requests a minute the host is busier than the line.
        assert!(fits.iter().filter(|fit| fit.knee.is_some_and(|knee| (55_000.0..75_000.0).contains(&knee))).count() >= 36);
        assert!(fits.iter().all(|fit| fit.r2 > 0.9 && fit.top_residual > 1.0));
    }

    #[test]
    fn a_fit_is_the_same_each_time_and_refuses_far_extrapolation() {
        let fitted = fit(&load_test(3), &FitOptions::default()).unwrap();
        assert_eq!(fitted, fit(&load_test(3), &FitOptions::default()).unwrap());
        let fleet = crate::Fleet::new("web", 1, 1);
        let run = |peak: f64| {
            crate::Simulation::of(fleet.clone())
                .capacity(fitted.capacity.clone())
                .load(crate::Load::steady(peak, 600))
                .over(crate::Unknowns::none())
                .run()
        };
        assert!(run(90_000.0).is_ok());
        let refused = run(120_000.0).unwrap_err().to_string();
        assert!(refused.contains("1.50 times is too far"), "{refused}");
        assert!((fitted.extrapolation(120_000.0) - 1.5).abs() < 0.01);
    }

    #[test]
    fn what_says_too_little_is_refused() {
        assert!(Capacity::fit_text("time,rpm,cpu\n0,1,1\n").unwrap_err().to_string().contains("1 minutes are left"));
        let flat: String = (0..30).map(|minute| format!("{},{},7\n", minute * 60, 100 * minute)).collect();
        assert!(Capacity::fit_text(&format!("time,rpm,cpu\n{flat}")).unwrap_err().to_string().contains("does not rise"));
    }

    #[test]
    fn several_hosts_are_fitted_as_one_and_changes_are_left_out() {
        let row = |minute: i64| {
            let hosts = if minute < 20 { 1 } else { 2 };
            // The new host's first minutes are at odds with the line.
            let cpu = if (20..22).contains(&minute) { 60.0 } else { 2.0 + 0.01 * 50.0 * minute as f64 / f64::from(hosts) };
            format!("{},{},{cpu},{hosts}\n", minute * 60, 50 * minute)
        };
        let fitted = Capacity::fit_text(&format!("timestamp,rpm,cpu,hosts\n{}", (0..40).map(row).collect::<String>())).unwrap();
        assert!((fitted.capacity.line.slope - 0.01).abs() < 1e-6 && (fitted.capacity.line.intercept - 2.0).abs() < 1e-6, "{fitted:?}");
        assert_eq!((fitted.dropped, fitted.capacity.seen), (3, Some(975.0)));
    }
}
