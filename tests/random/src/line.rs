//! One declaration of a random program, as data that can be both run and printed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use infra_core::{Provider, Secret, Stack, ops, output};
use infra_tests::{Fleet, Machine, Net, Part, Vault};

/// No byte of it may be anywhere but in the cloud.
pub(crate) const CANARY: &str = "canary-4711";

/// A declared resource. What it needs is named by its place among the lines, and stands before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name in the stack.
    pub name: String,
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
}

impl Line {
    /// The kind, as the simulated cloud calls it.
    pub fn kind(&self) -> &'static str {
        match self.what {
            What::Net { .. } => "toy:net/net",
            What::Part { .. } => "toy:net/part",
            What::Machine { .. } => "toy:run/machine",
            What::Fleet { .. } => "toy:run/fleet",
            What::Vault { .. } => "toy:run/vault",
        }
    }

    /// Does something to the place of each line that it needs.
    fn each_need(&mut self, mut change: impl FnMut(&mut usize)) {
        match &mut self.what {
            What::Net { .. } | What::Vault { .. } => {}
            What::Part { net, .. } => change(net),
            What::Machine { part, net, .. } => part.iter_mut().chain(net).for_each(&mut change),
            What::Fleet { leader, .. } => leader.iter_mut().for_each(&mut change),
        }
        let options = &mut self.options;
        options.depends_on.iter_mut().chain(&mut options.replace_with).chain(&mut options.deleted_with).for_each(change);
    }

    /// The places of the lines that it needs.
    pub fn needs(&self) -> Vec<usize> {
        let inputs = match self.what {
            What::Net { .. } | What::Vault { .. } => [None, None],
            What::Part { net, .. } => [Some(net), None],
            What::Machine { part, net, .. } => [part, net],
            What::Fleet { leader, .. } => [leader, None],
        };
        let options = &self.options;
        inputs.into_iter().flatten().chain(options.depends_on).chain(options.replace_with).chain(options.deleted_with).collect()
    }
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

/// Another place of the toy cloud than its own.
fn place(region: u8) -> Provider {
    let place = BTreeMap::from([("region".to_owned(), format!("region-{region}"))]);
    Provider { cloud: "toy".into(), place, access: BTreeMap::new() }
}

/// A handle to what was declared before.
enum Handle {
    Net(Net),
    Part(Part),
    Machine(Machine),
    Fleet(Fleet),
    Vault(Vault),
}

impl infra_core::Declared for Handle {
    fn address(&self) -> &infra_core::Address {
        match self {
            Handle::Net(net) => infra_core::Declared::address(net),
            Handle::Part(part) => infra_core::Declared::address(part),
            Handle::Machine(machine) => infra_core::Declared::address(machine),
            Handle::Fleet(fleet) => infra_core::Declared::address(fleet),
            Handle::Vault(vault) => infra_core::Declared::address(vault),
        }
    }
}

/// The options that every builder has; those that take inputs get the type's own.
macro_rules! treated {
    ($builder:expr, $line:expr, $handles:expr, $field:expr) => {{
        let (mut builder, options) = ($builder, &$line.options);
        if let Some(other) = options.depends_on.map(|at| &$handles[at]) {
            builder = builder.depends_on(other);
        }
        if options.protect {
            builder = builder.protect();
        }
        if options.retain_on_delete {
            builder = builder.retain_on_delete();
        }
        if options.ignore_changes {
            builder = builder.ignore_changes([$field]);
        }
        if options.replace_on_changes {
            builder = builder.replace_on_changes([$field]);
        }
        if options.delete_before_create {
            builder = builder.delete_before_create();
        }
        if let Some(other) = options.replace_with.map(|at| &$handles[at]) {
            builder = builder.replace_with(other);
        }
        if let Some(other) = options.deleted_with.map(|at| &$handles[at]) {
            builder = builder.deleted_with(other);
        }
        if let Some(value) = options.triggers {
            builder = builder.triggers([i64::from(value)]);
        }
        if options.condition {
            builder = builder
                .precondition(ops::eq::<bool>(true, true), "one is one")
                .postcondition(|this| ops::eq(this.id(), this.id()), "it has an id");
        }
        if let Some(region) = options.region {
            builder = builder.provider(place(region));
        }
        builder
    }};
}

