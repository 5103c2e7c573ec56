//! The table of scenarios, held against the tests that it names.

use std::fs;
use std::path::Path;

#[test]
fn every_scenario_names_tests_that_exist() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(here.join("../infra-sdk/docs/scenarios.md")).unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| scenario ")).collect();
    assert!(rows.len() > 90, "only {} rows were found", rows.len());
    for row in rows {
        let named: Vec<&str> = row.split('`').filter(|part| part.contains(".rs::")).collect();
        assert!(!named.is_empty(), "names no test: {row}");
        for test in named {
            let (file, name) = test.split_once("::").unwrap();
            let places = [here.join("engine").join(file), here.join("..").join(file)];
            let source =
                places.iter().find_map(|place| fs::read_to_string(place).ok()).unwrap_or_else(|| panic!("there is no {file}: {row}"));
            assert!(has_test(&source, name), "there is no test {test}");
        }
    }
}

/// Whether a file has a test of that name: a function below the attribute, perhaps with others between.
fn has_test(source: &str, name: &str) -> bool {
    let mut marked = false;
    source.lines().map(str::trim).any(|line| {
        marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        function
            .is_some_and(|function| std::mem::take(&mut marked) && function.strip_prefix(name).is_some_and(|rest| rest.starts_with('(')))
    })
}
