//! Runs a program until it asks nothing more: each question is answered by the cloud, and the answer pinned; or by this machine.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use infra_apply::Registry;
use infra_assets::live::Workshop;
use infra_core::lookup::Question;
use infra_core::program::{Request, Response};
use infra_core::{Graph, OUTPUTS_OF_STACK, Value};

use super::converse::converse;
use crate::error::Error;
use crate::folder;
use crate::pins::{Answers, Pins};

/// How often a program is run again: a question may come from the answer to another, but not for ever.
const ROUNDS: usize = 256;

/// What is known before the program runs.
pub(crate) struct Known<'a> {
    /// The program.
    pub(crate) program: &'a Path,
    /// The folder it runs in.
    pub(crate) folder: &'a Path,
    /// What it is told; the answers are put in here.
    pub(crate) request: Request,
    /// Its pinned answers.
    pub(crate) pins: Pins,
    /// Whether they are asked anew.
    pub(crate) refresh: bool,
    /// The project, which keeps the assets that it asks for.
    pub(crate) project: &'a Path,
    /// What makes them.
    pub(crate) workshop: &'a Workshop,
}

/// How the outputs of another stack are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outputs {
    /// As they are kept, with their secrets sealed.
    Kept,
    /// With their secrets open, which needs that stack's key.
    Open,
}

/// What the program declares. The cloud is asked for only where a question has no pinned answer; `outputs` of other stacks
/// are never pinned, and a stack's key is needed only where the program uses one of its secrets.
pub(crate) async fn graph(
    mut known: Known<'_>,
    registry: impl AsyncFn() -> Result<Registry, Error>,
    outputs: impl AsyncFn(&str, Outputs) -> Result<BTreeMap<String, Value>, Error>,
) -> Result<Graph, Error> {
    let mut answers = if known.refresh { Answers::new() } else { known.pins.answers() };
    // What this machine has is looked at in every run, and never pinned.
    let mut assets = Answers::new();
    for _ in 0..ROUNDS {
        known.request.answers = answers.iter().chain(&assets).map(|(key, answer)| (key.clone(), answer.clone())).collect();
        let questions = match converse(known.program, known.folder, &known.request)? {
            Response::Graph(graph) => {
                let sealed = graph.references.iter().filter(|(_, outputs)| outputs.values().any(Value::has_sealed));
                let sealed: Vec<String> = sealed.map(|(stack, _)| stack.clone()).collect();
                if sealed.is_empty() {
                    known.pins.write(answers)?;
                    return Ok(*graph);
                }
                for stack in sealed {
                    let open = outputs(&stack, Outputs::Open).await?;
                    known.request.references.insert(stack, open);
                }
                continue;
            }
            Response::Failed(problems) => return Err(Error::Program(problems)),
            Response::Reviewed(_) => {
                return Err(unanswerable(None, "the program judges a plan where it was asked what it declares".into()));
            }
            Response::Unanswered(questions) => questions,
        };
        let before = (answers.len(), assets.len(), known.request.references.len());
        let (made, questions): (Vec<_>, Vec<_>) = questions.into_iter().partition(Workshop::knows);
        if !made.is_empty() {
            // It keeps itself out of git.
            folder::made(known.project)?;
        }
        for question in &made {
            assets.insert(question.key(), asset(known.workshop, question).await?);
        }
        let (references, questions): (Vec<_>, Vec<_>) = questions.into_iter().partition(|question| question.kind == OUTPUTS_OF_STACK);
        for question in &references {
            let stack = question.query["stack"].as_str().unwrap_or_default();
            known.request.references.insert(stack.to_owned(), outputs(stack, Outputs::Kept).await?);
        }
        let registry = if questions.is_empty() { Registry::new() } else { registry().await? };
        for question in &questions {
            if let Entry::Vacant(place) = answers.entry(question.key()) {
                place.insert(answer(&registry, question).await?);
            }
        }
        if (answers.len(), assets.len(), known.request.references.len()) == before {
            return Err(unanswerable(questions.first(), "the program asks again what it was told".into()));
        }
    }
    Err(unanswerable(None, format!("the program still has questions after {ROUNDS} rounds of answers")))
}

async fn asset(workshop: &Workshop, question: &Question) -> Result<serde_json::Value, Error> {
    workshop.answer(question).await.map_err(|error| Error::Asset {
        declared: question.declared.clone(),
        help: error.help().map(str::to_owned),
        source: error,
    })
}

async fn answer(registry: &Registry, question: &Question) -> Result<serde_json::Value, Error> {
    let failed = |problem: String, help: Option<String>| Error::Lookup {
        kind: question.kind.clone(),
        declared: question.declared.clone(),
        problem,
        help,
    };
    let reached = registry.answerer_at(&question.kind, question.provider.as_ref()).await;
    let reached =
        reached.map_err(|error| failed(format!("the place cannot be reached: {error}"), error.class.help().map(str::to_owned)))?;
    let Some(answerer) = reached else {
        let help = "use an infra that knows it, of the same version as the program".to_owned();
        return Err(failed("this infra does not know such a question".into(), Some(help)));
    };
    answerer.answer(&question.query).await.map_err(|error| failed(error.to_string(), error.class.help().map(str::to_owned)))
}

fn unanswerable(question: Option<&Question>, problem: String) -> Error {
    Error::Lookup {
        kind: question.map_or_else(|| "any".into(), |question| question.kind.clone()),
        declared: question.map(|question| question.declared.clone()).unwrap_or_default(),
        problem,
        help: Some("ask with the same arguments in every run, and build the program and infra from the same version".into()),
    }
}
