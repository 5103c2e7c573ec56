//! Paths of this machine in what is asked of a handler: from the stack's folder in the program, whole for the handler.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use infra_core::{Field, LocalFile, Type, Value};
use sha2::{Digest as _, Sha256};

use crate::error::{Class, ProviderError};

/// The content of a file, which must be what the plan was made for.
///
/// # Errors
/// Where it cannot be read, or has been changed since.
pub fn read_file(file: &LocalFile) -> Result<Vec<u8>, ProviderError> {
    let content = fs::read(&file.path).map_err(|error| {
        let failed = ProviderError::new(Class::Invalid, format!("read {}", file.path), error.to_string());
        ProviderError { source: Some(Box::new(error)), ..failed }
    })?;
    let digest = Sha256::digest(&content).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    if digest != file.sha256 {
        let message = "it is not what it was when the plan was made: run the command again".to_owned();
        return Err(ProviderError::new(Class::Invalid, format!("read {}", file.path), message));
    }
    Ok(content)
}

/// Inputs with every path that is local made whole, however deep it stands.
pub(crate) fn located(fields: &[Field], inputs: Value, folder: &Path) -> Value {
    match inputs {
        Value::Object(values) => {
            let of = |name: &str| fields.iter().find(|field| field.name == name);
            let located = values.into_iter().map(|(name, value)| match (of(&name), value) {
                (Some(field), Value::String(path)) if field.local => {
                    (name, Value::String(folder.join(path).to_string_lossy().into_owned()))
                }
                (Some(field), value) => (name, inside(&field.ty, value, folder)),
                (None, value) => (name, value),
            });
            Value::Object(located.collect())
        }
        other => other,
    }
}

fn inside(ty: &Type, value: Value, folder: &Path) -> Value {
    match (ty, value) {
        (Type::Block(fields), value) => located(fields, value, folder),
        (Type::List(item) | Type::Set(item), Value::List(items)) => {
            Value::List(items.into_iter().map(|value| inside(item, value, folder)).collect())
        }
        (Type::Map(item), Value::Object(values)) => {
            Value::Object(values.into_iter().map(|(key, value)| (key, inside(item, value, folder))).collect())
        }
        (_, value) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_core::Typed as _;
    use serde_json::json;

    #[test]
    fn a_path_is_whole_for_the_handler_wherever_it_stands() {
        let file = |path: &str| json!({"path": path, "sha256": "0"});
        let fields = [
            Field { name: "code".into(), ..field(LocalFile::ty()) },
            Field { name: "more".into(), ..field(Type::Map(Box::new(LocalFile::ty()))) },
            Field { name: "title".into(), ..field(Type::String) },
        ];
        let inputs = json!({"code": file("a.zip"), "more": {"b": file("/b.zip")}, "title": "a.zip"});
        let located = located(&fields, Value::from(inputs), Path::new("/stack"));
        let expected = json!({"code": file("/stack/a.zip"), "more": {"b": file("/b.zip")}, "title": "a.zip"});
        assert_eq!(located.reveal(), expected);
    }

    fn field(ty: Type) -> Field {
        let Type::Block(fields) = LocalFile::ty() else { panic!("it is a block") };
        Field { ty, local: false, ..fields[0].clone() }
    }

    #[test]
    fn a_file_that_was_changed_since_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "abc").unwrap();
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned();
        let file = LocalFile { path: path.to_string_lossy().into_owned(), sha256 };
        assert_eq!(read_file(&file).unwrap(), b"abc");
        fs::write(&path, "abd").unwrap();
        assert!(read_file(&file).unwrap_err().to_string().contains("it is not what it was when the plan was made"));
        fs::remove_file(&path).unwrap();
        assert!(read_file(&file).unwrap_err().to_string().contains("read /"));
    }
}
