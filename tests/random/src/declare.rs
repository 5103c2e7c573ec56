//! Lines as a program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use infra_core::timeouts::{Timeouts, minutes};
use infra_core::{Command, Input, Moment, Output, Provider, Secret, Stack, ops, output};
use infra_tests::{Crew, Fleet, Machine, Net, Part, Vault, Way};

use crate::line::{Line, Options, What};
use crate::trouble::Unmet;

/// No byte of it may be anywhere but in the cloud.
pub(crate) const CANARY: &str = "canary-4711";

/// The moments of the bits of a line's hooks.
pub(crate) const MOMENTS: [Moment; 6] =
    [Moment::BeforeCreate, Moment::AfterCreate, Moment::BeforeUpdate, Moment::AfterUpdate, Moment::BeforeDelete, Moment::AfterDelete];

/// What one of the worlds deploys.
pub(crate) struct Program<'a> {
    pub(crate) lines: &'a [Line],
    /// The ids of the objects that are imported, by the line's name.
    pub(crate) imports: BTreeMap<String, String>,
    /// Where hooks note that they ran; they are left out where there is none.
    pub(crate) log: Option<PathBuf>,
    /// The stack that everything is taken over from, where it is.
    pub(crate) from: Option<&'static str>,
    /// How it says what it says.
    pub(crate) said: Said,
}

/// How a program says what it says, in one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// Whether it says options for the whole stack in the end, and not where a resource is declared.
    pub(crate) in_the_end: bool,
    /// A condition that does not hold, of the line of this name.
    pub(crate) unmet: Option<(String, Unmet)>,
}

/// The secret that a line gives its object, if any.
pub(crate) fn secret(line: &Line) -> Option<String> {
    match line.what {
        What::Machine { password: true, .. } => Some(CANARY.to_owned()),
        What::Vault { password, .. } => Some(format!("{CANARY}-{password}")),
        _ => None,
    }
}

/// A command that notes a word, and fails while there is a file beside its notes.
fn note(log: &Path, word: impl Input<String>) -> Command {
    let line = "echo \"$WORD\" >> \"$LOG\"; test ! -e \"$LOG.fail\"";
    Command::shell(line).env("WORD", word).env("LOG", log.display().to_string())
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
    Crew(Crew),
    Vault(Vault),
    Way(Way),
}

impl infra_core::Declared for Handle {
    fn address(&self) -> &infra_core::Address {
        match self {
            Handle::Net(net) => infra_core::Declared::address(net),
            Handle::Part(part) => infra_core::Declared::address(part),
            Handle::Machine(machine) => infra_core::Declared::address(machine),
            Handle::Fleet(fleet) => infra_core::Declared::address(fleet),
            Handle::Crew(crew) => infra_core::Declared::address(crew),
            Handle::Vault(vault) => infra_core::Declared::address(vault),
            Handle::Way(way) => infra_core::Declared::address(way),
        }
    }
}

