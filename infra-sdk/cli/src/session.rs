//! What most commands begin with: the stack, its environment, its program, its cloud, its state.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use infra_apply::{Engine, History, Journal, Known as Values};
use infra_assets::live::Workshop;
use infra_core::program::{Request, Response};
use infra_core::{Finding, GRAPH_VERSION, Graph, Value, check_name};
use infra_local::Endpoint;
use infra_plan::{Setting, State, neighbours};
use infra_store::Location;
use tokio::sync::OnceCell;

use crate::Providers;
use crate::arguments::{ProgramArguments, StackArguments};
use crate::assets;
use crate::called::called;
use crate::cloud::Cloud;
use crate::environment::{Environment, LOCAL};
use crate::error::Error;
use crate::folder;
use crate::held::Held;
use crate::journal::Place;
use crate::local;
use crate::pins::Pins;
use crate::program::{self, Known, Outputs};
use crate::settings;
use crate::show::{note, path};
use crate::stacks::{StackPackage, Stacks};

/// A stack in an environment.
pub(crate) struct Session<'a> {
    /// The stack's name.
    pub(crate) stack: String,
    /// The project's folder.
    project: PathBuf,
    /// The folder of the stack's infra.toml.
    folder: PathBuf,
    /// Where its program comes from.
    source: Source,
    /// The environment.
    pub(crate) environment: Environment,
    /// Its state.
    pub(crate) place: Place,
    /// Where the command line says that it is.
    state: Option<String>,
    providers: Providers<'a>,
    cloud: OnceCell<Cloud>,
    workshop: Workshop,
}

/// Where a stack's program comes from.
enum Source {
    /// It is built from a package.
    Package(StackPackage),
    /// It is built already.
    Built(PathBuf),
    /// There is none, but there is a state: enough to look at it and to destroy.
    Absent(Error),
}

