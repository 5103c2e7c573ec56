//! Names as Rust has them.

/// Words that cannot be names.
const KEYWORDS: [&str; 41] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum", "extern", "false",
    "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "override", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "unsafe", "use", "where",
];

/// A field's name as it is called.
pub(super) fn raw(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

/// A variable for a resource's name.
pub(super) fn identifier(name: &str) -> String {
    let mut identifier: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if identifier.starts_with(|c: char| c.is_ascii_digit()) {
        identifier.insert(0, '_');
    }
    match KEYWORDS.contains(&identifier.as_str()) || ["self", "super", "crate", "while", "yield", "stack"].contains(&identifier.as_str()) {
        true => identifier + "_",
        false => identifier,
    }
}

/// The path that a program uses for what is declared in a module: that of the service's module for ours, which a stack
/// has by way of `infra_sdk`; otherwise the crate's own, since nothing says what a crate calls its parts.
pub(super) fn path(module: &str) -> String {
    let mut parts = module.split("::");
    match (parts.next(), parts.next()) {
        (Some("infra_aws"), Some(service)) => format!("infra_sdk::aws::{service}"),
        (Some(root), _) => root.to_owned(),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_rust_does_not_take_are_made_such() {
        assert_eq!(["main", "Public-1", "1a", "type", "stack"].map(identifier), ["main", "public_1", "_1a", "type_", "stack_"]);
        assert_eq!(["vpc", "type"].map(raw), ["vpc", "r#type"]);
        assert_eq!(path("infra_aws::ec2::security_group::rule"), "infra_sdk::aws::ec2");
        assert_eq!(path("my_resources::deep"), "my_resources");
    }
}
