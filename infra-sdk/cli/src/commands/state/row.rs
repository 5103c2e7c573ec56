//! A row of a state: found by what people call it, and summed up.

use infra_core::Address;
use infra_plan::{Row, State};

use crate::called::called;
use crate::error::Error;
use crate::nearest::did_you_mean;

/// The physical id of its object.
pub(super) fn id(row: &Row) -> Option<&str> {
    row.object.as_ref().map(|object| object.id.as_str())
}

/// What is not as it should be, in a few words.
pub(super) fn condition(row: &Row) -> Option<String> {
    let problem = row.object.as_ref().and_then(|object| object.problem.clone());
    let doubt = row.intent.as_ref().map(|_| "a call was interrupted".to_owned());
    let old = (!row.old.is_empty()).then(|| format!("{} replaced, not deleted yet", row.old.len()));
    doubt.or(problem).or(old)
}

/// The row of a resource, by its address, or by its name where no other has the same.
pub(super) fn find<'a>(state: &'a State, wanted: &str) -> Result<(&'a Address, &'a Row), Error> {
    let exact = state.rows.iter().find(|(address, _)| address.to_string() == wanted);
    let by_name: Vec<_> = state.rows.iter().filter(|(address, _)| address.name() == wanted).collect();
    match (exact, by_name.as_slice()) {
        (Some(found), _) => Ok(found),
        (None, [found]) => Ok(*found),
        (None, []) => {
            let known: Vec<String> = state.rows.keys().flat_map(|address| [address.to_string(), address.name().to_owned()]).collect();
            Err(Error::Missing {
                problem: format!("the state has no resource `{wanted}`{}", did_you_mean(wanted, known.iter().map(String::as_str))),
                help: format!("`{}` lists the addresses", called("state list")),
            })
        }
        (None, several) => {
            let addresses: Vec<String> = several.iter().map(|(address, _)| address.to_string()).collect();
            Err(Error::Missing {
                problem: format!("several resources are called `{wanted}`"),
                help: format!("name one of {}", crate::error::list(&addresses)),
            })
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use infra_core::{Location, Value};
    use infra_plan::{Object, Record};

    use super::*;

    /// Three resources, two of them with the same name, each with a secret.
    pub(crate) fn state() -> State {
        let mut state = State::new("salt");
        for (kind, name) in [("aws:ec2/vpc", "main"), ("aws:ec2/subnet", "main"), ("aws:ec2/subnet", "public/a")] {
            let secret = Value::Secret(Box::new(Value::from("hunter2"))).digested("salt");
            let object = Object {
                id: format!("{name}-1"),
                inputs: BTreeMap::from([("key".to_owned(), secret)]),
                outputs: BTreeMap::new(),
                dependencies: Default::default(),
                declared: Location::default(),
                problem: None,
                lifecycle: Default::default(),
                unfinished: false,
            };
            state.apply(Record::Settled { address: Address::new(kind, name), object });
        }
        state
    }

    #[test]
    fn a_resource_is_found_by_address_or_by_a_name_that_no_other_has() {
        let state = state();
        assert_eq!(find(&state, "aws:ec2/vpc:main").unwrap().0.to_string(), "aws:ec2/vpc:main");
        assert_eq!(find(&state, "public/a").unwrap().0.to_string(), "aws:ec2/subnet:public/a");
        let several = find(&state, "main").unwrap_err();
        assert_eq!(several.help().unwrap(), "name one of `aws:ec2/subnet:main` and `aws:ec2/vpc:main`");
        assert!(find(&state, "aws:ec2/vpc:mian").unwrap_err().to_string().ends_with("did you mean `aws:ec2/vpc:main`?"));
    }
}
