//! From measurements of a host to what it can do.

pub(crate) mod table;
