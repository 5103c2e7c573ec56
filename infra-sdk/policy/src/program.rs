//! A stack's program with policies of its own.

use std::marker::PhantomData;

use infra_core::Diagnostic;
use infra_core::program::{Program, Request, Response};

use crate::{Policy, REVIEW_VERSION, Review, judge};

/// A program whose plans are judged by policies, which run in its own process.
#[derive(Debug)]
pub struct Judged<P> {
    program: P,
    policies: Vec<Policy>,
}

/// In types only: tells a judged program from one that is a function.
#[derive(Debug)]
pub struct With<Arguments>(PhantomData<Arguments>);

/// A stack's program with policies: `infra_sdk::main(infra_policy::with(web, policies()))`.
pub fn with<P>(program: P, policies: impl IntoIterator<Item = Policy>) -> Judged<P> {
    Judged { program, policies: policies.into_iter().collect() }
}

impl<P: Program<Arguments>, Arguments> Program<With<Arguments>> for Judged<P> {
    fn run(&self, request: &Request) -> Response {
        match &request.review {
            None => match self.program.run(request) {
                Response::Graph(mut graph) => {
                    graph.policies.extend(self.policies.iter().map(|policy| policy.name().to_owned()));
                    Response::Graph(graph)
                }
                other => other,
            },
            Some(review) => {
                let wrong = |problem: String| {
                    let help = "build the program and infra from the same version";
                    Response::Failed(vec![Diagnostic::new(format!("the plan to be judged cannot be read: {problem}")).with_help(help)])
                };
                match serde_json::from_value::<Review>(review.clone()) {
                    Ok(review) if review.version != REVIEW_VERSION => wrong(format!("it has version {}", review.version)),
                    Ok(review) => Response::Reviewed(judge(&self.policies, &review)),
                    Err(error) => wrong(error.to_string()),
                }
            }
        }
    }
}
