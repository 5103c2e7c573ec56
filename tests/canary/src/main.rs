//! Run by the command's canary test: secrets that the program is given, one that is made, and every way that they go.

use infra_sdk::aws::ec2::{Instance, Subnet, Vpc};
use infra_sdk::aws::elbv2::{Action, AuthenticateOidc, Listener, LoadBalancer, Protocol};
use infra_sdk::prelude::*;
use infra_sdk::random::RandomPassword;
use serde::Deserialize;

/// What the test says.
#[derive(Deserialize)]
struct Config {
    /// In a machine's user data, in its tags, in hooks and in outputs.
    given: Secret<String>,
    /// A client's secret, which AWS never tells back.
    client: Secret<String>,
    /// The machine's image.
    image: String,
    /// Another password is made when it changes.
    generation: u16,
    /// Whether a hook fails, after it has said what it was told.
    fails: bool,
}

fn canary(stack: &Stack, config: Config) {
    let password = RandomPassword::new("made").length(28_u16).keepers([("generation", config.generation.to_string())]).add(stack);
    let vpc = Vpc::new("main").cidr_block("10.0.0.0/16").add(stack);
    let subnets = ["a", "b"].map(|zone| {
        let range = if zone == "a" { "10.0.0.0/24" } else { "10.0.1.0/24" };
        Subnet::new(zone).vpc(&vpc).cidr_block(range).availability_zone(format!("us-west-2{zone}")).add(stack)
    });
    let told = || {
        // What a hook says is shown where it fails: in clear and in base64 it says what it must not.
        let line =
            if config.fails { "echo \"$KEY $PASSWORD\"; printf %s \"$KEY\" | base64 >&2; exit 1" } else { "test -n \"$KEY$PASSWORD\"" };
        Command::shell(line).env("KEY", &config.given).env("PASSWORD", password.value())
    };
    let machine = Instance::new("machine")
        .image(&config.image)
        .instance_type("t3.micro")
        .subnet(&subnets[0])
        .user_data(output!("#!/bin/sh\nexport KEY='{}' PASSWORD='{}'\n", &config.given, password.value()))
        .tags([("Name".to_owned(), Secret::new("machine".to_owned())), ("key".to_owned(), config.given.clone())])
        .hook(Moment::AfterCreate, |_| told())
        .hook(Moment::AfterUpdate, |_| told())
        .add(stack);
    let balancer = LoadBalancer::new("web").subnets(&subnets).add(stack);
    let login = AuthenticateOidc::new()
        .issuer("https://id.example.com")
        .authorization_endpoint("https://id.example.com/login")
        .token_endpoint("https://id.example.com/token")
        .user_info_endpoint("https://id.example.com/user")
        .client_id("web")
        .client_secret(&config.client);
    Listener::new("https")
        .load_balancer(&balancer)
        .port(443)
        .protocol(Protocol::Https)
        .certificate("arn:aws:iam::123456789012:server-certificate/main")
        .default_actions([Action::new().authenticate_oidc(login), Action::respond(200, "here")])
        .add(stack);
    stack.export("password", password.value());
    stack.export("given", output!("{}:{}", &config.given, machine.id()));
    stack.export("address", machine.private_ip());
}

fn main() -> ExitCode {
    infra_sdk::main(canary)
}
