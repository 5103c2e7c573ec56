//! The conversation between the engine and a stack's program: one request, one response.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::lookup::{Question, Stop};
use crate::{Diagnostic, Finding, Graph, Stack, Value, config};

/// What the engine tells a program.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The version of the graph that the engine reads.
    pub version: u32,
    /// The stack's name.
    pub stack: String,
    /// The environment, `local` by default.
    pub environment: String,
    /// The environment's configuration.
    pub config: Json,
    /// Answers to lookups, by their question's key.
    pub answers: BTreeMap<String, Json>,
    /// A plan to be judged by the program's policies, as `infra-policy` writes it; without one, the stack is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Json>,
    /// Values that parts of the program wait for, as far as they are known, by the part's scope.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub known: BTreeMap<String, Json>,
    /// The outputs of other stacks, by stack and name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, BTreeMap<String, Value>>,
}

/// What a program answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// The stack, whole.
    Graph(Box<Graph>),
    /// It cannot go on until these are answered.
    Unanswered(Vec<Question>),
    /// It is wrong.
    Failed(Vec<Diagnostic>),
    /// What its policies have against the plan.
    Reviewed(Vec<Finding>),
}

/// A function that declares a stack: of the stack, or of the stack and its configuration.
pub trait Program<Arguments> {
    /// Runs it.
    fn run(&self, request: &Request) -> Response;
}

impl<F, R> Program<()> for F
where
    F: Fn(&Stack) -> R,
    R: Outcome,
{
    fn run(&self, request: &Request) -> Response {
        #[derive(Deserialize)]
        struct NoConfiguration {}
        finish(request, |stack, _: NoConfiguration| self(stack).outcome())
    }
}

impl<F, C, R> Program<(C,)> for F
where
    F: Fn(&Stack, C) -> R,
    C: DeserializeOwned,
    R: Outcome,
{
    fn run(&self, request: &Request) -> Response {
        finish(request, |stack, config: C| self(stack, config).outcome())
    }
}

fn finish<C: DeserializeOwned>(request: &Request, declare: impl FnOnce(&Stack, C) -> Result<(), Stop>) -> Response {
    let config = match &request.config {
        Json::Null => Json::Object(serde_json::Map::new()),
        given => given.clone(),
    };
    let config = match config::decode(config) {
        Ok(config) => config,
        Err(problems) => return Response::Failed(problems),
    };
    let stack = Stack::for_request(request);
    let outcome = declare(&stack, config);
    let (graph, questions, mut problems, stop) = stack.finish();
    match outcome.and(stop.map_or(Ok(()), Err)) {
        Err(Stop::Failed(problem)) => problems.push(problem),
        Err(Stop::Unanswered) if problems.is_empty() => return Response::Unanswered(questions),
        Err(Stop::Unanswered) | Ok(()) => {}
    }
    if problems.is_empty() { Response::Graph(Box::new(graph)) } else { Response::Failed(problems) }
}

/// What a stack's function may return: nothing, or a result.
pub trait Outcome {
    /// As a result.
    fn outcome(self) -> Result<(), Stop>;
}

impl Outcome for () {
    fn outcome(self) -> Result<(), Stop> {
        Ok(())
    }
}

impl Outcome for Result<(), Stop> {
    fn outcome(self) -> Result<(), Stop> {
        self
    }
}

/// What the line of a program's standard output begins with that is the response.
pub const RESPONSE_MARK: &str = "\u{1e}infra-response:";
