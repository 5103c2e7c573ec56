//! Run with: cargo xtask deploy beanstalk-fleet

fn main() -> std::process::ExitCode {
    infra_sdk::main(beanstalk_fleet::beanstalk_fleet)
}
