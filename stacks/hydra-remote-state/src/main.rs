//! Run with: cargo xtask deploy hydra-remote-state

fn main() -> std::process::ExitCode {
    infra_sdk::main(hydra_remote_state::hydra_remote_state)
}
