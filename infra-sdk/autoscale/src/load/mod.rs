//! The load: requests a minute or users, over time.

mod family;
mod replay;
mod shape;

pub use family::Family;
pub use shape::{Kind, Load, hours, minutes};

pub(crate) use shape::Piece;
