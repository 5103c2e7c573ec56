//! What AWS does, one file a mechanism, each a small pure function or two that the engine calls.

pub(crate) mod adjust;
pub(crate) mod application;
pub(crate) mod balance;
pub(crate) mod beanstalk;
pub(crate) mod cooldown;
pub(crate) mod cron;
pub(crate) mod missing;
pub(crate) mod monitoring;
pub(crate) mod schedule;
pub(crate) mod simple;
pub(crate) mod step;
pub(crate) mod termination;
pub(crate) mod tracking;
pub(crate) mod warmup;
pub(crate) mod window;
pub(crate) mod zone_loss;

pub use beanstalk::Beanstalk;
pub use missing::{AlarmState, Datapoint, evaluate};
