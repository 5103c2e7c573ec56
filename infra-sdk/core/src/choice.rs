//! Enumerations of a cloud's own words.

/// Makes an enum of which each variant is one word of the cloud's interface.
///
/// `choices! { /// docs  pub enum Tenancy { /// docs  Default = "default", … } }` gives `as_str`, `FromStr`-like
/// `from_word`, serde as that word, and [`Input`](crate::Input) for itself.
#[macro_export]
macro_rules! choices {
    ($(#[$attr:meta])* $vis:vis enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$attr])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// The cloud's word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// From the cloud's word; `None` if it is none of them.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <String as $crate::__private::serde::Deserialize>::deserialize(deserializer)?;
                Self::from_word(&word).ok_or_else(|| {
                    $crate::__private::serde::de::Error::unknown_variant(&word, &[$($word),+])
                })
            }
        }

        impl $crate::Typed for $name {
            fn ty() -> $crate::Type {
                $crate::Type::Choice(vec![$($word.to_owned()),+])
            }

            fn spelling() -> ::core::option::Option<$crate::Spelling> {
                ::core::option::Option::Some($crate::Spelling {
                    module: ::core::module_path!().to_owned(),
                    name: ::core::stringify!($name).to_owned(),
                    variants: ::std::vec![$(::core::stringify!($variant).to_owned()),+],
                })
            }
        }

        impl $crate::Input<$name> for $name {
            fn into_expr(self) -> $crate::Expr {
                $crate::Expr::lit(self.as_str())
            }
        }
    };
}
