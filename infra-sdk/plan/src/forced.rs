//! What needs another object although no input does: a trigger, another resource's end, another place.

use infra_core::{Address, Expr, Node, Provider, Terms};

use crate::decide::Context;
use crate::outlook::Outlooks;
use crate::plan::{Difference, Reason};
use crate::state::Object;

/// The reasons for which an object cannot stay, beside its inputs. `terms` is what is known of the node's.
///
/// Whether another resource's object is still the one that it was is seen by its id, which is recorded: so a run that
/// died after it had replaced the one is made up for by the next, which replaces the other.
pub(crate) fn forced(
    context: &Context<'_>,
    outlooks: &Outlooks<'_>,
    node: &Node,
    object: &Object,
    terms: &Terms,
    changes: &[Difference],
) -> Vec<Reason> {
    let had = &object.lifecycle;
    let wanted = node.options.lifecycle.provider.as_ref();
    let mut reasons = Vec::new();
    if !Provider::is_same_place(had.provider.as_ref(), wanted) {
        let (from, to) = (had.provider.as_ref().map(Provider::to_string), wanted.map(Provider::to_string));
        reasons.push(Reason::Place { from, to });
    }
    for other in &terms.replace_with {
        let is_another = match had.replace_with.get(other) {
            Some(id) => outlooks.id(other) != Some(id),
            None => context.replaced.contains(other),
        };
        if is_another {
            reasons.push(Reason::With { resource: other.clone() });
        }
    }
    for other in &terms.deleted_with {
        let Some(id) = had.deleted_with.get(other) else { continue };
        if outlooks.id(other) != Some(id) && !moves_to(other, changes) {
            reasons.push(Reason::Contained { resource: other.clone() });
        }
    }
    reasons.extend(trigger(context, object, &terms.triggers));
    reasons
}

/// Whether a change in place lets the object use another one of a resource.
fn moves_to(resource: &Address, changes: &[Difference]) -> bool {
    let news = changes.iter().filter_map(|difference| difference.change.new.as_ref());
    news.flat_map(Expr::refs).any(|attr| attr.resource == *resource)
}

/// The first trigger that is not what it was. What has no triggers, or had none, is not triggered.
fn trigger(context: &Context<'_>, object: &Object, triggers: &[Expr]) -> Option<Reason> {
    let had = &object.lifecycle.triggers;
    if had.is_empty() || triggers.is_empty() {
        return None;
    }
    let stays = |at: usize| match (had.get(at), triggers.get(at).and_then(Expr::value)) {
        (Some(had), Some(value)) => value.is_same(had, &context.state.salt),
        _ => false,
    };
    let at = (0..had.len().max(triggers.len())).find(|at| !stays(*at))?;
    let replaced = |expr: &Expr| {
        let mut resources = expr.refs().into_iter().map(|attr| &attr.resource);
        resources.find(|resource| context.replaced.contains(*resource)).cloned()
    };
    Some(Reason::Trigger { number: at + 1, because_of: triggers.get(at).and_then(replaced) })
}
