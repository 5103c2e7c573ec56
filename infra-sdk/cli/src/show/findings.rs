//! What policies have against a plan.

use std::fmt::Write as _;

use infra_core::{Finding, Level};

use super::{Paint, style, wrap};

/// Findings as a person reads them, denied ones last, where they are seen; and what follows. Nothing where there is none.
pub(crate) fn findings(findings: &[Finding], width: Option<usize>, paint: Paint) -> String {
    let mut text = String::new();
    let mut sorted: Vec<&Finding> = findings.iter().filter(|finding| finding.allowed.is_none() && finding.level != Level::Off).collect();
    sorted.sort_by_key(|finding| finding.level);
    for finding in &sorted {
        let (label, kind) = if finding.is_denied() { ("denied", style::ERROR) } else { ("warning", style::NOTE) };
        let about = &finding.about;
        let mut what = format!("{} ", paint.with(kind, &format!("{label}:")));
        if let Some(resource) = &about.resource {
            let _ = write!(what, "{resource}: ");
        }
        if let Some(field) = &about.field {
            let _ = write!(what, "`{field}`: ");
        }
        let _ = writeln!(text, "{}", wrap(&format!("{what}{} [{}]", about.problem, finding.policy), width, "  "));
        if let Some(declared) = &about.declared {
            let _ = writeln!(text, "  declared at {declared}");
        }
        if let Some(help) = &about.help {
            let _ = writeln!(text, "{}", wrap(&format!("  {} {help}", paint.with(style::HELP, "help:")), width, "    "));
        }
    }
    for finding in findings {
        if let (Some(reason), Some(resource)) = (&finding.allowed, &finding.about.resource) {
            let allowed = format!("{} {resource} may violate {}: {reason}", paint.with(style::FAINT, "allowed:"), finding.policy);
            let _ = writeln!(text, "{}", wrap(&allowed, width, "  "));
        }
    }
    let denied = findings.iter().filter(|finding| finding.is_denied()).count();
    if denied > 0 {
        let times = if denied == 1 { "once".to_owned() } else { format!("{denied} times") };
        let help = "correct the program, or let a resource violate a policy with `.allow(\"POLICY\", \"why\")`";
        let _ = writeln!(text, "{}", wrap(&format!("{} {help}", paint.with(style::HELP, "help:")), width, "  "));
        let _ = writeln!(text, "Policies deny this plan {times}: nothing was changed.");
    }
    text
}

#[cfg(test)]
mod tests {
    use infra_core::{Address, Diagnostic, Location};

    use super::*;

    #[test]
    fn each_violation_says_where_and_what_to_do_and_the_denied_ones_come_last() {
        let finding = |level, name: &str, allowed: Option<&str>| Finding {
            policy: "open-to-the-world".into(),
            level,
            about: Diagnostic::new("0.0.0.0/0 may reach tcp port 22")
                .with_resource(&Address::new("aws:ec2/security-group", name))
                .with_field("ingress[0]")
                .with_location(&Location { file: "stacks/web/src/lib.rs".into(), line: 7 })
                .with_help("name the addresses that need it"),
            allowed: allowed.map(str::to_owned),
        };
        let all =
            [finding(Level::Deny, "app", None), finding(Level::Warn, "other", None), finding(Level::Deny, "front", Some("a bastion"))];
        insta::assert_snapshot!(findings(&all, None, Paint::Off), @r#"
warning: aws:ec2/security-group:other: `ingress[0]`: 0.0.0.0/0 may reach tcp port 22 [open-to-the-world]
  declared at stacks/web/src/lib.rs:7
  help: name the addresses that need it
denied: aws:ec2/security-group:app: `ingress[0]`: 0.0.0.0/0 may reach tcp port 22 [open-to-the-world]
  declared at stacks/web/src/lib.rs:7
  help: name the addresses that need it
allowed: aws:ec2/security-group:front may violate open-to-the-world: a bastion
help: correct the program, or let a resource violate a policy with `.allow("POLICY", "why")`
Policies deny this plan once: nothing was changed.
"#);
        assert_eq!(findings(&[], None, Paint::Off), "");
    }
}
