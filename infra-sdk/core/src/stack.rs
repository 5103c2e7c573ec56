//! The stack that a program fills.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde_json::Value as Json;

use crate::lookup::{self, Question, Stop};
use crate::program::Request;
use crate::{Address, Diagnostic, Export, Graph, Location, Lookup, Node, Resource, Value, check_name};

/// A stack being declared, or a scope within one. Cheap to clone; every clone adds to the same stack.
#[derive(Clone)]
pub struct Stack {
    shared: Rc<RefCell<Shared>>,
    scope: String,
}

/// What all clones of a stack add to.
pub(crate) struct Shared {
    pub(crate) graph: Graph,
    environment: String,
    declared: HashMap<Address, Location>,
    exported: BTreeMap<String, Location>,
    answers: BTreeMap<String, Json>,
    pub(crate) known: BTreeMap<String, Json>,
    pub(crate) references: BTreeMap<String, BTreeMap<String, Value>>,
    pub(crate) questions: Vec<Question>,
    pub(crate) problems: Vec<Diagnostic>,
    /// The scope that everything must be declared in for now.
    pub(crate) within: Option<String>,
    /// Why a part of the program ended before its end, if one did.
    pub(crate) stop: Option<Stop>,
}

impl Stack {
    /// The stack that a request asks for.
    pub(crate) fn for_request(request: &Request) -> Stack {
        let mut problems = Vec::new();
        if let Err(problem) = check_name(&request.stack) {
            problems.push(Diagnostic::new(problem).with_field(format!("stack {}", request.stack)));
        }
        Stack {
            shared: Rc::new(RefCell::new(Shared {
                graph: Graph::empty(request.stack.clone()),
                environment: request.environment.clone(),
                declared: HashMap::new(),
                exported: BTreeMap::new(),
                answers: request.answers.clone(),
                known: request.known.clone(),
                references: request.references.clone(),
                questions: Vec::new(),
                problems,
                within: None,
                stop: None,
            })),
            scope: String::new(),
        }
    }

    /// The stack's name.
    pub fn name(&self) -> String {
        self.shared.borrow().graph.stack.clone()
    }

    /// The environment's name, `local` by default.
    pub fn environment(&self) -> String {
        self.shared.borrow().environment.clone()
    }

    /// The same stack, with `name/` before the name of everything declared through it.
    #[track_caller]
    #[must_use]
    pub fn scope(&self, name: impl AsRef<str>) -> Stack {
        let name = name.as_ref();
        self.check(name, &Location::caller(), &format!("scope {}{name}", self.scope));
        Stack { shared: Rc::clone(&self.shared), scope: format!("{}{name}/", self.scope) }
    }

    /// What is before the name of everything declared through it.
    pub(crate) fn prefix(&self) -> &str {
        &self.scope
    }

    /// Works on what all clones share.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Shared) -> R) -> R {
        work(&mut self.shared.borrow_mut())
    }

    /// Makes `value` an output of the stack. Names are the stack's own: scopes do not change them.
    #[track_caller]
    pub fn export(&self, name: impl AsRef<str>, value: impl Export) {
        let (name, here) = (name.as_ref(), Location::caller());
        self.check(name, &here, &format!("output {name}"));
        let mut shared = self.shared.borrow_mut();
        if let Some(first) = shared.exported.insert(name.to_owned(), here.clone()) {
            shared.problems.push(
                Diagnostic::new(format!("the stack has two outputs of this name; the other is at {first}"))
                    .with_field(format!("output {name}"))
                    .with_location(&here)
                    .with_help("rename one of them"),
            );
        }
        shared.graph.exports.insert(name.to_owned(), value.exported());
    }

    /// Asks the engine something that the program must know while it runs. The answer is pinned in a lock file, so
    /// that a plan never changes because the world did.
    ///
    /// # Errors
    /// [`Stop::Unanswered`] where there is no answer yet: pass it on with `?`, and the engine runs the program again.
    #[track_caller]
    pub fn lookup<L: Lookup>(&self, query: L) -> Result<L::Answer, Stop> {
        let here = Location::caller();
        let failed = |error: serde_json::Error| {
            let problem = Diagnostic::new(format!("the pinned answer to `{}` cannot be read: {error}", L::KIND));
            Stop::Failed(problem.with_location(&here).with_help("answer it anew with `--refresh-lookups`"))
        };
        let query = serde_json::to_value(&query).map_err(failed)?;
        let mut shared = self.shared.borrow_mut();
        match shared.answers.get(&lookup::key(L::KIND, &query)) {
            Some(answer) => serde_json::from_value(answer.clone()).map_err(failed),
            None => {
                shared.questions.push(Question { kind: L::KIND.to_owned(), query, declared: here });
                Err(Stop::Unanswered)
            }
        }
    }

    /// Adds a resource; a name that is taken or malformed is kept as a problem for the end.
    pub(crate) fn declare<R: Resource>(&self, name: &str, node: impl FnOnce(Address) -> Node) -> Address {
        let address = Address::new(R::KIND, format!("{}{name}", self.scope));
        let node = node(address.clone());
        self.check(name, &node.declared, &address.to_string());
        let mut shared = self.shared.borrow_mut();
        if let Some(first) = shared.declared.get(&address) {
            let problem = Diagnostic::new(format!("declared twice; the first is at {first}"))
                .with_resource(&address)
                .with_location(&node.declared)
                .with_help("rename one of them, or declare it in a scope of its own with `stack.scope(…)`");
            shared.problems.push(problem);
            return address;
        }
        if let Some(within) = shared.within.clone().filter(|within| !address.name().starts_with(within)) {
            let problem = Diagnostic::new(format!("is declared by what is deferred as {}, and not in its scope", within.trim_end_matches('/')))
                .with_resource(&address)
                .with_location(&node.declared)
                .with_help("add it to the stack that the closure is given");
            shared.problems.push(problem);
        }
        shared.declared.insert(address.clone(), node.declared.clone());
        shared.graph.schemas.entry(address.kind().clone()).or_insert_with(R::schema);
        shared.graph.nodes.push(node);
        address
    }

    /// What was declared, what was asked, and what is wrong.
    pub(crate) fn finish(self) -> (Graph, Vec<Question>, Vec<Diagnostic>, Option<Stop>) {
        let mut shared = self.shared.borrow_mut();
        let graph = std::mem::replace(&mut shared.graph, Graph::empty(""));
        let stop = shared.stop.take();
        (graph, std::mem::take(&mut shared.questions), std::mem::take(&mut shared.problems), stop)
    }

    fn check(&self, name: &str, here: &Location, what: &str) {
        if let Err(problem) = check_name(name) {
            let problem = Diagnostic::new(problem).with_field(what).with_location(here);
            self.shared.borrow_mut().problems.push(problem);
        }
    }
}
