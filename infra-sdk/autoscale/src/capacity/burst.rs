//! Burst credits: what a host of a T type earns, spends and owes.

use crate::model::CreditMode;

/// The credits of a host. One is a processor at full load for a minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burst {
    /// Processors.
    pub processors: f64,
    /// Credits earned an hour.
    pub earned: f64,
    /// Credits that a new host has.
    pub at_launch: f64,
    /// Percent that a host without credits is held to.
    pub baseline: f64,
    /// What it does without credits.
    pub mode: CreditMode,
}

impl Burst {
    /// Of a type such as `t3.micro`, with AWS's defaults: T3 and T4g go on at a price and start with nothing; T2 is held to its
    /// baseline and starts with 30 credits a processor. `None` for types without credits.
    pub fn of_type(instance_type: &str) -> Option<Burst> {
        let (family, size) = instance_type.split_once('.')?;
        let (processors, earned) = match (family, size) {
            ("t2", "nano") => (1.0, 3.0),
            ("t2", "micro") => (1.0, 6.0),
            ("t2", "small") => (1.0, 12.0),
            ("t2", "medium") => (2.0, 24.0),
            ("t2", "large") => (2.0, 36.0),
            ("t2", "xlarge") => (4.0, 54.0),
            ("t2", "2xlarge") => (8.0, 81.6),
            ("t3" | "t3a" | "t4g", "nano") => (2.0, 6.0),
            ("t3" | "t3a" | "t4g", "micro") => (2.0, 12.0),
            ("t3" | "t3a" | "t4g", "small" | "medium") => (2.0, 24.0),
            ("t3" | "t3a" | "t4g", "large") => (2.0, 36.0),
            ("t3" | "t3a" | "t4g", "xlarge") => (4.0, 96.0),
            ("t3" | "t3a" | "t4g", "2xlarge") => (8.0, 192.0),
            _ => return None,
        };
        let second = family == "t2";
        Some(Burst {
            processors,
            earned,
            at_launch: if second { 30.0 * processors } else { 0.0 },
            baseline: earned / 60.0 / processors * 100.0,
            mode: if second { CreditMode::Standard } else { CreditMode::Unlimited },
        })
    }

    /// The most credits that are kept, and the most that may be owed before they are billed: those of a day.
    pub fn most(&self) -> f64 {
        self.earned * 24.0
    }

    /// The balance after `seconds` at `cpu` percent, and the processor-hours billed meanwhile.
    pub(crate) fn after(&self, balance: f64, cpu: f64, seconds: f64) -> (f64, f64) {
        let next = balance + self.earned * seconds / 3600.0 - cpu / 100.0 * self.processors * seconds / 60.0;
        let least = if self.mode == CreditMode::Standard { 0.0 } else { -self.most() };
        let billed = if self.mode == CreditMode::Unlimited { (least - next).max(0.0) / 60.0 } else { 0.0 };
        (next.clamp(least, self.most()), billed)
    }

    /// Processor-hours that are billed for a balance when its host ends.
    pub(crate) fn owed(balance: f64) -> f64 {
        (-balance).max(0.0) / 60.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_t3_micro_earns_twelve_keeps_288_and_is_held_to_ten_percent() {
        let burst = Burst::of_type("t3.micro").unwrap();
        assert_eq!((burst.earned, burst.most(), burst.baseline, burst.at_launch), (12.0, 288.0, 10.0, 0.0));
        assert_eq!(Burst::of_type("t2.micro").unwrap().at_launch, 30.0);
        assert_eq!(Burst::of_type("m5.large"), None);
    }

    #[test]
    fn an_hour_at_37_5_percent_owes_0_55_processor_hours() {
        let burst = Burst::of_type("t3.micro").unwrap();
        let (balance, billed) = burst.after(0.0, 37.5, 3600.0);
        assert!((billed + Burst::owed(balance) - 0.55).abs() < 1e-9);
        // At its baseline it neither earns nor owes.
        assert!(burst.after(0.0, 10.0, 3600.0).0.abs() < 1e-9);
    }

    #[test]
    fn without_unlimited_the_balance_ends_at_nothing_and_nothing_is_billed() {
        let burst = Burst { mode: CreditMode::Standard, ..Burst::of_type("t3.micro").unwrap() };
        assert_eq!(burst.after(1.0, 100.0, 3600.0), (0.0, 0.0));
    }
}
