//! The stack that a program fills.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde_json::Value as Json;

use crate::completion;
use crate::identity::{Said, Standing};
use crate::lookup::{self, Question, Stop};
use crate::program::Request;
use crate::transform::Change;
use crate::{
    Address, Declaration, Diagnostic, Draft, Export, Former, Graph, Location, Lookup, Node, Provider, Resource, Rewrite, Value, check_name,
};

/// A stack being declared, or a scope within one. Cheap to clone; every clone adds to the same stack.
#[derive(Clone)]
pub struct Stack {
    shared: Rc<RefCell<Shared>>,
    /// The scopes, each followed by `/`.
    scope: String,
    /// What the scopes were before.
    former: Vec<String>,
    /// The scope that this one is in, and what that was before; empty for the stack itself.
    above: Vec<String>,
    provider: Option<Provider>,
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
    /// What changes the resources of scopes, each by the scope's prefix, in the order of the program.
    transforms: Vec<(String, Change)>,
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
                transforms: Vec::new(),
            })),
            scope: String::new(),
            former: Vec::new(),
            above: Vec::new(),
            provider: None,
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
        Stack {
            shared: Rc::clone(&self.shared),
            scope: format!("{}{name}/", self.scope),
            former: self.former.iter().map(|former| format!("{former}{name}/")).collect(),
            above: std::iter::once(&self.scope).chain(&self.former).cloned().collect(),
            provider: self.provider.clone(),
        }
    }

    /// The same scope, of which everything declared through it was in a scope of another name before: nothing is made
    /// anew for that. The name is one beside this scope, or from the root of the stack with `/` before it; `/` alone
    /// is for what was in no scope. It may be said several times, and stay in the program.
    #[track_caller]
    #[must_use]
    pub fn moved_from(mut self, name: impl AsRef<str>) -> Stack {
        let (name, here) = (name.as_ref(), Location::caller());
        let what = format!("scope {}", self.scope.trim_end_matches('/'));
        if self.above.is_empty() {
            let problem = Diagnostic::new("only a scope can be moved, not the stack itself").with_location(&here);
            self.shared.borrow_mut().problems.push(problem.with_help("say it of `stack.scope(…)`"));
            return self;
        }
        let path = name.trim_start_matches('/');
        if !(path.is_empty() && name == "/") {
            path.split('/').for_each(|part| self.check(part, &here, &what));
        }
        let whole = |above: &str| if path.is_empty() { above.to_owned() } else { format!("{above}{path}/") };
        match name.starts_with('/') {
            true => self.former.push(whole("")),
            false => self.former.extend(self.above.iter().map(|above| whole(above))),
        }
        self
    }

    /// The same stack, with everything declared and asked through it where a provider says, unless it says otherwise.
    #[must_use]
    pub fn provider(&self, provider: impl Into<Provider>) -> Stack {
        Stack { provider: Some(provider.into()), ..self.clone() }
    }

    /// Changes every resource of this scope and of those below it, once the program has declared all: also those that
    /// come later. Transforms run in the order in which they are given, and what one does the next one sees.
    pub fn transform(&self, change: impl FnMut(&mut Declaration<'_>) + 'static) {
        self.shared.borrow_mut().transforms.push((self.scope.clone(), Box::new(change)));
    }

    /// As [`transform`](Stack::transform), for every resource of one type, by its builder:
    /// `stack.each::<Instance>(|instance| instance.instance_type("t3.small").protect())`.
    pub fn each<R: Rewrite>(&self, mut change: impl FnMut(R::Builder) -> R::Builder + 'static) {
        self.transform(move |declaration| {
            if declaration.kind() == R::KIND {
                let (address, declared) = (declaration.node.address.clone(), declaration.node.declared.clone());
                *declaration.node = R::closed(change(R::reopened(Draft::of(declaration.node)))).node(address, declared);
            }
        });
    }

    /// Lets the stack forget a resource that it declared once, by the name that it had in this scope: its object stays in the
    /// cloud, and nobody looks after it any more. No object is deleted for it, not even what an interrupted replacement has
    /// left, and what is protected may be forgotten. The line may stay; a program that declares the resource still is wrong.
    ///
    /// ```
    /// # use infra_core::{NoOutputs, Resource, Stack};
    /// # /// A bucket.
    /// # #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, Resource)]
    /// # #[resource(handle = Bucket, id = BucketName, outputs = NoOutputs, kind = "toy:store/bucket")]
    /// # pub struct BucketInputs {
    /// #     /// What is written on it.
    /// #     pub label: Option<String>,
    /// # }
    /// fn program(stack: &Stack) {
    ///     // It was `Bucket::new("archive").add(stack)`; another team has it now.
    ///     stack.forget::<Bucket>("archive");
    /// }
    /// ```
    #[track_caller]
    pub fn forget<R: Resource>(&self, name: impl AsRef<str>) {
        let (name, here) = (name.as_ref(), Location::caller());
        let address = Address::new(R::KIND, format!("{}{name}", self.scope));
        name.split('/').for_each(|part| self.check(part, &here, &address.to_string()));
        let mut shared = self.shared.borrow_mut();
        shared.graph.schemas.entry(address.kind().clone()).or_insert_with(R::schema);
        shared.graph.forgotten.insert(address, here);
    }

    /// Tags every resource of this scope and of those below it that can be tagged; the tags that a resource gives itself
    /// win.
    pub fn tag_everything<K: Into<String>, V: Into<String>>(&self, tags: impl IntoIterator<Item = (K, V)>) {
        let tags: BTreeMap<String, String> = tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        self.transform(move |declaration| {
            declaration.tag(&tags);
        });
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
    /// that a plan never changes because the world did; but for what is asked of this machine, such as the content of
    /// a folder.
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
        let provider = self.provider.clone().filter(|_| !L::LOCAL);
        match shared.answers.get(&lookup::key(L::KIND, &query, provider.as_ref())) {
            Some(answer) => serde_json::from_value(answer.clone()).map_err(failed),
            None => {
                shared.questions.push(Question { kind: L::KIND.to_owned(), query, declared: here, provider });
                Err(Stop::Unanswered)
            }
        }
    }

    /// Adds a resource; a name that is taken or malformed is kept as a problem for the end.
    pub(crate) fn declare<R: Resource>(&self, name: &str, node: impl FnOnce(Address) -> Node) -> Address {
        let address = Address::new(R::KIND, format!("{}{name}", self.scope));
        let mut node = node(address.clone());
        if node.options.lifecycle.provider.is_none() {
            node.options.lifecycle.provider.clone_from(&self.provider);
        }
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
            let problem =
                Diagnostic::new(format!("is declared by what is deferred as {}, and not in its scope", within.trim_end_matches('/')))
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

    /// The addresses that a resource had before; what is wrong with what it says of them is kept for the end.
    pub(crate) fn former<R: Resource>(&self, name: &str, said: &[Said], declared: &Location) -> Vec<Former> {
        let address = Address::new(R::KIND, format!("{}{name}", self.scope));
        let (former, problems) = Standing { address: &address, name, scope: &self.scope, former: &self.former }.resolve(said);
        let problems = problems.into_iter().map(|problem| {
            let problem = Diagnostic::new(problem).with_resource(&address).with_field("moved_from").with_location(declared);
            problem.with_help(
                "write a name beside this one, `/` and a name from the root of the stack, or an address as `infra state list` has it",
            )
        });
        self.shared.borrow_mut().problems.extend(problems);
        former
    }

    /// What was declared, what was asked, and what is wrong.
    pub(crate) fn finish(self) -> (Graph, Vec<Question>, Vec<Diagnostic>, Option<Stop>) {
        let (mut graph, transforms) = {
            let mut shared = self.shared.borrow_mut();
            (std::mem::replace(&mut shared.graph, Graph::empty("")), std::mem::take(&mut shared.transforms))
        };
        for (scope, mut change) in transforms {
            for node in graph.nodes.iter_mut().filter(|node| node.address.name().starts_with(&scope)) {
                let Some(schema) = graph.schemas.get(node.address.kind()) else { continue };
                change(&mut Declaration { node, schema });
            }
        }
        completion::complete(&mut graph);
        graph.mark();
        let mut shared = self.shared.borrow_mut();
        for node in &graph.nodes {
            let Some(here) = graph.forgotten.get(&node.address) else { continue };
            let problem = Diagnostic::new(format!("is to be forgotten, and still declared at {}", node.declared));
            let problem = problem.with_resource(&node.address).with_location(here);
            shared.problems.push(problem.with_help("take that declaration away, or this `forget`: what is forgotten is nobody's"));
        }
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
