//! Lines as a person would write them.

use std::fmt::Write as _;

use crate::declare::MOMENTS;
use crate::line::{Line, What};

/// The lines as a person would write them.
pub(crate) fn written(lines: &[Line]) -> String {
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let variable = |at: usize| lines.get(at).map(|line| line.name.clone()).unwrap_or_default();
        let _ = write!(text, "        let {} = ", variable(at));
        let name = &line.place.short(&line.name);
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
                let ty = if line.place.crew { "Crew" } else { "Fleet" };
                let _ = write!(text, "{ty}::new(\"{name}\").image(\"{image}\").count({count})");
                if *named {
                    let _ = write!(text, ".name(\"called-{}\")", line.name);
                }
                if let Some(leader) = leader {
                    let _ = write!(text, ".leader(&{})", variable(*leader));
                }
                if line.place.crew { "Crew::COUNT" } else { "Fleet::COUNT" }
            }
            What::Vault { password, label } => {
                let _ = write!(text, "Vault::new(\"{name}\").password(Secret::new(\"secret-{password}\".to_owned())).label(\"{label}\")");
                "Vault::LABEL"
            }
            What::Way { net, to, through } => {
                let _ = write!(text, "Way::new(\"{name}\").net(&{}).to(\"{to}\")", variable(*net));
                if let Some(through) = through {
                    let _ = write!(text, ".through(&{})", variable(*through));
                }
                "Way::TO"
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
            (line.place.was.is_some(), format!(".moved_from(\"{}\")", line.place.was.as_deref().unwrap_or_default())),
            (options.timeouts.is_some(), format!(".timeouts(minutes({}))", options.timeouts.unwrap_or_default())),
            (options.import == Some(true), ".import_and_update(id)".to_owned()),
            (options.import == Some(false), ".import(id)".to_owned()),
        ];
        text.extend(plain.into_iter().filter(|(said, _)| *said).map(|(_, call)| call));
        for (_, moment) in MOMENTS.into_iter().enumerate().filter(|(bit, _)| options.hooks >> bit & 1 == 1) {
            let _ = write!(text, ".hook(Moment::{moment:?}, note)");
        }
        let scope = scope(line);
        let _ = writeln!(text, ".add(&{scope});");
        if let Some(count) = options.then {
            let output = if count % 2 == 0 { "revision" } else { "gateway" };
            let _ = writeln!(text, "        {scope}.after(\"d-{}\", &{}.{output}(), |parts, value: String| {{", line.name, variable(at));
            for at_part in 0..count {
                let part = format!("Part::new(\"w{at_part}\").net(&{}).range(\"10.9.{at_part}.0/24\")", variable(at));
                let _ = writeln!(text, "            {part}.add(parts);");
            }
            text.push_str("            Machine::new(\"m\").script(value).add(parts);\n        });\n");
        }
    }
    for (at, line) in lines.iter().enumerate() {
        let variable = lines.get(at).map(|line| line.name.clone()).unwrap_or_default();
        match line.what {
            What::Machine { .. } => drop(writeln!(text, "        stack.export(\"{}\", {variable}.address());", line.name)),
            What::Vault { .. } => drop(writeln!(text, "        stack.export(\"{}\", {variable}.key());", line.name)),
            _ => {}
        }
    }
    text
}

/// The scope of a line.
fn scope(line: &Line) -> String {
    let Some(scope) = line.place.scope else { return "stack".to_owned() };
    let was = line.place.scope_was.map(|was| format!(".moved_from(\"/{}\")", was.map(|was| format!("s{was}")).unwrap_or_default()));
    format!("stack.scope(\"s{scope}\"){}", was.unwrap_or_default())
}
