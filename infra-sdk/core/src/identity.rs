//! Which object a resource is, besides what its address says: one that another address had, or one that exists already.

use serde::{Deserialize, Serialize};

use crate::{Address, check_name};

/// An address that a resource had before it had its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Former {
    /// The stack it was in, in the same environment, if that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// The address.
    pub address: Address,
}

/// An object that exists already, and is to be the resource's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Its physical id.
    pub id: String,
    /// Whether it is made as the program says; otherwise it must be so already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub update: bool,
}

/// A former address as a program writes it.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// The other stack.
    pub(crate) stack: Option<String>,
    /// A name beside the resource's own, `/` and a name from the root of the stack, or a whole address.
    pub(crate) name: String,
}

/// Where a resource is declared: what comes before its name, and what came before it.
pub(crate) struct Standing<'a> {
    /// The resource's own address.
    pub(crate) address: &'a Address,
    /// Its name, without its scopes.
    pub(crate) name: &'a str,
    /// Its scopes, each followed by `/`.
    pub(crate) scope: &'a str,
    /// What its scopes were before.
    pub(crate) former: &'a [String],
}

impl Standing<'_> {
    /// The former addresses, those that the resource names first; and what is wrong with what it names.
    pub(crate) fn resolve(&self, said: &[Said]) -> (Vec<Former>, Vec<String>) {
        let (mut all, mut problems) = (Vec::new(), Vec::new());
        for Said { stack, name } in said {
            if let Some(Err(problem)) = stack.as_ref().map(|stack| check_name(stack)) {
                problems.push(problem);
                continue;
            }
            match self.addresses(name, stack.is_some()) {
                Ok(addresses) => all.extend(addresses.into_iter().map(|address| Former { stack: stack.clone(), address })),
                Err(problem) => problems.push(problem),
            }
        }
        if all.iter().any(|former| former.stack.is_none() && former.address == *self.address) {
            problems.push("is moved from its own address".to_owned());
        }
        let beside = self.former.iter().map(|scope| Address::new(self.address.kind().clone(), format!("{scope}{}", self.name)));
        all.extend(beside.map(|address| Former { stack: None, address }));
        let mut distinct: Vec<Former> = Vec::new();
        for former in all {
            if !distinct.contains(&former) && (former.stack.is_some() || former.address != *self.address) {
                distinct.push(former);
            }
        }
        (distinct, problems)
    }

    fn addresses(&self, said: &str, elsewhere: bool) -> Result<Vec<Address>, String> {
        let kind = self.address.kind();
        let addresses = if said.contains(':') {
            vec![said.parse::<Address>()?]
        } else if let Some(name) = said.strip_prefix('/') {
            vec![Address::new(kind.clone(), name)]
        } else if elsewhere {
            vec![Address::new(kind.clone(), said)]
        } else {
            let scopes = std::iter::once(self.scope).chain(self.former.iter().map(String::as_str));
            scopes.map(|scope| Address::new(kind.clone(), format!("{scope}{said}"))).collect()
        };
        for part in addresses.iter().flat_map(|address| address.name().split('/')) {
            check_name(part).map_err(|problem| format!("`{said}` is no name of a resource: {problem}"))?;
        }
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(scope: &str, former: &[&str], said: &[(Option<&str>, &str)]) -> (Vec<String>, Vec<String>) {
        let address = Address::new("t:t/t", format!("{scope}a"));
        let former: Vec<String> = former.iter().map(|scope| (*scope).to_owned()).collect();
        let said: Vec<Said> = said.iter().map(|(stack, name)| Said { stack: stack.map(str::to_owned), name: (*name).to_owned() }).collect();
        let (all, problems) = Standing { address: &address, name: "a", scope, former: &former }.resolve(&said);
        let shown = |former: Former| format!("{}{}", former.stack.map(|stack| format!("{stack} ")).unwrap_or_default(), former.address);
        (all.into_iter().map(shown).collect(), problems)
    }

    #[test]
    fn a_name_is_beside_the_resource_and_one_with_a_slash_from_the_root() {
        let (all, problems) = resolved("blue/", &[], &[(None, "b"), (None, "x/b"), (None, "/b"), (None, "t:t/u:green/b")]);
        assert_eq!(all, ["t:t/t:blue/b", "t:t/t:blue/x/b", "t:t/t:b", "t:t/u:green/b"]);
        assert!(problems.is_empty());
        assert_eq!(resolved("blue/", &[], &[(Some("other"), "b")]).0, ["other t:t/t:b"]);
    }

    #[test]
    fn in_a_moved_scope_every_name_may_have_been_in_the_former_one() {
        let (all, _) = resolved("blue/", &["green/"], &[(None, "b")]);
        assert_eq!(all, ["t:t/t:blue/b", "t:t/t:green/b", "t:t/t:green/a"]);
    }

    #[test]
    fn what_cannot_have_been_an_address_is_a_problem() {
        for wrong in ["", "a b", "b//c", "t:t/t:", "vpc:b", "/"] {
            assert_eq!(resolved("", &[], &[(None, wrong)]).1.len(), 1, "{wrong}");
        }
        assert_eq!(resolved("x/", &[], &[(None, "a")]).1, ["is moved from its own address"]);
        assert_eq!(resolved("", &[], &[(Some("a/b"), "a")]).1.len(), 1);
    }
}
