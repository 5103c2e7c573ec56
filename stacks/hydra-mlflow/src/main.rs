//! Run with: cargo xtask deploy hydra-mlflow

fn main() -> std::process::ExitCode {
    infra_sdk::main(hydra_mlflow::hydra_mlflow)
}