/// Declares the lines.
pub(crate) fn declare(lines: &[Line], stack: &Stack) {
    let mut handles: Vec<Handle> = Vec::new();
    for line in lines {
        let name = line.name.as_str();
        let handle = match line.what {
            What::Net { range, dns } => {
                let net = Net::new(name).range(format!("10.{range}.0.0/16")).dns(dns);
                Handle::Net(treated!(net, line, handles, Net::DNS).add(stack))
            }
            What::Part { net, third, zone } => {
                let Handle::Net(net) = &handles[net] else { continue };
                let part = Part::new(name).net(net).range(format!("10.0.{third}.0/24")).zone(zone.to_string());
                Handle::Part(treated!(part, line, handles, Part::ZONE).add(stack))
            }
            What::Machine { part, net, size, password, seed } => {
                let mut machine = Machine::new(name).size(i32::from(size)).maybe_seed(seed.map(|seed| format!("seed-{seed}")));
                if let Some(Handle::Part(part)) = part.map(|at| &handles[at]) {
                    machine = machine.part(part);
                }
                if let Some(Handle::Net(net)) = net.map(|at| &handles[at]) {
                    machine = machine.net(net).script(output!("join {}", net.revision()));
                }
                if password {
                    machine = machine.password(Secret::new(CANARY.to_owned()));
                }
                Handle::Machine(treated!(machine, line, handles, Machine::SIZE).add(stack))
            }
            What::Fleet { image, count, named, leader } => {
                let mut fleet = Fleet::new(name).image(image.to_string()).count(i32::from(count));
                if named {
                    fleet = fleet.name(format!("called-{name}"));
                }
                if let Some(Handle::Machine(leader)) = leader.map(|at| &handles[at]) {
                    fleet = fleet.leader(leader);
                }
                Handle::Fleet(treated!(fleet, line, handles, Fleet::COUNT).add(stack))
            }
            What::Vault { password, label } => {
                let vault = Vault::new(name).password(Secret::new(format!("{CANARY}-{password}"))).label(label.to_string());
                Handle::Vault(treated!(vault, line, handles, Vault::LABEL).add(stack))
            }
        };
        handles.push(handle);
    }
    for (line, handle) in lines.iter().zip(&handles) {
        match handle {
            Handle::Machine(machine) => stack.export(&line.name, machine.address()),
            Handle::Vault(vault) => stack.export(&line.name, vault.key()),
            _ => {}
        }
    }
}

/// The lines as a person would write them.
pub(crate) fn written(lines: &[Line]) -> String {
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let variable = |at: usize| lines.get(at).map(|line| line.name.replace('/', "_")).unwrap_or_default();
        let _ = write!(text, "        let {} = ", variable(at));
        let name = &line.name;
        let field = match &line.what {
            What::Net { range, dns } => {
                let _ = write!(text, "Net::new(\"{name}\").range(\"10.{range}.0.0/16\").dns({dns})");
                "Net::DNS"
            }
            What::Part { net, third, zone } => {
                let net = variable(*net);
                let _ = write!(text, "Part::new(\"{name}\").net(&{net}).range(\"10.0.{third}.0/24\").zone(\"{zone}\")");
                "Part::ZONE"
            }
            What::Machine { part, net, size, password, seed } => {
                let _ = write!(text, "Machine::new(\"{name}\").size({size})");
                if let Some(seed) = seed {
                    let _ = write!(text, ".seed(\"seed-{seed}\")");
                }
                if let Some(part) = part {
                    let _ = write!(text, ".part(&{})", variable(*part));
                }
                if let Some(net) = net {
                    let _ = write!(text, ".net(&{0}).script(output!(\"join {{}}\", {0}.revision()))", variable(*net));
                }
                if *password {
                    text.push_str(".password(Secret::new(\"secret\".to_owned()))");
                }
                "Machine::SIZE"
            }
            What::Fleet { image, count, named, leader } => {
                let _ = write!(text, "Fleet::new(\"{name}\").image(\"{image}\").count({count})");
                if *named {
                    let _ = write!(text, ".name(\"called-{name}\")");
                }
                if let Some(leader) = leader {
                    let _ = write!(text, ".leader(&{})", variable(*leader));
                }
                "Fleet::COUNT"
            }
            What::Vault { password, label } => {
                let _ = write!(text, "Vault::new(\"{name}\").password(Secret::new(\"secret-{password}\".to_owned())).label(\"{label}\")");
                "Vault::LABEL"
            }
        };
        let options = &line.options;
        if let Some(other) = options.depends_on {
            let _ = write!(text, ".depends_on(&{})", variable(other));
        }
        let plain = [
            (options.protect, ".protect()".to_owned()),
            (options.retain_on_delete, ".retain_on_delete()".to_owned()),
            (options.ignore_changes, format!(".ignore_changes([{field}])")),
            (options.replace_on_changes, format!(".replace_on_changes([{field}])")),
            (options.delete_before_create, ".delete_before_create()".to_owned()),
            (options.replace_with.is_some(), format!(".replace_with(&{})", variable(options.replace_with.unwrap_or_default()))),
            (options.deleted_with.is_some(), format!(".deleted_with(&{})", variable(options.deleted_with.unwrap_or_default()))),
            (options.triggers.is_some(), format!(".triggers([{}])", options.triggers.unwrap_or_default())),
            (options.condition, ".precondition(…).postcondition(…)".to_owned()),
            (options.region.is_some(), format!(".provider(region({}))", options.region.unwrap_or_default())),
        ];
        text.extend(plain.into_iter().filter(|(said, _)| *said).map(|(_, call)| call));
        text.push_str(".add(stack);\n");
    }
    for (at, line) in lines.iter().enumerate() {
        let variable = lines.get(at).map(|line| line.name.replace('/', "_")).unwrap_or_default();
        match line.what {
            What::Machine { .. } => drop(writeln!(text, "        stack.export(\"{}\", {variable}.address());", line.name)),
            What::Vault { .. } => drop(writeln!(text, "        stack.export(\"{}\", {variable}.key());", line.name)),
            _ => {}
        }
    }
    text
}
