//! What a type of resource takes and gives, as data: made by the derive, read by the planner, the simulated cloud and
//! the documentation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Kind;

/// The type of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// True or false.
    Bool,
    /// An integer.
    Int,
    /// A number.
    Float,
    /// Text.
    String,
    /// One of these words.
    Choice(Vec<String>),
    /// In order, repeats allowed.
    List(Box<Type>),
    /// A list whose order means nothing.
    Set(Box<Type>),
    /// By name.
    Map(Box<Type>),
    /// An object with these fields.
    Block(Vec<Field>),
    /// A physical id, a name or an ARN of this type name.
    Id(String),
    /// A JSON document, compared by structure.
    Json,
}

impl Type {
    /// Whether any field in it is secret whoever gives it.
    pub fn has_secret(&self) -> bool {
        match self {
            Type::Block(fields) => fields.iter().any(Field::has_secret),
            Type::List(item) | Type::Set(item) | Type::Map(item) => item.has_secret(),
            _ => false,
        }
    }

    /// A list's type as that of a list whose order means nothing.
    #[must_use]
    pub fn into_set(self) -> Type {
        match self {
            Type::List(item) => Type::Set(item),
            other => other,
        }
    }

    /// The type as a message names it.
    pub fn describe(&self) -> String {
        match self {
            Type::Bool => "true or false".into(),
            Type::Int => "an integer".into(),
            Type::Float => "a number".into(),
            Type::String => "text".into(),
            Type::Choice(words) => format!("one of {}", words.join(", ")),
            Type::List(item) | Type::Set(item) => format!("a list, each item {}", item.describe()),
            Type::Map(item) => format!("an object, each value {}", item.describe()),
            Type::Block(_) => "an object".into(),
            Type::Id(name) => format!("a `{name}`"),
            Type::Json => "a JSON document".into(),
        }
    }
}

/// How a type of our own is written in Rust: for code that is written by a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spelling {
    /// The module it is declared in, as `module_path!()` has it there.
    pub module: String,
    /// Its name.
    pub name: String,
    /// Of a choice, the variants, in the order of its words.
    pub variants: Vec<String>,
}

/// Which physical names the cloud takes for an object, so that the engine makes one of them. Letters, digits and single hyphens are
/// taken everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhysicalName {
    /// The longest, in characters.
    pub longest: u16,
    /// Whether an upper-case letter is refused, or made a lower-case one by the cloud.
    #[serde(default, skip_serializing_if = "is_false")]
    pub lower_case: bool,
    /// Beginnings that the cloud keeps for itself, in lower case; it refuses them in any case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<String>,
}

/// An input of a resource, or a field of a block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The name in the Rust struct.
    pub name: String,
    /// Its type; an optional field's is that of what it holds.
    pub ty: Type,
    /// Whether it must be given.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Whether another value needs another object.
    #[serde(default, skip_serializing_if = "is_false")]
    pub replace: bool,
    /// Whether the value is secret whoever gives it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub secret: bool,
    /// Whether the cloud never tells the value back, so that only the record can.
    #[serde(default, skip_serializing_if = "is_false")]
    pub write_only: bool,
    /// Whether the cloud fills in what the program leaves out: then the field makes no other item of a set, and a map's
    /// keys that the program does not name are left alone.
    #[serde(default, skip_serializing_if = "is_false")]
    pub filled: bool,
    /// Whether it is how things are on the machine of the engine, so that it is neither compared nor recorded: a path, from the
    /// stack's folder, which handlers get whole and of which a digest beside it says what is there; the environment of a
    /// command.
    #[serde(default, skip_serializing_if = "is_false")]
    pub local: bool,
    /// What it may be, where it is the object's physical name, which the engine makes where the program does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_name: Option<PhysicalName>,
    /// The property in the cloud's own schema, as a path from the object that holds the field (`LaunchTemplateData/ImageId`);
    /// empty for an object of ours whose fields are properties beside it. Where there is none, the field's name in
    /// Pascal case.
    #[serde(skip)]
    pub cloud: Option<String>,
    /// Why the field is not as the cloud's own schema has it, where it is not.
    #[serde(skip)]
    pub unlike_cloud: Option<String>,
    /// How the type of it, or of its items, is written, where it is not one of Rust's own.
    #[serde(skip)]
    pub spelling: Option<Spelling>,
    /// What the doc comment says.
    #[serde(skip)]
    pub doc: String,
}

impl Field {
    /// Whether it, or anything in it, is secret whoever gives it.
    pub fn has_secret(&self) -> bool {
        self.secret || self.ty.has_secret()
    }
}

