//! The first draft of a resource file, from AWS's schema: what it says of each property, to be rewritten by a person.
//!
//! Every text that needs a person carries [`MARK`], which `cargo xtask tidy` refuses.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use serde_json::Value;

use crate::coverage::sentence;
use crate::rules::{Replacement, Rules};
use crate::shape::{Demand, Shape};

/// What stands before all that a person has to write.
const MARK: &str = "REWRITE:";

/// How deep objects inside objects become blocks of their own; what lies deeper is a JSON document.
const DEPTH: usize = 4;

/// What a draft is made for.
pub(crate) struct Scaffold<'a> {
    /// The Rust type, as in `Subnet`.
    pub(crate) handle: &'a str,
    /// The service's folder and feature, as in `ec2`.
    pub(crate) service: &'a str,
    /// The service's crate, as in `aws_sdk_ec2`.
    pub(crate) client: &'a str,
    /// AWS's type.
    pub(crate) cloud: &'a str,
    /// Its schema.
    pub(crate) schema: &'a Value,
}

impl Scaffold<'_> {
    /// The file.
    pub(crate) fn render(&self) -> String {
        let Scaffold { handle, service, cloud, schema, .. } = self;
        let (rules, shape) = (Rules::of(schema), Shape::whole(schema));
        let mut draft = Draft { rules: &rules, handle, before: String::new(), named: BTreeSet::new(), uses: BTreeSet::new() };
        let inputs = draft.fields(&shape, "", handle, false);
        let outputs = self.outputs(&shape, &rules);
        let declared = if outputs.is_empty() { "NoOutputs".to_owned() } else { format!("{handle}Outputs") };
        draft.uses.extend(["Resource", if outputs.is_empty() { "NoOutputs" } else { "Outputs" }]);
        let uses: Vec<_> = draft.uses.iter().copied().collect();
        let mut out = format!("//! {MARK} what it is, in one to three lines.\n\n");
        let _ = writeln!(out, "use infra_core::{{{}}};\nuse serde::{{Deserialize, Serialize}};\n", uses.join(", "));
        out.push_str(&draft.before);
        out.push_str(&doc("", shape.description()));
        let kind = handle.to_snake_case().replace('_', "-");
        let _ = writeln!(out, "#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]\n#[resource(");
        let _ = writeln!(out, "    handle = {handle}, id = {handle}Id, outputs = {declared}, kind = \"aws:{service}/{kind}\",");
        let _ = writeln!(out, "    cloud = \"{cloud}\",\n    iam({}),\n)]", permissions(schema));
        let _ = writeln!(out, "pub struct {handle}Inputs {{\n{inputs}}}\n");
        if !outputs.is_empty() {
            let _ = writeln!(out, "/// What AWS says of a [`{handle}`].");
            let _ = writeln!(out, "#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]\n#[outputs(of = {handle})]");
            let _ = writeln!(out, "pub struct {handle}Outputs {{\n{outputs}}}\n");
        }
        out + &self.live()
    }

    /// What only AWS sets, but for the id.
    fn outputs(&self, shape: &Shape<'_>, rules: &Rules) -> String {
        let ids = self.schema.get("primaryIdentifier").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let ids: BTreeSet<_> = ids.filter_map(|pointer| pointer.strip_prefix("/properties/")).collect();
        let mut out = String::new();
        for (name, property) in shape.properties().into_iter().filter(|(name, _)| rules.read_only(name) && !ids.contains(name)) {
            let ty = scalar(&property).unwrap_or("String");
            let _ = write!(out, "{}    #[output(stable)]\n    pub {}: {ty},\n", doc("    ", property.description()), ident(name));
        }
        out
    }

    /// The handler, with nothing in it yet.
    fn live(&self) -> String {
        let Scaffold { handle, service, client, .. } = self;
        format!(
            r#"#[cfg(feature = "{service}")]
mod live {{
    use {client}::Client;
    use infra_apply::{{Class, Creation, Lifecycle, Observed, ProviderError}};

    use super::{{{handle}, {handle}Id, {handle}Inputs}};

    impl Lifecycle for {handle} {{
        type Client = Client;
        const SERVICE: &'static str = "{service}";

        async fn read(_: &Client, _: &[{handle}Id]) -> Result<Vec<Observed<{handle}>>, ProviderError> {{
            Err(unwritten("read"))
        }}

        async fn create(_: &Client, _: &{handle}Inputs, _: Creation<'_>) -> Result<{handle}Id, ProviderError> {{
            Err(unwritten("create"))
        }}

        async fn update(_: &Client, _: &{handle}Id, _: &{handle}Inputs, _: &{handle}Inputs) -> Result<(), ProviderError> {{
            Err(unwritten("update"))
        }}

        async fn delete(_: &Client, _: &{handle}Id) -> Result<(), ProviderError> {{
            Err(unwritten("delete"))
        }}

        async fn find(_: &Client, _: &{handle}Inputs, _: Creation<'_>) -> Result<Option<{handle}Id>, ProviderError> {{
            Err(unwritten("find"))
        }}
    }}

    fn unwritten(what: &str) -> ProviderError {{
        ProviderError::new(Class::Other, what, "{MARK} this handler is not written yet")
    }}
}}
"#
        )
    }
}

