//! Run with: cargo xtask deploy hydra-batch

fn main() -> std::process::ExitCode {
    infra_sdk::main(hydra_batch::hydra_batch)
}
