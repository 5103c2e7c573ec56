//! The engine's side: values are made here, and are nowhere but in the state.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use infra_apply::{Class, Creation, Found, Handler, Maker, ProviderError, Registry};
use infra_core::{Resource, Schema, Value};
use serde_json::json;

use crate::draw::Rules;
use crate::{RandomPassword, RandomPasswordInputs, RandomString, RandomStringInputs};

/// The characters that are neither letters nor digits, where no others are asked for.
const SYMBOLS: &str = "!@#$%&*()-_=+[]{}<>:?";

/// Adds the types of this crate to an engine's registry.
pub fn register(registry: &mut Registry) {
    registry.insert(Arc::new(Random::<RandomPassword>::new()));
    registry.insert(Arc::new(Random::<RandomString>::new()));
}

/// A type of random values.
struct Random<R> {
    schema: Schema,
    of: PhantomData<fn() -> R>,
}

impl<R: Resource> Random<R> {
    fn new() -> Random<R> {
        Random { schema: R::schema(), of: PhantomData }
    }
}

/// Inputs that say what a text must be like.
trait Ruled {
    /// The rules.
    fn rules(&self) -> Rules;
}

macro_rules! ruled {
    ($($inputs:ty)*) => {$(
        impl Ruled for $inputs {
            fn rules(&self) -> Rules {
                let symbols: Vec<u8> = match &self.symbol_set {
                    Some(set) => set.bytes().filter(u8::is_ascii_graphic).collect(),
                    None => SYMBOLS.bytes().collect(),
                };
                let sets = [
                    (self.lower, (b'a'..=b'z').collect(), self.min_lower),
                    (self.upper, (b'A'..=b'Z').collect(), self.min_upper),
                    (self.digits, (b'0'..=b'9').collect(), self.min_digits),
                    (self.symbols, symbols, self.min_symbols),
                ];
                let sets = sets.into_iter().filter(|(wanted, _, _)| wanted.unwrap_or(true));
                let sets = sets.map(|(_, set, least)| (set, least.map_or(0, usize::from))).collect();
                Rules { length: usize::from(self.length), sets }
            }
        }
    )*};
}

ruled!(RandomPasswordInputs RandomStringInputs);

fn random(bytes: &mut [u8]) -> Result<(), ProviderError> {
    let failed = |error: getrandom::Error| ProviderError::new(Class::Other, "ask the machine for random bytes", error.to_string());
    getrandom::fill(bytes).map_err(failed)
}

impl<R> Maker for Random<R>
where
    R: Resource,
    R::Inputs: Ruled,
{
    fn make(&self, want: &Value) -> Result<(String, Value), ProviderError> {
        let wrong = |problem: String| ProviderError::new(Class::Invalid, "make a random value", problem);
        let inputs = serde_json::from_value::<R::Inputs>(want.reveal());
        let rules = inputs.map_err(|_| wrong("the inputs do not fit its type".into()))?.rules();
        if let Some(problem) = rules.problem() {
            return Err(wrong(problem));
        }
        // The id is no part of the value: it is said where the value is not.
        let mut id = [0; 8];
        random(&mut id)?;
        let id = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let value = rules.draw(&mut random)?;
        Ok((id, Value::from(json!({ "value": value }))))
    }
}

#[async_trait]
impl<R> Handler for Random<R>
where
    R: Resource,
    R::Inputs: Ruled,
{
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn service(&self) -> &str {
        "random"
    }

    fn page(&self) -> usize {
        usize::MAX
    }

    fn maker(&self) -> Option<&dyn Maker> {
        Some(self)
    }

    async fn read(&self, _: &[String]) -> Result<Vec<Found>, ProviderError> {
        Ok(Vec::new())
    }

    async fn create(&self, _: &Value, _: Creation<'_>) -> Result<String, ProviderError> {
        Err(ProviderError::new(Class::Other, "create it", "a random value is made, and not asked of a cloud"))
    }

    async fn update(&self, _: &str, _: &Value, _: &Value) -> Result<(), ProviderError> {
        Err(ProviderError::new(Class::Invalid, "change it", "a random value cannot be changed"))
    }

    async fn delete(&self, _: &str) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn find(&self, _: &Value, _: Creation<'_>) -> Result<Option<String>, ProviderError> {
        Ok(None)
    }
}
