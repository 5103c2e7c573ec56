//! What a program is told in a test, and what it then declares.

use std::collections::BTreeMap;

use infra_apply::Known;
use infra_assets::imagined;
use infra_core::program::{Program, Request, Response};
use infra_core::{GRAPH_VERSION, Graph};
use infra_plan::References;
use serde_json::Value as Json;

/// What a program may ask for.
#[derive(Clone, Default)]
pub(crate) struct Told {
    /// By the keys of its questions.
    pub(crate) answers: BTreeMap<String, Json>,
    /// What is in the files that it names, by their paths; nothing where none is said.
    pub(crate) contents: BTreeMap<String, String>,
    /// The outputs of other stacks.
    pub(crate) references: References,
}

impl Told {
    /// What a program declares, with the questions answered that it asks about files.
    #[track_caller]
    pub(crate) fn graph<M>(&self, stack: &str, program: &impl Program<M>, config: &Json, known: &Known) -> Graph {
        let mut request = Request {
            version: GRAPH_VERSION,
            stack: stack.to_owned(),
            environment: "local".into(),
            config: config.clone(),
            answers: self.answers.clone(),
            known: known.clone(),
            references: self.references.clone(),
            review: None,
        };
        loop {
            let questions = match program.run(&request) {
                Response::Unanswered(questions) => questions,
                other => return declared(other),
            };
            for question in &questions {
                let path = ["folder", "path"].iter().find_map(|name| question.query[*name].as_str());
                let content = path.and_then(|path| self.contents.get(path)).map_or("", String::as_str);
                match imagined(question, content).filter(|_| !request.answers.contains_key(&question.key())) {
                    Some(answer) => drop(request.answers.insert(question.key(), answer)),
                    None => panic!("the program asks what nobody answers: {question:?}"),
                }
            }
        }
    }
}

/// The graph of a program that asks nothing more.
#[track_caller]
fn declared(response: Response) -> Graph {
    match response {
        Response::Graph(graph) => *graph,
        Response::Reviewed(_) => panic!("the program judges a plan where it was asked what it declares"),
        Response::Unanswered(questions) => panic!("the program asks what nobody answers: {questions:?}"),
        Response::Failed(problems) => panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}
