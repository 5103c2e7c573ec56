//! Errors as a person reads them: what, where, why, and what to do.

use std::error::Error as StdError;
use std::fmt::Write as _;

use infra_core::Diagnostic;

use crate::error::Error;
use crate::show::{Paint, json_line, room, style, wrap};

/// Prints an error to standard error, and for machines also to standard output.
pub(crate) fn error(error: &Error, json: bool) {
    anstream::eprint!("{}", text(error, Paint::On, room()));
    if json {
        let message = message(error);
        // Whoever reads standard output may have gone; the exit code still says it.
        let _ = json_line("error", serde_json::json!({ "message": message, "help": error.help() }));
    }
}

/// Prints one diagnostic to standard error.
pub(crate) fn diagnostic(problem: &Diagnostic) {
    anstream::eprint!("{}", diagnostic_text(problem, Paint::On, room()));
}

/// Prints a problem and what to do about it to standard error.
pub(crate) fn problem(problem: &str, help: &str) {
    let error = wrap(&format!("{} {problem}", Paint::On.with(style::ERROR, "error:")), room(), "  ");
    let help = wrap(&format!("{} {help}", Paint::On.with(style::HELP, "help:")), room(), "  ");
    anstream::eprintln!("{error}\n{help}");
}

/// The message with its causes, in one line.
fn message(error: &Error) -> String {
    let mut message = error.to_string();
    for cause in causes(error) {
        let _ = write!(message, ": {cause}");
    }
    message
}

fn text(error: &Error, paint: Paint, width: Option<usize>) -> String {
    let mut text = String::new();
    match error.diagnostics() {
        Some(problems) => text.extend(problems.iter().map(|problem| diagnostic_text(problem, paint, width))),
        None => {
            let _ = writeln!(text, "{}", wrap(&format!("{} {error}", paint.with(style::ERROR, "error:")), width, "  "));
            for cause in causes(error) {
                let cause = cause.trim().replace('\n', "\n    ");
                let _ = writeln!(text, "{}", wrap(&format!("  because: {cause}"), width, "    "));
            }
        }
    }
    if let Some(help) = error.help() {
        let _ = writeln!(text, "{}", wrap(&format!("{} {help}", paint.with(style::HELP, "help:")), width, "  "));
    }
    text
}

fn diagnostic_text(problem: &Diagnostic, paint: Paint, width: Option<usize>) -> String {
    let mut what = format!("{} ", paint.with(style::ERROR, "error:"));
    if let Some(resource) = &problem.resource {
        let _ = write!(what, "{resource}: ");
    }
    if let Some(field) = &problem.field {
        let _ = write!(what, "`{field}`: ");
    }
    let mut text = wrap(&format!("{what}{}", problem.problem), width, "  ");
    text.push('\n');
    if let Some(declared) = &problem.declared {
        let _ = writeln!(text, "  declared at {declared}");
    }
    if let Some(help) = &problem.help {
        let _ = writeln!(text, "{}", wrap(&format!("  {} {help}", paint.with(style::HELP, "help:")), width, "    "));
    }
    text
}

/// What caused it, outermost first, without what the line before says already.
fn causes(error: &Error) -> Vec<String> {
    let mut said = error.to_string();
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !said.contains(&text) {
            causes.push(text.clone());
            said = text;
        }
        // What is below a provider's error is the SDK's own machinery, whose words the provider has put in its own.
        next = if cause.is::<infra_apply::ProviderError>() { None } else { cause.source() };
    }
    causes
}

#[cfg(test)]
mod tests {
    use std::io;

    use infra_apply::{Class, ProviderError, StoreError};
    use infra_core::{Address, Location};

    use super::*;

    #[test]
    fn an_error_is_followed_by_its_cause_and_by_what_to_do() {
        let source = ProviderError::new(Class::Denied, "GetCallerIdentity", "the token has expired");
        let error = Error::WhoAmI { environment: "production".into(), profile: Some("prod".into()), source };
        insta::assert_snapshot!(text(&error, Paint::Off, None), @r"
        error: failed to find out which account environment `production` leads to
          because: GetCallerIdentity: the token has expired
        help: check the profile `prod` in ~/.aws/config; with single sign-on, run `aws sso login --profile prod`
        ");
    }

    #[test]
    fn a_cause_that_the_message_holds_already_is_not_repeated() {
        let source = io::Error::new(io::ErrorKind::PermissionDenied, "permission denied");
        let error = Error::Store(StoreError::Io { action: "write", path: "/state".into(), source });
        insta::assert_snapshot!(text(&error, Paint::Off, None), @"error: failed to write the journal /state: permission denied");
    }

    #[test]
    fn every_diagnostic_says_what_where_and_what_to_do() {
        let one = Diagnostic::new("is required")
            .with_resource(&Address::new("aws:ec2/vpc", "main"))
            .with_field("cidr_block")
            .with_location(&Location { file: "stacks/web/src/lib.rs".into(), line: 7 })
            .with_help("set it to text");
        let error = Error::Program(vec![one, Diagnostic::new("the name is empty")]);
        insta::assert_snapshot!(text(&error, Paint::Off, None), @r"
        error: aws:ec2/vpc:main: `cidr_block`: is required
          declared at stacks/web/src/lib.rs:7
          help: set it to text
        error: the name is empty
        ");
    }
}