/// The options that every builder has; those that take inputs get the type's own.
macro_rules! treated {
    ($builder:expr, $program:expr, $line:expr, $handles:expr, $field:expr) => {{
        let (mut builder, options) = ($builder, &$line.options);
        if let Some(was) = &$line.place.was {
            builder = builder.moved_from(was);
        }
        if let Some(stack) = $program.from {
            builder = builder.moved_from_stack(stack, $line.full());
        }
        match ($program.imports.get(&$line.name), options.import) {
            (Some(id), Some(true)) => builder = builder.import_and_update(id),
            (Some(id), Some(false)) => builder = builder.import(id),
            _ => {}
        }
        if let Some(timeouts) = timeouts(options).filter(|_| !$program.said.in_the_end) {
            builder = builder.timeouts(timeouts);
        }
        if let Some(log) = &$program.log {
            for (bit, moment) in MOMENTS.into_iter().enumerate().filter(|(bit, _)| options.hooks >> bit & 1 == 1) {
                builder = match moment {
                    Moment::BeforeCreate => builder.hook(moment, |_| note(log, format!("{bit}"))),
                    _ => builder.hook(moment, |this| note(log, output!("{} {}", bit, this.id()))),
                };
            }
        }
        if let Some(other) = options.depends_on.map(|at| &$handles[at]) {
            builder = builder.depends_on(other);
        }
        if !$program.said.in_the_end {
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
        match $program.said.unmet.as_ref().filter(|(name, _)| *name == $line.name).map(|(_, unmet)| unmet) {
            Some(Unmet::Before) => builder = builder.precondition(never($handles), "it never holds"),
            Some(Unmet::After) => {
                builder = builder.postcondition(|this| ops::eq::<String>(output!("{}", this.id()), "nobody"), "it never holds")
            }
            None => {}
        }
        if let Some(region) = options.region {
            builder = builder.provider(place(region));
        }
        builder
    }};
}

fn timeouts(options: &Options) -> Option<Timeouts> {
    let most = minutes(u64::from(options.timeouts?));
    Some(Timeouts::new().create(most).update(most).delete(most))
}

/// What does not hold: as soon as one looks, or once what a network says of itself is known.
fn never(handles: &[Handle]) -> Output<bool> {
    let net = handles.iter().rev().find_map(|handle| if let Handle::Net(net) = handle { Some(net) } else { None });
    net.map_or_else(|| ops::eq::<bool>(true, false), |net| ops::eq(net.revision(), "never"))
}

/// Says for the whole stack, once all is declared, what was not said of each resource.
fn say_in_the_end(lines: &[Line], stack: &Stack) {
    let field = |line: &Line| match line.what {
        What::Net { .. } => Net::DNS.name(),
        What::Part { .. } => Part::ZONE.name(),
        What::Machine { .. } => Machine::SIZE.name(),
        What::Fleet { .. } => Fleet::COUNT.name(),
        What::Vault { .. } => Vault::LABEL.name(),
        What::Way { .. } => Way::TO.name(),
    };
    let said: BTreeMap<String, (Options, &str)> = lines.iter().map(|line| (line.full(), (line.options.clone(), field(line)))).collect();
    stack.transform(move |declaration| {
        let Some((said, field)) = said.get(declaration.name()) else { return };
        if said.protect {
            declaration.protect();
        }
        if said.retain_on_delete {
            declaration.retain_on_delete();
        }
        let options = declaration.options();
        options.lifecycle.timeouts = timeouts(said).unwrap_or_default();
        options.delete_before_create = said.delete_before_create;
        options.ignore_changes.extend(said.ignore_changes.then(|| (*field).to_owned()));
        options.replace_on_changes.extend(said.replace_on_changes.then(|| (*field).to_owned()));
    });
}

/// The scope that a line is in.
fn scope(line: &Line, stack: &Stack) -> Stack {
    let Some(scope) = line.place.scope else { return stack.clone() };
    let scoped = stack.scope(format!("s{scope}"));
    match line.place.scope_was {
        Some(Some(was)) => scoped.moved_from(format!("/s{was}")),
        Some(None) => scoped.moved_from("/"),
        None => scoped,
    }
}

/// Declares what waits for an output of a network.
fn deferred(program: &Program<'_>, line: &Line, count: u8, net: &Net, stack: &Stack) {
    // The one changes with every change, the other never.
    let until = if count % 2 == 0 { net.revision() } else { net.gateway() };
    let scope = format!("d-{}", line.name);
    let there = |name: &str| format!("{}{scope}/{name}", line.place.prefix());
    stack.after(&scope, &until, |parts, value: String| {
        for at in 0..count {
            let name = format!("w{at}");
            let part = Part::new(&name).net(net).range(format!("10.9.{at}.0/24"));
            program.from.into_iter().fold(part, |part, stack| part.moved_from_stack(stack, there(&name))).add(parts);
        }
        let machine = Machine::new("m").script(value);
        program.from.into_iter().fold(machine, |machine, stack| machine.moved_from_stack(stack, there("m"))).add(parts);
    });
}

/// Declares the lines.
pub(crate) fn declare(program: &Program<'_>, stack: &Stack) {
    let mut handles: Vec<Handle> = Vec::new();
    let lines = program.lines;
    for line in lines {
        let (name, stack) = (line.place.short(&line.name), &scope(line, stack));
        let name = name.as_str();
        let handle = match line.what {
            What::Net { range, dns } => {
                let net = Net::new(name).range(format!("10.{range}.0.0/16")).dns(dns);
                let net = treated!(net, program, line, &handles, Net::DNS).add(stack);
                if let Some(count) = line.options.then {
                    deferred(program, line, count, &net, stack);
                }
                Handle::Net(net)
            }
            What::Part { net, third, zone } => {
                let Handle::Net(net) = &handles[net] else { continue };
                let part = Part::new(name).net(net).range(format!("10.0.{third}.0/24")).zone(zone.to_string());
                Handle::Part(treated!(part, program, line, &handles, Part::ZONE).add(stack))
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
                Handle::Machine(treated!(machine, program, line, &handles, Machine::SIZE).add(stack))
            }
            What::Fleet { image, count, named, leader } => {
                let (called, image, count) = (named.then(|| format!("called-{}", line.name)), image.to_string(), i32::from(count));
                let leader = leader.and_then(|at| if let Handle::Machine(leader) = &handles[at] { Some(leader.id()) } else { None });
                if line.place.crew {
                    let crew = Crew::new(name).image(image).count(count).maybe_name(called).maybe_leader(leader);
                    Handle::Crew(treated!(crew, program, line, &handles, Crew::COUNT).add(stack))
                } else {
                    let fleet = Fleet::new(name).image(image).count(count).maybe_name(called).maybe_leader(leader);
                    Handle::Fleet(treated!(fleet, program, line, &handles, Fleet::COUNT).add(stack))
                }
            }
            What::Vault { password, label } => {
                let vault = Vault::new(name).password(Secret::new(format!("{CANARY}-{password}"))).label(label.to_string());
                Handle::Vault(treated!(vault, program, line, &handles, Vault::LABEL).add(stack))
            }
            What::Way { net, to, through } => {
                let Handle::Net(net) = &handles[net] else { continue };
                let mut way = Way::new(name).net(net).to(to.to_string());
                if let Some(Handle::Machine(through)) = through.map(|at| &handles[at]) {
                    way = way.through(through);
                }
                Handle::Way(treated!(way, program, line, &handles, Way::TO).add(stack))
            }
        };
        handles.push(handle);
    }
    if program.said.in_the_end {
        say_in_the_end(lines, stack);
    }
    for (line, handle) in lines.iter().zip(&handles) {
        match handle {
            Handle::Machine(machine) => stack.export(&line.name, machine.address()),
            Handle::Vault(vault) => stack.export(&line.name, vault.key()),
            _ => {}
        }
    }
}
