//! Plans to changed clouds: observe, execute, record.
//!
//! [`Engine`] is the way in. It decides nothing: what a plan says is done, in the order its edges allow, and every call
//! that changes a cloud stands between two records of the [`Journal`].

mod asked;
mod beside;
mod elsewhere;
mod engine;
mod error;
mod event;
mod hook;
mod idle;
mod interrupt;
mod journal;
pub mod lease;
mod limit;
mod local;
mod looks;
mod observe;
mod ownership;
mod perform;
mod provider;
mod recover;
mod registry;
mod relocate;
mod retry;
mod run;
mod schedule;
mod scrub;
mod settle;
mod store;
mod time;
mod unseal;
mod users;

pub use asked::Asked;
pub use elsewhere::Connector;
pub use engine::{Engine, Outcome, PlanError, RefreshError};
pub use error::{Class, ProviderError, gone_is_success};
pub use event::{Doing, Event, Watcher};
pub use hook::{Invocation, run as run_command};
pub use interrupt::Interrupt;
pub use journal::{
    Damage, FileLog, Found as JournalFound, Header as JournalHeader, History, Journal, Log, Repaired, Seal, SealError, line, salvage,
};
pub use lease::{Hold, Holder};
pub use local::read_file;
pub use observe::ObserveError;
pub use provider::{Condition, Creation, Found, Handler, Lifecycle, Maker, Observed, Served};
pub use recover::{InDoubt, RecoverError};
pub use registry::{Answerer, Registry};
pub use retry::Patience;
pub use run::{RunOnce, Runner};
pub use scrub::Scrub;
pub use settle::{Known, settled};
pub use store::StoreError;
