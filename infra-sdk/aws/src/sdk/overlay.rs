//! One object's inputs laid over another's: for a service that takes everything anew with each change.

use infra_apply::{Class, ProviderError};
use infra_core::{Field, Resource, Type};
use serde_json::Value as Json;

/// What `want` says, and of what it does not say, what is there. Fields of objects are laid over each other one by one;
/// lists and maps are taken whole.
pub(crate) fn overlaid<R: Resource>(have: &R::Inputs, want: &R::Inputs) -> Result<R::Inputs, ProviderError> {
    let failed = |error: serde_json::Error| ProviderError::new(Class::Other, "compare the inputs", error.to_string());
    let (have, want) = (serde_json::to_value(have).map_err(failed)?, serde_json::to_value(want).map_err(failed)?);
    serde_json::from_value(fields(&R::schema().inputs, have, want)).map_err(failed)
}

fn fields(schema: &[Field], have: Json, want: Json) -> Json {
    let (Json::Object(mut have), Json::Object(want)) = (have, want.clone()) else { return want };
    for (name, want) in want {
        if want.is_null() {
            continue;
        }
        let there = have.remove(&name).unwrap_or_default();
        let ty = schema.iter().find(|field| field.name == name).map(|field| &field.ty);
        let value = match ty {
            Some(Type::Block(inner)) if there.is_object() => fields(inner, there, want),
            _ => want,
        };
        have.insert(name, value);
    }
    Json::Object(have)
}

#[cfg(all(test, feature = "iam"))]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(name: &str, ty: Type) -> Field {
        let mut field = crate::iam::Role::schema().inputs[0].clone();
        (field.name, field.ty) = (name.into(), ty);
        field
    }

    #[test]
    fn objects_are_laid_over_each_other_and_lists_and_maps_are_taken_whole() {
        let strings = || Box::new(Type::String);
        let inner = vec![field("image", Type::String), field("user", Type::String), field("command", Type::List(strings()))];
        let schema = [field("container", Type::Block(inner)), field("parameters", Type::Map(strings())), field("timeout", Type::Int)];
        let have = json!({"container": {"image": "a", "user": "u", "command": ["x", "y"]}, "parameters": {"a": "1"}, "timeout": 60});
        let want = json!({"container": {"image": "b", "user": null, "command": ["z"]}, "parameters": {"b": "2"}, "timeout": null});
        let all = json!({"container": {"image": "b", "user": "u", "command": ["z"]}, "parameters": {"b": "2"}, "timeout": 60});
        assert_eq!(fields(&schema, have, want), all);
    }
}