/// An output of a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputField {
    /// The name in the Rust struct.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether it survives an update in place.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stable: bool,
    /// The input whose value it is, so that it is known before the object exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echo: Option<String>,
    /// Whether the value is secret.
    #[serde(default, skip_serializing_if = "is_false")]
    pub secret: bool,
    /// What the doc comment says.
    #[serde(skip)]
    pub doc: String,
}

/// A type of resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// The kind, as in `aws:ec2/subnet`.
    pub kind: Kind,
    /// The Rust type a program writes, as in `Subnet`.
    pub handle: String,
    /// The inputs, in the order of the struct.
    pub inputs: Vec<Field>,
    /// The outputs, without the id.
    pub outputs: Vec<OutputField>,
    /// Sets of inputs of which the cloud refuses two objects with equal values: where a replacement keeps them all,
    /// the old object must go first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unique: Vec<Vec<String>>,
    /// Kinds of which an object is of no use to others without this resource, where this resource refers to it: a role
    /// without its policies, a target group without a listener.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub completes: Vec<Kind>,
    /// Whether it is an action: it is run and not made, and nothing exists of it afterwards but the record of its outcome.
    #[serde(default, skip_serializing_if = "is_false")]
    pub action: bool,
    /// The type in the cloud's own schemas, as in `AWS::EC2::Subnet`.
    #[serde(skip)]
    pub cloud: Option<String>,
    /// Why the cloud's own schemas have no such type, where they have not.
    #[serde(skip)]
    pub unlike_cloud: Option<String>,
    /// Properties of the cloud's own schema that are left out, by path, each with the reason.
    #[serde(skip)]
    pub without: Vec<(String, String)>,
    /// The module that a program takes the type from, as `module_path!()` has it there.
    #[serde(skip)]
    pub module: String,
    /// The permissions its handler needs.
    #[serde(skip)]
    pub iam: Permissions,
    /// What the doc comment says.
    #[serde(skip)]
    pub doc: String,
}

/// The permissions that a type's handler needs, as in `ec2:CreateSubnet`, by what it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// For reading, which comes before and after all else.
    pub read: Vec<String>,
    /// For making an object.
    pub create: Vec<String>,
    /// For changing one, which also completes a new one.
    pub update: Vec<String>,
    /// For deleting one.
    pub delete: Vec<String>,
}

impl Schema {
    /// An input by name.
    pub fn input(&self, name: &str) -> Option<&Field> {
        self.inputs.iter().find(|field| field.name == name)
    }

    /// An output by name.
    pub fn output(&self, name: &str) -> Option<&OutputField> {
        self.outputs.iter().find(|field| field.name == name)
    }

    /// Whether any of its inputs or outputs is secret whoever gives it.
    pub fn has_secrets(&self) -> bool {
        self.inputs.iter().any(Field::has_secret) || self.outputs.iter().any(|output| output.secret)
    }

    /// The input that is the physical name, with what it may be.
    pub fn physical_name(&self) -> Option<(&Field, &PhysicalName)> {
        self.inputs.iter().find_map(|field| Some((field, field.physical_name.as_ref()?)))
    }
}

/// A Rust type that has a [`Type`].
pub trait Typed {
    /// The type.
    fn ty() -> Type;

    /// How it is written, or its items are, where it is not one of Rust's own types.
    fn spelling() -> Option<Spelling> {
        None
    }
}

macro_rules! typed {
    ($($variant:ident: $($type:ty)+;)*) => {$($(
        impl Typed for $type {
            fn ty() -> Type {
                Type::$variant
            }
        }
    )+)*};
}

typed! {
    Bool: bool;
    Int: u8 u16 u32 u64 i8 i16 i32 i64;
    Float: f64;
    String: String;
    Json: serde_json::Value;
}

impl<T: Typed> Typed for Option<T> {
    fn ty() -> Type {
        T::ty()
    }

    fn spelling() -> Option<Spelling> {
        T::spelling()
    }
}

impl<T: Typed> Typed for Vec<T> {
    fn ty() -> Type {
        Type::List(Box::new(T::ty()))
    }

    fn spelling() -> Option<Spelling> {
        T::spelling()
    }
}

impl<T: Typed> Typed for BTreeMap<String, T> {
    fn ty() -> Type {
        Type::Map(Box::new(T::ty()))
    }

    fn spelling() -> Option<Spelling> {
        T::spelling()
    }
}

impl<T: Typed> Typed for Box<T> {
    fn ty() -> Type {
        T::ty()
    }

    fn spelling() -> Option<Spelling> {
        T::spelling()
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(bool: &bool) -> bool {
    !*bool
}
