//! What was found, for a person and for a program.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::check::Findings;
use crate::coverage::Missing;
use crate::disagreement::Disagreement;

/// The share below which the summary names a type, in percent.
const AIM: usize = 80;

/// One line a type, with what is missing, left out and disagreeing below it, and a summary.
pub(crate) fn text(all: &[Findings], every_property: bool) -> String {
    let mut out = String::new();
    let handles = all.iter().map(|findings| findings.handle.len()).max().unwrap_or_default();
    let types = all.iter().filter_map(|findings| Some(findings.cloud.as_ref()?.len())).max().unwrap_or_default();
    for findings in all {
        let Findings { handle, cloud, coverage, .. } = findings;
        let cloud = cloud.as_deref().unwrap_or("-");
        let share = percent(findings).map(|percent| format!("{:>3}/{:<3} {percent:>3} %", coverage.covered, coverage.total));
        let share = share.unwrap_or_else(|| "no properties to count".into());
        let _ = writeln!(out, "{handle:<handles$}  {cloud:<types$}  {share}");
        missing(&mut out, findings, every_property);
        for (path, input) in &findings.said {
            let _ = writeln!(out, "  said by {input}: {path}");
        }
        for (path, why) in &findings.left_out {
            let _ = writeln!(out, "  left out: {path}: {why}");
        }
        explained(&mut out, findings, every_property);
        for disagreement in &findings.wrong {
            let _ = writeln!(out, "  DISAGREES: {}", line(disagreement));
        }
    }
    summary(&mut out, all);
    out
}

/// A line for each disagreement where all is told, and otherwise one for each reason.
fn explained(out: &mut String, findings: &Findings, each: bool) {
    if each {
        for (disagreement, why) in &findings.explained {
            let _ = writeln!(out, "  explained: {}: {why}", line(disagreement));
        }
        return;
    }
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (Disagreement { field, .. }, why) in &findings.explained {
        let field = if field.is_empty() { "the type" } else { field.as_str() };
        match reasons.iter_mut().find(|(known, _)| known == why) {
            Some((_, fields)) if fields.contains(&field) => {}
            Some((_, fields)) => fields.push(field),
            None => reasons.push((why, vec![field])),
        }
    }
    for (why, fields) in reasons {
        let _ = writeln!(out, "  explained: {}: {why}", fields.join(", "));
    }
}

fn missing(out: &mut String, findings: &Findings, every_property: bool) {
    let left_out = |missing: &&Missing| !findings.left_out.iter().any(|(path, _)| *path == missing.path);
    let outside: Vec<_> = findings.coverage.missing.iter().filter(left_out).collect();
    if every_property {
        for missing in outside.into_iter().chain(findings.coverage.inside.iter().filter(left_out)) {
            let _ = writeln!(out, "  missing: {}: {}", named(missing), missing.about);
        }
    } else if !outside.is_empty() {
        let names: Vec<_> = outside.into_iter().map(named).collect();
        let _ = writeln!(out, "  missing: {}", names.join(", "));
    }
}

fn named(missing: &Missing) -> String {
    match missing.part {
        Some((has, of)) => format!("{} ({has} of {of})", missing.path),
        None => missing.path.clone(),
    }
}

fn line(Disagreement { field, path, what, .. }: &Disagreement) -> String {
    match (field.as_str(), path.as_str()) {
        ("", "") => what.clone(),
        ("", path) => format!("`{path}`: {what}"),
        (field, path) => format!("{field} (`{path}`): {what}"),
    }
}

fn percent(findings: &Findings) -> Option<usize> {
    (findings.coverage.total > 0).then(|| findings.coverage.covered * 100 / findings.coverage.total)
}

fn mean(all: &[Findings]) -> Option<f64> {
    let shares: Vec<f64> = all.iter().filter(|findings| findings.coverage.total > 0).map(share).collect();
    #[allow(clippy::cast_precision_loss, reason = "there are some hundred types")]
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}

#[allow(clippy::cast_precision_loss, reason = "a type has some hundred properties")]
fn share(findings: &Findings) -> f64 {
    findings.coverage.covered as f64 * 100.0 / findings.coverage.total as f64
}

fn below(all: &[Findings]) -> Vec<&str> {
    all.iter().filter(|findings| percent(findings).is_some_and(|percent| percent < AIM)).map(|findings| findings.handle.as_str()).collect()
}

