//! What `infra simulate` and `infra tune` share: which fleet, which host, which load, what is unknown, and what is written.

use std::path::PathBuf;

use clap::Args;
use infra_autoscale::search::{Lever, Objective, Space};
use infra_autoscale::{Broken, Fleet, Found, Outcome, Simulation, Unknowns, find, fleets, given, report::Report};

use crate::arguments::ProgramArguments;
use crate::error::{Error, file};
use crate::session::Session;
use crate::show::{note, path, say};

/// A group of the stack under a load.
#[derive(Args, Clone, Debug)]
pub(crate) struct FleetArguments {
    /// The auto scaling group, the service of ECS or the environment of Elastic Beanstalk, by its name in the program [default:
    /// the only one that scales].
    #[arg(long, value_name = "NAME")]
    group: Option<String>,

    /// What a host can do: measurements as CSV, a host that `infra metrics fit` wrote, or as in `1+30/40000`, which is 1 %
    /// without requests and 30 % more for 40,000 requests a minute.
    #[arg(long, value_name = "HOST", allow_hyphen_values = true)]
    host: String,

    /// What comes: a CSV file with columns `timestamp` and `rpm`, or a shape as in `0,30000/10m,150000/8m,hold/30m`, in
    /// which `=5000` is a jump.
    #[arg(long, value_name = "LOAD")]
    load: String,

    /// How long a new host takes: ec2, beanstalk, fargate, or seconds until it is in service and from there until it serves,
    /// as in `60+120` [default: as its kind of host usually does].
    #[arg(long, value_name = "BOOT")]
    boot: Option<String>,

    /// What is unknown: all, cloud for all but the strength of the load, or none.
    #[arg(long, value_name = "WHAT", default_value = "all")]
    over: String,

    /// Percent of processor load that must not be reached.
    #[arg(long, value_name = "PERCENT")]
    cpu_below: Option<f64>,

    /// Seconds of the 95th percentile of answers that must not be reached. The host must have answer times.
    #[arg(long, value_name = "SECONDS")]
    latency_below: Option<f64>,

    /// The share of requests that may be lost, as in 0.001.
    #[arg(long, value_name = "SHARE")]
    lost_below: Option<f64>,

    /// Percent of a host's memory that is in use, whatever the load; without it policies that follow memory are left out.
    #[arg(long, value_name = "PERCENT")]
    memory: Option<f64>,

    /// What a host costs an hour; without it costs are host-hours.
    #[arg(long, value_name = "PRICE")]
    price: Option<f64>,
}

/// Files that are written.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Written {
    /// Writes a report with charts: one file that needs nothing else.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Writes the charts of that report alone.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,

    /// Writes the worst scenario as CSV, a row a minute.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

impl FleetArguments {
    /// What must hold.
    pub(crate) fn limits(&self) -> Objective {
        Objective { cpu: self.cpu_below, latency: self.latency_below, lost: self.lost_below, share: 0.0 }
    }

    /// What is unknown.
    pub(crate) fn unknowns(&self) -> Result<Unknowns, Error> {
        Ok(given::unknowns(&self.over)?)
    }

    /// The first limit that does not hold, explained.
    pub(crate) fn verdict(&self, outcome: &Outcome) -> Option<Box<Broken>> {
        let cpu = self.cpu_below.and_then(|limit| outcome.assert_cpu_below(limit).err());
        let latency = || self.latency_below.and_then(|limit| outcome.assert_latency_below(limit).err());
        let lost = || self.lost_below.and_then(|share| outcome.assert_lost_at_most(share).err());
        cpu.or_else(latency).or_else(lost)
    }
}

