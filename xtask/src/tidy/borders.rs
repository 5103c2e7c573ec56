//! Which crate may name the AWS SDK, and which folder which part of it.

use std::collections::BTreeSet;

use super::source::{Finding, Source};

/// The crate with the handlers.
const AWS: &str = "infra-sdk/aws/";

/// Scenarios over the wire, which ask the cloud themselves what it has.
const SCENARIOS: &str = "tests/";

/// Files that name a part of the SDK that is not theirs, and manifests of other crates that depend on it.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let bound = sources.iter().filter(|source| !source.path.starts_with(SCENARIOS));
    bound.flat_map(|source| if source.is_rust() { code(source, sources) } else { manifest(source) }).collect()
}

fn code(source: &Source, sources: &[Source]) -> Vec<Finding> {
    let Some(inside) = source.path.strip_prefix(AWS) else {
        let named = named(source).into_iter();
        return named.map(|(line, name)| source.finding(line, format!("leave `{name}` to infra-aws, which alone speaks to AWS"))).collect();
    };
    // What connects all services, and tests, see them all.
    let Some((service, _)) = inside.strip_prefix("src/").and_then(|inside| inside.split_once('/')).filter(|(service, _)| *service != "sdk")
    else {
        return Vec::new();
    };
    let home = format!("{AWS}src/{service}/mod.rs");
    let own: BTreeSet<_> = sources.iter().filter(|other| other.path == home).flat_map(named).map(|(_, name)| name).collect();
    let foreign = named(source).into_iter().filter(|(_, name)| !own.contains(name));
    let what = |name: &str| {
        format!("`{name}` is not the crate of the service `{service}`, which its mod.rs names: move it to that service's folder")
    };
    foreign.map(|(line, name)| source.finding(line, what(&name))).collect()
}

/// The SDK's crates that the code names, each with its line.
fn named(source: &Source) -> Vec<(usize, String)> {
    let words = source.code().flat_map(|(line, code)| {
        let words = code.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| word.starts_with("aws_sdk_"));
        words.map(move |word| (line, word.to_owned()))
    });
    words.collect()
}

fn manifest(source: &Source) -> Vec<Finding> {
    // The root names the versions for all.
    if source.path == "Cargo.toml" || source.path.starts_with(AWS) {
        return Vec::new();
    }
    let named = source.text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("aws-sdk-"));
    named.map(|(at, _)| source.finding(at + 1, "depend on infra-aws instead: it alone speaks to AWS")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sources: &[Source]) -> Vec<String> {
        check(sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_service_names_its_own_crate_only() {
        let home = || Source::new("infra-sdk/aws/src/ec2/mod.rs", "resources!(\"ec2\", aws_sdk_ec2::Client: Vpc);\n");
        let file = |text: &str| Source::new("infra-sdk/aws/src/ec2/vpc.rs", text);
        assert_eq!(found(&[home(), file("use aws_sdk_ec2::Client;\n")]), Vec::<String>::new());
        let foreign = found(&[home(), file("//! A.\nuse aws_sdk_iam::Client;\n")]);
        assert_eq!(foreign.len(), 1);
        assert!(foreign[0].starts_with("infra-sdk/aws/src/ec2/vpc.rs:2: `aws_sdk_iam` is not the crate of the service `ec2`"));
    }

    #[test]
    fn what_connects_all_services_names_them_all() {
        assert_eq!(found(&[Source::new("infra-sdk/aws/src/sdk/mod.rs", "aws_sdk_ec2::Client::new(config);\n")]), Vec::<String>::new());
    }

    #[test]
    fn scenarios_ask_the_cloud_themselves() {
        assert_eq!(found(&[Source::new("tests/wire/census.rs", "use aws_sdk_ec2::Client;\n")]), Vec::<String>::new());
        assert_eq!(found(&[Source::new("tests/Cargo.toml", "aws-sdk-ec2.workspace = true\n")]), Vec::<String>::new());
    }

    #[test]
    fn no_other_crate_names_the_sdk() {
        assert_eq!(found(&[Source::new("infra-sdk/cli/src/main.rs", "use aws_sdk_sts::Client;\n")]).len(), 1);
        assert_eq!(found(&[Source::new("infra-sdk/cli/Cargo.toml", "[dependencies]\naws-sdk-sts.workspace = true\n")]).len(), 1);
        assert_eq!(found(&[Source::new("Cargo.toml", "aws-sdk-sts = \"1\"\n")]), Vec::<String>::new());
    }
}
