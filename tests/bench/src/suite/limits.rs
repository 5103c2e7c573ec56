//! How well services are used that take only so many calls a second: what is granted and used, what is asked in vain, and
//! what fails of it. The time is virtual, and each call takes up to a second of it.

use std::time::Duration;

use infra_core::Stack;
use infra_sdk::aws::ec2::InternetGateway;
use infra_sdk::aws::logs::LogGroup;
use infra_testing::Traffic;
use serde_json::json;

use crate::stacks::world;
use crate::table::{Table, count, ratio, time, word};

/// What one service grants.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// The service: `ec2` or `logs`.
    pub service: &'static str,
    /// Calls a second.
    pub rate: f64,
    /// Calls that it saves up.
    pub burst: f64,
    /// So many seconds after the first call it grants so many a second.
    pub later: Option<(u64, f64)>,
    /// How many resources of it are made, each with a call, and with looks that those share which wait at the same time.
    pub resources: usize,
}

/// One deployment: what each service grants that it uses.
pub type Case = &'static [Grant];

const fn grant(service: &'static str, rate: f64, burst: f64, resources: usize) -> Grant {
    Grant { service, rate, burst, later: None, resources }
}

const fn changing(rate: f64, after: u64, later: f64, resources: usize) -> Grant {
    Grant { service: "ec2", rate, burst: 10.0, later: Some((after, later)), resources }
}

/// What is measured: slow and fast services, with much and little saved up, two at a time, and rates that change.
pub const CASES: &[Case] = &[
    &[grant("ec2", 2.0, 5.0, 1000)],
    &[grant("ec2", 5.0, 20.0, 2000)],
    &[grant("ec2", 20.0, 10.0, 3000)],
    &[grant("ec2", 20.0, 100.0, 3000)],
    &[grant("ec2", 100.0, 50.0, 5000)],
    &[grant("ec2", 20.0, 50.0, 3000), grant("logs", 5.0, 10.0, 800)],
    &[changing(50.0, 30, 10.0, 4000)],
    &[changing(10.0, 60, 50.0, 6000)],
];

/// What a deployment made of what a service granted.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    /// What the service granted.
    pub grant: Grant,
    /// What became of the calls to it.
    pub traffic: Traffic,
    /// How many resources failed, of all services.
    pub failed: usize,
}

impl Used {
    /// The part of what was granted that was used, from the first call to the last.
    #[allow(clippy::cast_precision_loss, reason = "calls are thousands")]
    pub fn share(&self) -> f64 {
        let Grant { rate, burst, later, .. } = self.grant;
        let over = self.traffic.over;
        let (after, then) = later.map_or((over, rate), |(after, then)| (Duration::from_secs(after).min(over), then));
        let granted = burst + after.as_secs_f64() * rate + (over - after).as_secs_f64() * then;
        self.traffic.granted as f64 / granted
    }
}

/// Deploys a case, `parallel` steps at a time; what was used of each service.
pub fn deploy(case: Case, parallel: usize) -> Vec<Used> {
    let mut world = world();
    world.parallel = parallel;
    world.cloud.take_time(3);
    for grant in case {
        world.cloud.limit_rate(grant.service, grant.rate, grant.burst);
        if let Some((after, rate)) = grant.later {
            world.cloud.change_rate(grant.service, Duration::from_secs(after), rate);
        }
    }
    let program = |stack: &Stack| {
        for grant in case {
            for number in 0..grant.resources {
                match grant.service {
                    "logs" => drop(LogGroup::new(format!("log-{number}")).add(stack)),
                    _ => drop(InternetGateway::new(format!("gateway-{number}")).add(stack)),
                }
            }
        }
    };
    let failed = world.deploy(&program, json!({})).outcome.failed.len();
    case.iter().map(|grant| Used { grant: *grant, traffic: world.cloud.traffic(grant.service), failed }).collect()
}

/// Measures all cases.
///
/// # Errors
/// None: what fails is a column.
#[allow(clippy::cast_precision_loss, clippy::unnecessary_wraps, reason = "calls are thousands; as the other benchmarks")]
pub fn run(parallel: usize) -> Result<Table, String> {
    let columns = ["service", "calls a second", "saved up", "took", "granted", "used, %", "refused", "refused, %", "failed"];
    let mut table = Table::new(&columns);
    for case in CASES {
        for used in deploy(case, parallel) {
            let Grant { service, rate, burst, later, .. } = used.grant;
            let Traffic { granted, refused, over } = used.traffic;
            let beside = if case.len() > 1 { format!("{service}, one of {}", case.len()) } else { service.to_owned() };
            let rates = later.map_or_else(|| rate.to_string(), |(after, then)| format!("{rate}, {then} after {after} s"));
            table.row(vec![
                word(beside),
                word(rates),
                ratio(burst, 0),
                time(over),
                count(granted),
                ratio(used.share() * 100.0, 1),
                count(refused),
                ratio(refused as f64 * 100.0 / (granted + refused) as f64, 1),
                count(used.failed as u64),
            ]);
        }
    }
    Ok(table)
}
