//! The table of scenarios, held against the tests that it names.

use std::fs;
use std::path::Path;

#[test]
fn every_scenario_names_tests_that_exist() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(here.join("../infra-sdk/docs/scenarios.md")).unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| scenario ")).collect();
    assert!(rows.len() > 30, "only {} rows were found", rows.len());
    for row in rows {
        let named: Vec<&str> = row.split('`').filter(|part| part.contains(".rs::")).collect();
        assert!(!named.is_empty(), "names no test: {row}");
        for test in named {
            let (file, name) = test.split_once("::").unwrap();
            let source = fs::read_to_string(here.join("engine").join(file)).unwrap_or_else(|_| panic!("there is no {file}: {row}"));
            // A test stands below its attribute, perhaps with others between.
            let is_test = source
                .split("#[test]")
                .skip(1)
                .any(|rest| rest.split("fn ").nth(1).is_some_and(|rest| rest.starts_with(&format!("{name}("))));
            assert!(is_test, "there is no test {test}");
        }
    }
}
