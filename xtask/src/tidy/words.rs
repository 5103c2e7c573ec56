//! Names that say nothing, places that are not finished, and numbers of tickets.

use super::source::{Finding, Source};

/// Words that no type is named by, since they say nothing of what it is.
const EMPTY: [&str; 4] = ["Manager", "Helper", "Util", "Impl"];

/// What a draft has where a person is to write.
const DRAFT: &str = "REWRITE:";

/// All three.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    sources
        .iter()
        .filter(|source| source.is_rust())
        .flat_map(|source| [names(source), unfinished(source), tickets(source)].concat())
        .collect()
}

fn names(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (line, code) in source.code() {
        let tokens: Vec<&str> = words(code).collect();
        for pair in tokens.windows(2).filter(|pair| ["struct", "enum", "trait", "type"].contains(&pair[0])) {
            let parts = camel(pair[1]);
            if let Some(word) = EMPTY.iter().find(|word| parts.iter().any(|part| part.strip_suffix('s').unwrap_or(part) == **word)) {
                found.push(source.finding(line, format!("name `{}` by what it is: `{word}` says nothing", pair[1])));
            }
        }
    }
    found
}

fn unfinished(source: &Source) -> Vec<Finding> {
    let macros = ["todo!", "unimplemented!"];
    let calls = source.code().filter_map(|(line, code)| Some((line, macros.iter().find(|word| code.contains(**word))?)));
    let mut found: Vec<_> =
        calls.map(|(line, word)| source.finding(line, format!("write it: `{word}` is not an implementation"))).collect();
    if ["infra-sdk/aws/", "examples/", "stacks/"].iter().any(|folder| source.path.starts_with(folder)) {
        let drafts = source.text.lines().enumerate().filter(|(_, line)| line.contains(DRAFT));
        found.extend(drafts.map(|(at, _)| source.finding(at + 1, format!("write it in your own words, and remove `{DRAFT}`"))));
    }
    found
}

fn tickets(source: &Source) -> Vec<Finding> {
    let found = source.comments().filter_map(|(line, comment)| Some((line, ticket(comment)?)));
    found
        .map(|(line, ticket)| source.finding(line, format!("say what it is about instead of `{ticket}`, which only a tracker knows")))
        .collect()
}

/// A number after `#`, or after a word such as `issue`.
fn ticket(comment: &str) -> Option<String> {
    let number = |word: &str| !word.is_empty() && word.chars().all(|char| char.is_ascii_digit());
    let plain = |word: &str| word.trim_matches(|char: char| !char.is_alphanumeric() && char != '#').to_owned();
    let words: Vec<String> = comment.split_whitespace().map(plain).collect();
    let hash = words.iter().find(|word| word.strip_prefix('#').is_some_and(number)).cloned();
    hash.or_else(|| {
        let pair = words.windows(2).find(|pair| {
            let tracker = ["issue", "ticket", "bug"].contains(&pair[0].to_lowercase().as_str());
            tracker && number(pair[1].trim_start_matches('#'))
        });
        pair.map(|pair| pair.join(" "))
    })
}

/// Identifiers and keywords.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| !word.is_empty())
}

/// The words of a name in camel case.
fn camel(name: &str) -> Vec<&str> {
    let starts: Vec<_> = name.char_indices().filter(|(at, char)| *at == 0 || char.is_uppercase()).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([name.len()]);
    starts.iter().zip(ends).map(|(start, end)| &name[*start..end]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&[Source::new(path, text)]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_name_that_says_nothing_is_found() {
        let text = "//! A.\nstruct StateManager;\nenum StringUtils {}\ntrait Implicit {}\n// struct Helper\n";
        let found = found("a.rs", text);
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("a.rs:2: name `StateManager`") && found[1].starts_with("a.rs:3: name `StringUtils`"));
    }

    #[test]
    fn unfinished_code_is_found_and_a_string_that_names_it_is_not() {
        let found = found("a.rs", "fn a() { todo!() }\nfn b() -> &'static str { \"todo!\" }\n");
        assert_eq!(found, ["a.rs:1: write it: `todo!` is not an implementation"]);
    }

    #[test]
    fn a_draft_is_found_in_resources_only() {
        let text = format!("/// {DRAFT} a subnet.\n");
        assert_eq!(found("infra-sdk/aws/src/ec2/subnet.rs", &text).len(), 1);
        assert_eq!(found("xtask/src/draft.rs", &text).len(), 0);
    }

    #[test]
    fn numbers_of_tickets_are_found_in_comments() {
        assert_eq!(found("a.rs", "// See #12.\n// As in issue 7, it fails.\n").len(), 2);
        assert_eq!(found("a.rs", "// The first issue of #[derive] is 7 items.\nlet a = \"#12\";\n").len(), 0);
    }
}
