//! One of the two worlds of a story, and what is done there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use infra_apply::PlanError;
use infra_core::{Address, Stack};
use infra_plan::{Intent, Plan, Record, Row, SavedPlan, Selection, State};
use infra_testing::{Deployed, World};
use serde_json::json;

use crate::declare::{Program, Said, declare};
use crate::line::Line;
use crate::place::{CREW, FLEET, in_cloud, known_by};
use crate::silent::silent;
use crate::story::Operation;
use crate::trouble::{Trouble, inject};
use crate::unmet::{kept, unmet};
use crate::within::selection;

/// A world, and what its programs are told of it.
pub(crate) struct Stage {
    pub(crate) world: World,
    /// What is imported in this chapter: ids, by the name of the line.
    pub(crate) imports: BTreeMap<String, String>,
    /// Where hooks note that they ran; without it there are none.
    pub(crate) log: Option<PathBuf>,
    /// The stack that everything comes from, if it does.
    pub(crate) from: Option<&'static str>,
    /// The ids of what was left in the cloud before a journey to another stack.
    pub(crate) nobodys: BTreeSet<String>,
    /// How its programs say what they say.
    pub(crate) said: Said,
}

impl Stage {
    pub(crate) fn new() -> Stage {
        let world = World::new().recreating();
        world.cloud.alias(CREW, FLEET);
        Stage { world, imports: BTreeMap::new(), log: None, from: None, nobodys: BTreeSet::new(), said: Said::default() }
    }

    pub(crate) fn program<'a>(&self, lines: &'a [Line]) -> Program<'a> {
        let objects = self.world.cloud.objects();
        // What somebody deleted meanwhile cannot be imported: a person would take that line away.
        let imports = self.imports.iter().filter(|(_, id)| objects.contains_key(*id)).map(|(name, id)| (name.clone(), id.clone()));
        Program { lines, imports: imports.collect(), log: self.log.clone(), from: self.from, said: self.said.clone() }
    }

    pub(crate) fn plan(&self, lines: &[Line]) -> Result<Plan, PlanError> {
        let program = self.program(lines);
        self.world.plan(&|stack: &Stack| declare(&program, stack), json!({}))
    }

    pub(crate) fn deploy(&mut self, lines: &[Line], selection: &Selection) -> Result<Deployed, PlanError> {
        let program = self.program(lines);
        self.world.deploy_within(&|stack: &Stack| declare(&program, stack), json!({}), selection)
    }

    /// A plan as it comes back from a file.
    pub(crate) fn save(&self, lines: &[Line]) -> Result<SavedPlan, PlanError> {
        let program = self.program(lines);
        self.world.save_plan(&|stack: &Stack| declare(&program, stack), json!({}), &Selection::default())
    }

    /// The row of what is known by a name.
    pub(crate) fn row(&self, kind: &str, name: &str) -> Option<(&Address, &Row)> {
        self.world.state.rows.iter().find(|(address, _)| &**address.kind() == kind && known_by(address.name()) == name)
    }

    /// Forgets a resource; its object is to be imported again. Says whether there was one.
    pub(crate) fn forget(&mut self, line: &Line) -> bool {
        let Some((address, row)) = self.row(line.kind(), &line.name) else { return false };
        let (address, id) = (address.clone(), row.object.as_ref().map(|object| object.id.clone()));
        let Some(id) = id.filter(|id| self.world.cloud.objects().contains_key(id)) else { return false };
        self.world.state.apply(Record::Forgotten { address });
        self.imports.insert(line.name.clone(), id);
        true
    }

    /// A run into trouble. How it ends does not matter, but for what it says.
    pub(crate) fn suffer(&mut self, lines: &[Line], operation: Operation, trouble: &Trouble) -> Result<(), String> {
        inject(&self.world, lines, trouble);
        self.world.interrupt_after = trouble.interrupt.map(std::time::Duration::from_millis);
        let failing = self.log.as_ref().filter(|_| trouble.hooks_fail).map(|log| log.with_added_extension("fail"));
        if let Some(failing) = &failing {
            std::fs::write(failing, "").map_err(|error| error.to_string())?;
        }
        self.said.unmet = unmet(lines, trouble);
        self.world.cloud.forget_calls();
        if operation == Operation::Saved {
            self.world.allowed = self.save(lines).ok();
        }
        let program = self.program(lines);
        let selected = selection(lines, operation).unwrap_or_default();
        let is_end = matches!(operation, Operation::Destroy | Operation::End(_) | Operation::Spare(_));
        match trouble.crash {
            _ if operation == Operation::Refresh => drop(self.world.refresh()),
            Some(crash) if is_end => drop(self.world.destroy_within_until(&selected, crash)),
            None if is_end => drop(self.world.destroy_within(&selected)),
            Some(crash) => {
                self.world.deploy_within_until(&|stack: &Stack| declare(&program, stack), json!({}), &selected, crash);
            }
            None => drop(self.world.deploy_within(&|stack: &Stack| declare(&program, stack), json!({}), &selected)),
        }
        if let Some(failing) = &failing {
            std::fs::remove_file(failing).map_err(|error| error.to_string())?;
        }
        (self.world.interrupt_after, self.world.allowed) = (None, None);
        self.world.cloud.heal();
        if let Some(unmet) = self.said.unmet.take() {
            kept(lines, &unmet, &self.world.cloud.changes())?;
        }
        silent(&self.world)?;
        self.reopen()
    }

    /// The state is written and read again.
    fn reopen(&mut self) -> Result<(), String> {
        let text = serde_json::to_string(&self.world.state).map_err(|error| format!("the state cannot be stored: {error}"))?;
        let read: State = serde_json::from_str(&text).map_err(|error| format!("the state cannot be read again: {error}\n{text}"))?;
        if read != self.world.state {
            return Err(format!("the state is another when it is read again: {text}"));
        }
        self.world.state = read;
        Ok(())
    }

    /// A person who looks into the cloud says what became of each create that is in doubt.
    pub(crate) fn settle(&mut self) -> Result<(), String> {
        let objects = self.world.cloud.objects();
        let doubts: Vec<(Address, Option<String>)> = self
            .world
            .state
            .rows
            .iter()
            .filter_map(|(address, row)| {
                let Some(Intent::Create { token, .. }) = &row.intent else { return None };
                let made = objects.iter().find(|(_, object)| object.token == *token && &*object.kind == in_cloud(address.kind()));
                Some((address.clone(), made.map(|(id, _)| id.clone())))
            })
            .collect();
        for (address, made) in doubts {
            self.world.state.check_settle(&address, made.as_deref()).map_err(|error| format!("{address} cannot be settled: {error}"))?;
            self.world.state.apply(Record::Decided { address, made });
        }
        self.reopen()
    }
}
