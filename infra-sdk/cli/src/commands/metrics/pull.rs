//! `infra metrics pull`.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use infra_autoscale::given::duration;
use infra_autoscale::pull::{Balancer, Pulled, Series, period, series};
use infra_aws::cloudwatch::{PastMetric, past_metrics};
use infra_aws::sdk::SdkConfig;
use infra_plan::State;
use serde_json::json;

use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::{Error, file};
use crate::exit::Exit;
use crate::progress::Busy;
use crate::session::Session;
use crate::show::{json_document, note, path, print, say};

/// Asks CloudWatch how a deployed group's hosts did.
///
/// The answer is a CSV for `infra metrics fit`. It asks for processor load and hosts of the group, and for requests and answer times of the stack's load balancer, by the
/// minute where CloudWatch still has minutes. It needs cloudwatch:GetMetricData.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra metrics pull web --env production --last 3h > one_host.csv
  infra metrics pull web --env production --last 7d --csv week.csv")]
pub(crate) struct Pull {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    /// The auto scaling group, by its name in the program [default: the only one].
    #[arg(long, value_name = "NAME")]
    group: Option<String>,

    /// How far back, as in 90m, 3h or 7d.
    #[arg(long, value_name = "TIME", default_value = "3h", value_parser = span)]
    last: i64,

    /// Writes to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

fn span(text: &str) -> Result<i64, String> {
    duration(text).ok_or_else(|| format!("`{text}` is no time: write it as in 90m, 3h or 7d"))
}

impl Pull {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        let state = session.state().await?;
        let (group, balancer) = (group(&state, self.group.as_deref())?, balancer(&state));
        if balancer.is_none() {
            note("the stack has no load balancer, so that there are no requests in the table");
        }
        let mut asked = series(&group, balancer.as_ref());
        if session.environment.is_local() {
            // moto fails on percentiles.
            asked.retain(|series| !series.statistic.starts_with('p'));
        }
        let pulled = {
            let _busy = Busy::new(format!("asking for the metrics of {group}"));
            ask(&session.cloud().await?.sdk, &asked, self.last).await?
        };
        if pulled.is_empty() {
            return Err(Error::Missing {
                problem: format!("CloudWatch has no metrics of the group `{group}` in that time"),
                help: "look further back with `--last`, and check the environment's region".into(),
            });
        }
        let csv = pulled.csv(&asked);
        if let Some(to) = &self.csv {
            std::fs::write(to, csv).map_err(file("write", to))?;
            say(&format!("wrote {} rows to {}", pulled.len(), path(to)));
        } else if self.stack.json {
            json_document(&json!({ "v": crate::show::JSON_VERSION, "group": group, "csv": csv }))?;
        } else {
            print(&csv)?;
        }
        Ok(Exit::Done)
    }
}

/// The group's name in the cloud.
fn group(state: &State, name: Option<&str>) -> Result<String, Error> {
    let groups: Vec<_> = objects(state, "aws:autoscaling/group").filter(|(address, _)| name.is_none_or(|name| address == name)).collect();
    match &groups[..] {
        [(_, object)] => Ok(object.id.clone()),
        [] => Err(Error::Missing {
            problem: "no such auto scaling group was deployed".into(),
            help: "`infra state list` shows what was".into(),
        }),
        several => {
            let names: Vec<String> = several.iter().map(|(address, _)| address.clone()).collect();
            Err(Error::usage(
                "the stack has several auto scaling groups",
                format!("name one with `--group`: {}", crate::error::list(&names)),
            ))
        }
    }
}

/// The stack's load balancer, if there is one: its metrics are of all of its groups.
fn balancer(state: &State) -> Option<Balancer> {
    let application = objects(state, "aws:elbv2/load-balancer").find_map(|(_, object)| Balancer::of_arn(&object.id));
    application.or_else(|| objects(state, "aws:elb/load-balancer").next().map(|(_, object)| Balancer::Classic(object.id.clone())))
}

fn objects<'a>(state: &'a State, kind: &'a str) -> impl Iterator<Item = (String, &'a infra_plan::Object)> {
    let of_kind = state.rows.iter().filter(move |(address, _)| &**address.kind() == kind);
    of_kind.filter_map(|(address, row)| Some((address.name().to_owned(), row.object.as_ref()?)))
}

/// Asks for all series up to now.
async fn ask(sdk: &SdkConfig, asked: &[Series], last: i64) -> Result<Pulled, Error> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    let seconds = period(last);
    let past = |series: &Series| PastMetric {
        namespace: series.namespace.to_owned(),
        name: series.metric.to_owned(),
        dimension: (series.dimension.0.to_owned(), series.dimension.1.clone()),
        statistic: series.statistic.to_owned(),
    };
    let whole = |at: i64| at - at.rem_euclid(i64::from(seconds));
    let metrics: Vec<PastMetric> = asked.iter().map(past).collect();
    let answers = past_metrics(sdk, &metrics, (whole(now - last), whole(now)), seconds).await.map_err(|source| Error::Missing {
        problem: format!("failed to ask CloudWatch: {source}"),
        help: "check that the credentials may cloudwatch:GetMetricData and that the network works".into(),
    })?;
    let mut pulled = Pulled::default();
    for (series, points) in asked.iter().zip(answers) {
        for (at, value) in points {
            pulled.add(series, at, value, seconds);
        }
    }
    Ok(pulled)
}
