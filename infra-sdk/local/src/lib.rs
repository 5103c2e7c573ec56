//! The local cloud: an AWS on this machine, for one project, that needs no account.
//!
//! It is [moto], run by a Python of its own on a free port of 127.0.0.1 by a server that outlives
//! the command which started it. What is deployed lives in that server's memory and in no file:
//! when the server ends, for whatever reason, everything deployed is gone.
//! [`Endpoint::memory`] names one such memory, so that a recorded state can be told from a newer
//! cloud's.
//!
//! The server's program is in `server` and puts three things around moto: CloudWatch's CBOR
//! protocol, which moto does not speak; an AWS error with status 501, which no SDK retries, where
//! moto has no answer or breaks; and corrections where moto would answer wrongly and say nothing.
//!
//! # What it cannot do
//!
//! * Almost everything is ready at once: NAT gateways, instances, load balancers, databases and
//!   groups have no time of becoming. moto can delay the states of ECS tasks, which is on (a
//!   second a state, and a task stops by itself), and of Batch jobs with Docker, which is not
//!   used. It has no such thing for any other service here, so waiting is not exercised on it.
//! * It does not refuse to delete what is in use, except what hangs on a VPC, an internet
//!   gateway or a route table.
//! * It does not honour client tokens, `DryRun`, or a desired capacity over the maximum.
//! * No alarm evaluates, no group replaces an instance by itself, nothing runs or balances.
//!
//! [moto]: https://docs.getmoto.org

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test panics where it fails"))]

#[cfg(not(unix))]
compile_error!("the local cloud needs file locks and signals as Unix has them");

mod cache;
mod endpoint;
mod environment;
mod error;
mod event;
mod local_cloud;
mod log;
mod pip;
mod process;
mod program;
mod python;
mod record;
mod run_folder;
mod spawn;
mod status;
mod temporary;
mod wire;

pub use endpoint::Endpoint;
pub use error::LocalError;
pub use event::Event;
pub use local_cloud::LocalCloud;
pub use status::Status;
pub use temporary::TemporaryCloud;
