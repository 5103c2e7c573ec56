//! The `infra` command.

fn main() -> std::process::ExitCode {
    infra_cli::run(std::env::args_os())
}
