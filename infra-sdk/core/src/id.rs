//! Typed physical ids.

/// A physical id with a type of its own, so that a subnet's does not fit where a VPC's is asked.
///
/// The derive on a resource's inputs makes one; it is text on the wire.
pub trait ResourceId: Clone {
    /// What the type is called, as in `VpcId`.
    const NAME: &'static str;

    /// An id from its text, unchecked.
    fn from_text(text: String) -> Self;

    /// The id's text.
    fn as_str(&self) -> &str;
}

/// Makes a type of text: an id, a name or an ARN, that is not any text.
///
/// `text_type! { /// docs  pub struct RoleArn; }` gives `RoleArn::new("arn:…")`, `as_str`, `Display`, serde, and
/// [`Input`](crate::Input) for itself.
#[macro_export]
macro_rules! text_type {
    ($(#[$attr:meta])* $vis:vis struct $name:ident;) => {
        $(#[$attr])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(String);

        impl $name {
            /// From its text, unchecked: for what exists already in the cloud.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl $crate::ResourceId for $name {
            const NAME: &'static str = stringify!($name);

            fn from_text(text: String) -> Self {
                Self(text)
            }

            fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as $crate::__private::serde::Deserialize>::deserialize(deserializer).map(Self)
            }
        }

        impl $crate::Typed for $name {
            fn ty() -> $crate::Type {
                $crate::Type::Id(stringify!($name).to_owned())
            }

            fn spelling() -> ::core::option::Option<$crate::Spelling> {
                ::core::option::Option::Some($crate::Spelling {
                    module: ::core::module_path!().to_owned(),
                    name: ::core::stringify!($name).to_owned(),
                    variants: ::std::vec::Vec::new(),
                })
            }
        }

        impl $crate::Input<$name> for $name {
            fn into_expr(self) -> $crate::Expr {
                $crate::Expr::lit(self.0.as_str())
            }
        }

        impl $crate::Input<$name> for &$name {
            fn into_expr(self) -> $crate::Expr {
                $crate::Expr::lit(self.0.as_str())
            }
        }

        impl $crate::Part for $name {
            fn part(&self) -> $crate::Expr {
                $crate::Expr::lit(self.0.as_str())
            }
        }
    };
}
