//! What `infra simulate` and `infra tune` share: which fleet, which host, which load, what is unknown, and what is written.

use std::path::PathBuf;

use clap::Args;
use infra_autoscale::search::{Lever, Objective, Space};
use infra_autoscale::{Broken, Found, Outcome, Simulation, Unknowns, find, fleets, given, report::Report};

use crate::arguments::ProgramArguments;
use crate::error::{Error, file};
use crate::session::Session;
use crate::show::{path, say};

/// A group of the stack under a load.
#[derive(Args, Clone, Debug)]
pub(crate) struct FleetArguments {
    /// The auto scaling group, by its name in the program [default: the only one].
    #[arg(long, value_name = "NAME")]
    group: Option<String>,

    /// What a host can do: measurements as CSV, a host that `infra metrics fit` wrote, or as in `1+30/40000`, which is 1 %
    /// without requests and 30 % more for 40,000 requests a minute.
    #[arg(long, value_name = "HOST")]
    host: String,

    /// What comes: a CSV file with columns `timestamp` and `rpm`, or a shape as in `0,30000/10m,150000/8m,hold/30m`, in
    /// which `=5000` is a jump.
    #[arg(long, value_name = "LOAD")]
    load: String,

    /// How long a new host takes: ec2, beanstalk, fargate, or seconds until it is in service and from there until it serves,
    /// as in `60+120`.
    #[arg(long, value_name = "BOOT", default_value = "ec2")]
    boot: String,

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
    let (mut host, load, boot, unknowns) =
        (given::host(&arguments.host)?, given::load(&arguments.load)?, given::boot(&arguments.boot)?, arguments.unknowns()?);
    if let Some(price) = arguments.price {
        host.price = price;
    }
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
                    return Err(Error::usage(format!("stack `{}` has several auto scaling groups", session.stack), help));
                }
            }
        }
    };
    let simulation =
        Simulation::of(found.fleet.clone()).capacity(host).load(load).boot(boot).over(unknowns).limits(arguments.limits().limits());
    Ok((found, simulation))
}

/// A space in which a lever has the values that were asked for.
pub(crate) fn lever(space: Space, text: &str) -> Result<Space, Error> {
    let usage =
        |problem: String| Error::usage(problem, "write it as in `--set threshold=11..45`, `--set period=60,300` or `--set min-size=keep`");
    let (name, values) = text.split_once('=').ok_or_else(|| usage(format!("`{text}` sets nothing")))?;
    let known = Lever::named(name).ok_or_else(|| usage(format!("there is no lever `{name}`; there are {}", Lever::names().join(", "))))?;
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
