//! Outcomes, fits and searches in words, for a terminal.

use std::fmt::{self, Display};

use crate::fit::Fit;
use crate::search::{Strategy, Tuning};
use crate::{Outcome, Summary};

impl Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, name: &str, digits: usize, unit: &str, value: &dyn Fn(&Summary) -> f64| {
            let (low, high) = self.range(value);
            writeln!(f, "  {name:<24}{low:>12.digits$} {high:>12.digits$}{}{unit}", if unit.is_empty() { "" } else { " " })
        };
        let count = self.runs.len();
        writeln!(f, "{count} scenario{}: {:>16} {:>12}", if count == 1 { "" } else { "s" }, "least", "most")?;
        row(f, "peak processor load", 1, "%", &|run| run.peak_cpu)?;
        row(f, "mean processor load", 1, "%", &|run| run.mean_cpu)?;
        if self.simulation.limits.cpu.is_finite() {
            row(f, "above the limit", 1, "min", &|run| run.over_cpu / 60.0)?;
        }
        if self.runs.iter().any(|(_, run)| run.peak_latency > 0.0) {
            row(f, "longest answers, p95", 3, "s", &|run| run.peak_latency)?;
        }
        row(f, "hosts at most", 0, "", &|run| f64::from(run.most_hosts))?;
        row(f, "hosts at the end", 0, "", &|run| f64::from(run.last_hosts))?;
        row(f, "host-hours", 2, "h", &|run| run.host_hours)?;
        row(f, "cost", 2, "", &|run| run.cost)?;
        row(f, "requests lost", 0, "", &|run| run.lost)?;
        let (scenario, _) = self.worst(|run| run.peak_cpu);
        writeln!(f, "  the worst: {scenario}")
    }
}

impl Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.capacity.line;
        writeln!(
            f,
            "a host is busy to {:.2} % without requests and {:.3} % more for each 1000 a minute",
            line.intercept,
            line.slope * 1000.0
        )?;
        if let (Some((low, high)), Some(seen)) = (self.capacity.interval, self.capacity.seen) {
            writeln!(f, "  at {seen:.0} requests a minute, 90 % interval: {:.1} to {:.1} %", low.at(seen), high.at(seen))?;
        }
        writeln!(f, "  {} minutes fitted, {} left out; R² {:.3}, error {:.2} %", self.fitted, self.dropped, self.r2, self.rmse)?;
        if self.lag != 0 {
            writeln!(f, "  processor load came {} min after the requests, which was taken back", self.lag)?;
        }
        match self.knee {
            Some(knee) => writeln!(f, "  the line ends at {knee:.0} requests a minute ({:.0} %): stay below", line.at(knee))?,
            None => writeln!(f, "  no knee: hosts may do more than was measured")?,
        }
        if self.top_residual.abs() > 2.0 {
            writeln!(f, "  the busiest minutes are {:+.1} % off the line", self.top_residual)?;
        }
        if let Some(curve) = self.capacity.latency {
            writeln!(
                f,
                "  answers: p95 {:.0} ms when idle; a host serves no more at {:.0} %",
                curve.base * 1000.0,
                self.capacity.saturation
            )?;
        }
        Ok(())
    }
}

impl Display for Tuning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.strategy {
            Strategy::Exhaustive => "all run with full semantics",
            Strategy::Screened => "screened, the best run with full semantics",
            Strategy::Sampled => "sampled and improved, with full semantics",
        };
        writeln!(f, "{} settings in {} scenarios, {how}", self.settings, self.scenarios.len())?;
        for rejected in &self.rejected {
            writeln!(f, "  {} left out: {}", rejected.count, rejected.reason)?;
        }
        writeln!(f, "  {} run, of which {} hold: {}", self.verified, self.feasible, self.objective)?;
        let now = &self.present;
        writeln!(
            f,
            "\n  as declared: cost {:.2}, peak {:.1} %, {} of {} scenarios break",
            now.cost,
            now.peak_cpu,
            now.broken,
            self.scenarios.len()
        )?;
        let best = &self.chosen;
        let verb = if best.holds { "the cheapest that holds" } else { "nothing holds; what breaks least" };
        writeln!(
            f,
            "  {verb}: {best}\n    cost {:.2}, peak {:.1} %, {} of {} scenarios break",
            best.score.cost,
            best.score.peak_cpu,
            best.score.broken,
            self.scenarios.len()
        )?;
        for edge in &self.margin {
            let steps = if edge.steps == 1 { "the next value".to_owned() } else { format!("{} values away", edge.steps) };
            writeln!(f, "    {} {} breaks ({steps}), first: {}", edge.lever, edge.lever.words(edge.fails), edge.first)?;
        }
        if let Some(limit) = &self.limit {
            writeln!(f, "    {} times the load breaks it, first: {}", limit.times, limit.scenario)?;
        }
        if self.front.len() > 1 {
            writeln!(f, "\n        cost  minutes above    peak  setting")?;
            for choice in self.front.iter().rev().take(10) {
                writeln!(f, "  {:>10.2}  {:>13.1}  {:>5.1}%  {choice}", choice.score.cost, choice.score.violation, choice.score.peak_cpu)?;
            }
        }
        Ok(())
    }
}
