//! Questions a program asks of the world while it runs, answered by the engine and pinned beside the stack.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Diagnostic, Location, Provider};

/// A question whose answer is plain data, such as which zones a region has.
pub trait Lookup: Serialize {
    /// What is asked, as in `aws:ec2/availability-zones`.
    const KIND: &'static str;

    /// Whether it is about the machine of the engine, and not about a cloud: then it is answered anew in every run, never
    /// pinned, and the same in every place.
    const LOCAL: bool = false;

    /// The answer.
    type Answer: Serialize + DeserializeOwned;
}

/// A question that the engine has not answered yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What is asked.
    pub kind: String,
    /// Its particulars.
    pub query: serde_json::Value,
    /// Where it was asked.
    pub declared: Location,
    /// Of which place it is asked, if not of where the environment says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
}

impl Question {
    /// What the answer is pinned under: the kind, its particulars, and the place if it is not the environment's.
    pub fn key(&self) -> String {
        key(&self.kind, &self.query, self.provider.as_ref())
    }
}

/// The key of a question; the query's fields are in a fixed order, since JSON objects here are sorted.
pub(crate) fn key(kind: &str, query: &serde_json::Value, provider: Option<&Provider>) -> String {
    match provider {
        Some(provider) => format!("{kind} {query} in {provider}"),
        None => format!("{kind} {query}"),
    }
}

/// Why a program ended before its end. Any error becomes one with `?`.
#[derive(Debug)]
pub enum Stop {
    /// A question has no answer yet: the engine answers it and runs the program again.
    Unanswered,
    /// The program cannot go on.
    Failed(Diagnostic),
}

impl Stop {
    /// The program cannot go on, and this is why.
    pub fn failed(problem: impl Into<String>) -> Stop {
        Stop::Failed(Diagnostic::new(problem))
    }
}

impl<E: std::error::Error> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Failed(Diagnostic::new(error.to_string()))
    }
}
