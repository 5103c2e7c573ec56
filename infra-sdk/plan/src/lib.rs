//! Graph, state and observations to a plan, as a pure function.
//!
//! One file a decision: `order` what comes first, `outlook` what is known, `decide` what happens to a resource, `clash`
//! what must go before its replacement comes, `protect` and `retain` what may not go, `steps` and `sequence` the edges. `planner` puts them together.

mod answers;
mod between;
mod clash;
mod dangling;
mod decide;
mod diff;
mod draw;
mod forced;
mod handover;
mod hold;
mod ignore;
mod import;
mod keep;
mod moved;
mod name;
mod observed;
mod order;
mod outlook;
mod pattern;
mod plan;
mod planner;
mod postpone;
mod protect;
mod record;
mod recreate;
mod redact;
mod refer;
mod reference;
mod refresh;
mod remember;
mod render;
mod retain;
mod room;
#[cfg(test)]
mod sample;
mod saved;
mod sequence;
mod source;
mod state;
mod steps;
mod surgery;
mod sweep;
mod target;
mod terms;
mod values;
mod word;

pub use answers::answers;
pub use diff::{Change, differences};
pub use draw::{Sketch, Tint, svg};
pub use handover::Handed;
pub use ignore::kept;
pub use keep::recordable;
pub use moved::{Move, Moved, arrivals, estranged, moved, neighbours, strange};
pub use observed::{Observed, Sight};
pub use plan::{Action, Counts, Difference, Export, Held, Leave, PLAN_VERSION, Plan, Reason, Replacement, Step, Want};
pub use planner::{Ordered, look_destroy, plan, plan_destroy, plan_destroy_within, plan_within};
pub use record::Record;
pub use recreate::recreations;
pub use refresh::refresh;
pub use remember::{echoed, remembered, told, unsure};
pub use render::{COMMENT_LIMIT, RenderOptions, Style, markdown, render};
pub use saved::{SAVED_PLAN_VERSION, SavedPlan, Setting};
pub use source::declaration;
pub use state::{Intent, Object, References, Row, STATE_VERSION, State, WrappedKey};
pub use surgery::MoveError;
pub use target::{Absence, LeftOut, Selection};
pub use terms::lasting;
pub use word::SettleError;
