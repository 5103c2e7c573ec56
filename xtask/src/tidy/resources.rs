//! A resource has a test over the wire, and its file leaves to the engine what is the engine's.

use super::source::{Finding, Source};

/// Where resources are.
const FOLDER: &str = "infra-sdk/aws/src/";

/// What the engine does for all resources alike, with what to do instead.
const ENGINE: [(&str, &str); 10] = [
    ("sleep(", "let `read` say that it is not ready: the engine waits"),
    ("tokio::time", "let `read` say that it is not ready: the engine waits"),
    ("Instant::now", "leave time to the engine"),
    ("SystemTime::now", "leave time to the engine"),
    ("println!", "leave output to the command"),
    ("eprintln!", "leave output to the command"),
    ("dbg!", "remove it"),
    ("log::", "leave reports to the engine"),
    ("tracing::", "leave reports to the engine"),
    ("retry_config", "give the error its class: the engine retries"),
];

/// Both.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let files = || sources.iter().filter(|source| source.path.starts_with(FOLDER) && !source.path[FOLDER.len()..].starts_with("sdk/"));
    let tests: Vec<_> = sources.iter().filter(|source| source.path.starts_with("infra-sdk/aws/tests/")).collect();
    let untested = files()
        .flat_map(|file| handles(file).into_iter().map(move |(line, handle)| (file, line, handle)))
        .filter(|(_, _, handle)| !tests.iter().any(|test| test.code().any(|(_, code)| mentions(code, handle))));
    let untested =
        untested.map(|(file, line, handle)| file.finding(line, format!("test `{handle}` over the wire, in infra-sdk/aws/tests/wire")));
    let engine = files().flat_map(|file| {
        file.code_but_tests().flat_map(move |(line, code)| {
            let called = ENGINE.iter().filter(move |(call, _)| calls(code, call));
            called.map(move |(call, instead)| file.finding(line, format!("`{call}` is the engine's: {instead}")))
        })
    });
    untested.chain(engine).collect()
}

/// The handles that a file's `#[resource(handle = …)]` name, each with its line.
fn handles(file: &Source) -> Vec<(usize, String)> {
    let attributes = file.code().filter_map(|(line, code)| Some((line, code.trim_start().strip_prefix("handle = ")?)));
    attributes.filter_map(|(line, rest)| Some((line, rest.split(',').next()?.trim().to_owned()))).collect()
}

fn mentions(code: &str, word: &str) -> bool {
    code.split(|char: char| !char.is_alphanumeric() && char != '_').any(|known| known == word)
}

/// Whether a call stands in the code, as a whole word.
fn calls(code: &str, call: &str) -> bool {
    code.match_indices(call).any(|(at, _)| !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sources: &[Source]) -> Vec<String> {
        check(sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_resource_without_a_test_is_found() {
        let subnet = "#[resource(\n    handle = Subnet, id = SubnetId,\n)]\n";
        let resource = || Source::new("infra-sdk/aws/src/ec2/subnet.rs", subnet);
        let test = |text: &str| Source::new("infra-sdk/aws/tests/wire/ec2.rs", text);
        assert_eq!(found(&[resource(), test("live_through::<SubnetGroup>(); // Subnet\n")]).len(), 1);
        assert_eq!(found(&[resource(), test("live_through::<Subnet>();\n")]), Vec::<String>::new());
    }

    #[test]
    fn a_resource_that_does_what_is_the_engines_is_found() {
        let text = "async fn read() {\n    tokio::time::sleep(second).await;\n}\n#[cfg(test)]\nmod tests { fn a() { println!(); } }\n";
        let found = found(&[Source::new("infra-sdk/aws/src/ec2/vpc.rs", text)]);
        assert!(found.iter().all(|finding| finding.starts_with("infra-sdk/aws/src/ec2/vpc.rs:2: ")), "{found:?}");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_longer_word_and_another_folder_are_not_meant() {
        let text = "fn oversleep(minutes: u8) { catalog::open(); }\n";
        assert_eq!(found(&[Source::new("infra-sdk/aws/src/ec2/vpc.rs", text)]), Vec::<String>::new());
        assert_eq!(found(&[Source::new("infra-sdk/apply/src/retry.rs", "tokio::time::sleep(second);\n")]), Vec::<String>::new());
    }
}
