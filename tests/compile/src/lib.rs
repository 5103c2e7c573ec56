//! Nothing: the tests are in `mistakes.rs`, their cases in `cases`.