impl<'a> Session<'a> {
    /// Finds a stack and its environment. Nothing is built, started or called yet.
    pub(crate) fn open(arguments: &StackArguments, providers: Providers<'a>) -> Result<Session<'a>, Error> {
        let (name, environment) = (&arguments.stack, &arguments.env);
        let named = |what: &str, problem: String| Error::usage(format!("{what}: {problem}"), "see `--help`");
        check_name(name).map_err(|problem| named(&format!("stack `{name}`"), problem))?;
        check_name(environment).map_err(|problem| named(&format!("environment `{environment}`"), problem))?;
        let here = folder::current()?;
        let (project, folder, source) = match &arguments.program {
            Some(program) => {
                let program = std::path::absolute(program).map_err(crate::error::file("find", program))?;
                let own = || program.parent().unwrap_or(&here).to_owned();
                let folder = arguments.folder.as_ref().map_or_else(own, |folder| here.join(folder));
                (folder::project(&folder), folder, Source::Built(program))
            }
            None => packaged(&here, name, environment)?,
        };
        let mut environment = match (Environment::read(name, &folder, environment), &source) {
            (Err(Error::UnknownEnvironment { .. }), Source::Absent(_)) => return Err(source.missing()),
            (read, _) => read?,
        };
        if let Some(state) = &arguments.state {
            let location = Location::parse(state).map_err(|error| named("`--state`", error.to_string()))?;
            environment.state = Some(location);
        }
        let mut place = Place::new(&project, name, &environment.name);
        if let Some(state) = &environment.state {
            place = place.at(state, &environment);
        }
        Ok(Session {
            workshop: assets::workshop(&project, &folder),
            stack: name.clone(),
            project,
            folder,
            source,
            environment,
            place,
            state: arguments.state.clone(),
            providers,
            cloud: OnceCell::new(),
        })
    }

    /// `web` for the local cloud, `web to production` for any other: what commands call it.
    pub(crate) fn title(&self) -> String {
        format!("{} to {}", self.stack, self.environment.name)
    }

    /// The command line of another command on this stack.
    pub(crate) fn command(&self, command: &str) -> String {
        let environment = format!("{}{}", self.env_words(), self.state_words());
        let program = match &self.source {
            Source::Built(program) if program.parent() == Some(&self.folder) => format!(" --program {}", path(program)),
            Source::Built(program) => format!(" --program {} --folder {}", path(program), path(&self.folder)),
            Source::Package(_) | Source::Absent(_) => String::new(),
        };
        called(&format!("{command} {}{environment}{program}", self.stack))
    }

    /// The command line of another command that runs the program, with the configuration that this one was given, but for
    /// its secrets: whoever goes on knows them.
    pub(crate) fn command_with(&self, command: &str, arguments: &ProgramArguments, engine: &Engine) -> String {
        let config = arguments.config.iter().map(|text| format!(" --config {}", quoted(&engine.scrub.scrubbed(text))));
        config.fold(self.command(command), |line, config| line + &config)
    }

    /// The stack's program, built if need be.
    pub(crate) fn program(&self) -> Result<PathBuf, Error> {
        match &self.source {
            Source::Package(package) => program::build(&self.project, package),
            Source::Built(program) => Ok(program.clone()),
            Source::Absent(_) => Err(self.source.missing()),
        }
    }

    /// What the program declares here, when it is told what its parts wait for as far as it is `known`.
    pub(crate) async fn graph(&self, program: &Path, arguments: &ProgramArguments, known: &Values) -> Result<Graph, Error> {
        let mut config = self.environment.config.clone();
        for text in &arguments.config {
            settings::merge(&mut config, settings::parse(text)?);
        }
        let request = Request {
            version: GRAPH_VERSION,
            stack: self.stack.clone(),
            environment: self.environment.name.clone(),
            config,
            known: known.clone(),
            ..Request::default()
        };
        // The local cloud's ids die with it, so that nobody should commit them.
        let pins = if self.environment.is_local() { self.place.folder() } else { &self.folder };
        let pins = Pins::read(&pins.join("lookups.lock"), &self.environment.name)?;
        let refresh = arguments.refresh_lookups || self.is_about_a_gone_cloud()?;
        let known = Known { program, folder: &self.folder, request, pins, refresh, project: &self.project, workshop: &self.workshop };
        let cloud = async || Ok(self.cloud().await?.registry.clone());
        program::graph(known, cloud, async |stack, outputs| self.outputs_of(stack, outputs).await).await
    }

    /// The outputs of another stack in this environment, as its last deployment left them. Its journal is not locked.
    async fn outputs_of(&self, stack: &str, outputs: Outputs) -> Result<BTreeMap<String, Value>, Error> {
        let place = self.place_of(stack);
        let memory = if self.environment.is_local() { self.cloud().await?.memory.clone() } else { None };
        let state = place.peek(memory.as_deref()).await?.filter(|state| !state.rows.is_empty() || !state.exports.is_empty());
        let state = state.ok_or_else(|| Error::Refused {
            problem: format!("stack `{}` refers to stack `{stack}`, which has not been deployed to {}", self.stack, self.environment.name),
            help: format!("deploy it first, with `{}`", called(&format!("deploy {stack}{}", self.env_words()))),
        })?;
        match outputs {
            Outputs::Kept => Ok(state.exports),
            Outputs::Open => {
                Ok(self.opened_of(&place, State { exports: state.exports, key: state.key, ..State::default() }).await?.exports)
            }
        }
    }

    /// Where another stack's state is in this environment: as its own infra.toml says, or else where this one's is.
    fn place_of(&self, stack: &str) -> Place {
        let own = || {
            let folder = Stacks::around(&self.project).ok()?.find(stack).ok()?.folder.clone();
            Some(Environment::read(stack, &folder, &self.environment.name).ok()?.state)
        };
        let state = if self.state.is_some() { None } else { own() }.unwrap_or_else(|| self.environment.state.clone());
        let place = Place::new(&self.project, stack, &self.environment.name);
        state.iter().fold(place, |place, state| place.at(state, &self.environment))
    }

    /// The stacks of this environment that are known to use outputs of this one, each with those.
    pub(crate) async fn referrers(&self) -> Result<BTreeMap<String, Vec<String>>, Error> {
        let mut referrers = BTreeMap::new();
        for (stack, place) in self.place.others(&self.environment.name).await? {
            // What cannot be read is no reason to stop, since it cannot be repaired from here.
            let Ok(Some(state)) = place.recorded().await else { continue };
            if let Some(outputs) = state.references.get(&self.stack).filter(|_| stack != self.stack) {
                referrers.insert(stack, outputs.keys().cloned().collect());
            }
        }
        Ok(referrers)
    }

    fn state_words(&self) -> String {
        self.state.as_ref().map(|state| format!(" --state {}", quoted(state))).unwrap_or_default()
    }

    fn env_words(&self) -> String {
        if self.environment.name == LOCAL { String::new() } else { format!(" --env {}", self.environment.name) }
    }

    /// What the program's own policies have against a plan.
    pub(crate) fn judgement(&self, program: &Path, review: serde_json::Value) -> Result<Vec<Finding>, Error> {
        let request = Request {
            version: GRAPH_VERSION,
            stack: self.stack.clone(),
            environment: self.environment.name.clone(),
            review: Some(review),
            ..Request::default()
        };
        match program::converse(program, &self.folder, &request)? {
            Response::Reviewed(findings) => Ok(findings),
            Response::Failed(problems) => Err(Error::Program(problems)),
            Response::Graph(_) | Response::Unanswered(_) => {
                Err(Error::Foreign { stack: self.stack.clone(), problem: "it does not judge the plan that it was given".into() })
            }
        }
    }

    /// The environment's cloud, connected the first time that it is asked for.
    pub(crate) async fn cloud(&self) -> Result<&Cloud, Error> {
        let connect = async || Cloud::connect(&self.project, &self.folder, &self.workshop, &self.environment, self.providers).await;
        self.cloud.get_or_try_init(connect).await
    }

    /// The journal, open for a run.
    pub(crate) async fn journal(&self, cloud: &Cloud) -> Result<Held, Error> {
        self.place.open(cloud.memory.as_deref()).await
    }

    /// Lets the journal's resources be taken over from other stacks where the graph says so: `locked` for a run, otherwise
    /// from what those stacks remember now. One that was never deployed has nothing. Says whether there is another one than before.
    pub(crate) async fn put_neighbours_beside(
        &self,
        graph: &Graph,
        journal: &mut Journal,
        cloud: &Cloud,
        locked: bool,
    ) -> Result<bool, Error> {
        let mut more = false;
        for stack in neighbours(graph, journal.state()).into_iter().filter(|stack| *stack != self.stack) {
            if journal.others().contains_key(&stack) {
                continue;
            }
            let place = self.place_of(&stack);
            let Some(state) = place.peek(cloud.memory.as_deref()).await? else { continue };
            // What is taken over keeps its secrets, which only the key of that stack opens.
            let formers = graph.nodes.iter().flat_map(|node| node.options.moved_from.iter().map(move |former| (node, former)));
            let from_there = formers.filter(|(_, former)| former.stack.as_ref() == Some(&stack));
            let rows = from_there.filter_map(|(node, former)| {
                let had = journal.state().made.contains_key(&node.address);
                Some((former.address.clone(), state.leaving(&former.address, &self.stack, had)?.clone()))
            });
            let sealed = State { rows: rows.collect(), ..State::default() }.has_sealed();
            let key = match (sealed, &state.key) {
                (true, Some(key)) => Some(self.open_key_of(&place, key).await?),
                (true, None) => return Err(Error::NoKey { of: place.of().to_owned() }),
                (false, _) => None,
            };
            match locked {
                true => {
                    let mut other = place.open(cloud.memory.as_deref()).await?;
                    key.map(|key| other.unlock(key)).transpose()?;
                    journal.put_beside(stack, other);
                }
                false => {
                    let mut other = Journal::in_memory(state);
                    key.map(|key| other.unlock(key)).transpose()?;
                    journal.put_beside(stack, Box::new(other));
                }
            }
            more = true;
        }
        Ok(more)
    }

    /// What a saved plan is bound to.
    pub(crate) fn setting(&self, cloud: &Cloud) -> Setting {
        let account = self.environment.account.as_ref().map(|account| account.id.clone()).or_else(|| cloud.memory.clone());
        Setting { name: self.environment.name.clone(), account, region: self.environment.region.clone() }
    }

    /// What is remembered of the deployment, without asking the cloud. Says so where the local cloud has forgotten it.
    pub(crate) async fn state(&self) -> Result<State, Error> {
        let state = self.place.recorded().await?.filter(|state| !state.rows.is_empty() || !state.exports.is_empty());
        let state = state.ok_or_else(|| self.not_deployed())?;
        if self.is_about_a_gone_cloud()? {
            note("the local cloud that this was deployed to has ended: none of it exists any more");
        }
        Ok(state)
    }

    /// Every record of the journal.
    pub(crate) async fn history(&self) -> Result<History, Error> {
        self.place.history().await?.filter(|history| !history.records.is_empty()).ok_or_else(|| self.not_deployed())
    }

    /// The journal, open for a change that concerns no cloud. There must be one.
    pub(crate) async fn journal_by_hand(&self) -> Result<Held, Error> {
        self.history().await?;
        self.place.open(None).await
    }

    /// The journal, open for an import; it is made if there is none. A state of the local cloud is about one that runs.
    pub(crate) async fn journal_for_import(&self) -> Result<Held, Error> {
        if !self.environment.is_local() {
            return self.place.open(None).await;
        }
        let endpoint = local::running(&self.project)?.ok_or_else(|| Error::Refused {
            problem: "the local cloud does not run, so that nothing of a state can be in it".into(),
            help: format!("start it with `{}`, or name the environment that the state is of with `--env`", called("local start")),
        })?;
        self.place.open(Some(&endpoint.memory)).await
    }

    /// Where the local cloud is, for a key that it has. It is not started for that: a new one has no old key.
    pub(crate) fn local_endpoint(&self) -> Result<Endpoint, Error> {
        local::running(&self.project)?.ok_or_else(|| Error::Refused {
            problem: format!("the key of {} is in the local cloud, which does not run", self.place.of()),
            help: format!("start it with `{}`; what was sealed with a key of the one before stays sealed", called("local start")),
        })
    }

    /// That there is nothing to look at.
    pub(crate) fn not_deployed(&self) -> Error {
        Error::NotDeployed { stack: self.stack.clone(), environment: self.environment.name.clone(), command: self.command("deploy") }
    }

    /// Whether what is remembered is about a local cloud that is not there any more.
    fn is_about_a_gone_cloud(&self) -> Result<bool, Error> {
        if !self.environment.is_local() {
            return Ok(false);
        }
        Ok(match local::running(&self.project)? {
            Some(endpoint) => !self.place.is_about(&endpoint.memory)?,
            None => true,
        })
    }

    /// Whether there is no cloud to ask, since it is the local one and does not run.
    pub(crate) fn local_cloud_is_down(&self) -> Result<bool, Error> {
        Ok(self.environment.is_local() && local::running(&self.project)?.is_none())
    }
}

impl Source {
    /// Why there is no program.
    fn missing(&self) -> Error {
        match self {
            Source::Absent(Error::UnknownStack { name, known }) => Error::UnknownStack { name: name.clone(), known: known.clone() },
            Source::Absent(Error::Project { detail }) => Error::Project { detail: detail.clone() },
            Source::Absent(_) | Source::Package(_) | Source::Built(_) => Error::Project { detail: String::new() },
        }
    }
}

/// A stack of the workspace, or what is left of one that was deployed and is not in the workspace any more.
fn packaged(here: &Path, name: &str, environment: &str) -> Result<(PathBuf, PathBuf, Source), Error> {
    let found = Stacks::around(here).and_then(|stacks| {
        let package = stacks.find(name)?.clone();
        Ok((stacks.root, package.folder.clone(), Source::Package(package)))
    });
    found.or_else(|error| {
        let project = folder::project(here);
        match Place::new(&project, name, environment).folder().exists() {
            true => Ok((project.clone(), project, Source::Absent(error))),
            false => Err(error),
        }
    })
}

/// A command line with more words.
pub(crate) fn with(line: String, words: &[String]) -> String {
    words.iter().fold(line, |line, word| format!("{line} {word}"))
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.=/:@+,".contains(letter);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggested_command_can_be_pasted() {
        assert_eq!(quoted("workers=7"), "workers=7");
        assert_eq!(quoted("zones=[\"a\", \"b\"]"), "'zones=[\"a\", \"b\"]'");
        assert_eq!(quoted("name=it's"), r"'name=it'\''s'");
    }
}
