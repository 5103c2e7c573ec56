//! The least permissions for a run, as an IAM policy: from what each type of resource declares, and what happens to it.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Expr, Graph, Kind, Schema, Value};
use infra_plan::{Action, Plan, State, Want};
use serde_json::{Value as Json, json};

/// What the permissions are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Performing the plan.
    Deploy,
    /// Destroying what there is.
    Destroy,
    /// Looking, to make a plan.
    Plan,
}

/// What they are made from.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    /// What the types of resource need, by kind.
    pub schemas: &'a BTreeMap<Kind, Schema>,
    /// What the program declares; nothing where it is to be destroyed.
    pub graph: Option<&'a Graph>,
    /// What is to be done.
    pub plan: &'a Plan,
    /// What there is.
    pub state: &'a State,
    /// The account's id; any account where it is not known.
    pub account: Option<&'a str>,
}

/// The kinds whose objects are named by a role's, and the input that does.
const BY_ROLE: [(&str, &str); 3] = [("aws:iam/role", "name"), ("aws:iam/role-policy", "role"), ("aws:iam/role-policy-attachment", "role")];

/// Permissions that IAM grants for everything or not at all.
const WHOLE: [&str; 2] = ["iam:ListPolicies", "iam:CreateServiceLinkedRole"];

/// The policy document, and the kinds of which nobody knows what they need.
pub fn least(purpose: Purpose, of: &Basis<'_>) -> (Json, Vec<Kind>) {
    let mut actions: BTreeSet<&str> = BTreeSet::new();
    let mut unknown: BTreeSet<Kind> = BTreeSet::new();
    let mut need = |kind: &Kind, parts: &[&str]| match of.schemas.get(kind) {
        None => drop(unknown.insert(kind.clone())),
        Some(schema) => {
            let iam = &schema.iam;
            actions.extend(iam.read.iter().map(String::as_str));
            for part in parts {
                let more = match *part {
                    "create" => &iam.create,
                    "update" => &iam.update,
                    _ => &iam.delete,
                };
                actions.extend(more.iter().map(String::as_str));
            }
        }
    };
    for node in of.graph.into_iter().flat_map(|graph| &graph.nodes) {
        need(node.address.kind(), &[]);
    }
    for address in of.state.rows.keys() {
        need(address.kind(), if purpose == Purpose::Destroy { &["delete"] } else { &[] });
    }
    if purpose == Purpose::Deploy {
        for step in &of.plan.steps {
            need(
                step.address.kind(),
                match &step.action {
                    // What the call that makes an object cannot say is said by changing it.
                    Action::Create { .. } => &["create", "update"],
                    Action::Adopt { changes, .. } if changes.is_empty() => &[],
                    Action::Update { .. } | Action::Adopt { .. } => &["update"],
                    Action::Delete { .. } => &["delete"],
                    Action::Sweep { .. } | Action::Retain { .. } | Action::Note { .. } | Action::Forget { .. } => &[],
                },
            );
        }
    }
    if !passes_a_role(of) {
        actions.remove("iam:PassRole");
    }
    (document(&actions, of), unknown.into_iter().collect())
}

