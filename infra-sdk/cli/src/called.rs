//! What the user types to run this command: what the next command is suggested as.

/// `infra`, or what whoever forwards to it says.
pub(crate) fn called(command: &str) -> String {
    let infra = std::env::var("INFRA_CALLED_AS").unwrap_or_else(|_| "infra".into());
    format!("{infra} {command}")
}
