//! The reference of the command line, kept in step with the command by these snapshots.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use clap::Command;

/// What `--help` prints of a command, whatever the terminal.
fn help(command: &mut Command) -> String {
    command.render_long_help().to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Each command with its path, as `infra state list`.
fn commands(command: &Command, path: &str, found: &mut Vec<(String, Command)>) {
    let path = format!("{path}{}", command.get_name());
    found.push((path.clone(), command.clone()));
    for inner in command.get_subcommands() {
        commands(inner, &format!("{path} "), found);
    }
}

fn all() -> Vec<(String, Command)> {
    let mut root = infra_cli::command().term_width(100);
    root.build();
    let mut found = Vec::new();
    commands(&root, "", &mut found);
    found
}

#[test]
fn the_reference_says_what_the_command_says() {
    let mut reference = String::new();
    for (path, mut command) in all() {
        reference.push_str(&format!("# {path}\n\n{}\n\n", help(&mut command)));
    }
    insta::assert_snapshot!("reference", reference);
}

#[test]
fn every_command_has_examples_that_it_understands() {
    for (path, mut command) in all() {
        let help = help(&mut command);
        let (_, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("{path} has no examples"));
        let examples: Vec<&str> = examples.lines().take_while(|line| line.starts_with("  ")).collect();
        assert!(!examples.is_empty(), "{path}");
        for example in examples {
            let example = example.trim();
            let start = example.find("infra ").unwrap_or_else(|| panic!("{path}: {example}"));
            // Up to what belongs to the shell, or to the reader.
            let example = example[start..].split(" > ").next().unwrap_or_default();
            let example = example.split(" | ").next().unwrap_or_default().split(')').next().unwrap_or_default();
            let words = example.split("  ").next().unwrap_or_default().split_whitespace();
            if let Err(error) = infra_cli::command().try_get_matches_from(words) {
                panic!("{path}: `{example}` is refused: {error}");
            }
        }
    }
}

#[test]
fn the_definition_of_the_command_line_is_sound() {
    infra_cli::command().debug_assert();
}
