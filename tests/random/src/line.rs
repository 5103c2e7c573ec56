//! One declaration of a random program, as data that can be both run and printed.

use crate::place::{CREW, FLEET, Place};

/// A declared resource. What it needs is named by its number among the lines, and stands before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is known by through all chapters; a chapter's program may call it otherwise.
    pub name: String,
    /// What this chapter's program calls it, and what the one before did.
    pub place: Place,
    /// What it is.
    pub what: What,
    /// How the engine is to treat it.
    pub options: Options,
}

/// The type and the inputs.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of the toy resources")]
pub enum What {
    Net { range: u8, dns: bool },
    Part { net: usize, third: usize, zone: u8 },
    Machine { part: Option<usize>, net: Option<usize>, size: u8, password: bool, seed: Option<u8> },
    Fleet { image: u8, count: u8, named: bool, leader: Option<usize> },
    Vault { password: u8, label: u8 },
    Way { net: usize, to: u8, through: Option<usize> },
}

/// The options of a line.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, clippy::struct_excessive_bools, reason = "the fields are the options")]
pub struct Options {
    pub depends_on: Option<usize>,
    pub protect: bool,
    pub retain_on_delete: bool,
    pub ignore_changes: bool,
    pub replace_on_changes: bool,
    pub delete_before_create: bool,
    pub replace_with: Option<usize>,
    pub deleted_with: Option<usize>,
    pub triggers: Option<u8>,
    pub condition: bool,
    pub region: Option<u8>,
    /// The step's time-outs, in minutes.
    pub timeouts: Option<u8>,
    /// A hook at each moment, by a bit for each.
    pub hooks: u8,
    /// Its object is forgotten before the chapter, and imported by its program: with whatever differs changed, or as it is.
    pub import: Option<bool>,
    /// Of a network: how many parts and machines are declared once one of its outputs is known.
    pub then: Option<u8>,
}

impl Line {
    /// The kind, as the program says it.
    pub fn kind(&self) -> &'static str {
        match self.what {
            What::Net { .. } => "toy:net/net",
            What::Part { .. } => "toy:net/part",
            What::Machine { .. } => "toy:run/machine",
            What::Fleet { .. } if self.place.crew => CREW,
            What::Fleet { .. } => FLEET,
            What::Vault { .. } => "toy:run/vault",
            What::Way { .. } => "toy:net/way",
        }
    }

    /// Its name in the stack, with its scope.
    pub fn full(&self) -> String {
        self.place.full(&self.name)
    }

    /// The network that it is in or leads out of, if any.
    pub(crate) fn net(&self) -> Option<usize> {
        match self.what {
            What::Part { net, .. } | What::Way { net, .. } => Some(net),
            What::Machine { net, .. } => net,
            _ => None,
        }
    }

    /// Does something to the number of each line that it needs.
    fn each_need(&mut self, mut change: impl FnMut(&mut usize)) {
        match &mut self.what {
            What::Net { .. } | What::Vault { .. } => {}
            What::Part { net, .. } => change(net),
            What::Machine { part, net, .. } => part.iter_mut().chain(net).for_each(&mut change),
            What::Fleet { leader, .. } => leader.iter_mut().for_each(&mut change),
            What::Way { net, through, .. } => std::iter::once(net).chain(through).for_each(&mut change),
        }
        let options = &mut self.options;
        options.depends_on.iter_mut().chain(&mut options.replace_with).chain(&mut options.deleted_with).for_each(change);
    }

    /// The numbers of the lines that it needs.
    pub fn needs(&self) -> Vec<usize> {
        let mut needs = Vec::new();
        self.clone().each_need(|need| needs.push(*need));
        needs
    }
}

/// The names of some lines and of all that they need, directly or not; and what makes a network complete where it is needed.
pub(crate) fn needed<'a>(lines: &'a [Line], names: impl IntoIterator<Item = &'a str>) -> std::collections::BTreeSet<&'a str> {
    let (mut wanted, mut next) = (std::collections::BTreeSet::new(), names.into_iter().collect::<Vec<_>>());
    while let Some(name) = next.pop() {
        if !wanted.insert(name) {
            continue;
        }
        let Some(line) = lines.iter().find(|line| line.name == name) else { continue };
        let needs = line.needs();
        next.extend(needs.iter().map(|need| &*lines[*need].name));
        let ways = lines.iter().filter(|way| matches!(way.what, What::Way { net, .. } if needs.contains(&net)));
        next.extend(ways.map(|way| &*way.name));
    }
    wanted
}

/// The lines of one program and those that only another has.
pub(crate) fn both(lines: &[Line], more: &[Line]) -> Vec<Line> {
    let mut all = lines.to_vec();
    for line in more.iter().filter(|line| lines.iter().all(|other| other.name != line.name)) {
        let mut line = line.clone();
        // What it needs stands before it: in one of the programs, or among what was added.
        line.each_need(|need| *need = all.iter().position(|other| other.name == more[*need].name).unwrap_or(0));
        all.push(line);
    }
    all
}

/// Some of the lines, which need nothing but each other.
pub(crate) fn subset(lines: &[Line], wanted: impl Fn(&Line) -> bool) -> Vec<Line> {
    let mut kept: Vec<Line> = Vec::new();
    for line in lines.iter().filter(|line| wanted(line)) {
        let mut line = line.clone();
        line.each_need(|need| *need = kept.iter().position(|other| other.name == lines[*need].name).unwrap_or(0));
        kept.push(line);
    }
    kept
}

/// The lines without one of them, and without what needs it.
pub(crate) fn without(lines: &[Line], left_out: usize) -> Vec<Line> {
    let mut places: Vec<Option<usize>> = Vec::new();
    let mut kept: Vec<Line> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if at == left_out || line.needs().into_iter().any(|need| places[need].is_none()) {
            places.push(None);
            continue;
        }
        places.push(Some(kept.len()));
        let mut line = line.clone();
        line.each_need(|need| *need = places[*need].unwrap_or(*need));
        kept.push(line);
    }
    kept
}
