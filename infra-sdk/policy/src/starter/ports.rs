//! `open-to-the-world`: what everybody may reach is a web server's ports, unless somebody says why.

use crate::{Part, Review, Violation};

/// The ports that the web is served on.
const WEB: [f64; 2] = [80.0, 443.0];

pub(super) fn open_to_the_world(review: &Review) -> Vec<Violation> {
    let mut found = Vec::new();
    for group in review.of_kind("aws:ec2/security-group") {
        for rule in group.input("ingress").items() {
            let field = rule.path().to_owned();
            if let Some(what) = opening(|name| rule.at(name)) {
                found.push(violation(Violation::of(group, what)).field(field));
            }
        }
    }
    for rule in review.of_kind("aws:ec2/security-group-ingress") {
        if let Some(what) = opening(|name| rule.input(name)) {
            let field = if rule.input("cidr").text().as_deref() == Some("0.0.0.0/0") { "cidr" } else { "cidr_ipv6" };
            found.push(violation(Violation::of(rule, what)).field(field));
        }
    }
    found
}

fn violation(violation: Violation) -> Violation {
    violation.help("name the addresses that need it, or let only a load balancer's group in")
}

/// What a rule opens to everybody, if it does and it is not the web.
fn opening<'a>(field: impl Fn(&str) -> Part<'a>) -> Option<String> {
    let ranges = [field("cidr"), field("cidr_ipv6")];
    let range = ranges.iter().find_map(|range| range.text().filter(|range| is_everybody(range)))?;
    let protocol = field("protocol").text().unwrap_or_else(|| "all".to_owned());
    let (from, to) = (field("from_port").number(), field("to_port").number());
    match (protocol.as_str(), from, to) {
        ("tcp" | "6", Some(from), Some(to)) if from == to && WEB.contains(&from) => None,
        // Being found by `ping` is no opening.
        ("icmp" | "icmpv6" | "1" | "58", _, _) => None,
        (protocol @ ("tcp" | "udp" | "6" | "17"), Some(from), Some(to)) if from == to => {
            Some(format!("{range} may reach {protocol} port {from}"))
        }
        (protocol @ ("tcp" | "udp" | "6" | "17"), Some(from), Some(to)) => {
            Some(format!("{range} may reach {protocol} ports {from} to {to}"))
        }
        ("all" | "-1", _, _) => Some(format!("{range} may reach everything")),
        (protocol, _, _) => Some(format!("{range} may reach it by protocol {protocol}")),
    }
}

/// Whether a range is all addresses there are: of no bits, however its address is written.
fn is_everybody(range: &str) -> bool {
    range.split_once('/').is_some_and(|(_, bits)| bits.trim() == "0")
}
