//! The rules of the simulator that the Conf42 talk describes, in the two readings that give the talk's own numbers.
//!
//! They are not what AWS does: decisions fall on a fixed grid of five minutes, one sample a minute decides, and loads may be below
//! nothing. They are here so that the talk can be repeated, and compared with AWS's semantics.

use serde::Serialize;

use crate::{Line, Load};

/// A reading of the talk. Both decide each five minutes and then wait six; both have a host at 30 % under 40,000 requests a minute,
/// by a line from -6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Talk {
    /// By the mean of the last five samples, at minutes 5, 10, 15, …; hosts serve a minute later.
    G1,
    /// By the sample at minutes 3, 8, 13, …; hosts serve three minutes later, as is said in the talk; no load is below 0.
    G2,
}

/// A run by the talk's rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TalkSummary {
    /// The greatest processor load, in percent.
    pub peak: f64,
    /// The mean of all samples.
    pub mean: f64,
    /// Samples above 50 %.
    pub over: u32,
    /// Hosts that serve at the end.
    pub hosts: u32,
}

impl Talk {
    /// The line of the talk's host: 30 % at 40,000 requests a minute and 39 % at 50,000.
    pub const LINE: Line = Line { intercept: -6.0, slope: 0.9 / 1000.0 };

    /// The talk's load: to 30,000 requests a minute in 10 minutes, to 150,000 in 8 more, and 30 minutes there.
    pub fn load() -> Load {
        Load::ramp(0.0, 30_000.0, 600).then(150_000.0, 480).hold(1800)
    }

    /// Runs it from `hosts` hosts, growing by `increment` above `threshold` percent; it never shrinks.
    pub fn run(self, hosts: u32, increment: u32, threshold: f64, load: &Load, line: Line) -> TalkSummary {
        let (mut hosts, mut sum, mut summary) = (hosts.max(1), 0.0, TalkSummary::default());
        let (mut coming, mut comes) = (0, i64::MAX);
        let (mut rests_until, mut last) = (i64::MIN, [0.0; 5]);
        let samples = load.length() / 60 + 1;
        for minute in 0..samples {
            if minute >= comes {
                hosts += std::mem::take(&mut coming);
                comes = i64::MAX;
            }
            let cpu = line.at(load.at(minute * 60) / f64::from(hosts));
            let cpu = if self == Talk::G2 { cpu.max(0.0) } else { cpu };
            last[(minute % 5) as usize] = cpu;
            sum += cpu;
            summary.peak = summary.peak.max(cpu);
            summary.over += u32::from(cpu > 50.0);
            let (decides, value, boot) = match self {
                Talk::G1 => (minute >= 5 && minute % 5 == 0, last.iter().sum::<f64>() / 5.0, 1),
                Talk::G2 => (minute % 5 == 3, cpu, 3),
            };
            if decides && value > threshold && minute >= rests_until {
                rests_until = minute + 6;
                coming += increment;
                comes = minute + boot;
            }
        }
        TalkSummary { mean: sum / samples as f64, hosts, ..summary }
    }

    /// The talk's grid: growing by 1 to 10 hosts above 11 to 35 %, with those that stay below 50 %, the best first: by their mean
    /// load, then by the higher threshold, then by the smaller growth.
    pub fn grid(self, load: &Load, line: Line) -> Vec<(u32, f64, TalkSummary)> {
        let all = (1..=10).flat_map(|increment| (11..=35).map(move |threshold| (increment, f64::from(threshold))));
        let runs = all.map(|(increment, threshold)| (increment, threshold, self.run(1, increment, threshold, load, line)));
        let mut feasible: Vec<_> = runs.filter(|(_, _, summary)| summary.peak < 50.0).collect();
        feasible.sort_by(|a, b| {
            let tied = |summary: &TalkSummary| (summary.mean * 1e6).round();
            tied(&b.2).total_cmp(&tied(&a.2)).then(b.1.total_cmp(&a.1)).then(a.0.cmp(&b.0))
        });
        feasible
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(talk: Talk) -> Vec<(u32, f64, TalkSummary)> {
        talk.grid(&Talk::load(), Talk::LINE)
    }

    #[test]
    fn both_readings_give_the_talks_winner_exactly() {
        for (talk, mean) in [(Talk::G1, 16.24), (Talk::G2, 16.44)] {
            let grid = best(talk);
            let (increment, threshold, summary) = grid[0];
            assert_eq!((increment, threshold, grid.len()), (2, 15.0, 45), "{talk:?}");
            assert!((summary.mean - mean).abs() < 0.005 && (summary.peak - 39.0).abs() < 0.005, "{talk:?} {summary:?}");
            // The draw that the talk decides by the threshold.
            assert_eq!((grid[1].0, grid[1].1), (2, 14.0));
            assert!((grid[1].2.mean - summary.mean).abs() < 1e-9);
        }
    }

    #[test]
    fn the_talks_first_settings_fail_for_about_a_quarter_of_an_hour_and_for_three_minutes() {
        for talk in [Talk::G1, Talk::G2] {
            let (load, line) = (Talk::load(), Talk::LINE);
            let one = talk.run(1, 1, 25.0, &load, line);
            assert_eq!((one.over, one.hosts), (12, 5), "{talk:?}");
            assert_eq!(talk.run(1, 2, 25.0, &load, line).over, 3, "{talk:?}");
        }
    }
}
