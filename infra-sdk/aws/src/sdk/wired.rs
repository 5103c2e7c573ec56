//! Our blocks as the SDK's structs and back, field by field: one list of fields says both ways.

use std::collections::{BTreeMap, HashMap};

use aws_smithy_types::error::operation::BuildError;
use infra_apply::{Class, ProviderError};

/// A type of ours that is written as `S`, and read from it.
pub(crate) trait Wired<S>: Sized {
    /// As the SDK has it.
    fn wire(&self) -> Result<S, BuildError>;

    /// From what the SDK has; `None` where it is none of ours, as a word that is newer than this engine.
    fn unwire(sdk: &S) -> Option<Self>;
}

/// For `map_err`: what the SDK's builder says against the inputs of `operation`.
pub(crate) fn unbuilt(operation: &'static str) -> impl Fn(BuildError) -> ProviderError {
    move |error| ProviderError::new(Class::Invalid, operation, error.to_string())
}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl Wired<$type> for $type {
            fn wire(&self) -> Result<$type, BuildError> {
                Ok(self.clone())
            }

            fn unwire(sdk: &$type) -> Option<$type> {
                Some(sdk.clone())
            }
        }
    )*};
}

plain!(String bool i32 i64 f64);

impl<S, T: Wired<S>> Wired<Option<S>> for Option<T> {
    fn wire(&self) -> Result<Option<S>, BuildError> {
        self.as_ref().map(Wired::wire).transpose()
    }

    fn unwire(sdk: &Option<S>) -> Option<Option<T>> {
        Some(sdk.as_ref().and_then(T::unwire))
    }
}

impl<S, T: Wired<S>> Wired<Vec<S>> for Vec<T> {
    fn wire(&self) -> Result<Vec<S>, BuildError> {
        self.iter().map(Wired::wire).collect()
    }

    fn unwire(sdk: &Vec<S>) -> Option<Vec<T>> {
        Some(sdk.iter().filter_map(T::unwire).collect())
    }
}

impl<S, T: Wired<S>> Wired<HashMap<String, S>> for BTreeMap<String, T> {
    fn wire(&self) -> Result<HashMap<String, S>, BuildError> {
        self.iter().map(|(key, value)| Ok((key.clone(), value.wire()?))).collect()
    }

    fn unwire(sdk: &HashMap<String, S>) -> Option<BTreeMap<String, T>> {
        Some(sdk.iter().filter_map(|(key, value)| Some((key.clone(), T::unwire(value)?))).collect())
    }
}

/// Typed texts, which the SDK has as texts.
macro_rules! wired_texts {
    ($($name:ty),* $(,)?) => {$(
        impl $crate::sdk::Wired<String> for $name {
            fn wire(&self) -> Result<String, ::aws_smithy_types::error::operation::BuildError> {
                Ok(self.as_str().to_owned())
            }

            fn unwire(sdk: &String) -> Option<$name> {
                Some(<$name>::new(sdk))
            }
        }
    )*};
}
pub(crate) use wired_texts;

/// Words that the SDK has as an enum of its own.
macro_rules! wired_words {
    ($($name:ty => $sdk:ty),* $(,)?) => {$(
        impl $crate::sdk::Wired<$sdk> for $name {
            fn wire(&self) -> Result<$sdk, ::aws_smithy_types::error::operation::BuildError> {
                Ok(self.as_str().into())
            }

            fn unwire(sdk: &$sdk) -> Option<$name> {
                <$name>::from_word(sdk.as_str())
            }
        }
    )*};
}
pub(crate) use wired_words;

/// A block of ours and the SDK's struct, with an expression that makes a blank one (`Ok(…)` where building cannot fail).
/// `same` fields have one name and are optional on both sides or on neither; `named` ones have ours first; of `bare` ones
/// only ours are optional, which is also so for `switches`, which have two names; and of `given` ones only the SDK's.
macro_rules! wired {
    ($ours:ty = $sdk:ty, $blank:expr;
        $(same: $($same:ident),* $(,)?;)?
        $(named: $($named:ident = $theirs:ident),* $(,)?;)?
        $(bare: $($bare:ident),* $(,)?;)?
        $(switches: $($switch:ident = $switch_theirs:ident),* $(,)?;)?
        $(given: $($given:ident = $given_theirs:ident),* $(,)?;)?
    ) => {
        impl $crate::sdk::Wired<$sdk> for $ours {
            fn wire(&self) -> Result<$sdk, ::aws_smithy_types::error::operation::BuildError> {
                let blank: Result<$sdk, ::aws_smithy_types::error::operation::BuildError> = $blank;
                let mut sdk = blank?;
                $($(sdk.$same = $crate::sdk::Wired::wire(&self.$same)?;)*)?
                $($(sdk.$theirs = $crate::sdk::Wired::wire(&self.$named)?;)*)?
                $($(if let Some(value) = &self.$bare { sdk.$bare = $crate::sdk::Wired::wire(value)?; })*)?
                $($(if let Some(value) = &self.$switch { sdk.$switch_theirs = $crate::sdk::Wired::wire(value)?; })*)?
                $($(sdk.$given_theirs = Some($crate::sdk::Wired::wire(&self.$given)?);)*)?
                Ok(sdk)
            }

            fn unwire(sdk: &$sdk) -> Option<$ours> {
                Some(Self {
                    $($($same: $crate::sdk::Wired::unwire(&sdk.$same)?,)*)?
                    $($($named: $crate::sdk::Wired::unwire(&sdk.$theirs)?,)*)?
                    $($($bare: Some($crate::sdk::Wired::unwire(&sdk.$bare)?),)*)?
                    $($($switch: Some($crate::sdk::Wired::unwire(&sdk.$switch_theirs)?),)*)?
                    $($($given: $crate::sdk::Wired::unwire(sdk.$given_theirs.as_ref()?)?,)*)?
                })
            }
        }
    };
}
pub(crate) use wired;