/// The group, and the simulation of it.
pub(crate) async fn fleet(
    session: &Session<'_>,
    program: &ProgramArguments,
    arguments: &FleetArguments,
) -> Result<(Found, Simulation), Error> {
    // What is wrong with the arguments is said before anything is built.
    let (mut host, load, boot, unknowns) = (
        given::host(&arguments.host)?,
        given::load(&arguments.load)?,
        arguments.boot.as_deref().map(given::boot).transpose()?,
        arguments.unknowns()?,
    );
    if let Some(price) = arguments.price {
        host.price = price;
    }
    if arguments.latency_below.is_some() && host.latency.is_none() {
        let help = "fit a host from measurements that have answer times, with `infra metrics fit`";
        return Err(Error::usage("`--latency-below` asks for answer times, and the host has none", help));
    }
    host.memory = arguments.memory.or(host.memory);
    let built = session.program()?;
    let graph = session.graph(&built, program, &infra_apply::Known::new()).await?;
    let found = match &arguments.group {
        Some(name) => find(&graph, name)?,
        None => {
            let mut found = fleets(&graph);
            match (found.pop(), found.is_empty()) {
                (Some(only), true) => only?,
                // The error names those that there are.
                (None, _) => find(&graph, "")?,
                (Some(_), false) => {
                    let names: Vec<String> = fleets(&graph).into_iter().flatten().map(|found| found.fleet.name).collect();
                    let help = format!("name one with `--group`: {}", crate::error::list(&names));
                    return Err(Error::usage(format!("stack `{}` has several fleets that scale", session.stack), help));
                }
            }
        }
    };
    let simulation = Simulation::of(found.fleet.clone()).capacity(host).load(load).over(unknowns).limits(arguments.limits().limits());
    let simulation = match boot {
        Some(boot) => simulation.boot(boot),
        None => simulation,
    };
    for policy in simulation.without_data() {
        note(&format!(
            "policy `{policy}` follows memory, of which nothing is known: it is left out; `--memory PERCENT` says how full it is"
        ));
    }
    Ok((found, simulation))
}

/// A space in which a lever of the fleet has the values that were asked for.
pub(crate) fn lever(fleet: &Fleet, space: Space, text: &str) -> Result<Space, Error> {
    let usage =
        |problem: String| Error::usage(problem, "write it as in `--set threshold=11..45`, `--set period=60,300` or `--set min-size=keep`");
    let (name, values) = text.split_once('=').ok_or_else(|| usage(format!("`{text}` sets nothing")))?;
    let known = Lever::named(name).ok_or_else(|| usage(format!("there is no lever `{name}`; there are {}", Lever::names().join(", "))))?;
    if known.of(fleet).is_none() {
        let names: Vec<_> = Space::of(fleet).axes.iter().map(|axis| axis.lever.to_string()).collect();
        let help = format!("what is declared has {}", crate::error::list(&names));
        return Err(Error::usage(format!("`{}` has no {known} to turn", fleet.name), help));
    }
    if values == "keep" {
        return Ok(space.without(known));
    }
    let number = |text: &str| text.trim().parse::<f64>().map_err(|_| usage(format!("`{text}` is no number")));
    let values = match values.split_once("..") {
        Some((from, to)) => {
            let (from, to) = (number(from)?, number(to)?);
            (0..=((to - from).max(0.0) as usize).min(10_000)).map(|step| from + step as f64).collect()
        }
        None => values.split(',').map(number).collect::<Result<Vec<_>, _>>()?,
    };
    Ok(space.with(known, values))
}

/// A broken assertion, as it is printed after the numbers.
pub(crate) fn in_words(broken: &Broken) -> String {
    format!("\n{broken}")
}

impl Written {
    /// Writes what was asked for, saying where.
    pub(crate) fn write(&self, report: &Report) -> Result<(), Error> {
        let files = [(&self.html, Report::html as fn(&Report) -> _), (&self.svg, Report::svg), (&self.csv, Report::csv)];
        for (to, make) in files {
            if let Some(to) = to {
                std::fs::write(to, make(report)?).map_err(file("write", to))?;
                say(&format!("wrote {}", path(to)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test panics where it fails")]
mod tests {
    use infra_autoscale::Beanstalk;

    use super::*;

    #[test]
    fn a_lever_that_the_fleet_does_not_have_is_refused() {
        let fleet = Beanstalk::cpu(25.0, 10.0, 1).fleet("web");
        let values = |text: &str| lever(&fleet, Space::empty(), text).map(|space| space.axes[0].values.clone());
        assert_eq!(values("threshold=11..14").unwrap(), [11.0, 12.0, 13.0, 14.0]);
        assert_eq!(values("period=60,300").unwrap(), [60.0, 300.0]);
        let problem = values("target=10..20").unwrap_err().to_string();
        assert!(problem.contains("`web` has no target to turn"), "{problem}");
        for text in ["nonsense", "speed=1", "threshold=fast"] {
            assert!(values(text).is_err(), "{text}");
        }
    }
}