fn summary(out: &mut String, all: &[Findings]) {
    let (explained, wrong): (usize, usize) = (all.iter().map(|f| f.explained.len()).sum(), all.iter().map(|f| f.wrong.len()).sum());
    let mean = mean(all).map_or_else(String::new, |mean| format!(", {mean:.1} % of the properties on average"));
    let low = match below(all) {
        low if low.is_empty() => format!("none below {AIM} %"),
        low => format!("below {AIM} %: {}", low.join(", ")),
    };
    let _ = writeln!(out, "{} types{mean}, {low}; {wrong} disagreements, {explained} explained", all.len());
}

/// The same as data.
pub(crate) fn json(all: &[Findings]) -> Value {
    let types: Vec<_> = all.iter().map(of_type).collect();
    json!({"types": types, "mean_percent": mean(all), "below_aim": below(all), "aim_percent": AIM})
}

fn of_type(findings: &Findings) -> Value {
    let disagreement = |disagreement: &Disagreement, why: Option<&str>| json!({"field": disagreement.field, "property": disagreement.path, "what": disagreement.what, "explained": why});
    let explained = findings.explained.iter().map(|(at, why)| disagreement(at, Some(why)));
    let wrong = findings.wrong.iter().map(|at| disagreement(at, None));
    json!({
        "resource": findings.handle,
        "kind": findings.kind,
        "type": findings.cloud,
        "covered": findings.coverage.covered,
        "total": findings.coverage.total,
        "percent": percent(findings),
        "missing": findings.coverage.missing,
        "missing_inside": findings.coverage.inside,
        "said": findings.said.iter().map(|(path, input)| json!({"property": path, "by": input})).collect::<Vec<_>>(),
        "left_out": findings.left_out.iter().map(|(path, why)| json!({"property": path, "why": why})).collect::<Vec<_>>(),
        "disagreements": explained.chain(wrong).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::Coverage;

    fn findings() -> Findings {
        let missing = |path: &str, part| Missing { path: path.into(), about: format!("About {path}."), part };
        let disagreement = |field: &str, what: &str| Disagreement {
            field: field.into(),
            path: field.to_uppercase(),
            what: what.into(),
            explained_at: None,
        };
        Findings {
            handle: "Door".into(),
            kind: "aws:test/door".into(),
            cloud: Some("AWS::Test::Door".into()),
            coverage: Coverage {
                covered: 2,
                total: 3,
                missing: vec![missing("Lock", Some((1, 3))), missing("Wood", None)],
                inside: vec![missing("Frame/Depth", None)],
            },
            said: Vec::new(),
            left_out: vec![("Wood".into(), "it is steel".into())],
            explained: vec![
                (disagreement("width", "is wide"), "as all are".into()),
                (disagreement("width", "is high"), "as all are".into()),
                (disagreement("side", "is left"), "as all are".into()),
            ],
            wrong: vec![disagreement("name", "is no name")],
        }
    }

    #[test]
    fn a_type_takes_a_line_and_what_is_to_say_of_it_follows() {
        assert_eq!(
            text(&[findings()], false),
            "Door  AWS::Test::Door    2/3    66 %
  missing: Lock (1 of 3)
  left out: Wood: it is steel
  explained: width, side: as all are
  DISAGREES: name (`NAME`): is no name
1 types, 66.7 % of the properties on average, below 80 %: Door; 1 disagreements, 3 explained
"
        );
    }

    #[test]
    fn each_missing_property_can_have_its_line() {
        let text = text(&[findings()], true);
        assert!(text.contains("  missing: Lock (1 of 3): About Lock.\n  missing: Frame/Depth: About Frame/Depth.\n"), "{text}");
        assert!(text.contains("  explained: width (`WIDTH`): is high: as all are\n"), "{text}");
    }

    #[test]
    fn a_program_reads_the_same() {
        let json = json(&[findings()]);
        assert_eq!((&json["types"][0]["covered"], &json["types"][0]["percent"]), (&json!(2), &json!(66)));
        assert_eq!(json["types"][0]["disagreements"].as_array().unwrap().len(), 4);
        assert_eq!(json["types"][0]["disagreements"][3]["explained"], Value::Null);
        assert_eq!(json["below_aim"], json!(["Door"]));
    }
}