/// What is gathered while the fields are written.
struct Draft<'a> {
    rules: &'a Rules,
    handle: &'a str,
    /// Blocks and choices, which stand before the inputs.
    before: String,
    /// Their names.
    named: BTreeSet<String>,
    /// What the file uses of the core.
    uses: BTreeSet<&'static str>,
}

impl Draft<'_> {
    fn fields(&mut self, shape: &Shape<'_>, above: &str, owner: &str, replaced: bool) -> String {
        let mut out = String::new();
        let (required, optional): (Vec<_>, Vec<_>) =
            shape.properties().into_iter().partition(|(name, _)| shape.demand(name) == Demand::Always);
        let all = required.into_iter().map(|field| (field, true)).chain(optional.into_iter().map(|field| (field, false)));
        for ((name, property), required) in all {
            let path = if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") };
            if !self.rules.counts(&path) {
                continue;
            }
            let physical = above.is_empty() && (name == "Name" || name == format!("{}Name", self.handle));
            let (field, ty) = match self.ty(name, &path, &property, owner, replaced) {
                _ if physical => ("name".to_owned(), "String".to_owned()),
                ty => (ident(name), ty),
            };
            let mut arguments = Vec::new();
            if physical {
                arguments.push(format!("name = {}", property.limit("maxLength").unwrap_or(255)));
            }
            if !replaced && self.rules.replacement(&path) == Replacement::Always {
                arguments.push("replace".into());
            }
            if ty.starts_with("Vec<") && !property.is_ordered() {
                arguments.push("set".into());
            }
            if field.trim_start_matches("r#").to_upper_camel_case() != name {
                arguments.push(format!("cloud = \"{name}\""));
            }
            out.push_str(&doc("    ", property.description()));
            if !arguments.is_empty() {
                let _ = writeln!(out, "    #[input({})]", arguments.join(", "));
            }
            let ty = if required && !physical { ty } else { format!("Option<{ty}>") };
            let _ = writeln!(out, "    pub {field}: {ty},");
        }
        out
    }

    fn ty(&mut self, name: &str, path: &str, shape: &Shape<'_>, owner: &str, replaced: bool) -> String {
        if shape.is_pairs() {
            self.uses.insert("Tags");
            return "Tags".into();
        }
        if let Some(item) = shape.item() {
            return format!("Vec<{}>", self.ty(name, path, &item, owner, replaced));
        }
        if let Some((words, _)) = shape.words().filter(|_| shape.types().contains("string")) {
            let choices = self.name(owner, name);
            self.choices(&choices, shape, words.into_iter());
            return choices;
        }
        if let Some(scalar) = scalar(shape) {
            return scalar.into();
        }
        if path.split('/').count() > DEPTH || shape.properties().is_empty() {
            return "serde_json::Value".into();
        }
        let block = self.name(owner, name);
        self.uses.insert("Block");
        let replaced = replaced || self.rules.replacement(path) == Replacement::Always;
        let fields = self.fields(shape, path, &block, replaced);
        self.before.push_str(&doc("", shape.description()));
        self.before.push_str("#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]\n");
        let _ = writeln!(self.before, "pub struct {block} {{\n{fields}}}\n");
        block
    }

    /// A name for the type of a property: of the resource and the property, or longer where that is taken.
    fn name(&mut self, owner: &str, property: &str) -> String {
        let property = property.to_upper_camel_case();
        let short = format!("{}{property}", self.handle);
        let name = if self.named.contains(&short) { format!("{owner}{property}") } else { short };
        self.named.insert(name.clone());
        name
    }

    fn choices<'w>(&mut self, name: &str, shape: &Shape<'_>, words: impl Iterator<Item = &'w str>) {
        self.uses.insert("choices");
        let _ = write!(self.before, "choices! {{\n{}    pub enum {name} {{\n", doc("    ", shape.description()));
        let mut variants = BTreeSet::new();
        for word in words {
            let variant = word.to_upper_camel_case();
            let variant = if variant.starts_with(|first: char| first.is_ascii_digit()) { format!("Of{variant}") } else { variant };
            // AWS lists some words in two ways of writing.
            if variants.insert(variant.clone()) {
                let _ = write!(self.before, "        /// {MARK} what it means.\n        {variant} = \"{word}\",\n");
            }
        }
        self.before.push_str("    }\n}\n\n");
    }
}

