//! The lines that name a new resource in files that are there already, and the beginning of its test.

use super::order::Order;

/// What a service's `mod.rs` says of it in `crate::resources!("ec2", aws_sdk_ec2::Client: …)`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Service {
    /// The feature that its handlers are behind.
    pub(crate) feature: String,
    /// The crate of its client.
    pub(crate) client: String,
}

impl Service {
    /// Reads it; none if there is no such line.
    pub(crate) fn read(module: &str) -> Option<Service> {
        let (_, rest) = module.split_once("resources!(")?;
        let (_, rest) = rest.split_once('"')?;
        let (feature, rest) = rest.split_once('"')?;
        let (client, _) = rest.trim_start_matches([',', ' ', '\n']).split_once("::Client")?;
        Some(Service { feature: feature.to_owned(), client: client.trim().to_owned() })
    }
}

/// A file with one more `mod` line, in order.
pub(crate) fn module(text: &str, name: &str) -> String {
    insert(text, &format!("mod {name};"), |line| line.starts_with("mod ") && line.ends_with(';'))
}

/// A service's `mod.rs` with the resource: its module, what it makes public, and its name in the list.
pub(crate) fn declare(text: &str, order: &Order, public: &[String]) -> String {
    let name = order.module();
    let text = module(text, &name);
    let public = format!("pub use {name}::{{{}}};", public.join(", "));
    let text = insert(&text, &public, |line| line.starts_with("pub use "));
    let listed = text.split_once("::Client:").and_then(|(before, after)| {
        let end = after.find([';', ')'])?;
        let mut names: Vec<&str> = after[..end].split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        names.push(&order.name);
        names.sort_unstable();
        let space = &after[after[..end].trim_end().trim_end_matches(',').len()..end].trim_start_matches(',');
        Some(format!("{before}::Client: {}{space}{}", names.join(", "), &after[end..]))
    });
    listed.unwrap_or(text)
}

/// Whether something else in a `mod.rs` is called so already.
pub(crate) fn is_taken(text: &str, name: &str) -> bool {
    text.split(|char: char| !char.is_alphanumeric() && char != '_').any(|word| word == name)
}

/// What a draft makes public: its types, and the handle and id that the derive makes.
pub(crate) fn public(draft: &str) -> Vec<String> {
    let mut names: Vec<String> = draft
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("pub struct ").or_else(|| line.trim_start().strip_prefix("pub enum ")))
        .filter_map(|rest| Some(rest.split_whitespace().next()?.to_owned()))
        .collect();
    let attribute = draft.lines().find_map(|line| line.trim_start().strip_prefix("handle = "));
    for part in attribute.into_iter().flat_map(|rest| rest.split(", ")) {
        match part.split_once(" = ") {
            None => names.push(part.to_owned()),
            Some(("id", id)) => names.push(id.to_owned()),
            Some(_) => {}
        }
    }
    names.sort();
    names
}

/// A text with one more line, before the first of its kind that comes later in the alphabet; after the last where there
/// is none, and at the end where there is none of its kind. A line of its kind that goes on over more lines, or has an
/// attribute before it, stays whole.
fn insert(text: &str, new: &str, kind: impl Fn(&str) -> bool) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let later = lines.iter().position(|line| kind(line) && *line > new);
    let at = match later {
        Some(at) if at > 0 && lines[at - 1].starts_with("#[") => at - 1,
        Some(at) => at,
        None => lines
            .iter()
            .rposition(|line| kind(line))
            .map_or(lines.len(), |at| at + 1 + lines[at..].iter().position(|line| line.ends_with(';')).unwrap_or(0)),
    };
    lines.insert(at, new);
    lines.join("\n") + "\n"
}

/// The beginning of a test over the wire.
pub(crate) fn test(Order { service, name, .. }: &Order) -> String {
    format!(
        r#"//! REWRITE: what of {name} is tested.

use infra_aws::{service}::{name};

use crate::conformance::live_through;

#[test]
fn it_lives_and_changes_in_place() {{
    // REWRITE: the name of the test as a sentence; what is made, and then changed.
    live_through::<{name}>(|stack| drop({name}::new("one").add(stack)), |stack| drop({name}::new("one").add(stack)));
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "\
//! Doors.

mod frame;
#[cfg(feature = \"doors\")]
mod tags;

pub use frame::{Frame, FrameId};

crate::resources!(
    \"doors\", aws_sdk_doors::Client: Frame
);
";

    fn order() -> Order {
        Order { service: "doors".into(), name: "Lock".into(), cloud: "AWS::Doors::Lock".into() }
    }

    #[test]
    fn a_service_is_known_by_its_module() {
        assert_eq!(Service::read(MODULE), Some(Service { feature: "doors".into(), client: "aws_sdk_doors".into() }));
        let one_line = "crate::resources!(\"iam\", aws_sdk_iam::Client: Role);\n";
        assert_eq!(Service::read(one_line), Some(Service { feature: "iam".into(), client: "aws_sdk_iam".into() }));
        assert_eq!(Service::read("//! Nothing.\n"), None);
    }

    #[test]
    fn a_resource_is_declared_in_order() {
        let declared = declare(MODULE, &order(), &["Lock".into(), "LockId".into()]);
        assert_eq!(
            declared,
            "\
//! Doors.

mod frame;
mod lock;
#[cfg(feature = \"doors\")]
mod tags;

pub use frame::{Frame, FrameId};
pub use lock::{Lock, LockId};

crate::resources!(
    \"doors\", aws_sdk_doors::Client: Frame, Lock
);
"
        );
    }

    #[test]
    fn a_list_in_one_line_and_one_with_lookups_take_a_resource() {
        let list = |text: &str| declare(text, &order(), &[]).lines().next().unwrap().to_owned();
        assert_eq!(list("crate::resources!(\"d\", c::Client: Wall);"), "crate::resources!(\"d\", c::Client: Lock, Wall);");
        assert_eq!(
            list("crate::resources!(\"d\", c::Client: Bar, Wall,; lookups: A);"),
            "crate::resources!(\"d\", c::Client: Bar, Lock, Wall; lookups: A);"
        );
    }

    #[test]
    fn a_name_that_is_taken_is_known() {
        assert!(is_taken("pub use ids::{\n    LockId, WallId,\n};\n", "LockId"));
        assert!(!is_taken("pub use ids::LockIds;\n", "LockId"));
    }

    #[test]
    fn a_line_after_one_that_goes_on_comes_after_its_end() {
        let text = "pub use a::{\n    A,\n};\n\nfn main() {}\n";
        assert_eq!(
            insert(text, "pub use b::B;", |line| line.starts_with("pub use ")),
            "pub use a::{\n    A,\n};\npub use b::B;\n\nfn main() {}\n"
        );
    }

    #[test]
    fn what_a_draft_makes_public_includes_what_is_derived() {
        let draft = "    pub enum LockKind {\n#[resource(\n    handle = Lock, id = LockId, outputs = NoOutputs, kind = \"aws:doors/lock\",\n)]\npub struct LockInputs {\n";
        assert_eq!(public(draft), ["Lock", "LockId", "LockInputs", "LockKind"]);
    }

    #[test]
    fn a_test_is_named_in_order() {
        assert_eq!(module("//! All.\n\nmod a;\nmod c;\n", "b"), "//! All.\n\nmod a;\nmod b;\nmod c;\n");
    }
}
