//! What was meant by a name that nobody knows.

/// The name among `known` that `wrong` was most likely meant to be, if any is near enough.
pub(crate) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let enough = (wrong.chars().count() / 3).max(2);
    let distance = |name: &'a str| (strsim::damerau_levenshtein(&wrong.to_lowercase(), &name.to_lowercase()), name);
    let begins = |name: &str| wrong.len() >= 3 && name.starts_with(wrong);
    let (far, name) = known.into_iter().map(distance).min()?;
    (far <= enough || begins(name)).then_some(name)
}

/// `; did you mean …?`, or nothing.
pub(crate) fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, known).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_another_word_is_not() {
        let known = ["airaware", "hello", "web"];
        assert_eq!(nearest("helo", known), Some("hello"));
        assert_eq!(nearest("wbe", known), Some("web"));
        assert_eq!(nearest("AirAwrae", known), Some("airaware"));
        assert_eq!(nearest("database", known), None);
        assert_eq!(nearest("anything", []), None);
        assert_eq!(did_you_mean("helo", known), "; did you mean `hello`?");
        assert_eq!(did_you_mean("database", known), "");
    }
}
