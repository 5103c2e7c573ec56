//! Pieces of Rust, laid out as rustfmt does: on one line where they fit, a piece a line where not.

use infra_core::Value;

/// Columns of a line.
const WIDTH: usize = 100;

/// The longest chain of calls on one line, in columns.
const CHAIN: usize = 60;

/// A piece of Rust.
pub(super) enum Code {
    /// As it is.
    Word(String),
    /// Pieces with commas between, in brackets.
    Group(String, Vec<Code>, String),
    /// Calls after one another, each with its argument.
    Chain(String, Vec<(String, Code)>),
    /// `let name = …`.
    Let(String, Box<Code>),
}

impl Code {
    pub(super) fn word(word: impl AsRef<str>) -> Code {
        Code::Word(word.as_ref().to_owned())
    }

    /// A text as a literal; one of several lines as a raw one, so that it can be read.
    pub(super) fn text(text: impl AsRef<str>) -> Code {
        let text = text.as_ref();
        let plain = text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control());
        if !text.contains('\n') || !plain {
            return Code::Word(format!("{text:?}"));
        }
        let hashes = (0..).map(|count| "#".repeat(count)).find(|hashes| !text.contains(&format!("\"{hashes}"))).unwrap_or_default();
        Code::Word(format!("r{hashes}\"{text}\"{hashes}"))
    }

    /// The whole as a statement.
    pub(super) fn statement(&self, end: &str) -> String {
        let mut text = String::new();
        self.write(&mut text, 0, end.len());
        text.push_str(end);
        text.push('\n');
        text
    }

    fn inline(&self) -> String {
        match self {
            Code::Word(word) => word.clone(),
            Code::Group(open, items, close) => {
                let items: Vec<String> = items.iter().map(Code::inline).collect();
                format!("{open}{}{close}", items.join(", "))
            }
            Code::Chain(head, calls) => {
                let calls = calls.iter().map(|(name, argument)| format!("{name}({})", argument.inline()));
                format!("{head}{}", calls.collect::<String>())
            }
            Code::Let(name, value) => format!("let {name} = {}", value.inline()),
        }
    }

    /// Whether it is short enough for one line that begins at `indent` and has `after` more columns.
    fn fits(&self, indent: usize, after: usize) -> bool {
        let line = self.inline();
        let is_chain = matches!(self, Code::Chain(_, calls) if calls.len() > 1);
        let longest = if is_chain { CHAIN } else { WIDTH };
        !line.contains('\n') && line.chars().count() <= longest && indent + line.chars().count() + after <= WIDTH
    }

    fn write(&self, text: &mut String, indent: usize, after: usize) {
        if let Code::Let(name, value) = self {
            text.push_str(&format!("let {name} = "));
            return value.write(text, indent, after);
        }
        if self.fits(indent, after) {
            return text.push_str(&self.inline());
        }
        let line = |text: &mut String, indent: usize| text.push_str(&format!("\n{:indent$}", ""));
        match self {
            Code::Group(open, items, close) => {
                text.push_str(open);
                for item in items {
                    line(text, indent + 4);
                    item.write(text, indent + 4, 1);
                    text.push(',');
                }
                line(text, indent);
                text.push_str(close);
            }
            Code::Chain(head, calls) => {
                text.push_str(head);
                for (name, argument) in calls {
                    line(text, indent + 4);
                    text.push_str(&format!("{name}("));
                    argument.write(text, indent + 4, name.len() + 3);
                    text.push(')');
                }
            }
            Code::Word(word) => text.push_str(word),
            Code::Let(..) => {}
        }
    }
}

/// A JSON document as `json!` takes it.
pub(super) fn document(value: &Value) -> Code {
    match json(value) {
        Code::Group(open, items, close) => Code::Group(format!("json!({open}"), items, format!("{close})")),
        value => Code::Word(format!("json!({})", value.inline())),
    }
}

fn json(value: &Value) -> Code {
    match value {
        Value::List(items) => Code::Group("[".into(), items.iter().map(json).collect(), "]".into()),
        Value::Object(fields) => {
            let pairs = fields.iter().map(|(key, value)| match json(value) {
                Code::Group(open, items, close) => Code::Group(format!("{key:?}: {open}"), items, close),
                value => Code::Word(format!("{key:?}: {}", value.inline())),
            });
            Code::Group("{".into(), pairs.collect(), "}".into())
        }
        Value::String(text) => Code::Word(format!("{text:?}")),
        plain => Code::word(plain.redacted().to_string()),
    }
}
