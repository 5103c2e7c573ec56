//! A minute's datapoints: what hosts and the load balancer report.

use super::compiled::View;
use super::full::Run;
use super::record::Recorder;
use crate::model::{Metric, Statistic};
use crate::semantics::{monitoring, window, zone_loss};

impl<R: Recorder> Run<'_, R> {
    /// Adds the minute that just ended to every series. A series of hosts with basic monitoring gathers five.
    pub(crate) fn sample(&mut self) {
        let of = self.of;
        let clock = self.space.series.clock(self.with.phase, self.now);
        for (index, view) in of.views.iter().enumerate() {
            let (value, hosts) = if self.now <= self.no_metrics_until { (f64::NAN, 0) } else { self.value(view) };
            let value = if view.spacing == 60 {
                value
            } else {
                let gathered = &mut self.space.series.gathered[index];
                if !value.is_nan() {
                    gathered.add(view.of_hosts, value, hosts);
                }
                if monitoring::is_due(view.spacing, clock) { gathered.take() } else { f64::NAN }
            };
            self.space.series.push(index, value, hosts);
        }
        self.space.series.minute += 1;
    }

    /// A view's value of this minute, and the hosts it is of.
    fn value(&self, view: &View) -> (f64, u32) {
        match view.metric {
            Metric::Cpu => self.cpu(view),
            // With basic monitoring a datapoint is of five minutes' bytes.
            Metric::NetworkIn => self.per_host(self.of.capacity.bytes_in * (view.spacing / 60) as f64),
            Metric::NetworkOut => self.per_host(self.of.capacity.bytes_out * (view.spacing / 60) as f64),
            Metric::RequestsPerHost => self.per_host(1.0),
            Metric::Requests => (self.minute_requests, self.serving),
            Metric::Latency => (self.latency, self.serving),
            Metric::HealthyHosts => (f64::from(self.serving), self.serving),
            Metric::Memory => (self.of.capacity.memory.unwrap_or(f64::NAN), self.serving),
        }
    }

    fn per_host(&self, factor: f64) -> (f64, u32) {
        if self.serving == 0 { (f64::NAN, 0) } else { (self.minute_requests * factor / f64::from(self.serving), self.serving) }
    }

    fn cpu(&self, view: &View) -> (f64, u32) {
        let begun = self.now - 60;
        if self.settled_from <= begun && self.zones_lost == 0 && self.serving > 0 {
            return (self.minute_cpu / 60.0, self.serving);
        }
        let idle = self.with.line.intercept;
        let (mut sum, mut hosts) = (0.0, 0);
        let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
        for cohort in &self.space.cohorts {
            let reports = cohort.is_live() || (self.of.knobs.leaving_report && cohort.gone >= self.now);
            // A host's first datapoint is that of its first whole minute.
            if !reports || cohort.has_failed() || cohort.in_service + view.warm_up > begun {
                continue;
            }
            let cpu = match self.space.zones[cohort.zone].lost {
                Some((how, _)) if !zone_loss::still_reports(how) => continue,
                Some(_) => idle,
                None if !cohort.is_live() => idle,
                None if cohort.ready <= begun => self.minute_cpu / 60.0,
                None if cohort.ready >= self.now => self.of.boot_cpu,
                None => (self.of.boot_cpu * (cohort.ready - begun) as f64 + self.minute_cpu - cohort.mark) / 60.0,
            };
            sum += cpu * f64::from(cohort.count);
            hosts += cohort.count;
            least = least.min(cpu);
            greatest = greatest.max(cpu);
        }
        if hosts == 0 {
            return (f64::NAN, 0);
        }
        let value = match view.of_hosts {
            Statistic::Minimum => least,
            Statistic::Maximum => greatest,
            Statistic::Average | Statistic::Sum => sum / f64::from(hosts),
        };
        (value, hosts)
    }

    /// What a view would have read for long before the run, at the load that it begins with.
    pub(crate) fn steady(&self, view: &View) -> (f64, u32) {
        let (rpm, hosts) = (self.load_now(), self.serving);
        if hosts == 0 {
            return (f64::NAN, 0);
        }
        let per_host = rpm / f64::from(hosts);
        let cpu = self.with.line.at(per_host).min(self.of.capacity.saturation);
        let value = match view.metric {
            Metric::Cpu => cpu,
            Metric::NetworkIn => per_host * self.of.capacity.bytes_in * (view.spacing / 60) as f64,
            Metric::NetworkOut => per_host * self.of.capacity.bytes_out * (view.spacing / 60) as f64,
            Metric::RequestsPerHost => per_host,
            Metric::Requests => rpm,
            Metric::Latency => self.of.capacity.latency.map_or(0.0, |curve| curve.at(cpu / self.of.capacity.saturation)),
            Metric::HealthyHosts => f64::from(hosts),
            Metric::Memory => self.of.capacity.memory.unwrap_or(f64::NAN),
        };
        (value, hosts)
    }
}

/// What hosts with basic monitoring gather until their next datapoint.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gathered {
    sum: f64,
    weight: f64,
    extreme: f64,
    is_extreme: bool,
}

impl Gathered {
    /// Adds a minute of so many hosts.
    pub(crate) fn add(&mut self, statistic: Statistic, value: f64, hosts: u32) {
        let first = self.weight == 0.0;
        self.weight += f64::from(hosts);
        self.sum += value * f64::from(hosts);
        self.is_extreme = matches!(statistic, Statistic::Minimum | Statistic::Maximum);
        let both = [self.extreme, value];
        self.extreme = if first { value } else { window::combine(statistic, both.into_iter()).unwrap_or(value) };
    }

    /// The datapoint, and nothing is left.
    pub(crate) fn take(&mut self) -> f64 {
        let gathered = std::mem::take(self);
        match (gathered.weight > 0.0, gathered.is_extreme) {
            (false, _) => f64::NAN,
            (true, true) => gathered.extreme,
            (true, false) => gathered.sum / gathered.weight,
        }
    }
}
