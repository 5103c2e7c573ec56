//! Who is known to use an object that the cloud does not let go.

use infra_core::Address;
use infra_plan::State;

/// The objects of the state that need a resource, as `address (id)`.
pub(crate) fn users(state: &State, address: &Address) -> Vec<String> {
    let rows = state.rows.iter().filter(|(user, _)| *user != address);
    let objects = rows.flat_map(|(user, row)| row.object.iter().chain(&row.old).map(move |object| (user, object)));
    let using = objects.filter(|(_, object)| object.dependencies.contains(address));
    using.map(|(user, object)| format!("{user} ({})", object.id)).collect()
}

/// What to do about them.
pub(crate) fn users_first(users: &[String]) -> String {
    const SHOWN: usize = 5;
    let more = users.len().saturating_sub(SHOWN);
    let shown = users.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("what is known to use it is {shown}{more}: run the command again when that is gone, or does not use it any more")
}