fn scalar(shape: &Shape<'_>) -> Option<&'static str> {
    let types = shape.types();
    [("string", "String"), ("boolean", "bool"), ("integer", "i32"), ("number", "f64")]
        .into_iter()
        .find(|(theirs, _)| types.contains(theirs) && !types.contains("object"))
        .map(|(_, ours)| ours)
}

/// A property's name as a field's.
fn ident(name: &str) -> String {
    let snake = name.to_snake_case();
    match snake.as_str() {
        "type" | "match" | "ref" | "use" | "move" | "where" | "loop" | "final" | "override" | "static" | "in" | "for" => {
            format!("r#{snake}")
        }
        _ => snake,
    }
}

/// A description as a doc comment: its first sentence, in lines of at most 120 characters.
fn doc(indent: &str, description: &str) -> String {
    let text = format!("{MARK} {}", plain(&sentence(description)));
    let (mut out, mut line) = (String::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && indent.len() + 4 + line.len() + 1 + word.len() > 120 {
            let _ = writeln!(out, "{indent}/// {line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "{indent}/// {line}");
    out
}

/// Text without Markdown's links and doubled quotes.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        match after.split_once("](").and_then(|(label, link)| Some((label, link.split_once(')')?.1))) {
            Some((label, after)) => {
                out.push_str(label);
                rest = after;
            }
            None => {
                out.push_str("\\[");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.replace("``", "`").replace(['<', '>'], "`")
}

/// All permissions that CloudFormation's own handler needs.
/// What the handlers of the cloud's own must be allowed to do: for reading, and then for each change what it takes beyond that.
fn permissions(schema: &Value) -> String {
    let of = |verbs: &[&str]| {
        let handlers = verbs.iter().filter_map(|verb| schema.pointer(&format!("/handlers/{verb}/permissions"))?.as_array());
        handlers.flatten().filter_map(Value::as_str).map(|permission| format!("\"{permission}\"")).collect::<BTreeSet<_>>()
    };
    let read = of(&["read", "list"]);
    let mut groups: Vec<String> = read.iter().cloned().collect();
    for verb in ["create", "update", "delete"] {
        let beyond: Vec<String> = of(&[verb]).difference(&read).cloned().collect();
        if !beyond.is_empty() {
            groups.push(format!("{verb}({})", beyond.join(", ")));
        }
    }
    groups.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_draft_has_what_the_schema_says() {
        let schema = json!({
            "description": "A [door](https://example.com/door) in a ``wall``. It opens.",
            "primaryIdentifier": ["/properties/DoorId"],
            "readOnlyProperties": ["/properties/DoorId", "/properties/Arn"],
            "createOnlyProperties": ["/properties/DoorName", "/properties/WallId"],
            "handlers": {"create": {"permissions": ["doors:Create", "doors:Tag"]}, "read": {"permissions": ["doors:Get"]}},
            "required": ["WallId"],
            "properties": {
                "Arn": {"type": "string", "description": "Its ARN."},
                "DoorId": {"type": "string"},
                "DoorName": {"type": "string", "maxLength": 64, "description": "The name."},
                "Lock": {"type": "object", "description": "The lock.", "required": ["Keys"], "properties": {"Keys": {"type": "integer"}}},
                "Side": {"type": "string", "enum": ["left", "right"], "description": "Which side."},
                "Tags": {"type": "array", "items": {"type": "object", "properties": {"Key": {}, "Value": {}}}},
                "WallId": {"type": "string", "description": "The wall."},
                "WINDOWS": {"type": "array", "insertionOrder": false, "items": {"type": "string"}},
            },
        });
        let draft = Scaffold { handle: "Door", service: "doors", client: "aws_sdk_doors", cloud: "AWS::Doors::Door", schema: &schema };
        let text = draft.render();
        let contract = text.split_once("#[cfg(feature").unwrap().0;
        assert_eq!(
            contract,
            r#"//! REWRITE: what it is, in one to three lines.

use infra_core::{Block, Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

/// REWRITE: The lock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct DoorLock {
    /// REWRITE:
    pub keys: i32,
}

choices! {
    /// REWRITE: Which side.
    pub enum DoorSide {
        /// REWRITE: what it means.
        Left = "left",
        /// REWRITE: what it means.
        Right = "right",
    }
}

/// REWRITE: A door in a `wall`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Door, id = DoorId, outputs = DoorOutputs, kind = "aws:doors/door",
    cloud = "AWS::Doors::Door",
    iam("doors:Get", create("doors:Create", "doors:Tag")),
)]
pub struct DoorInputs {
    /// REWRITE: The wall.
    #[input(replace)]
    pub wall_id: String,
    /// REWRITE: The name.
    #[input(name = 64, replace, cloud = "DoorName")]
    pub name: Option<String>,
    /// REWRITE: The lock.
    pub lock: Option<DoorLock>,
    /// REWRITE: Which side.
    pub side: Option<DoorSide>,
    /// REWRITE:
    pub tags: Option<Tags>,
    /// REWRITE:
    #[input(set, cloud = "WINDOWS")]
    pub windows: Option<Vec<String>>,
}

/// What AWS says of a [`Door`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Door)]
pub struct DoorOutputs {
    /// REWRITE: Its ARN.
    #[output(stable)]
    pub arn: String,
}

"#
        );
        assert!(text.contains("impl Lifecycle for Door {") && text.contains("use aws_sdk_doors::Client;"));
    }

    #[test]
    fn long_descriptions_are_wrapped() {
        let text = doc("    ", &"word ".repeat(60));
        assert!(text.lines().count() > 1 && text.lines().all(|line| line.len() <= 120 && line.starts_with("    /// ")));
    }
}
