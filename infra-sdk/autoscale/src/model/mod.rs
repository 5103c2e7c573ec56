//! A fleet as its control loop sees it: plain data, whether it comes from a stack's resources or from a test.

mod alarm;
mod boot;
mod event;
mod fleet;
mod policy;

pub use alarm::{Alarm, Comparison, Metric, MissingData, Statistic, Window};
pub(crate) use boot::Draw;
pub use boot::{Boot, Spread};
pub use event::{Event, ZoneLoss};
pub use fleet::{Bounds, CreditMode, Fleet, Health, Monitoring, Platform, Termination};
pub use policy::{Adjustment, AdjustmentKind, Aggregation, Policy, Rule, Schedule, Step, Tracking, When};
