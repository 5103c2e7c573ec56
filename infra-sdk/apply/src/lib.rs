//! Plans to changed clouds: observe, execute, record.

mod error;
mod provider;
mod registry;

pub use error::{Class, ProviderError, gone_is_success};
pub use provider::{Condition, Creation, Found, Handler, Lifecycle, Observed, Served};
pub use registry::{Answerer, Registry};
