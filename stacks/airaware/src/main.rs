//! Run with: cargo xtask deploy airaware

fn main() -> std::process::ExitCode {
    infra_sdk::main(airaware::airaware)
}
