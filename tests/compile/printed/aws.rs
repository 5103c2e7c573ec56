pub(super) fn vpc(_: &infra_sdk::core::Stack) {}
pub(super) fn subnet(_: &infra_sdk::core::Stack) {}
pub(super) fn security_group(_: &infra_sdk::core::Stack) {}
pub(super) fn role(_: &infra_sdk::core::Stack) {}
pub(super) fn load_balancer(_: &infra_sdk::core::Stack) {}
pub(super) fn listener(_: &infra_sdk::core::Stack) {}
