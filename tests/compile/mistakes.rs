//! Mistakes that the compiler finds, with messages that name them.

#[test]
fn mistakes_do_not_compile_and_are_named() {
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
