//! How a deployment or destruction ended, in a few lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use infra_apply::Outcome;
use infra_core::Address;
use infra_plan::Counts;

use super::{Paint, duration, outputs, style, wrap};

/// What a summary is made of.
pub(crate) struct Summary<'a> {
    /// What was done, as `Deployed web to local`.
    pub(crate) done: String,
    /// What was not done, as `The deployment of web to local`.
    pub(crate) undone: String,
    /// What was planned.
    pub(crate) counts: Counts,
    /// How it ended.
    pub(crate) outcome: &'a Outcome,
    /// How many steps that call the cloud were planned.
    pub(crate) total: usize,
    /// How many of them were done.
    pub(crate) finished: usize,
    /// Whose failure each step was skipped because of; none where the run was interrupted.
    pub(crate) skipped: &'a [Skipped],
    /// How long it took.
    pub(crate) took: Duration,
    /// The command that goes on.
    pub(crate) again: String,
    /// Whether it was interrupted.
    pub(crate) interrupted: bool,
    /// How many columns there are, where that matters.
    pub(crate) width: Option<usize>,
}

/// A step that was not begun.
#[derive(Clone, Debug)]
pub(crate) struct Skipped {
    /// The resource.
    pub(crate) address: Address,
    /// What people call it.
    pub(crate) name: String,
    /// Whose failure it is because of, and what people call that; none where the run was interrupted.
    pub(crate) because_of: Option<(Address, String)>,
}

/// The summary of a run, without its errors.
pub(crate) fn summary(of: &Summary<'_>, paint: Paint) -> String {
    let mut text = String::new();
    let took = duration(of.took);
    if of.outcome.is_complete() {
        let _ = writeln!(text, "{} in {took}: {}.", paint.with(style::GOOD, &of.done), counts(of.counts));
        if !of.outcome.exports.is_empty() {
            let _ = write!(
                text,
                "\n{}\n{}",
                paint.with(style::STRONG, "Outputs"),
                outputs(&of.outcome.exports, 2, of.width.unwrap_or(100), paint)
            );
        }
        return text;
    }
    let failed = of.outcome.failed.len();
    let how = if of.interrupted { "was interrupted" } else { "is not complete" };
    let mut parts = vec![format!("{} of {} done", of.finished, of.total)];
    if failed > 0 {
        parts.push(format!("{failed} failed"));
    }
    if !of.outcome.in_doubt.is_empty() {
        parts.push(format!("{} left in doubt", of.outcome.in_doubt.len()));
    }
    if !of.skipped.is_empty() {
        parts.push(format!("{} not begun", of.skipped.len()));
    }
    let how = format!("{} {how}: {}, in {took}.", paint.with(style::ERROR, &of.undone), parts.join(", "));
    let _ = writeln!(text, "{}", wrap(&how, of.width, "  "));
    for (cause, names) in by_cause(of.skipped) {
        let _ = writeln!(text, "{}", wrap(&format!("  {cause}: {}", some_of(&names)), of.width, "    "));
    }
    let what = if of.interrupted { "go on with" } else { "when that is corrected, go on with" };
    let help = format!("{} {what} `{}`: what is done stays done", paint.with(style::HELP, "help:"), of.again);
    let _ = writeln!(text, "{}", wrap(&help, of.width, "  "));
    text
}

/// `2 created, 1 deleted`; where no resource changed, only the stack's outputs did.
fn counts(counts: Counts) -> String {
    let named = [
        (counts.moved, "moved"),
        (counts.import, "imported"),
        (counts.create, "created"),
        (counts.update, "updated"),
        (counts.replace, "replaced"),
        (counts.run, "run"),
        (counts.delete, "deleted"),
        (counts.retain, "kept in the cloud"),
    ];
    let mut parts: Vec<String> = named.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    if parts.is_empty() {
        parts.push("only outputs changed".into());
    } else if counts.unchanged > 0 {
        parts.push(format!("{} unchanged", counts.unchanged));
    }
    parts.join(", ")
}

/// The skipped steps under their causes, as `not begun because of Vpc main`.
fn by_cause(skipped: &[Skipped]) -> BTreeMap<String, Vec<&str>> {
    let mut causes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for step in skipped {
        let cause = match &step.because_of {
            None => "not begun".to_owned(),
            // Of a resource whose own step failed, what was left is to delete the object that it replaces.
            Some((address, _)) if *address == step.address => "kept, as the replacement failed".to_owned(),
            Some((_, name)) => format!("not begun because of {name}"),
        };
        causes.entry(cause).or_default().push(&step.name);
    }
    causes
}

/// The first few names, and how many more there are.
fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use infra_core::{Diagnostic, Value};

    use super::*;

    fn of<'a>(outcome: &'a Outcome, skipped: &'a [Skipped]) -> Summary<'a> {
        Summary {
            done: "Deployed web to local".into(),
            undone: "The deployment of web to local".into(),
            counts: Counts { create: 2, replace: 1, unchanged: 4, ..Counts::default() },
            outcome,
            total: 9,
            finished: 3,
            skipped,
            took: Duration::from_secs(72),
            again: "infra deploy web".into(),
            interrupted: false,
            width: None,
        }
    }

    #[test]
    fn a_success_counts_what_was_done_and_shows_the_outputs() {
        let exports = BTreeMap::from([("url".to_owned(), Value::from("http://example.com"))]);
        let outcome = Outcome { done: 3, exports, ..Outcome::default() };
        insta::assert_snapshot!(summary(&of(&outcome, &[]), Paint::Off), @r"
        Deployed web to local in 1m 12s: 2 created, 1 replaced, 4 unchanged.

        Outputs
          url = http://example.com
        ");
    }

    #[test]
    fn a_failure_says_what_was_not_begun_because_of_what_and_how_to_go_on() {
        let vpc = Address::new("aws:ec2/vpc", "main");
        let outcome = Outcome { failed: vec![(vpc.clone(), Diagnostic::new("no"))], skipped: vec![vpc.clone()], ..Outcome::default() };
        let skip = |address: &Address, name: String| Skipped {
            address: address.clone(),
            name,
            because_of: Some((vpc.clone(), "Vpc main".into())),
        };
        let subnet = Address::new("aws:ec2/subnet", "any");
        let mut skipped: Vec<_> = (1..=7).map(|number| skip(&subnet, format!("Subnet {number}"))).collect();
        skipped.push(skip(&vpc, "Vpc main".into()));
        insta::assert_snapshot!(summary(&of(&outcome, &skipped), Paint::Off), @r"
        The deployment of web to local is not complete: 3 of 9 done, 1 failed, 8 not begun, in 1m 12s.
          kept, as the replacement failed: Vpc main
          not begun because of Vpc main: Subnet 1, Subnet 2, Subnet 3, Subnet 4, Subnet 5 and 2 more
        help: when that is corrected, go on with `infra deploy web`: what is done stays done
        ");
    }
}