/// A statement a service, and one more for each kind of resource that IAM lets be named.
fn document(actions: &BTreeSet<&str>, of: &Basis<'_>) -> Json {
    let (roles, profiles, policies) = (
        names(of, &BY_ROLE, "role"),
        names(of, &[("aws:iam/instance-profile", "name")], "instance-profile"),
        names(of, &[("aws:iam/managed-policy", "name")], "policy"),
    );
    let mut statements: BTreeMap<(String, Vec<String>), Vec<&str>> = BTreeMap::new();
    for action in actions {
        let (service, name) = action.split_once(':').unwrap_or((action, ""));
        let resources = match service {
            "iam" if WHOLE.contains(action) => vec!["*".to_owned()],
            "iam" if *action == "iam:PassRole" => {
                if passes_foreign_roles(of) {
                    vec!["*".to_owned()]
                } else {
                    roles.clone()
                }
            }
            "iam" if name.contains("InstanceProfile") => profiles.clone(),
            "iam" if name.contains("Role") => roles.clone(),
            "iam" if name.contains("Policy") || name.contains("Policies") => policies.clone(),
            _ => vec!["*".to_owned()],
        };
        statements.entry((service.to_owned(), resources)).or_default().push(action);
    }
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let statements: Vec<Json> = statements
        .iter()
        .map(|((service, resources), actions)| {
            let number = numbers.entry(service).or_default();
            *number += 1;
            let mut sid: String = service.split('-').map(capital).collect();
            if *number > 1 {
                sid.push_str(&number.to_string());
            }
            let resource = if let [one] = resources.as_slice() { json!(one) } else { json!(resources) };
            json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource})
        })
        .collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The ARNs of IAM's objects of a sort that the stack has or will have. Names that the engine makes begin with the stack's,
/// so that a policy for them holds for those that come next; what is not known is any.
fn names(of: &Basis<'_>, kinds: &[(&str, &str)], sort: &str) -> Vec<String> {
    let mut patterns: BTreeSet<String> = BTreeSet::new();
    let account = of.account.unwrap_or("*");
    let prefix = format!("{}-", of.plan.stack);
    let mut take = |path: &str, name: &str| {
        let name = if name.starts_with(&prefix) { format!("{prefix}*") } else { name.to_owned() };
        patterns.insert(format!("arn:aws:iam::{account}:{sort}{path}{name}"));
    };
    let text = |expr: Option<&Expr>| match expr.and_then(Expr::value) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    for (kind, input) in kinds {
        for (_, want) in wants(of).filter(|(of_kind, _)| *of_kind == *kind) {
            let path = want.inputs.get("path").map_or_else(|| Some("/".to_owned()), |path| text(Some(path)));
            match (text(want.inputs.get(*input)), path) {
                (Some(name), Some(path)) => take(&path, &name),
                // Another resource's name, which that one says.
                (None, _) if want.inputs.get(*input).is_some_and(|name| !name.refs().is_empty()) => {}
                _ => take("/", "*"),
            }
        }
        for (_, row) in of.state.rows.iter().filter(|(address, _)| &**address.kind() == *kind) {
            let text = |name: &str| row.object.as_ref().and_then(|object| object.inputs.get(name)).and_then(Value::as_str);
            take(text("path").unwrap_or("/"), text(input).unwrap_or("*"));
        }
    }
    if patterns.is_empty() {
        patterns.insert("*".to_owned());
    }
    patterns.into_iter().collect()
}

fn wants<'a>(of: &Basis<'a>) -> impl Iterator<Item = (&'a str, &'a Want)> {
    of.plan.steps.iter().filter_map(|step| match &step.action {
        Action::Create { want, .. } | Action::Update { want, .. } | Action::Adopt { want, .. } | Action::Note { want, .. } => {
            Some((&**step.address.kind(), want))
        }
        _ => None,
    })
}

/// The inputs by which a role, or a profile with one, is given to something.
const PASSING: [&str; 5] = ["instance_profile", "iam_instance_profile", "role", "roles", "service_linked_role"];

fn passing<'a>(of: &Basis<'a>) -> impl Iterator<Item = &'a Expr> {
    let takes = |kind: &str| !BY_ROLE.iter().any(|(by_role, _)| *by_role == kind);
    let nodes = of.graph.into_iter().flat_map(|graph| &graph.nodes).filter(move |node| takes(node.address.kind()));
    nodes.flat_map(|node| PASSING.iter().filter_map(|name| node.inputs.get(*name)))
}

fn passes_a_role(of: &Basis<'_>) -> bool {
    passing(of).next().is_some()
}

/// Whether a role may be one that the stack does not declare.
fn passes_foreign_roles(of: &Basis<'_>) -> bool {
    passing(of).any(|given| given.refs().is_empty())
}
